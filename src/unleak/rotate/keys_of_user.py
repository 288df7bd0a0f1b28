"""The access keys of the user whose key is rotated: which there are, and one made, tried and removed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from unleak.aws.trial import IDENTITY, try_with
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import AwsError, NotFound, NotPossible, Unreachable
from unleak.model.plan import Target, Tri
from unleak.rotate.consumers.consumer import NewKey
from unleak.unit import Context

SETTLES = timedelta(seconds=12)
"""A new key is not known everywhere at once: it is handed out when it was accepted for so long without a refusal.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""
_PAUSE, _PATIENCE = timedelta(seconds=2), timedelta(minutes=3)
MOST = 2
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_FULL = "LimitExceeded"
_OUR_TRIAL = {"", "N/A", "sts"}


@dataclass(frozen=True, slots=True)
class UserKey:
    id: str
    is_active: bool
    made_at: datetime

    @property
    def as_new(self) -> NewKey:
        return NewKey(self.id, self.made_at)


def user_of(context: Context, target: Target) -> str:
    """Raises NotPossible where nobody knows."""
    owner = context.incident.owners.get(target.id)
    if owner is None or owner.user_arn is None or owner.is_root:
        raise NotPossible(f"{target.id} is no key of a user that is known", "only a user's key can be rotated")
    return owner.user_arn.rsplit("/", 1)[-1]


def keys_of_user(context: Context, target: Target, *, fresh: bool = False) -> list[UserKey]:
    """The oldest first."""
    iam = context.aws.client(target.account, "iam", fresh=fresh)
    found = iam.pages("list_access_keys", "AccessKeyMetadata", UserName=user_of(context, target))
    keys = [UserKey(k["AccessKeyId"], k["Status"] == "Active", k["CreateDate"]) for k in found]
    return sorted(keys, key=lambda k: k.made_at)


def last_used(context: Context, target: Target, key_id: str) -> tuple[datetime | None, str]:
    """When, and which service was called last. Our own trial of a new key calls STS alone."""
    iam = context.aws.client(target.account, "iam", fresh=True)
    last = iam.get_access_key_last_used(AccessKeyId=key_id).get("AccessKeyLastUsed", {})
    return last.get("LastUsedDate"), str(last.get("ServiceName") or "")


def is_used(context: Context, target: Target, key_id: str) -> bool:
    """By anybody but us."""
    return last_used(context, target, key_id)[1] not in _OUR_TRIAL


def make_key(context: Context, target: Target) -> Credentials:
    """Raises NotPossible where somebody else took the place meanwhile."""
    iam = context.aws.client(target.account, "iam")
    try:
        made = iam.create_access_key(UserName=user_of(context, target))["AccessKey"]
    except AwsError as error:
        if error.code == _FULL:
            raise NotPossible("the user has two keys (again)", "look who made the other one; then run again") from error
        raise
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]))


def wait_until_accepted(context: Context, pair: Credentials) -> None:
    """Raises Unreachable where AWS does not accept it for long enough: then nobody must be given it."""
    end, since = context.clock.now() + _PATIENCE, None
    while context.clock.now() < end:
        accepted = try_with(context.aws, pair, IDENTITY).accepted is Tri.YES
        now = context.clock.now()
        since = (since or now) if accepted else None
        if since is not None and now - since >= SETTLES:
            return
        context.clock.sleep_until(now + _PAUSE)
    raise Unreachable(f"AWS does not accept the new key {pair.key_id} yet", "run again")


def remove_key(context: Context, target: Target, key_id: str) -> None:
    iam = context.aws.client(target.account, "iam")
    try:
        iam.delete_access_key(UserName=user_of(context, target), AccessKeyId=key_id)
    except NotFound:
        return
