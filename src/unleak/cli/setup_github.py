"""`unleak setup github`: webhooks, secret scanning and push protection; or a GitHub App instead of webhooks."""

import json
import os
import sys
from typing import TYPE_CHECKING

import click

from unleak.cli.format_option import format_option
from unleak.cli.saying import say, say_plainly, without_secrets

if TYPE_CHECKING:
    from unleak.setup.wanted import Look

SECRET_VARIABLE = "UNLEAK_GITHUB_SECRET"  # noqa: S105  the name of a variable


@click.command("github")
@click.argument("owner", required=False, default="")
@click.option("--service-url", default="", metavar="URL", help="Where GitHub reaches `unleak serve`; else no webhook.")
@click.option("--secret-env", default=SECRET_VARIABLE, show_default=True, metavar="NAME", help="Holds its secret.")
@click.option("--manifest", is_flag=True, help="Print the manifest of a GitHub App, and do nothing else.")
@click.option("--apply", "applies", is_flag=True, help="Do it. Without, only what would be done is told.")
@format_option()
def github(owner: str, service_url: str, secret_env: str, manifest: bool, applies: bool, format_name: str) -> None:
    """At OWNER (an organisation) or OWNER/REPOSITORY: a webhook, secret scanning and push protection.

    With the token in GITHUB_TOKEN, which must administer them. Changes nothing without --apply; what is as it should be
    is left alone, and what was changed is read back.

    \b
    unleak setup github acme --service-url https://unleak.example.com
    unleak setup github acme --service-url https://unleak.example.com --apply
    unleak setup github acme/app --apply
    unleak setup github --manifest --service-url https://unleak.example.com

    Exit codes: 0 all is as it should be, 1 something is not, 3 something could not be looked at.
    """
    from unleak.model.document import written
    from unleak.model.errors import Misuse

    if manifest:
        _print_manifest(service_url)
        return
    if not owner:
        raise Misuse("whose repositories?", "name an organisation, or OWNER/REPOSITORY")
    found = _settle(owner, service_url, os.environ.get(secret_env, ""), apply=applies)
    if format_name == "json":
        points = [{"what": what, "verdict": look.verdict.value, "detail": look.detail, "hint": look.hint}
                  for what, look in found]  # fmt: skip
        click.echo(written("unleak.github-setup/1", {"applied": applies, "points": points}))
    else:
        _print(found)
    verdicts = {look.verdict.value for _, look in found}
    sys.exit(3 if "could_not_look" in verdicts else 1 if "no" in verdicts else 0)


def _settle(owner: str, service_url: str, secret: str, *, apply: bool) -> "list[tuple[str, Look]]":
    from unleak.scan.sources.github_api import Api, access_from
    from unleak.setup.github_owner import wanted_at
    from unleak.setup.wanted import settled

    with Api(access_from(os.environ), say) as api:
        return [(w.what, settled(api, w, apply=apply)) for w in wanted_at(api, owner, service_url, secret)]


def _print(found: "list[tuple[str, Look]]") -> None:
    for what, look in found:
        click.echo(without_secrets(f"{look.verdict.value.upper().replace('_', ' '):<15} {what}: {look.detail}"))
        if look.hint:
            click.echo(f"{'':<16}next: {look.hint}")


def _print_manifest(service_url: str) -> None:
    from unleak.setup.github_app import manifest

    click.echo(json.dumps(manifest(service_url), indent=2))
    say_plainly("next: register the app with it, and take its webhook secret: see docs/setup.md")
