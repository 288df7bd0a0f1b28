"""Makes containment irremovable: whoever may edit the user could take a deny away before it is obeyed everywhere.

A policy of the organisation, attached to the account, that lets nobody but the responder change the user; on an
account, one that denies everything to its root, but for the sessions of AssumeRoot that remove root's keys. It names
the user as what is changed, not as who changes it, since a federated session does not bear the user's name:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
"""

import json
from typing import Any

from unleak.aws.client import Client
from unleak.model.errors import AwsError, NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, TargetKind, Tri
from unleak.unit import ByHand, Context

_KIND = "SERVICE_CONTROL_POLICY"
_CHANGES = tuple(
    f"iam:{verb}*"
    for verb in ("Add", "Attach", "Create", "Deactivate", "Delete", "Detach", "Enable", "Put", "Remove", "Resync",
                 "Set", "Tag", "Untag", "Update", "Upload")
)  # fmt: skip
_FULL = {"ConstraintViolationException", "PolicyTypeNotEnabledException"}
_THERE_ALREADY = {"DuplicatePolicyException", "DuplicatePolicyAttachmentException"}


class LockWithScp:
    id = "lock_with_scp"
    title = "Lock the user, or root of the account, with a service control policy"
    permissions = (
        "organizations:ListPoliciesForTarget",
        "organizations:ListPolicies",
        "organizations:DescribePolicy",
        "organizations:CreatePolicy",
        "organizations:AttachPolicy",
        "organizations:DetachPolicy",
        "organizations:DeletePolicy",
    )
    breaking = True
    reversible = True
    deletes = False
    undone_by = "detaching and deleting our policy"
    by_hand = ByHand(
        console="Management account: Organizations > Policies > Service control policies > Create policy, then attach "
        "it to the account",
        cli="aws organizations create-policy --type SERVICE_CONTROL_POLICY --name lock-{name} --description unleak "
        "--content file://lock.json; aws organizations attach-policy --policy-id p-... --target-id ACCOUNT",
    )
    references = ("https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html",)

    def propose(self, context: Context, target: Target) -> Change | None:
        client, name = _client(context, target), _name(context, target)
        if _attached(client, target, name) is not None:
            return None
        document = _document(context, target)
        whom = (
            "everybody but unleak may no longer change" if target.kind is not TargetKind.ACCOUNT else "root of account"
        )
        return Change(
            summary=f"attach a service control policy to account {target.account}: {whom} {target.name}",
            breaks=f"whoever else administers {target.name}"
            if target.kind is not TargetKind.ACCOUNT
            else "whatever is done as root of the account",
            undo="detach and delete it",
            before={"attached": False},
            after={"name": name, "document": document},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        """Raises NotPossible where the account has no room for a further policy, or the type is not enabled."""
        client = _client(context, target)
        name = change.after["name"]
        policy_id = _own(client, name) or _create(client, name, change.after["document"])
        try:
            client.attach_policy(PolicyId=policy_id, TargetId=target.account)
        except AwsError as error:
            if error.code in _FULL:
                raise NotPossible(
                    str(error), "enable service control policies, or detach one from the account"
                ) from error
            if error.code not in _THERE_ALREADY:
                raise
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        client, name = _client(context, target, fresh=True), _name(context, target)
        policy_id = _attached(client, target, name)
        if policy_id is None:
            return Look(Tri.NO, detail=f"the policy {name} is not attached (any more)")
        present = json.loads(client.describe_policy(PolicyId=policy_id)["Policy"]["Content"])
        if change is not None and present != change.after["document"]:
            return Look(Tri.NO, detail=f"the policy {name} is not what we wrote")
        return Look(Tri.YES, detail=f"{name} is attached to account {target.account}")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        client, name = _client(context, target), change.after["name"]
        policy_id = _own(client, name)
        if policy_id is None:
            return Outcome(OutcomeKind.ALREADY, "it is gone already")
        if _attached(client, target, name) is not None:
            client.detach_policy(PolicyId=policy_id, TargetId=target.account)
        client.delete_policy(PolicyId=policy_id)
        return Outcome(OutcomeKind.DONE, f"detached and deleted the service control policy {name}")


def _client(context: Context, target: Target, *, fresh: bool = False) -> Client:
    """Raises NotPossible where no organisation can bind the account."""
    found = context.incident.organizations.get(target.account)
    if found is None or not found.binds:
        why = found.why_not if found else "nobody has looked for an organisation"
        raise NotPossible(
            f"no service control policy can bind account {target.account}: {why}", "contain it by policies"
        )
    return context.aws.client(found.management, "organizations", fresh=fresh)


def _name(context: Context, target: Target) -> str:
    return context.incident.name_of(f"lock-{target.kind.value}-{target.name}"[:60])


def _attached(client: Client, target: Target, name: str) -> str | None:
    found = client.pages("list_policies_for_target", "Policies", TargetId=target.account, Filter=_KIND)
    return next((str(p["Id"]) for p in found if p["Name"] == name), None)


def _own(client: Client, name: str) -> str | None:
    return next(
        (str(p["Id"]) for p in client.pages("list_policies", "Policies", Filter=_KIND) if p["Name"] == name), None
    )


def _create(client: Client, name: str, document: dict[str, Any]) -> str:
    text = json.dumps(document, separators=(",", ":"))
    try:
        made = client.create_policy(
            Content=text, Description="Set by unleak during an incident.", Name=name, Type=_KIND
        )
    except AwsError as error:
        if error.code in _FULL:
            raise NotPossible(str(error), "delete a policy of the organisation that is not needed") from error
        raise
    return str(made["Policy"]["PolicySummary"]["Id"])


def _document(context: Context, target: Target) -> dict[str, Any]:
    if target.kind is TargetKind.ACCOUNT:
        partition = context.aws.caller_in(target.account).arn.split(":")[1]
        root = f"arn:{partition}:iam::{target.account}:root"
        whom = {"ArnLike": {"aws:PrincipalArn": root}, "Null": {"aws:AssumedRoot": "true"}}
        statement = {"Sid": "UnleakDenyRoot", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": whom}
    else:
        statement = {"Sid": "UnleakLock", "Effect": "Deny", "Action": list(_CHANGES), "Resource": _ours(target),
                     "Condition": {"ArnNotLike": {"aws:PrincipalArn": _ourselves(context, target)}}}  # fmt: skip
    return {"Version": "2012-10-17", "Statement": [statement]}


def _ours(target: Target) -> list[str]:
    """The user, and the groups and policies that carry our denies."""
    partition, account = target.id.split(":")[1], target.account
    return [target.id, *(f"arn:{partition}:iam::{account}:{kind}/unleak-inc-*" for kind in ("group", "policy"))]


def _ourselves(context: Context, target: Target) -> list[str]:
    """The user or role that unleak is in this account, now or otherwise; a session does not tell its role's path."""
    arn = context.aws.caller_in(target.account).arn
    configured = context.aws.role_in(target.account)
    known = [configured] if configured else []
    if ":assumed-role/" not in arn:
        return list(dict.fromkeys([arn, *known]))
    partition, account, role = arn.split(":")[1], arn.split(":")[4], arn.split("/")[1]
    mine = [f"arn:{partition}:iam::{account}:role/{role}", f"arn:{partition}:iam::{account}:role/*/{role}"]
    return list(dict.fromkeys([*mine, *known]))


ACTION = LockWithScp()
