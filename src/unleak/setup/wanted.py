"""One thing that should be so at GitHub: looked at, changed where that is asked for, and looked at again."""

from dataclasses import dataclass
from typing import Protocol

from unleak.model.plan import Tri
from unleak.scan.sources.github_api import Api, Refused


@dataclass(frozen=True, slots=True)
class Look:
    verdict: Tri
    detail: str
    hint: str = ""


class Wanted(Protocol):
    """`put` raises Refused; `look` reads back what GitHub has now."""

    @property
    def what(self) -> str: ...

    @property
    def would(self) -> str:
        """What `put` does, in words."""

    def look(self, api: Api) -> Look: ...

    def put(self, api: Api) -> None: ...


def settled(api: Api, wanted: Wanted, *, apply: bool) -> Look:
    """Without `apply`, what would be done. What was done counts only once it reads back."""
    found = _looked(api, wanted)
    if found.verdict is not Tri.NO:
        return found
    if not apply:
        return Look(Tri.NO, f"{found.detail}; --apply {wanted.would}", found.hint)
    try:
        wanted.put(api)
    except Refused as refused:
        return Look(Tri.NO, f"{found.detail}; could not change it: {refused}", _hint(refused))
    after = _looked(api, wanted)
    if after.verdict is Tri.YES:
        return Look(Tri.YES, f"{after.detail} (was: {found.detail})")
    return Look(after.verdict, f"GitHub took the change, and reads back: {after.detail}", after.hint)


def _looked(api: Api, wanted: Wanted) -> Look:
    try:
        return wanted.look(api)
    except Refused as refused:
        return Look(Tri.COULD_NOT_LOOK, str(refused), _hint(refused))


_UNPROCESSABLE = 422


def _hint(refused: Refused) -> str:
    if refused.status == _UNPROCESSABLE:
        return "what it asks for is not part of the plan, or an owner's policy forbids it"
    return refused.hint
