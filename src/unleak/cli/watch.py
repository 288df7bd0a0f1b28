"""`unleak watch`."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.world import make_world
from unleak.model.errors import Misuse, UnleakError

if TYPE_CHECKING:
    from unleak.engine.follow import Follower
    from unleak.respond import World

_OWNER = re.compile(r"(?:github:)?([A-Za-z0-9_][A-Za-z0-9_-]{0,99})")


@click.command("watch")
@click.argument("owner", metavar="github:OWNER")
@click.option("--at-once", default=4, show_default=True, help="Incidents at a time.")
@click.option("--once", is_flag=True, help="Look once, scan what is new, and end (for cron).")
@aws_options
def command(owner: str, at_once: int, once: bool, profile: str, region: str, config_path: Path | None) -> None:
    """Follow an owner's pushes at GitHub, scan what they bring in, and respond to it.

    For those who cannot install webhooks: GitHub shows events half a minute to some hours late, and only the last 300.
    With webhooks, `unleak serve` hears at once. The token is in GITHUB_TOKEN; only events that it may read are seen.

    \b
    GITHUB_TOKEN=... unleak watch github:acme
    """
    from unleak.scan.sources.github_api import Api, access_from

    named = _OWNER.fullmatch(owner)
    if named is None:
        raise Misuse(f"{owner} is no owner at GitHub", "write it like github:acme")
    world = make_world(config_of(profile, region, config_path))
    access = access_from(os.environ)
    _ = world.aws.caller  # nobody to be: say so before anything is found

    from unleak.cli.hands import inbox_of
    from unleak.cli.saying import say
    from unleak.engine.follow import Follower, is_organization

    with Api(access, say) as api:
        home = access.url.removesuffix("/api/v3").replace("https://api.github.com", "https://github.com")
        organization = is_organization(api, named[1])
        follower = Follower(api, inbox_of(world), named[1], is_organization=organization, home=home)
        _follow(world, follower, at_once=at_once, once=once)


def _follow(world: "World", follower: "Follower", *, at_once: int, once: bool) -> None:
    from dataclasses import replace

    from unleak.cli.hands import inbox_of, make_hands
    from unleak.cli.progress import Progress
    from unleak.cli.saying import say_defect
    from unleak.engine.both import look_after

    hands = make_hands(world, inbox_of(world))
    looking = _Looking(world, follower)
    with Progress(whose=True) as progress:
        watched = replace(world, on_entry=progress.entry)
        look_after(watched, hands, say_defect, at_once=at_once, once=once, beside=looking.if_due)


class _Looking:
    """Not more often than GitHub wants; what fails is told, and tried again."""

    def __init__(self, world: "World", follower: "Follower") -> None:
        self._world, self._follower = world, follower
        self._due = world.clock.now()

    def if_due(self) -> None:
        from datetime import timedelta

        from unleak.cli.saying import say

        now = self._world.clock.now()
        if now < self._due:
            return
        try:
            found, seconds = self._follower.look(now)
        except UnleakError as error:
            say(f"{error}; looking again in a minute")
            found, seconds = 0, 60.0
        if found:
            say(f"{found} pushes to look at")
        self._due = now + timedelta(seconds=seconds)
