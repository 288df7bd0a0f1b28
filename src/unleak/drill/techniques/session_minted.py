"""A session of 36 hours, minted before anybody notices: it outlives its key.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
"""

from unleak.drill.moves import call, holds
from unleak.drill.technique import Technique, Traces

TECHNIQUE = Technique(
    id="session_minted",
    title="A session that outlives its key",
    attack=("T1550.001", "T1078.004"),
    moves=(
        call("sts:GetSessionToken", then=holds("session"), DurationSeconds=129_600),
        call("s3:ListBuckets", "session"),
        call("ec2:DescribeInstances", "session"),
    ),
    seen=Traces(rules=("sts-get-session-token",), credentials=("GetSessionToken",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
)
