"""A rule that calls what the attacker wants every few minutes, long after their key is dead."""

from unleak.drill.documents import STRANGER, be_administrator
from unleak.drill.moves import call
from unleak.drill.technique import LEAVES, Technique, Traces

TECHNIQUE = Technique(
    id="schedule_made",
    title="Something that runs again",
    attack=("T1546",),
    prepare=be_administrator,
    moves=(
        call("events:PutRule", Name="heartbeat", ScheduleExpression="rate(5 minutes)"),
        call("events:PutTargets", Rule="heartbeat",
             Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:{STRANGER}:in"}]),
    ),
    seen=Traces(rules=("scheduled-execution",), things=("Events::Rule",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("rule heartbeat",),
    only_standin=LEAVES,
)  # fmt: skip
