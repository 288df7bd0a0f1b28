"""Whose credential this is: the account from the id, offline; the principal and last use from AWS."""

from collections.abc import Iterator
from dataclasses import replace

from unleak.aws.credential_lists import service_credentials
from unleak.aws.trial import IDENTITY, Trial, try_with
from unleak.iam.key_id import KeyKind, account_of, kind_of
from unleak.model.credential import CredentialKind
from unleak.model.errors import AccessDenied, AwsError, CouldNotLook, NotFound, Unreachable
from unleak.model.evidence import Evidence, KeyOwner, KeyStatus
from unleak.model.plan import Target, Tri
from unleak.unit import Context

_SERVICE = {KeyKind.BEARER, KeyKind.CONTEXT}


class FindOwner:
    id = "find_owner"
    title = "Find the credential's account and principal"
    permissions = (
        "sts:GetAccessKeyInfo",
        "iam:GetAccessKeyLastUsed",
        "iam:ListAccessKeys",
        "iam:GetUser",
        "iam:GetRole",
        "iam:GetAccountSummary",
        "iam:ListServiceSpecificCredentials",
    )

    def run(self, context: Context, target: Target) -> Iterator[Evidence]:
        """Raises CouldNotLook where the account cannot be told."""
        key_id, kind = target.id, kind_of(target.id)
        account = account_of(key_id) or _ask_account(context, key_id)
        if not context.aws.reaches(account):
            yield KeyOwner(key_id, account, KeyStatus.UNKNOWN, kind=CredentialKind.FOREIGN)
        elif kind is KeyKind.TEMPORARY:
            yield _of_session(context, key_id, account)
        elif kind in _SERVICE:
            yield _of_service_credential(context, key_id, account)
        else:
            yield _of_key(context, key_id, account)


def _of_key(context: Context, key_id: str, account: str) -> KeyOwner:
    iam = context.aws.client(account, "iam")
    try:
        used = iam.get_access_key_last_used(AccessKeyId=key_id)
    except NotFound:
        return _of_no_user(context, key_id, account)
    except AccessDenied:
        told = _told_otherwise(context, key_id, account)
        if told is None:
            raise
        return told
    user = str(used.get("UserName") or "")
    if not user or (user == "root" and not _has_user_of_that_name(context, account, key_id)):
        return KeyOwner(key_id, account, KeyStatus.ACTIVE, kind=CredentialKind.ROOT_KEY)
    keys = {k["AccessKeyId"]: k for k in iam.pages("list_access_keys", "AccessKeyMetadata", UserName=user)}
    last, key = used.get("AccessKeyLastUsed", {}), keys.get(key_id)
    return KeyOwner(
        key_id=key_id,
        account=account,
        status=KeyStatus(key["Status"]) if key else KeyStatus.ABSENT,
        user_arn=str(iam.get_user(UserName=user)["User"]["Arn"]),
        created_at=key["CreateDate"] if key else None,
        last_used_at=last.get("LastUsedDate"),
        last_used_service=_known(last.get("ServiceName")),
        last_used_region=_known(last.get("Region")),
    )


def _of_no_user(context: Context, key_id: str, account: str) -> KeyOwner:
    """IAM does not say whether a key that it finds with no user is root's or gone: the pair says, where it is in hand;
    else, where root has keys at all, it is taken for root's.
    """
    leaked = context.vault.get(key_id)
    if leaked is not None and (told := try_with(context.aws, leaked, IDENTITY)).arn:
        return _as_it_says(key_id, account, told)
    try:
        summary = context.aws.client(account, "iam").get_account_summary()["SummaryMap"]
    except AccessDenied:
        return KeyOwner(key_id, account, KeyStatus.ABSENT)
    if summary.get("AccountAccessKeysPresent"):
        return KeyOwner(key_id, account, KeyStatus.UNKNOWN, kind=CredentialKind.ROOT_KEY)
    return KeyOwner(key_id, account, KeyStatus.ABSENT)


def _told_otherwise(context: Context, key_id: str, account: str) -> KeyOwner | None:
    """Most who leak a key are no administrators: the leaked pair says whose it is, and a user may list their own keys.

    None where neither does.
    """
    leaked, me = context.vault.get(key_id), context.aws.caller_in(account)
    if leaked is not None and (told := try_with(context.aws, leaked, IDENTITY)).arn:
        return _as_it_says(key_id, account, told)
    arn = ""
    if ":user/" in me.arn:
        own = me.arn.rsplit("/", 1)[-1]
        try:
            keys = context.aws.client(account, "iam").pages("list_access_keys", "AccessKeyMetadata", UserName=own)
            arn = me.arn if any(k["AccessKeyId"] == key_id for k in keys) else ""
        except AccessDenied:
            arn = me.arn if me.key_id == key_id else ""
    return KeyOwner(key_id, account, KeyStatus.ACTIVE, arn) if arn else None


def _as_it_says(key_id: str, account: str, told: Trial) -> KeyOwner:
    """The pair works, and AWS says who it is."""
    active = KeyOwner(key_id, account, KeyStatus.ACTIVE, kind=CredentialKind.ROOT_KEY, request_ids=_ours(told))
    if told.arn.endswith(":root"):
        return active
    return replace(active, user_arn=told.arn, kind=CredentialKind.USER_KEY)


def _ours(told: Trial) -> tuple[str, ...]:
    """The trail shows our question under the leaked key's name: it is none of an attacker's calls."""
    return (told.request_id,) if told.request_id else ()


def _has_user_of_that_name(context: Context, account: str, key_id: str) -> bool:
    """Anybody may call a user "root"."""
    iam = context.aws.client(account, "iam")
    try:
        keys = list(iam.pages("list_access_keys", "AccessKeyMetadata", UserName="root"))
    except NotFound:
        return False
    return any(k["AccessKeyId"] == key_id for k in keys)


def _of_session(context: Context, key_id: str, account: str) -> KeyOwner:
    """IAM keeps no list of sessions: the session itself tells, where it is in hand, else the trail must."""
    unknown = KeyOwner(key_id, account, KeyStatus.UNKNOWN, kind=CredentialKind.UNKNOWN_SESSION)
    leaked = context.vault.get(key_id)
    if leaked is None or leaked.token is None:
        return unknown
    told = try_with(context.aws, leaked, IDENTITY)
    if told.accepted is Tri.COULD_NOT_LOOK:
        raise Unreachable(f"AWS gave no clear answer to the leaked session: {told.code}", "run again")
    unknown = replace(unknown, request_ids=_ours(told))
    return owner_of_session(unknown, told.arn, _role_with_path(context, account, told.arn))


def owner_of_session(unknown: KeyOwner, arn: str, role_arn: str = "") -> KeyOwner:
    """What an ARN as sts:GetCallerIdentity gives it says of a session; `role_arn`: of the role, with its path."""
    resource = arn.split(":", 5)[-1]
    if resource == "root":
        return _like(unknown, CredentialKind.ROOT_SESSION)
    if resource.startswith("user/"):
        return _like(unknown, CredentialKind.USER_SESSION, user_arn=arn)
    if resource.startswith("assumed-role/") and role_arn:
        return _like(unknown, CredentialKind.ROLE_SESSION, role_arn=role_arn)
    return unknown  # a federated session's name is not its user's: the trail knows the user


def _like(owner: KeyOwner, kind: CredentialKind, user_arn: str | None = None, role_arn: str | None = None) -> KeyOwner:
    return replace(owner, user_arn=user_arn, kind=kind, role_arn=role_arn)


def _role_with_path(context: Context, account: str, arn: str) -> str:
    """A session's ARN leaves the path of its role out."""
    if ":assumed-role/" not in arn:
        return ""
    name = arn.split("/")[1]
    return str(context.aws.client(account, "iam").get_role(RoleName=name)["Role"]["Arn"])


def _of_service_credential(context: Context, key_id: str, account: str) -> KeyOwner:
    iam = context.aws.client(account, "iam")
    mine = next(
        (c for c in service_credentials(iam, AllUsers=True) if c["ServiceSpecificCredentialId"] == key_id), None
    )
    kind = CredentialKind.SERVICE_CREDENTIAL
    if mine is None:
        return KeyOwner(key_id, account, KeyStatus.ABSENT, kind=kind)
    user_arn = str(iam.get_user(UserName=mine["UserName"])["User"]["Arn"])
    return KeyOwner(key_id, account, KeyStatus(mine["Status"]), user_arn, kind, created_at=mine["CreateDate"])


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
