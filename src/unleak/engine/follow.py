"""What happens at GitHub, for those who cannot install webhooks: an owner's events, read within their limits.

GitHub shows the last 300 events, half a minute to six hours old, and says how often it may be asked. An event is an
errand like a webhook's; one that is seen twice is one.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from unleak.engine.errands import errand_of
from unleak.intake.notice import COMMIT, REF, REPOSITORY, Errand, Push, Whole
from unleak.model.alert import Ground
from unleak.model.errors import CouldNotLook
from unleak.scan.sources.github_api import Api, News, Record
from unleak.store.inbox import Inbox, Known, Received


class Follower:
    """Of one owner, an organisation or a user. `home` is where git finds the owner's repositories: https://github.com."""

    def __init__(self, api: Api, inbox: Inbox, owner: str, *, is_organization: bool, home: str) -> None:
        self._api, self._inbox, self._home = api, inbox, home.rstrip("/")
        self._path = f"orgs/{owner}/events" if is_organization else f"users/{owner}/events"
        self._mark = ""
        self._seen: set[str] = set()

    def look(self, now: datetime) -> tuple[int, float]:
        """How many errands there were, and how many seconds to wait before looking again. Raises CouldNotLook."""
        news = self._api.news(self._path, self._mark)
        taken = sum(self._take(event, now) for event in reversed(news.records))
        self._remember(news)
        return taken, news.seconds

    def _remember(self, news: News) -> None:
        """Only once all of it is stored: else it is read again."""
        self._mark = news.mark
        if news.records:
            self._seen = {str(e.get("id")) for e in news.records}

    def _take(self, event: Record, now: datetime) -> int:
        number = str(event.get("id", ""))
        errands = [errand_of(e, "watch", Ground.CLAIM) for e in self.errands_of([event])]
        if not errands or number in self._seen:
            return 0
        try:
            return self._inbox.take(Received(f"github-event-{number[:40]}", "watch", now, (), errands)).errands
        except Known:
            return 0

    def errands_of(self, events: Iterable[Record]) -> Iterator[Errand]:
        """Pushes, and repositories that became public; of anything else, and of what makes no sense, nothing."""
        for event in events:
            name, who = _text(event, "repo", "name"), _text(event, "actor", "login")
            if not REPOSITORY.fullmatch(name):
                continue
            url = f"{self._home}/{name}.git"
            if event.get("type") == "PublicEvent":
                yield Whole(name, url, who)
            elif event.get("type") == "PushEvent" and (push := _push(event, name, url, who)):
                yield push


def _push(event: Record, name: str, url: str, who: str) -> Push | None:
    """None where a branch was deleted, or something makes no sense."""
    ref, before, after = (_text(event, "payload", part) for part in ("ref", "before", "head"))
    if not (REF.fullmatch(ref) and COMMIT.fullmatch(before) and COMMIT.fullmatch(after) and after.strip("0")):
        return None
    public = event.get("public")
    return Push(name, url, ref, before, after, who, public if isinstance(public, bool) else None)


def is_organization(api: Api, owner: str) -> bool:
    """Raises CouldNotLook where there is no such owner."""
    kind = str(api.one(f"users/{owner}").get("type"))
    if kind not in {"Organization", "User"}:
        raise CouldNotLook(f"{owner} is nobody at GitHub that can be followed", "look for a typing error")
    return kind == "Organization"


def _text(event: Record, part: str, name: str) -> str:
    held = event.get(part)
    value = held.get(name) if isinstance(held, dict) else None
    return value if isinstance(value, str) else ""
