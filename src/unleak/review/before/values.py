"""Parameters and secrets: the version before."""

from typing import TYPE_CHECKING

from unleak.aws.parameter_history import history_of, version_before
from unleak.aws.secret_versions import secret_of
from unleak.model.data import Back, Before, Deed, Present, Thing
from unleak.model.errors import NotFound

if TYPE_CHECKING:
    from unleak.aws.accounts import Accounts

PERMISSIONS = ("ssm:GetParameterHistory", "secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds")
_GONE = "it was deleted, and AWS keeps nothing of it"


def parameter(aws: "Accounts", thing: Thing) -> Before:
    _, history = history_of(aws.client(thing.account, "ssm", thing.region), thing.arn)
    if not history:
        return Before(Back.NO, "it was deleted with its history: AWS keeps none", present=Present.GONE)
    theirs = frozenset(int(v) for v in thing.own_versions if v.isdecimal())
    before = version_before(history, thing.changes[0].at, theirs)
    latest, last = history[0], thing.changes[-1]
    is_theirs = latest.number in theirs if theirs else latest.at <= last.at or latest is not before
    present = Present.THEIRS if is_theirs else Present.OTHERS
    if any(t.deed is Deed.DELETED for t in thing.changes) and not theirs:
        return Before(Back.NO, "it was deleted with its history, and made again since", present=Present.OTHERS)
    if before is None:
        return Before(
            Back.NOTHING, "nothing was there before, or it is more than a hundred versions ago", present=present
        )
    present = Present.AS_BEFORE if latest.number == before.number else present
    why = f"version {before.number} of {before.at:%Y-%m-%d %H:%M:%S} UTC"
    return Before(Back.YES, why, str(before.number), before.at, "put_back_parameter", present=present)


def secret(aws: "Accounts", thing: Thing) -> Before:
    try:
        found = secret_of(aws.client(thing.account, "secretsmanager", thing.region), thing.arn)
    except NotFound:
        return Before(Back.NO, _GONE, present=Present.GONE)
    if found.deleted_at is not None:
        why = f"it is deleted since {found.deleted_at:%Y-%m-%d %H:%M} UTC, and can be restored until it is gone"
        return Before(Back.YES, why, "", None, "put_back_secret", present=Present.GONE)
    before, current = found.before(thing.changes[0].at, thing.own_versions), found.current
    if before is None:
        return Before(Back.NOTHING, "no version is older than what was written")
    if current is not None and current.id == before.id:
        return Before(Back.NOTHING, "its present value is older than what was written", present=Present.AS_BEFORE)
    others = current is not None and current.id not in thing.own_versions and current.at > thing.changes[-1].at
    present = Present.OTHERS if others else Present.THEIRS
    why = f"version {before.id} of {before.at:%Y-%m-%d %H:%M:%S} UTC"
    return Before(Back.YES, why, before.id, before.at, "put_back_secret", present=present)
