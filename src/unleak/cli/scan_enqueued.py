"""`unleak scan --github OWNER --enqueue`: every repository as an errand of its own, for the workers of the record."""

import os
from datetime import date

import click

from unleak.cli.hands import inbox_of
from unleak.cli.saying import say
from unleak.cli.world import make_world
from unleak.config import load_config
from unleak.engine.errands import errand_of
from unleak.intake.notice import Whole
from unleak.model.alert import Ground
from unleak.scan.blob import Problem
from unleak.scan.sources.github import Hosted, read_repositories
from unleak.scan.sources.github_api import Api, access_from
from unleak.store.inbox import Known, Received


def enqueue(owner: str, *, forks: bool, today: date) -> int:
    """The exit code. Run again on the same day, it adds what is missing; on another day, all are scanned again."""
    world = make_world(load_config())
    inbox, added, known, unread = inbox_of(world), 0, 0, 0
    with Api(access_from(os.environ), say) as api:
        for found in read_repositories(api, owner):
            if isinstance(found, Problem):
                say(f"{found.where}: {found.why}")
                unread += 1
            elif forks or not found.is_fork:
                errand = errand_of(_whole(found, today), "scan", Ground.CLAIM)
                message = Received(f"scan-{errand[0][:50]}", "scan", world.clock.now(), (), [errand])
                try:
                    added += inbox.take(message).errands
                except Known:
                    known += 1
    more = f"; {known} were already" if known else ""
    click.echo(f"{added} repositories are to be scanned by `unleak worker`{more}")
    return 3 if unread else 0


def _whole(found: Hosted, today: date) -> Whole:
    """Whether strangers may read it, the list does not say."""
    return Whole(found.name, found.url, "unleak scan --enqueue", None, today.isoformat())
