"""A secret of Secrets Manager that holds the pair as two fields of a JSON object. Both change in one version.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from unleak.model.credential import Credentials
from unleak.model.errors import NotPossible
from unleak.model.plan import Tri
from unleak.rotate.consumers.consumer import NewKey, Place, holds, pair_of, region_of, split_names
from unleak.rotate.consumers.fields import Fields, fields_among, named_fields

_SAME_AGAIN = uuid.UUID("6f5a1f2e-6d1c-4c39-9d51-0f0a6a3f2b11")


@dataclass(frozen=True, slots=True)
class SecretsManager:
    kind: ClassVar[str] = "secretsmanager"
    form: ClassVar[str] = "secretsmanager:NAME[#key_id_field,secret_field][@REGION]"
    permissions: ClassVar[tuple[str, ...]] = ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue")
    readable: ClassVar[bool] = True
    is_local: ClassVar[bool] = False
    text: str
    name: str
    named: Fields | None
    region: str

    @classmethod
    def parse(cls, text: str) -> Self:
        rest, region = region_of(text)
        name, _, names = rest.partition("#")
        fields = named_fields(split_names(names, cls.form) if names else None)
        return cls(f"{cls.kind}:{text}", name, fields, region)

    def check(self, place: Place, old: str) -> Tri:
        return holds(self.held(place), old)

    def hand_over(self, place: Place, pair: Credentials) -> None:
        values = self._read(place)
        fields = self._fields(values)
        values |= {fields.key_id: pair.key_id, fields.secret: pair.secret.reveal()}
        token = str(uuid.uuid5(_SAME_AGAIN, f"{self.name}/{pair.key_id}"))  # twice is one version
        client = place.client("secretsmanager", self.region)
        client.put_secret_value(SecretId=self.name, SecretString=json.dumps(values), ClientRequestToken=token)

    def confirm(self, place: Place, key: NewKey) -> Tri:
        return holds(self.held(place), key.id)

    def held(self, place: Place) -> Credentials:
        values = self._read(place)
        fields = self._fields(values)
        return pair_of(values.get(fields.key_id), values.get(fields.secret))

    def _read(self, place: Place) -> dict[str, Any]:
        client = place.client("secretsmanager", self.region, fresh=True)
        found = client.get_secret_value(SecretId=self.name).get("SecretString")
        try:
            values = json.loads(found or "")
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise NotPossible(f"{self.text} is no JSON object", "keep key id and secret as two fields of one")
        return values

    def _fields(self, values: dict[str, Any]) -> Fields:
        return fields_among(values, self.named, self.text)
