"""`unleak review`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.investigate import check_key, check_place, time_of

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts
    from unleak.cli.review_facts import Known
    from unleak.config import Config
    from unleak.model.review import Review
    from unleak.review.check import ReviewCheck

_TIME = "2026-11-23, or 2026-11-23T04:05:06Z (UTC)"


@click.command("review")
@click.argument("key_id", required=False, default="")
@click.option("--account", "accounts", multiple=True, metavar="NUMBER",
              help="Where to look (default: the key's account). Several at once.")  # fmt: skip
@click.option("--organization", is_flag=True, help="Every account of the configured organisation.")
@click.option("--since", default="", metavar="TIME", help=f"When the key leaked: {_TIME}. An incident knows it.")
@click.option("--in", "regions", multiple=True, metavar="REGION", help="Only there (default: every enabled region).")
@click.option("--check", "names", multiple=True, metavar="ID", help="Only this check. Several at once.")
@click.option("--trail", "trails", multiple=True, metavar="SOURCE",
              help="Ask the trail what the key brought about, as `unleak investigate` does.")  # fmt: skip
@click.option("--all", "every", is_flag=True, help="Name everything that stands, also what is older and harmless.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write the report to a file instead of standard output.")  # fmt: skip
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@aws_options
def command(
    key_id: str, accounts: tuple[str, ...], organization: bool, since: str, regions: tuple[str, ...],
    names: tuple[str, ...], trails: tuple[str, ...], every: bool, output: Path | None, format_name: str, profile: str,
    region: str, config_path: Path | None,
) -> None:  # fmt: skip
    """What stands in the account, in every region: by the incident, since the leak, or older. Changes nothing.

    Looks where attackers hide (users, roles, functions, machines, shared disks, silenced guards, copies of the key),
    and for everything else at AWS's own inventories. KEY_ID is the leaked key: its incident, or --trail, says what it
    brought about.

    \b
    unleak review AKIA... --since 2026-11-23T12:33:12Z
    unleak review AKIA... --trail ./cloudtrail-logs --profile security
    unleak review --account 111122223333 --in eu-west-1 --check iam_users --check iam_roles
    unleak review AKIA... --organization --format json --output review.json

    What it may need is printed by `unleak setup policy --review`.

    Exit codes: 0 nothing of the incident, nothing since the leak and nothing grave, 1 there is some, 2 misuse, 3
    something could not be looked at.
    """
    from unleak.aws.accounts import Accounts
    from unleak.cli.review_facts import known_of

    if key_id:
        check_key(key_id)
    check_place(output, "--output")
    leak, checks = time_of(since, "--since"), _checks(names)
    config = config_of(profile, region, config_path)
    _check_regions(regions)
    aws = Accounts(config)
    known = known_of(config, key_id, leak, trails, _first(accounts))
    found = _look(aws, _accounts(config, aws, key_id, accounts, organization), known, key_id, regions, checks)
    _tell(found, output, format_name, every)
    for problem in known.problems:
        click.echo(f"unleak: could not look: {problem}", err=True)
    sys.exit(3 if found.unseen or known.problems else 1 if found.worries else 0)


def _look(
    aws: "Accounts", accounts: tuple[str, ...], known: "Known", key_id: str, regions: tuple[str, ...],
    checks: "tuple[ReviewCheck, ...]",
) -> "Review":  # fmt: skip
    from unleak.aws.clock import AwsClock
    from unleak.cli.review_told import progress
    from unleak.review.run import Wish, review

    with progress() as tell:
        wish = Wish(accounts, checks, known.since, key_id, regions, known.facts, tell=tell)
        return review(wish, aws, AwsClock(aws).now())


def _first(accounts: tuple[str, ...]) -> str:
    return accounts[0] if accounts else ""


def _tell(found: "Review", output: Path | None, format_name: str, every: bool) -> None:
    from unleak.report.review import to_json, to_text

    text = to_json(found) if format_name == "json" else to_text(found, every=every)
    if output is None:
        click.echo(text.removesuffix("\n"))
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"unleak: wrote {output}", err=True)


def _checks(names: tuple[str, ...]) -> "tuple[ReviewCheck, ...]":
    from unleak.model.errors import Misuse
    from unleak.review import CHECKS

    known = {check.id for check in CHECKS}
    for name in names:
        if name not in known:
            raise Misuse(f"there is no check {name!r}", f"there are {', '.join(sorted(known))}")
    return tuple(check for check in CHECKS if not names or check.id in names)


def _check_regions(regions: tuple[str, ...]) -> None:
    from unleak.config import check_region

    for region in regions:
        check_region(region)


def _accounts(
    config: "Config", aws: "Accounts", key_id: str, accounts: tuple[str, ...], organization: bool
) -> tuple[str, ...]:
    """Raises Misuse for what is no account, and where no organisation is configured."""
    from unleak.iam.key_id import account_of
    from unleak.model.errors import Misuse

    for account in accounts:
        if not (account.isascii() and account.isdecimal() and len(account) == len("111122223333")):
            raise Misuse(f"--account {account}: no account number", "it has twelve digits")
    if organization:
        if config.organization is None:
            raise Misuse("no organisation is configured", "name its role in unleak.toml ([organization]), or --account")
        return tuple(sorted({*aws.members, *accounts}))
    whose = account_of(key_id) if key_id else None
    return accounts or (whose or aws.caller.account,)
