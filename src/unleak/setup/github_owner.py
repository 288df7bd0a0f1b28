"""All that should be so at an organisation of GitHub, or at one repository."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from unleak.model.errors import Misuse
from unleak.model.plan import Tri
from unleak.scan.sources.github import Hosted, read_repositories
from unleak.scan.sources.github_api import Api
from unleak.setup.protection import Protection
from unleak.setup.service_url import hook_of
from unleak.setup.wanted import Look, Wanted
from unleak.setup.webhook import Webhook

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}(/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100})?")


def wanted_at(api: Api, name: str, service_url: str, secret: str) -> Iterator[Wanted]:
    """`name` is an organisation or OWNER/REPOSITORY. Without `service_url` no webhook. Raises Misuse, and Refused where
    the owner is not shown.
    """
    if not _NAME.fullmatch(name):
        raise Misuse(f"{name!r} is no owner of GitHub", "write OWNER, or OWNER/REPOSITORY")
    place = f"repos/{name}" if "/" in name else f"orgs/{name}"
    if "/" not in name:
        _check_is_organisation(api, name)
    hook = hook_of(service_url, "github") if service_url else ""
    if hook:
        yield Webhook(place, hook, secret)
    if "/" in name:
        yield Protection(name)
    else:
        yield from _repositories(api, name)


@dataclass(frozen=True, slots=True)
class _Unshown:
    """Repositories that are there, and that nobody has looked at."""

    what: str
    why: str
    would: str = ""

    def look(self, api: Api) -> Look:
        del api
        return Look(Tri.COULD_NOT_LOOK, self.why)

    def put(self, api: Api) -> None:
        """There is nothing to change: it is never said to be wrong."""


def _repositories(api: Api, owner: str) -> Iterator[Wanted]:
    for one in read_repositories(api, owner):
        yield Protection(one.name) if isinstance(one, Hosted) else _Unshown(f"repositories of {owner}", one.why)


def _check_is_organisation(api: Api, owner: str) -> None:
    if api.one(f"users/{owner}").get("type") != "Organization":
        raise Misuse(
            f"{owner} is a person: only organisations have webhooks of their own",
            f"name each repository: {owner}/REPOSITORY",
        )
