"""Removes the keys of an account's root user: a member's through AssumeRoot, the management account's by a person.

Nobody but root may change root's keys; the one task that an organisation has for it deletes them, and cannot only
switch them off. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html
"""

import csv
import io
from datetime import datetime

from unleak.aws.client import Client
from unleak.aws.trial import IDENTITY, try_with
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.model.errors import AccessDenied, CouldNotLook, NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_TASK = "policy/root-task/IAMDeleteRootUserCredentials"
_SECONDS = 900
_BY_HAND = (
    "root of account {account} only can remove its keys: (1) sign in at https://signin.aws.amazon.com as root, with "
    "its second factor; (2) open Security credentials from the account's menu; (3) under Access keys deactivate and "
    "delete {key_id}, and every other that is not yours; (4) change the password, look at MFA devices, alternate "
    "contacts and the e-mail address; (5) sign out. unleak looks every five minutes whether the keys are gone"
)
_ENABLE = "enable central root access: aws iam enable-organizations-root-credentials-management, and ...-root-sessions"


class RemoveRootKey:
    id = "root_key"
    title = "Remove the keys of root"
    permissions = (
        "iam:GetAccountSummary",
        "iam:GenerateCredentialReport",
        "iam:GetCredentialReport",
        "sts:AssumeRoot",
    )
    breaking = True
    reversible = False
    deletes = True
    undone_by = "nothing: a deleted key cannot come back"
    by_hand = ByHand(
        console="Sign in as root > account menu > Security credentials > Access keys > Deactivate, then Delete",
        cli="aws sts assume-root --target-principal ACCOUNT --task-policy-arn "
        "arn=arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials  # then, with its credentials: "
        "aws iam delete-access-key --access-key-id {key_id}",
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user_manage_delete-key.html",
    )

    def propose(self, context: Context, target: Target) -> Change | None:
        if not _keys_present(context.aws.client(target.account, "iam")):
            return None
        found = context.incident.organizations.get(target.account)
        management = found.management if found and found.binds else ""
        how = f"through AssumeRoot from account {management}" if management else "by a person who signs in as root"
        return Change(
            summary=f"delete every access key of root of account {target.account}, {how}",
            breaks="whatever signs as root",
            undo="never: a deleted key cannot come back",
            before={"keys": True},
            after={"keys": False, "management": management},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        management = change.after["management"]
        if not management:
            steps = _BY_HAND.format(account=target.account, key_id=context.incident.key_id)
            return Outcome(OutcomeKind.ASKED, steps)
        root = _as_root(context, target, management)
        for key in root.list_access_keys()["AccessKeyMetadata"]:
            root.delete_access_key(AccessKeyId=key["AccessKeyId"])
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        """By the account's summary, and by the leaked key itself where it is in hand."""
        del change
        iam = context.aws.client(target.account, "iam", fresh=True)
        if _keys_present(iam):
            live = _active_in_report(iam, context.incident.opened_at or context.clock.now())
            if live is not False:
                return Look(Tri.NO, detail="root has access keys")
        seen = Look(Tri.YES, detail="root has no access key that is active")
        leaked = context.vault.get(context.incident.key_id)
        if leaked is None or leaked.token is not None:
            return seen
        trial = try_with(context.aws, leaked, IDENTITY)
        ids = (trial.request_id,) if trial.request_id else ()
        if trial.accepted is Tri.YES:
            return Look(Tri.YES, Tri.NO, "GetCallerIdentity is still accepted", request_ids=ids)
        if trial.dead:
            return Look(Tri.YES, Tri.YES, f"the key is refused now ({trial.code})", request_ids=ids)
        return seen

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        del context, change
        return Outcome(
            OutcomeKind.ASK, f"the keys of root of account {target.account} were deleted: they cannot come back"
        )


def _as_root(context: Context, target: Target, management: str) -> Client:
    """Raises NotPossible where the organisation has not enabled it. At a regional endpoint, as AWS asks."""
    partition = context.aws.caller_in(management).arn.split(":")[1]
    try:
        made = context.aws.client(management, "sts").assume_root(
            TargetPrincipal=target.account,
            TaskPolicyArn={"arn": f"arn:{partition}:iam::aws:{_TASK}"},
            DurationSeconds=_SECONDS,
        )["Credentials"]
    except AccessDenied as error:
        raise NotPossible(str(error), f"grant sts:AssumeRoot in account {management}; {_ENABLE}") from error
    token = SessionToken(made["SessionToken"])
    return context.aws.acting_as(Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]), token), "iam")


def _keys_present(iam: Client) -> bool:
    return bool(iam.get_account_summary()["SummaryMap"].get("AccountAccessKeysPresent", 1))


def _active_in_report(iam: Client, since: datetime) -> bool | None:
    """A key of root's that is there may be inactive: the credential report tells, up to four hours late. None where it
    cannot be had (yet).
    """
    try:
        iam.generate_credential_report()
        report = iam.get_credential_report()
    except CouldNotLook:
        return None
    if report["GeneratedTime"] < since:
        return None
    rows = csv.DictReader(io.StringIO(report["Content"].decode()))
    root = next((r for r in rows if r["user"] == "<root_account>"), None)
    return None if root is None else "true" in {root["access_key_1_active"], root["access_key_2_active"]}


ACTION = RemoveRootKey()
