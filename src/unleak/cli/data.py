"""`unleak data`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from unleak.cli.aws_options import aws_options, config_of


@click.command("data")
@click.argument("key_id")
@click.option("--trail", "trails", multiple=True, metavar="SOURCE",
              help="Where its calls are, as for `unleak investigate`. Several at once.")  # fmt: skip
@click.option("--leaked-at", default="", metavar="TIME", help="When the key became known to others.")
@click.option("--account", default="", help="Whose trail it is, where the key's id does not tell.")
@click.option("--no-versions", is_flag=True, help="Do not ask AWS what was there before.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@aws_options
def command(
    key_id: str, trails: tuple[str, ...], leaked_at: str, account: str, no_versions: bool, format_name: str,
    profile: str, region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """What KEY_ID, and every credential that came of it, read, wrote, overwrote and deleted.

    For each thing: when, by whom, the version before, and whether it can be put back. Reads CloudTrail, then lists
    versions; reads no content and changes nothing.

    \b
    unleak data AKIA... --trail s3://my-trail
    unleak data AKIA... --trail ./cloudtrail-logs --format json

    Exit codes: 0 no data was touched, 1 some was, 2 misuse, 3 something could not be looked at.
    """
    from unleak.aws.accounts import Accounts
    from unleak.cli.incident_named import incident_of_key
    from unleak.cli.investigate import check_key, sources_of, time_before, time_of
    from unleak.cli.investigate_told import progress
    from unleak.investigate.run import Wish, investigate
    from unleak.model.data import Touched
    from unleak.report.data import to_json, to_text
    from unleak.review.data import things, unseen
    from unleak.review.versions import with_versions

    check_key(key_id)
    config = config_of(profile, region, config_path)
    home = config.home / "trail"
    known = incident_of_key(config, key_id)
    leak = time_of(leaked_at, "--leaked-at") or (known.leaked_at if known else None)
    sources = sources_of(config, key_id, account, trails, home)
    with progress() as tell:
        ours = known.our_request_ids if known else frozenset()
        wish = Wish(key_id, home, leak, time_before(leak), tell=tell, our_requests=ours)
        found = investigate(wish, sources, datetime.now(UTC))
    touched = things(found.calls)
    if not no_versions:
        touched = list(with_versions(Accounts(config), touched))
    told = Touched(key_id, found.leaked_at, tuple(touched), unseen(found.calls), found.seen.limits, found.seen.problems)
    click.echo(to_json(told) if format_name == "json" else to_text(told, known.id if known else ""))
    sys.exit(3 if not told.is_whole else 1 if told.things else 0)
