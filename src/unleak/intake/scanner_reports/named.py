"""What is said of one key."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.credential import Credentials, SecretKey
from unleak.model.finding import Place


@dataclass(slots=True)
class Named:
    """`pairs` are those that fit, by secret; `tried` those that AWS accepted, as a tool says. `unsure`: secrets stand
    near it, and it cannot be told which is its own.
    """

    key_id: str
    places: dict[Place, None] = field(default_factory=dict)
    pairs: dict[SecretKey, Credentials] = field(default_factory=dict)
    tried: dict[SecretKey, Credentials] = field(default_factory=dict)
    public: bool | None = None
    unsure: bool = False

    @property
    def fitting(self) -> list[Credentials]:
        return list((self.tried or self.pairs).values())

    @property
    def is_whole(self) -> bool:
        """It has one secret, and a session its token."""
        fitting = self.fitting
        return len(fitting) == 1 and (kind_of(self.key_id) is KeyKind.LONG_TERM or fitting[0].token is not None)

    def stands_at(self, places: Iterable[Place]) -> None:
        self.places.update((p, None) for p in places if p.path)

    def add(self, pair: Credentials, *, tried: bool = False) -> None:
        """The fuller one is kept: with its session's token."""
        for pairs in (self.pairs, self.tried) if tried else (self.pairs,):
            known = pairs.get(pair.secret)
            if known is None or known.token is None:
                pairs[pair.secret] = pair

    def fill(self, pairs: Iterable[Credentials]) -> None:
        """From another source: of those that fit already, if there are any, which are there too."""
        known = self.tried or self.pairs
        found = {pair.secret: pair for pair in pairs if not known or pair.secret in known}
        if found:
            self.pairs, self.tried = found, {}
