"""Parameters of Systems Manager: one that holds the pair as JSON, or two, of which the secret is written first.

Two parameters do not change at once: who reads between the two writes gets a pair that does not belong together, and
has to read again. One parameter has no such moment.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from unleak.model.credential import Credentials
from unleak.model.errors import Misuse, NotPossible
from unleak.model.plan import Tri
from unleak.rotate.consumers.consumer import NewKey, Place, holds, pair_of, region_of, split_names
from unleak.rotate.consumers.fields import Fields, fields_among, named_fields

_AWS_OWN_KEY = "alias/aws/ssm"


@dataclass(frozen=True, slots=True)
class SsmParameter:
    """`names`: the two parameters; or the one, whose JSON has `named` fields."""

    kind: ClassVar[str] = "ssm"
    form: ClassVar[str] = "ssm:/KEY_ID_NAME,/SECRET_NAME[@REGION] or ssm:/NAME[#key_id_field,secret_field][@REGION]"
    permissions: ClassVar[tuple[str, ...]] = ("ssm:GetParameter", "ssm:DescribeParameters", "ssm:PutParameter")
    readable: ClassVar[bool] = True
    is_local: ClassVar[bool] = False
    text: str
    names: tuple[str, ...]
    named: Fields | None
    region: str

    @classmethod
    def parse(cls, text: str) -> Self:
        rest, region = region_of(text)
        name, _, fields = rest.partition("#")
        if fields and "," in name:
            raise Misuse(f"{text!r} names two parameters and fields as well", f"write {cls.form}")
        names = split_names(name, cls.form) if "," in name else (name,)
        return cls(f"{cls.kind}:{text}", names, named_fields(split_names(fields, cls.form) if fields else None), region)

    def check(self, place: Place, old: str) -> Tri:
        for name in self.names:
            self._described(place, name)
        return holds(self.held(place), old)

    def hand_over(self, place: Place, pair: Credentials) -> None:
        if len(self.names) > 1:
            self._write(place, self.names[1], pair.secret.reveal())
            self._write(place, self.names[0], pair.key_id)
            return
        values = self._json(place)
        fields = fields_among(values, self.named, self.text)
        values |= {fields.key_id: pair.key_id, fields.secret: pair.secret.reveal()}
        self._write(place, self.names[0], json.dumps(values))

    def confirm(self, place: Place, key: NewKey) -> Tri:
        return holds(self.held(place), key.id)

    def held(self, place: Place) -> Credentials:
        if len(self.names) > 1:
            return pair_of(*(self._read(place, name) for name in self.names))
        values = self._json(place)
        fields = fields_among(values, self.named, self.text)
        return pair_of(values.get(fields.key_id), values.get(fields.secret))

    def _read(self, place: Place, name: str) -> str:
        client = place.client("ssm", self.region, fresh=True)
        return str(client.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])

    def _json(self, place: Place) -> dict[str, Any]:
        try:
            values = json.loads(self._read(place, self.names[0]))
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise NotPossible(f"{self.text} is no JSON object", f"write {self.form}")
        return values

    def _described(self, place: Place, name: str) -> dict[str, Any]:
        asked = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
        found = place.client("ssm", self.region).pages("describe_parameters", "Parameters", ParameterFilters=asked)
        one = next(iter(found), None)
        if one is None:
            raise NotPossible(f"{self.text}: there is no parameter {name}", "make it first, of type SecureString")
        return dict(one)

    def _write(self, place: Place, name: str, value: str) -> None:
        """Encrypted with the key that it was encrypted with before: without a word, AWS would take its own."""
        was = self._described(place, name)
        own = str(was.get("KeyId") or "")
        with_key = {"KeyId": own} if was.get("Type") == "SecureString" and own not in {"", _AWS_OWN_KEY} else {}
        client = place.client("ssm", self.region)
        client.put_parameter(Name=name, Value=value, Type=str(was["Type"]), Overwrite=True, **with_key)
