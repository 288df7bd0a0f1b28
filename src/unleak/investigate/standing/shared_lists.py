"""Snapshots and images that were given to other accounts, one fact an account.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSnapshotAttribute.html
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from unleak.investigate.standing.field import Scene, many, pick, word
from unleak.investigate.standing.outsiders import as_principals, outside
from unleak.investigate.standing.trace import Deed, Trace
from unleak.model.call import Call

_COLONS = 5
_WHO = ("userId", "group", "organizationArn", "organizationalUnitArn")


@dataclass(frozen=True, slots=True)
class SharedList:
    """`arn` is a template, `adds` and `takes` paths of the lists of accounts, `what` the word for the thing."""

    type: str
    arn: str
    adds: str
    takes: str
    what: str

    def read(self, call: Call) -> Iterator[Trace]:
        scene = Scene(call)
        arn = scene.filled(self.arn)
        if not arn:
            return
        for name in _names(scene, self.adds):
            yield self._shared(call, arn, name)
        for name in _names(scene, self.takes):
            fact = f"{arn}|share|{name}"
            detail = f"{self.what} no longer shared with {_told(name)}"
            yield Trace(arn, self.type, Deed.CHANGED, detail, (fact,), f"{fact}|gone")

    def _shared(self, call: Call, arn: str, name: str) -> Trace:
        grants = outside((name,), call)
        return Trace(
            arn=arn,
            type=self.type,
            deed=Deed.SHARED,
            detail=f"{self.what} shared with {_told(name)}",
            undoes=(f"{arn}|share|{name}|gone",),
            fact=f"{arn}|share|{name}",
            grants=grants,
            named=(name,),
        )


def _names(scene: Scene, path: str) -> Iterable[str]:
    """Accounts as the roots that they stand for; organisations by their ARNs; `all` is everybody."""
    found = (next(filter(None, (word(pick(v, name)) for name in _WHO)), "") or word(v) for v in many(scene.at(path)))
    return as_principals([f for f in found if f], scene.call)


def _told(name: str) -> str:
    """An account by its number."""
    root = name.startswith("arn:") and name.endswith(":root") and name.count(":") == _COLONS
    return "everybody" if name == "*" else name.split(":")[4] if root else name


def unshared(type_: str, arn: str, what: str) -> Callable[[Call], Iterator[Trace]]:
    """A reader for calls that take all accounts from the list, whoever gave it to them."""

    def read(call: Call) -> Iterator[Trace]:
        filled = Scene(call).filled(arn)
        if filled:
            yield Trace(
                filled,
                type_,
                Deed.CHANGED,
                f"{what} shared with nobody any more",
                (f"{filled}|share",),
                f"{filled}|share|gone",
            )

    return read
