"""`unleak inspect`: how far a key's principal reaches, asked of AWS or read from a saved file."""

from dataclasses import replace
from pathlib import Path

from unleak.aws.accounts import Accounts
from unleak.iam.account import AccountDetails, Kind, NotDetails, account_in, parse_details
from unleak.iam.reach import NoSuchPrincipal, reach_of
from unleak.iam.way import Reach
from unleak.inspect.authorization import UNREADABLE, read_details, read_organisation
from unleak.model.errors import AccessDenied, Misuse, UnleakError

_SHOWN = 3


def reach_online(aws: Accounts, principal_arn: str, account: str) -> tuple[Reach | None, str]:
    """The reach, and why it may be longer than what is told (empty where it is not). None where it may not be read."""
    try:
        details = read_details(aws, account)
    except AccessDenied as refusal:
        return None, f"how far the key reaches: {refusal}; {refusal.hint}"
    except (UnleakError, NotDetails) as error:
        return None, f"how far the key reaches: {error}"
    organisation = read_organisation(aws, account)
    try:
        reach = reach_of(details, principal_arn, organisation.levels)
    except NoSuchPrincipal as error:
        return None, f"how far the key reaches: {error}"
    limits = (organisation.unread,) if organisation.unread else ()
    return replace(reach, unread_limits=(*reach.unread_limits, *limits)), unread_in(reach)


def reach_saved(file: Path, kind: Kind, name: str, account: str) -> tuple[Reach, str]:
    """As `reach_online`, of what `aws iam get-account-authorization-details` printed. Raises Misuse where that is not
    it, is of another account than the key (empty: any), or has no such user or role.
    """
    details = _saved(file)
    holder = details.holder(name, kind)
    if holder is None or holder.kind is not kind:
        among = len(details.users if kind is Kind.USER else details.roles)
        raise Misuse(f"there is no {kind} {name} in {file}", f"name one of its {among} {kind}s, or give the ARN")
    found = account_in(holder.arn)
    if account and found != account:
        raise Misuse(f"the key is of account {account}, and {file} of account {found}", "take the file of that account")
    reach = reach_of(details, holder.arn)
    limits = (*reach.unread_limits, f"{UNREADABLE}: they are not in such a file")
    return replace(reach, unread_limits=limits), unread_in(reach)


def unread_in(reach: Reach) -> str:
    """What may hide ways."""
    more = len(reach.unread) - _SHOWN
    shown = ", ".join(reach.unread[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"how far the key reaches, in part: {shown}" if shown else ""


def _saved(file: Path) -> AccountDetails:
    hint = "save one with `aws iam get-account-authorization-details > FILE`"
    try:
        return parse_details(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misuse(f"{file} cannot be read: {error.strerror}", hint) from error
    except ValueError as error:
        raise Misuse(f"{file} is no such file: {error}", hint) from error
