"""`unleak inspect`."""

import sys
from pathlib import Path

import click

from unleak.cli.world import aws_options, config_of, make_world


@click.command("inspect")
@click.argument("key_id")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--offline", is_flag=True, help="Only what the id itself tells.")
@aws_options
def command(key_id: str, format_name: str, offline: bool, profile: str, region: str, config_path: Path | None) -> None:
    """Whose key KEY_ID is, since when, when it was last used, and what it may do. Changes nothing.

    \b
    unleak inspect AKIA... --offline        the account, from the id alone
    unleak inspect AKIA... --profile security
    """
    import json

    from unleak.iam.key_id import KeyKind, account_of, kind_of
    from unleak.model.errors import Misuse

    kind = kind_of(key_id)
    if kind in {KeyKind.UNKNOWN, KeyKind.NOT_A_KEY}:
        raise Misuse(
            f"{key_id!r} is {kind.value if kind is KeyKind.NOT_A_KEY else 'no AWS key id'}",
            "a key id has 20 characters and begins with AKIA or ASIA",
        )
    answer: dict[str, object] = {
        "schema": "unleak.inspection/1",
        "key_id": key_id,
        "kind": kind.value,
        "account_id": account_of(key_id),
    }
    problem = ""
    if not offline:
        problem = _online(answer, key_id, profile, region, config_path)
    click.echo(json.dumps(answer, indent=2, default=str) if format_name == "json" else _text(answer))
    if problem:
        click.echo(f"unleak: could not look: {problem}", err=True)
    sys.exit(3 if problem else 0)


def _online(answer: dict[str, object], key_id: str, profile: str, region: str, config_path: Path | None) -> str:
    """Adds what AWS says; returns why it could not be asked, in part or whole."""
    from unleak.inspect.look import look_at_key
    from unleak.store.codec import to_plain

    world = make_world(config_of(profile, region, config_path), record_url="sqlite://")
    found, problem = look_at_key(world.aws, world.clock, key_id)
    for evidence in found:
        answer[type(evidence).__name__] = to_plain(evidence)
    if problem:
        answer["could_not_look"] = problem
    return problem


def _text(answer: dict[str, object]) -> str:
    owner, may = answer.get("KeyOwner"), answer.get("PermissionsRead")
    account = answer["account_id"] or "unknown (the id does not tell)"
    lines = [f"{answer['key_id']}: {answer['kind']} of account {account}"]
    if isinstance(owner, dict):
        nobody = "root user" if owner["is_root"] else "nobody: the key does not exist"
        used = f"{owner['last_used_at'] or 'never'} {owner['last_used_service']} {owner['last_used_region']}"
        lines += [
            f"  owner      {owner['user_arn'] or nobody}",
            f"  status     {owner['status']}",
            f"  created    {owner['created_at'] or 'unknown'}",
            f"  last used  {used.rstrip()}",
        ]
    if isinstance(may, dict):
        lines.append(
            f"  may do     {'EVERYTHING' if may['is_admin'] else str(len(may['dangers'])) + ' dangerous actions'}:"
        )
        lines += [f"    {d['action']:<38} {d['why']}" for d in may["dangers"]]
        lines += [f"    could not read: {name}" for name in may["unread"]]
    lines.append(f"  next: unleak respond {answer['key_id']} --plan")
    return "\n".join(lines)
