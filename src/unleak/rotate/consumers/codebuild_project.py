"""Two plain variables of a CodeBuild project's environment, all else of it kept. Builds that run keep what they have.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_UpdateProject.html
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from unleak.model.credential import Credentials
from unleak.model.errors import NotPossible
from unleak.model.plan import Tri
from unleak.rotate.consumers.consumer import NewKey, Place, holds, pair_of, region_of
from unleak.rotate.consumers.fields import Fields, fields_among

_PLAIN = "PLAINTEXT"


@dataclass(frozen=True, slots=True)
class CodeBuildProject:
    kind: ClassVar[str] = "codebuild"
    form: ClassVar[str] = "codebuild:PROJECT[@REGION]"
    permissions: ClassVar[tuple[str, ...]] = ("codebuild:BatchGetProjects", "codebuild:UpdateProject")
    readable: ClassVar[bool] = True
    is_local: ClassVar[bool] = False
    text: str
    project: str
    region: str

    @classmethod
    def parse(cls, text: str) -> Self:
        project, region = region_of(text)
        return cls(f"{cls.kind}:{text}", project, region)

    def check(self, place: Place, old: str) -> Tri:
        return holds(self.held(place), old)

    def hand_over(self, place: Place, pair: Credentials) -> None:
        environment = self._environment(place)
        _, fields = self._pair(environment)
        new = {fields.key_id: pair.key_id, fields.secret: pair.secret.reveal()}
        variables = [{**v, "value": new.get(v["name"], v["value"])} for v in environment["environmentVariables"]]
        client = place.client("codebuild", self.region)
        client.update_project(name=self.project, environment={**environment, "environmentVariables": variables})

    def confirm(self, place: Place, key: NewKey) -> Tri:
        return holds(self.held(place), key.id)

    def held(self, place: Place) -> Credentials:
        values, fields = self._pair(self._environment(place))
        return pair_of(values.get(fields.key_id), values.get(fields.secret))

    def _environment(self, place: Place) -> Any:
        found = place.client("codebuild", self.region, fresh=True).batch_get_projects(names=[self.project])["projects"]
        if not found:
            raise NotPossible(f"{self.text}: there is no such project", "name it as CodeBuild does")
        return found[0]["environment"]

    def _pair(self, environment: Any) -> tuple[dict[str, str], Fields]:
        variables = environment.get("environmentVariables", ())
        values = {v["name"]: v["value"] for v in variables if v.get("type", _PLAIN) == _PLAIN}
        return values, fields_among(values, None, self.text)
