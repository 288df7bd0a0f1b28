"""Switches off credentials for one service (Bedrock API keys, CodeCommit, Keyspaces): deactivating a key leaves them.

Which: the leaked one, those that were made since the leak, and in lockdown all of the user. AWS's quarantine policies
do not refuse to make new ones.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html
"""

from typing import Any

from unleak.aws.client import Client
from unleak.aws.credential_lists import service_credentials
from unleak.model.plan import Change, Look, Mode, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_OFF, _ON = "Inactive", "Active"


class RevokeServiceCredentials:
    id = "revoke_service_credentials"
    title = "Deactivate the user's credentials for single services"
    permissions = ("iam:ListServiceSpecificCredentials", "iam:UpdateServiceSpecificCredential")
    breaking = True
    reversible = True
    deletes = False
    undone_by = "setting to Active those that are older than the leak and did not leak themselves"
    by_hand = ByHand(
        console="IAM > Users > {name} > Security credentials > API keys for Amazon Bedrock (or HTTPS Git credentials) "
        "> Actions > Deactivate",
        cli="aws iam list-service-specific-credentials --user-name {name}; aws iam update-service-specific-credential "
        "--user-name {name} --service-specific-credential-id ACCA... --status Inactive",
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_api_keys_for_aws_services.html",
        "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-revoke.html",
    )

    def propose(self, context: Context, target: Target) -> Change | None:
        live = _live(context, context.aws.client(target.account, "iam"), target)
        if not live:
            return None
        listed = ", ".join(f"{c['ServiceSpecificCredentialId']} ({c['ServiceName']})" for c in live)
        return Change(
            summary=f"set {listed} of user {target.name} to Inactive",
            breaks="whatever signs in to these services with them",
            undo="set those to Active that were there before the leak and did not leak themselves",
            before={"active": {c["ServiceSpecificCredentialId"]: _is_older(context, c) for c in live}},
            after={"inactive": sorted(c["ServiceSpecificCredentialId"] for c in live)},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        for credential in change.after["inactive"]:
            self._set(context, target, credential, _OFF)
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        """None may be live: neither those of the change, nor one that was made since."""
        client = context.aws.client(target.account, "iam", fresh=True)
        meant = set(change.after["inactive"]) if change else set()
        live = [
            c["ServiceSpecificCredentialId"]
            for c in _listed(client, target)
            if c["Status"] == _ON and (c["ServiceSpecificCredentialId"] in meant or _is_meant(context, c))
        ]
        if live:
            return Look(Tri.NO, detail=f"{live[0]} is Active")
        return Look(Tri.YES, detail=f"no credential for a single service that {target.name} must not have is Active")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        was = change.before["active"]
        present = {c["ServiceSpecificCredentialId"]: c["Status"] for c in
                   _listed(context.aws.client(target.account, "iam"), target)}  # fmt: skip
        back = [c for c, is_older in was.items() if is_older and present.get(c) == _OFF]
        for credential in back:
            self._set(context, target, credential, _ON)
        if back:
            return Outcome(OutcomeKind.DONE, f"set {', '.join(back)} to Active")
        return Outcome(OutcomeKind.ALREADY, "none of them may, or need, be set to Active again")

    def _set(self, context: Context, target: Target, credential: str, status: str) -> None:
        context.aws.client(target.account, "iam").update_service_specific_credential(
            UserName=target.name, ServiceSpecificCredentialId=credential, Status=status
        )


def _listed(client: Client, target: Target) -> list[dict[str, Any]]:
    return list(service_credentials(client, UserName=target.name))


def _live(context: Context, client: Client, target: Target) -> list[dict[str, Any]]:
    return [c for c in _listed(client, target) if c["Status"] == _ON and _is_meant(context, c)]


def _is_meant(context: Context, credential: dict[str, Any]) -> bool:
    return context.incident.mode is Mode.LOCKDOWN or not _is_older(context, credential)


def _is_older(context: Context, credential: dict[str, Any]) -> bool:
    """Whether it is the user's own business: made before the leak, and not what leaked."""
    if credential["ServiceSpecificCredentialId"] in context.incident.credentials:
        return False
    return bool(credential["CreateDate"] < context.incident.suspect_since)


ACTION = RevokeServiceCredentials()
