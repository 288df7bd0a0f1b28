"""`unleak inspect`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.aws_options import aws_options, config_of
from unleak.cli.format_option import format_option
from unleak.cli.world import make_world

if TYPE_CHECKING:
    from unleak.iam.way import Reach

Answer = dict[str, object]


@click.command("inspect")
@click.argument("key_id", required=False, default="")
@format_option()
@click.option("--offline", is_flag=True, help="Only what the id itself tells.")
@click.option(
    "--details",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Work out the reach from what `aws iam get-account-authorization-details` printed; AWS is not asked.",
)
@click.option("--user", default="", help="With --details: the user, by name or ARN.")
@click.option("--role", default="", help="With --details: the role, by name or ARN.")
@aws_options
def command(
    key_id: str, format_name: str, offline: bool, details: Path | None, user: str, role: str, profile: str, region: str,
    config_path: Path | None,
) -> None:  # fmt: skip
    """Whose key KEY_ID is, since when, when it was last used, what it may do, and how far it reaches. Changes nothing.

    \b
    unleak inspect AKIA... --offline        the account, from the id alone
    unleak inspect AKIA... --profile security
    unleak inspect --user ci-deploy --details account.json
    """
    from unleak.model.document import written

    _check(key_id, details, user, role)
    answer = _by_itself(key_id)
    problem, reach = "", None
    if details is not None:
        reach, problem = _from_file(answer, details, user, role)
    elif not offline:
        reach, problem = _online(answer, key_id, profile, region, config_path)
    answer["could_not_look"] = problem or None
    click.echo(written("unleak.inspection/1", answer) if format_name == "json" else _text(answer, reach))
    if problem:
        click.echo(f"unleak: could not look: {problem}", err=True)
    sys.exit(3 if problem else 0)


def _check(key_id: str, details: Path | None, user: str, role: str) -> None:
    from unleak.model.errors import Misuse

    if (user or role) and details is None:
        raise Misuse("--user and --role say who is meant in a file", "give the file too: --details FILE")
    if details is not None and bool(user) == bool(role):
        raise Misuse("the file does not say whose key it is", "name the one: --user NAME or --role NAME")
    if not key_id and details is None:
        raise Misuse("which key?", "unleak inspect AKIA..., or --user NAME --details FILE")


def _by_itself(key_id: str) -> Answer:
    """What the id itself tells."""
    from unleak.iam.key_id import KeyKind, account_of, kind_of
    from unleak.model.errors import Misuse

    unasked: Answer = {"owner": None, "permissions": None, "reach": None}
    if not key_id:
        return {"key_id": None, "kind": None, "account": None, **unasked}
    kind = kind_of(key_id)
    if kind in {KeyKind.UNKNOWN, KeyKind.NOT_A_KEY}:
        raise Misuse(
            f"{key_id!r} is {kind.value if kind is KeyKind.NOT_A_KEY else 'no AWS key id'}",
            "a key id has 20 characters and begins with AKIA or ASIA",
        )
    return {"key_id": key_id, "kind": kind.value, "account": account_of(key_id), **unasked}


def _from_file(answer: Answer, details: Path, user: str, role: str) -> tuple["Reach", str]:
    from unleak.iam.account import Kind
    from unleak.inspect.look_at_reach import reach_saved

    kind = Kind.USER if user else Kind.ROLE
    reach, problem = reach_saved(details, kind, user or role, str(answer["account"] or ""))
    answer["reach"] = reach
    return reach, problem


def _online(
    answer: Answer, key_id: str, profile: str, region: str, config_path: Path | None
) -> tuple["Reach | None", str]:
    """Adds what AWS says; returns the reach, and why it could not be asked, in part or whole."""
    from unleak.inspect.look import look_at_key
    from unleak.inspect.look_at_reach import reach_online
    from unleak.model.evidence import KeyOwner, PermissionsRead

    world = make_world(config_of(profile, region, config_path), record_url="sqlite://")
    found, problem = look_at_key(world.aws, world.clock, key_id)
    named = {KeyOwner: "owner", PermissionsRead: "permissions"}
    answer.update({named[type(e)]: e for e in found if type(e) in named})
    owner = next((e for e in found if isinstance(e, KeyOwner)), None)
    if owner is None or owner.user_arn is None:
        return None, problem
    reach, unseen = reach_online(world.aws, owner.user_arn, owner.account)
    if reach is not None:
        answer["reach"] = reach
    return reach, "; ".join(filter(None, (problem, unseen)))


def _text(answer: Answer, reach: "Reach | None") -> str:
    from unleak.cli.reach_lines import reach_lines

    lines = [*_of_key(answer)] if answer["key_id"] else []
    if reach is not None:
        lines += [*([] if answer["owner"] else [f"  principal  {reach.principal}"]), *reach_lines(reach)]
    if answer["key_id"]:
        lines.append(f"  next: unleak respond {answer['key_id']} --plan")
    return "\n".join(lines)


def _of_key(answer: Answer) -> list[str]:
    from unleak.model.document import rfc3339
    from unleak.model.evidence import KeyOwner, PermissionsRead

    owner, may = answer["owner"], answer["permissions"]
    account = answer["account"] or "unknown (the id does not tell)"
    lines = [f"{answer['key_id']}: {answer['kind']} of account {account}"]
    if isinstance(owner, KeyOwner):
        nobody = {"Active": owner.kind.value, "absent": "nobody: the key does not exist"}.get(owner.status, "not known")
        if owner.kind == "root key" and owner.status == "unknown":
            nobody = "root's, or nobody's any more: no user has it, and root has keys"
        used = f"{rfc3339(owner.last_used_at) or 'never'} {owner.last_used_service} {owner.last_used_region}"
        lines += [
            f"  owner      {owner.principal_arn or nobody}",
            f"  status     {owner.status.value}",
            f"  created    {rfc3339(owner.created_at) or 'unknown'}",
            f"  last used  {used.rstrip()}",
        ]
        if owner.is_root and owner.status == "Active":
            lines.append("  reach      everything: only its organisation limits a root user")
    if isinstance(may, PermissionsRead):
        lines.append(f"  may do     {'EVERYTHING' if may.is_admin else str(len(may.dangers)) + ' dangerous actions'}:")
        lines += [f"    {d.action:<38} {d.why}" for d in may.dangers]
        lines += [f"    could not read: {name}" for name in may.unread]
    return lines
