"""What errands are run with, from the configuration and the environment."""

import os
from typing import TYPE_CHECKING, Any

from unleak.model.errors import CouldNotLook

if TYPE_CHECKING:
    from unleak.engine.errands import Hands
    from unleak.respond import World
    from unleak.scan.sources.remote_address import Login
    from unleak.store.inbox import Inbox


def inbox_of(world: "World") -> "Inbox":
    from unleak.store.inbox import Inbox

    if not world.record.is_shared:
        return Inbox(world.record)
    from unleak.engine.procrastinate import enqueue_errands

    return Inbox(world.record, enqueue_errands)


def make_hands(world: "World", inbox: "Inbox") -> "Hands":
    """With GITHUB_TOKEN where there is one: for private repositories, and for GitHub's own alerts."""
    from unleak.engine.errands import Hands

    return Hands(world, inbox, world.config.listening.service.mode, _login, _ask, _fetch)


def _fetch(url: str) -> bytes:
    from unleak.cli.extras import need_server

    need_server()
    from unleak.web.fetching import fetch

    return fetch(url)


def _has_token() -> bool:
    return bool(os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN"))


def _login(url: str) -> "Login | None":
    if not _has_token():
        return None
    from unleak.scan.sources.github import login_for
    from unleak.scan.sources.github_api import access_from

    return login_for(access_from(os.environ), url)


def _ask(path: str) -> Any:
    """Raises CouldNotLook where there is no token, and what GitHub refuses."""
    if not _has_token():
        raise CouldNotLook("there is no token to read GitHub's alert with", "put one into GITHUB_TOKEN")
    from unleak.scan.sources.github_api import Api, access_from

    with Api(access_from(os.environ), lambda _: None) as api:
        return list(api.all(path.removesuffix("?"))) if "?" in path else api.one(path)
