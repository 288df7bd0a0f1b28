"""Whoever would have told of it is switched off: GuardDuty, the recorder of configurations, a rule that alarms."""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call, notes
from unleak.drill.stage import READER, Stage
from unleak.drill.technique import LEAVES, Technique, Traces

RULE, RECORDER = "alarm", "default"


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    stage.admin.client(stage.account, "guardduty").create_detector(Enable=True)
    config = stage.admin.client(stage.account, "config")
    role = f"arn:aws:iam::{stage.account}:role/{READER}"
    config.put_configuration_recorder(ConfigurationRecorder={"name": RECORDER, "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": RECORDER, "s3BucketName": stage.bucket})
    config.start_configuration_recorder(ConfigurationRecorderName=RECORDER)
    rules = stage.admin.client(stage.account, "events")
    rules.put_rule(Name=RULE, EventPattern='{"source": ["aws.guardduty"]}', State="ENABLED")


TECHNIQUE = Technique(
    id="guards_off",
    title="Guards switched off",
    attack=("T1562.001", "T1562.008"),
    prepare=prepare,
    moves=(
        call("guardduty:ListDetectors", then=notes("detector", "DetectorIds", 0)),
        call("guardduty:UpdateDetector", DetectorId="{detector}", Enable=False),
        call("config:StopConfigurationRecorder", ConfigurationRecorderName=RECORDER),
        call("events:DisableRule", Name=RULE),
    ),
    seen=Traces(
        rules=("guardduty-disabled", "config-recorder-stopped", "alarms-deleted"),
        things=("GuardDuty::Detector", "Config::ConfigurationRecorder", "Events::Rule"),
    ),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("detector", f"recorder {RECORDER}", f"rule {RULE}"),
    only_standin=LEAVES,
)
