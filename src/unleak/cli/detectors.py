"""`unleak detectors`."""

import click

from unleak.cli.format_option import format_option


@click.command("detectors")
@click.argument("detector", default="")
@format_option()
def command(detector: str, format_name: str) -> None:
    """What `unleak scan` looks for, how bad it is, and what to do about it. Values in examples are masked.

    \b
    unleak detectors                  a line for each
    unleak detectors aws_secret       DETECTOR in full
    unleak detectors --format json
    """
    from unleak.model.errors import Misuse
    from unleak.scan.detectors import BY_ID
    from unleak.scan.formats import detectors

    if detector and detector not in BY_ID:
        raise Misuse(f"there is no detector {detector!r}", "`unleak detectors` lists them")
    chosen = [BY_ID[detector]] if detector else list(BY_ID.values())
    if format_name == "json":
        click.echo(detectors.to_json(chosen))
    else:
        click.echo(detectors.in_full(chosen[0]) if detector else detectors.table(chosen))
