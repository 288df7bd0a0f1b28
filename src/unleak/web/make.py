"""The service, from a world."""

from unleak.intake.senders import SENDERS
from unleak.respond import World
from unleak.store.inbox import Inbox
from unleak.store.tokens import Tokens
from unleak.web.fetching import ask, fetch
from unleak.web.oidc.provider import Provider
from unleak.web.overview import Overview
from unleak.web.patience import Patience
from unleak.web.pulse import Pulse
from unleak.web.readings import Readings
from unleak.web.service import Service


def make_service(world: World, inbox: Inbox) -> Service:
    settings = world.config.listening.service
    return Service(
        world,
        inbox,
        Tokens(world.record),
        Overview(world.record, world.clock.now),
        Readings(world.record),
        Pulse(world.record.lengths),
        {sender.id: sender for sender in SENDERS},
        fetch,
        strangers=Patience(settings.refusals_a_minute),
        bearers=Patience(settings.requests_a_minute),
        provider=Provider(settings.oidc, ask) if settings.oidc else None,
    )
