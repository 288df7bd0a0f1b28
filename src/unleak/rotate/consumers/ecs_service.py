"""Two variables of a container of an ECS service: a new revision of its task definition, and new tasks in place of the
old ones, which go on until the new ones run.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

from unleak.model.credential import Credentials
from unleak.model.errors import Misuse, NotPossible, Unreachable
from unleak.model.plan import Tri
from unleak.rotate.consumers.consumer import NewKey, Place, holds, pair_of, region_of
from unleak.rotate.consumers.fields import Fields, fields_among

_PATIENCE, _PAUSE = timedelta(minutes=15), timedelta(seconds=10)
_NOT_GIVEN_AGAIN = (
    "taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt",
    "registeredBy", "deregisteredAt",
)  # fmt: skip
_INSTEAD = "name what its `secrets` point to (secretsmanager:, ssm:), and a command: that starts new tasks"


@dataclass(frozen=True, slots=True)
class EcsService:
    """`container` empty: the one whose variables look like a pair."""

    kind: ClassVar[str] = "ecs"
    form: ClassVar[str] = "ecs:CLUSTER/SERVICE[/CONTAINER][@REGION]"
    permissions: ClassVar[tuple[str, ...]] = (
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
        "ecs:RegisterTaskDefinition",
        "ecs:UpdateService",
        "iam:PassRole",
    )
    readable: ClassVar[bool] = True
    is_local: ClassVar[bool] = False
    text: str
    cluster: str
    service: str
    container: str
    region: str

    @classmethod
    def parse(cls, text: str) -> Self:
        rest, region = region_of(text)
        parts = rest.split("/")
        if len(parts) not in {2, 3} or not all(parts):
            raise Misuse(f"{text!r} names no service of ECS", f"write {cls.form}")
        return cls(f"{cls.kind}:{text}", parts[0], parts[1], "".join(parts[2:]), region)

    def check(self, place: Place, old: str) -> Tri:
        return holds(self.held(place), old)

    def hand_over(self, place: Place, pair: Credentials) -> None:
        if self.held(place) != pair:
            self._register(place, pair)
        self._wait(place)

    def _register(self, place: Place, pair: Credentials) -> None:
        definition = self._definition(place)
        container, fields = self._container(definition)
        values = _variables(container) | {fields.key_id: pair.key_id, fields.secret: pair.secret.reveal()}
        container["environment"] = [{"name": n, "value": v} for n, v in values.items()]
        asked = {k: v for k, v in definition.items() if k not in _NOT_GIVEN_AGAIN and v}
        ecs = place.client("ecs", self.region)
        made = ecs.register_task_definition(**asked)["taskDefinition"]["taskDefinitionArn"]
        ecs.update_service(cluster=self.cluster, service=self.service, taskDefinition=made)

    def confirm(self, place: Place, key: NewKey) -> Tri:
        return holds(self.held(place), key.id)

    def held(self, place: Place) -> Credentials:
        container, fields = self._container(self._definition(place))
        values = _variables(container)
        return pair_of(values.get(fields.key_id), values.get(fields.secret))

    def _wait(self, place: Place) -> None:
        """As AWS's own waiter: one deployment, and as many tasks running as are wanted."""
        end = place.clock.now() + _PATIENCE
        while True:
            found = self._described(place)
            if len(found.get("deployments", ())) == 1 and found["runningCount"] == found["desiredCount"]:
                return
            if place.clock.now() > end:
                raise Unreachable(f"the tasks of {self.text} are not all replaced yet", "look at its events; run again")
            place.clock.sleep_until(place.clock.now() + _PAUSE)

    def _described(self, place: Place) -> Any:
        ecs = place.client("ecs", self.region, fresh=True)
        found = ecs.describe_services(cluster=self.cluster, services=[self.service])["services"]
        if not found or found[0].get("status") == "INACTIVE":
            raise NotPossible(f"{self.text}: there is no such service", "name it as CLUSTER/SERVICE")
        return found[0]

    def _definition(self, place: Place) -> Any:
        ecs, name = place.client("ecs", self.region, fresh=True), self._described(place)["taskDefinition"]
        found = ecs.describe_task_definition(taskDefinition=name, include=["TAGS"])
        return {**found["taskDefinition"], "tags": found.get("tags", [])}

    def _container(self, definition: Any) -> tuple[Any, Fields]:
        """Raises NotPossible where no container, or more than one, holds what looks like a pair."""
        mine = [c for c in definition["containerDefinitions"] if self.container in {"", c["name"]}]
        for container in mine:
            try:
                return container, fields_among(_variables(container), None, self.text)
            except NotPossible:
                if len(mine) == 1:
                    raise
        raise NotPossible(f"{self.text}: no container holds the pair in its variables", _INSTEAD)


def _variables(container: Any) -> dict[str, str]:
    return {v["name"]: v["value"] for v in container.get("environment", ())}
