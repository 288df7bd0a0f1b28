"""What every route works with."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from unleak.intake.notice import Sender
from unleak.respond import World
from unleak.service_config import Listening
from unleak.store.findings import Findings
from unleak.store.inbox import Inbox
from unleak.store.readiness import ReadinessStore
from unleak.store.tokens import Tokens
from unleak.web.counts import Counts
from unleak.web.kept import Kept
from unleak.web.oidc.provider import Provider
from unleak.web.overview import Overview
from unleak.web.patience import Patience
from unleak.web.pulse import Pulse
from unleak.web.readings import Readings


@dataclass(frozen=True, slots=True)
class Service:
    """`fetch` gets small public files: key sets, certificates. `try_now` looks at an incident of which this process
    holds the secret, at once, and returns when it was looked at; `woken` hears that there is something to do.
    `provider` vouches for people at the pages; None where they show a token.
    `watching`: how often each bearer watches what is new.
    """

    world: World
    inbox: Inbox
    tokens: Tokens
    overview: Overview
    readings: Readings
    pulse: Pulse
    senders: Mapping[str, Sender]
    fetch: Callable[[str], bytes]
    try_now: Callable[[str], None] = lambda _: None
    woken: Callable[[], None] = lambda: None
    kept: Kept = field(default_factory=Kept)
    counts: Counts = field(default_factory=Counts)
    watching: Counter[str] = field(default_factory=Counter)
    strangers: Patience = field(default_factory=lambda: Patience(60))
    bearers: Patience = field(default_factory=lambda: Patience(1200))
    provider: Provider | None = None

    @property
    def findings(self) -> Findings:
        return Findings(self.world.record)

    @property
    def readiness(self) -> ReadinessStore:
        return ReadinessStore(self.world.record)

    @property
    def listening(self) -> Listening:
        return self.world.config.listening
