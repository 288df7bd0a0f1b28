"""`unleak notify`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option

if TYPE_CHECKING:
    from unleak.notify_settings import NotifySetting


@click.group("notify")
def command() -> None:
    """Who is told of a leaked key: the channels of `[[notify]]` in unleak.toml.

    `unleak respond` and `unleak worker` tell them by themselves.

    \b
    unleak notify test
    unleak notify test --channel on-call --format json
    """


@command.command("test")
@click.option("--channel", "names", multiple=True, help="Only the channel of this name (default: all).")
@click.option("--to", multiple=True, metavar="ADDRESS", help="Whom a channel for committers writes to, for this test.")
@format_option()
@aws_options
def test(
    names: tuple[str, ...], to: tuple[str, ...], format_name: str, profile: str, region: str, config_path: Path | None
) -> None:
    """Send each channel a message that says that nothing happened, and tell whether it was taken.

    Exit codes: 0 all took it, 1 one refused it, 2 misuse, 3 one could not be reached.
    """
    from datetime import UTC, datetime

    from unleak.aws.accounts import Accounts
    from unleak.engine.telling import try_channel
    from unleak.model.document import written

    config = config_of(profile, region, config_path)
    chosen = _chosen(config.notify, names)
    aws = Accounts(config)
    tried = [try_channel(aws, s, config.region, datetime.now(UTC), to) for s in chosen]
    if format_name == "json":
        click.echo(written("unleak.notify-test/1", {"channels": tried}))
    else:
        for one in tried:
            click.echo(f"{one.verdict.value.upper().replace('_', ' '):<15} {one.channel} ({one.kind}): {one.detail}")
            if one.hint:
                click.echo(f"{'':<16}next: {one.hint}")
    verdicts = {one.verdict.value for one in tried}
    sys.exit(1 if "no" in verdicts else 3 if "could_not_look" in verdicts else 0)


def _chosen(known: "tuple[NotifySetting, ...]", names: tuple[str, ...]) -> "list[NotifySetting]":
    from unleak.cli.extras import need_notify
    from unleak.model.errors import Misuse

    if unknown := sorted(set(names) - {s.name for s in known}):
        raise Misuse(f"there is no channel {unknown[0]}", f"known are: {', '.join(s.name for s in known) or 'none'}")
    chosen = [s for s in known if not names or s.name in names]
    if not chosen:
        raise Misuse("no channel is configured", "write [[notify]] into unleak.toml: see docs/notify.md")
    if any(s.kind in {"apprise", "committer"} for s in chosen):
        need_notify()
    return chosen
