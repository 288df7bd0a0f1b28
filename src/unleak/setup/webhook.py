"""A webhook of an organisation or a repository: at our address, signed, with the events that are listened to.

https://docs.github.com/en/rest/orgs/webhooks
"""

from dataclasses import dataclass, field

from unleak.intake.senders.github import EVENTS
from unleak.intake.shared_secret import FEWEST
from unleak.model.errors import Misuse
from unleak.model.plan import Tri
from unleak.scan.sources.github_api import Api, Record
from unleak.setup.wanted import Look


@dataclass(frozen=True, slots=True)
class Webhook:
    """`place` is orgs/NAME or repos/OWNER/NAME. Of its secret GitHub says only that there is one."""

    place: str
    url: str
    secret: str = field(repr=False)

    @property
    def what(self) -> str:
        return f"webhook of {self.place.partition('/')[2]}"

    @property
    def would(self) -> str:
        return f"makes or mends the webhook to {self.url}: {', '.join(sorted(EVENTS))}"

    def look(self, api: Api) -> Look:
        found = self._own(api)
        if found is None:
            return Look(Tri.NO, "there is none")
        wrong = "; ".join(_wrong(found))
        return Look(Tri.NO, wrong) if wrong else Look(Tri.YES, f"{self.url}, signed, with every event")

    def put(self, api: Api) -> None:
        """All of it, since GitHub drops a secret that an update does not name."""
        if len(self.secret) < FEWEST:
            raise Misuse(f"the webhook's secret is missing, or shorter than {FEWEST} characters", "put it into the "
                         "variable that --secret-env names, the same as in unleak.toml")  # fmt: skip
        config = {"url": self.url, "content_type": "json", "insecure_ssl": "0", "secret": self.secret}
        document: Record = {"active": True, "events": sorted(EVENTS), "config": config}
        found = self._own(api)
        if found is None:
            api.change("POST", f"{self.place}/hooks", {"name": "web", **document})
        else:
            api.change("PATCH", f"{self.place}/hooks/{found['id']}", document)

    def _own(self, api: Api) -> Record | None:
        return next((h for h in api.all(f"{self.place}/hooks") if _config(h).get("url") == self.url), None)


def _config(hook: Record) -> Record:
    config = hook.get("config")
    return config if isinstance(config, dict) else {}


def _wrong(hook: Record) -> list[str]:
    config, events = _config(hook), set(hook.get("events") or ())
    lacking = [] if "*" in events else sorted(set(EVENTS) - events)
    found = {
        "it is switched off": hook.get("active") is not True,
        "it has no secret": not config.get("secret"),
        "it does not send JSON": config.get("content_type") != "json",
        "it does not check our certificate": str(config.get("insecure_ssl", "0")) != "0",
        f"it lacks {', '.join(lacking)}": bool(lacking),
    }
    return [why for why, is_so in found.items() if is_so]
