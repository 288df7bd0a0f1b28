"""From the key to a role, and from that role to the next: each session has another principal than the one before."""

from unleak.drill.moves import call, holds
from unleak.drill.stage import READER
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.drill.techniques.role_opened import ROLE, prepare

_ARN = "arn:aws:iam::{account}:role/"

TECHNIQUE = Technique(
    id="roles_chained",
    title="From role to role",
    attack=("T1548.005", "T1078.004"),
    prepare=prepare,
    moves=(
        call("sts:AssumeRole", then=holds("first"), RoleArn=_ARN + ROLE, RoleSessionName="deploy"),
        call("sts:AssumeRole from there", "first", then=holds("second"), RoleArn=_ARN + READER, RoleSessionName="job"),
        call("iam:ListUsers", "first"),
        call("s3:GetObject", "second", Bucket="{bucket}", Key="customers.csv"),
    ),
    seen=Traces(rules=("sts-assume-role",), credentials=("AssumeRole",)),
    stopped_by=("deactivate_key", "revoke_role_sessions"),
    only_standin=LEAVES,
)
