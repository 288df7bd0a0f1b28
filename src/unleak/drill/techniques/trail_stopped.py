"""The trail is stopped and made blind. The event history goes on: nobody can switch that off.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
"""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces

TRAIL = "main"


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    logs = f"acme-logs-{stage.account}"
    stage.admin.client(stage.account, "s3").create_bucket(Bucket=logs)
    trail = stage.admin.client(stage.account, "cloudtrail")
    trail.create_trail(Name=TRAIL, S3BucketName=logs, IsMultiRegionTrail=True)
    trail.start_logging(Name=TRAIL)


TECHNIQUE = Technique(
    id="trail_stopped",
    title="The trail stopped",
    attack=("T1562.008",),
    prepare=prepare,
    moves=(
        call("cloudtrail:UpdateTrail", Name=TRAIL, IsMultiRegionTrail=False),
        call("cloudtrail:StopLogging", Name=TRAIL),
    ),
    seen=Traces(rules=("cloudtrail-stopped", "cloudtrail-weakened"), things=("CloudTrail::Trail",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=(f"trail {TRAIL}", f"settings of trail {TRAIL}"),
    only_standin=LEAVES,
)
