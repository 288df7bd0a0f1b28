"""Secret scanning and push protection of a repository: free for public ones, a paid product for others.

https://docs.github.com/en/rest/repos/repos#update-a-repository
"""

from dataclasses import dataclass

from unleak.model.plan import Tri
from unleak.scan.sources.github_api import Api, Record
from unleak.setup.wanted import Look

_SWITCHES = {"secret_scanning": "secret scanning", "secret_scanning_push_protection": "push protection"}
_PAID = "for private repositories it is part of GitHub Secret Protection, which has to be bought"


@dataclass(frozen=True, slots=True)
class Protection:
    """`repository` is OWNER/NAME."""

    repository: str

    @property
    def what(self) -> str:
        return f"protection of {self.repository}"

    @property
    def would(self) -> str:
        return "switches on what is off"

    def look(self, api: Api) -> Look:
        about = api.one(f"repos/{self.repository}")
        if about.get("archived") is True:
            return Look(Tri.YES, "it is archived: nobody pushes to it")
        found = about.get("security_and_analysis")
        if not isinstance(found, dict):
            return Look(Tri.COULD_NOT_LOOK, "GitHub does not show this token whether it is on",
                        "take a token that may administer the repository")  # fmt: skip
        off = [words for switch, words in _SWITCHES.items() if not _is_on(found, switch)]
        if not off:
            return Look(Tri.YES, f"{' and '.join(_SWITCHES.values())} are on")
        return Look(Tri.NO, f"{' and '.join(off)} off", _PAID if about.get("private") is True else "")

    def put(self, api: Api) -> None:
        wanted = {switch: {"status": "enabled"} for switch in _SWITCHES}
        api.change("PATCH", f"repos/{self.repository}", {"security_and_analysis": wanted})


def _is_on(found: Record, switch: str) -> bool:
    state = found.get(switch)
    return isinstance(state, dict) and state.get("status") == "enabled"
