"""Two variables of a Lambda function's environment, all others kept. Both change in one update.

Published versions keep their environment: only the function itself ($LATEST) is changed.
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

from unleak.model.credential import Credentials
from unleak.model.errors import NotPossible, Unreachable
from unleak.model.plan import Tri
from unleak.rotate.consumers.consumer import NewKey, Place, holds, pair_of, region_of, split_names
from unleak.rotate.consumers.fields import Fields, fields_among, named_fields

_PATIENCE, _PAUSE = timedelta(minutes=5), timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class LambdaFunction:
    kind: ClassVar[str] = "lambda"
    form: ClassVar[str] = "lambda:FUNCTION[:KEY_ID_VARIABLE,SECRET_VARIABLE][@REGION]"
    permissions: ClassVar[tuple[str, ...]] = (
        "lambda:GetFunctionConfiguration",
        "lambda:UpdateFunctionConfiguration",
    )
    readable: ClassVar[bool] = True
    is_local: ClassVar[bool] = False
    text: str
    function: str
    named: Fields | None
    region: str

    @classmethod
    def parse(cls, text: str) -> Self:
        rest, region = region_of(text)
        function, _, names = rest.partition(":")
        fields = named_fields(split_names(names, cls.form) if names else None)
        return cls(f"{cls.kind}:{text}", function, fields, region)

    def check(self, place: Place, old: str) -> Tri:
        return holds(self.held(place), old)

    def hand_over(self, place: Place, pair: Credentials) -> None:
        found = self._read(place)
        variables = self._variables(found)
        fields = self._fields(variables)
        variables |= {fields.key_id: pair.key_id, fields.secret: pair.secret.reveal()}
        unchanged = {"RevisionId": found["RevisionId"]} if found.get("RevisionId") else {}
        client = place.client("lambda", self.region)
        client.update_function_configuration(
            FunctionName=self.function, Environment={"Variables": variables}, **unchanged
        )
        self._wait(place)

    def confirm(self, place: Place, key: NewKey) -> Tri:
        return holds(self.held(place), key.id)

    def held(self, place: Place) -> Credentials:
        variables = self._variables(self._read(place))
        fields = self._fields(variables)
        return pair_of(variables.get(fields.key_id), variables.get(fields.secret))

    def _wait(self, place: Place) -> None:
        end = place.clock.now() + _PATIENCE
        while (status := self._read(place).get("LastUpdateStatus")) == "InProgress":
            if place.clock.now() > end:
                raise Unreachable(f"{self.text} is still being updated", "run again")
            place.clock.sleep_until(place.clock.now() + _PAUSE)
        if status == "Failed":
            raise NotPossible(f"{self.text} could not be updated", "look at the function's last update")

    def _read(self, place: Place) -> Any:
        return place.client("lambda", self.region, fresh=True).get_function_configuration(FunctionName=self.function)

    def _variables(self, found: Any) -> dict[str, str]:
        """Raises NotPossible where Lambda does not tell them: writing would lose the others."""
        environment = found.get("Environment") or {}
        if environment.get("Error"):
            raise NotPossible(f"{self.text}: its variables cannot be read", "grant the use of the function's KMS key")
        return dict(environment.get("Variables") or {})

    def _fields(self, variables: dict[str, str]) -> Fields:
        return fields_among(variables, self.named, self.text)
