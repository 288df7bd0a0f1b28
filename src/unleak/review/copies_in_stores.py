"""Copies of the leaked key where values are kept: parameters, secrets, templates and parameters of stacks.

Values are searched in memory; that a value holds a key is told, no value ever is. Reading a secret leaves an event in
the trail, under the responder's name.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from unleak.model.review import Thing
from unleak.review.check import Place, Scope
from unleak.review.needle import held

_PARAMETERS_AT_ONCE = 10
_NO_VALUE = ("ResourceNotFoundException", "InvalidRequestException")
"""A secret that has no value yet, or that is to be deleted."""


class CopiesInStores:
    id = "copies_in_stores"
    title = "Copies of the key in parameters, secrets and templates"
    scope = Scope.REGIONAL
    permissions = (
        "ssm:DescribeParameters",
        "ssm:GetParameters",
        "secretsmanager:ListSecrets",
        "secretsmanager:GetSecretValue",
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
    )
    types = ("AWS::SSM::Parameter", "AWS::SecretsManager::Secret", "AWS::CloudFormation::Stack")

    def look(self, place: Place) -> Iterator[Thing]:
        for kind, look in zip(self.types, (_parameters, _secrets, _stacks), strict=True):
            yield from place.listed(kind, look, place)


def _parameters(place: Place) -> Iterator[Thing]:
    """All of them, with when they were last written: no other check tells of parameters."""
    ssm = place.client("ssm")
    described = iter(list(ssm.items("describe_parameters", "Parameters")))
    while some := list(islice(described, _PARAMETERS_AT_ONCE)):
        values = _values(place, ssm, [one["Name"] for one in some])
        for one in some:
            name, kind = one["Name"], str(one.get("Type", ""))
            arn = one.get("ARN") or place.arn("ssm", f"parameter/{name.lstrip('/')}")
            found = held(place.key_id, (("its value", values.get(name)),))
            detail = f"{kind}, dated last change"
            yield place.thing(
                "AWS::SSM::Parameter", arn, name, one.get("LastModifiedDate"), detail=detail, concerns=found
            )


def _values(place: Place, ssm: Any, names: Sequence[str]) -> dict[str, object]:
    """One that may not be decrypted fails all that are asked for with it: then each is asked for by itself."""
    before = len(place.missed)
    told = place.ask(", ".join(names), ssm.get_parameters, Names=list(names), WithDecryption=True)
    if told is None and len(names) > 1:
        del place.missed[before:]
        return {name: value for one in names for name, value in _values(place, ssm, [one]).items()}
    return {p["Name"]: p.get("Value") for p in (told or {}).get("Parameters", ())}


def _secrets(place: Place) -> Iterator[Thing]:
    client = place.client("secretsmanager")
    for one in client.items("list_secrets", "SecretList"):
        arn = one["ARN"]
        told = place.ask(arn, client.get_secret_value, none=_NO_VALUE, SecretId=arn) or {}
        texts = (("its value", told.get("SecretString")), ("its value", _plain(told.get("SecretBinary"))))
        found = held(place.key_id, texts)
        if found:
            yield place.thing("AWS::SecretsManager::Secret", arn, one["Name"], one.get("CreatedDate"), concerns=found)


def _plain(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else ""


def _stacks(place: Place) -> Iterator[Thing]:
    client = place.client("cloudformation")
    for one in client.items("describe_stacks", "Stacks"):
        arn = one["StackId"]
        told = place.ask(arn, client.get_template, StackName=arn, TemplateStage="Processed") or {}
        parameters = (
            (f"parameter {p.get('ParameterKey')}", p.get("ParameterValue")) for p in one.get("Parameters", ())
        )
        outputs = ((f"output {o.get('OutputKey')}", o.get("OutputValue")) for o in one.get("Outputs", ()))
        found = held(place.key_id, (("its template", told.get("TemplateBody")), *parameters, *outputs))
        if found:
            yield place.thing(
                "AWS::CloudFormation::Stack", arn, one["StackName"], one.get("CreationTime"), concerns=found
            )


CHECK = CopiesInStores()
