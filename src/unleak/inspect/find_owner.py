"""Whose key this is: the account from the id, offline; the user and last use from AWS."""

from collections.abc import Iterator

from unleak.iam.key_id import KeyKind, account_of, kind_of
from unleak.model.errors import AccessDenied, AwsError, CouldNotLook, NotFound
from unleak.model.evidence import Evidence, KeyOwner, KeyStatus
from unleak.model.plan import Target
from unleak.unit import Context


class FindOwner:
    id = "find_owner"
    title = "Find the key's account and user"
    permissions = ("sts:GetAccessKeyInfo", "iam:GetAccessKeyLastUsed", "iam:ListAccessKeys", "iam:GetUser")

    def run(self, context: Context, target: Target) -> Iterator[Evidence]:
        """Raises CouldNotLook where the account cannot be told or reached."""
        key_id = target.id
        account = account_of(key_id) or _ask_account(context, key_id)
        if kind_of(key_id) is not KeyKind.LONG_TERM:
            raise CouldNotLook(
                f"{key_id} is a {kind_of(key_id)} of account {account}, not the key of a user",
                "find the long-term key or role behind it and respond to that",
            )
        iam = context.aws.client(account, "iam")
        try:
            used = iam.get_access_key_last_used(AccessKeyId=key_id)
        except NotFound:
            yield KeyOwner(key_id, account, KeyStatus.ABSENT)
            return
        user = str(used.get("UserName") or "")
        if not user or user == "root":
            yield KeyOwner(key_id, account, KeyStatus.ACTIVE, is_root=True)
            return
        keys = {k["AccessKeyId"]: k for k in iam.pages("list_access_keys", "AccessKeyMetadata", UserName=user)}
        last, key = used.get("AccessKeyLastUsed", {}), keys.get(key_id)
        yield KeyOwner(
            key_id=key_id,
            account=account,
            status=KeyStatus(key["Status"]) if key else KeyStatus.ABSENT,
            user_arn=str(iam.get_user(UserName=user)["User"]["Arn"]),
            created_at=key["CreateDate"] if key else None,
            last_used_at=last.get("LastUsedDate"),
            last_used_service=_known(last.get("ServiceName")),
            last_used_region=_known(last.get("Region")),
        )


def _known(text: str | None) -> str:
    return text if text and text != "N/A" else ""


def _ask_account(context: Context, key_id: str) -> str:
    """Older ids do not carry their account; AWS knows it, whoever asks."""
    caller = context.aws.caller
    try:
        answer = context.aws.client(caller.account, "sts").get_access_key_info(AccessKeyId=key_id)
    except AccessDenied:
        raise
    except AwsError as error:
        raise CouldNotLook(
            f"the id {key_id} does not tell its account, and AWS does not know it ({error.code})",
            "check the id for a missing or changed character",
        ) from error
    return str(answer["Account"])


CHECK = FindOwner()
