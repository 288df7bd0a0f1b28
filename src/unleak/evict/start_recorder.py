"""Lets AWS Config record changes again where the attacker stopped it.

https://docs.aws.amazon.com/config/latest/developerguide/managing-recorder_console-start-stop.html
"""

from collections.abc import Iterator
from typing import Any

from unleak.evict.putting_right import Parts, PuttingRight
from unleak.model.errors import AwsError
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context

_ABSENT = "NoSuchConfigurationRecorderException"


class StartRecorder(PuttingRight):
    id = "start_recorder"
    title = "Let AWS Config record changes again"
    permissions = (
        "config:DescribeConfigurationRecorderStatus", "config:StartConfigurationRecorder",
        "config:StopConfigurationRecorder",
    )  # fmt: skip
    undone_by = "stopping it again"
    by_hand = ByHand(
        console="AWS Config (region {region}) > Settings > Start recording",
        cli="aws configservice start-configuration-recorder --region {region} --configuration-recorder-name {name}",
    )
    references = ("https://docs.aws.amazon.com/config/latest/developerguide/managing-recorder_console-start-stop.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        del context, target
        if deed.type == "AWS::Config::ConfigurationRecorder" and deed.part == "recording|gone":
            yield "recording", True

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        """None where there is no recorder of this name."""
        del part
        client = context.aws.client(target.account, "config", target.region, fresh=fresh)
        asked = {"ConfigurationRecorderNames": [target.name]}
        try:
            found = client.describe_configuration_recorder_status(**asked)["ConfigurationRecordersStatus"]
        except AwsError as error:
            if error.code == _ABSENT:
                return None
            raise
        return bool(found[0]["recording"]) if found else None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part
        client = context.aws.client(target.account, "config", target.region)
        turn = client.start_configuration_recorder if value else client.stop_configuration_recorder
        turn(ConfigurationRecorderName=target.name)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        del parts
        return (
            f"let AWS Config record changes in {target.region} again",
            "nothing; it costs what it did",
            "stop it again",
        )


ACTION = StartRecorder()
