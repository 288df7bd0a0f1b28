"""A federated session: whatever name it bears, it has the user's rights, and opens the console as well.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
"""

from unleak.drill.documents import allow, be_administrator
from unleak.drill.moves import call, holds
from unleak.drill.technique import Technique, Traces

TECHNIQUE = Technique(
    id="federated_session",
    title="A federated session under another name",
    attack=("T1550.001", "T1078.004"),
    prepare=be_administrator,
    moves=(
        call("sts:GetFederationToken", then=holds("federated"), Name="billing", Policy=allow("*"),
             DurationSeconds=43_200),
        call("s3:ListBuckets", "federated"),
        call("ec2:DescribeInstances", "federated"),
    ),
    seen=Traces(rules=("sts-get-federation-token",), credentials=("GetFederationToken",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
)  # fmt: skip
