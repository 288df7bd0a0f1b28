"""Within a minute of a push, a bot asks whose key it is and what is there: nothing changes, and all is known.

https://www.paloaltonetworks.com/blog/2023/10/elektra-leak-cryptojacking-campaigns/
"""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.technique import Technique, Traces

TECHNIQUE = Technique(
    id="enumerated_by_a_bot",
    title="A bot looks around",
    attack=("T1580", "T1526", "T1087.004", "T1069.003", "T1619", "T1654"),
    prepare=be_administrator,
    moves=(
        call("sts:GetCallerIdentity"),
        call("iam:ListUsers"),
        call("iam:ListRoles"),
        call("iam:GetAccountAuthorizationDetails"),
        call("s3:ListBuckets"),
        call("ec2:DescribeInstances"),
        call("ec2:DescribeSecurityGroups"),
        call("lambda:ListFunctions"),
        call("ses:GetSendQuota"),
        call("secretsmanager:ListSecrets"),
        call("cloudtrail:DescribeTrails"),
    ),
    seen=Traces(
        rules=(
            "sts-get-caller-identity", "enumerated-identities", "enumerated-all-rights", "enumerated-storage",
            "enumerated-infrastructure", "ses-explored", "secrets-listed", "cloudtrail-read",
        )
    ),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
)  # fmt: skip
