"""Both renderings of every template: well formed, within AWS's limits, and saying the same."""

import json
import re
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from cfnlint.api import lint_all  # type: ignore[import-untyped]

from unleak.engine import permissions
from unleak.model.errors import Misuse
from unleak.setup import cloudformation, terraform
from unleak.setup.asked import Asked
from unleak.setup.events import watched
from unleak.setup.template import member_of, template_of
from unleak.setup.things import Template

TRUSTED = ("arn:aws:iam::111122223333:role/security/unleak",)
URL = "https://unleak.example.com"
ASKED = {
    "queue": Asked(TRUSTED),
    "service": Asked(TRUSTED, "acme-7", URL),
    "everything": Asked(TRUSTED, rotates=True, reviews=True, notifies=True),
    "organization": Asked(TRUSTED, "acme-7", organization=True),
    "whole organization": Asked(
        TRUSTED, "acme-7", URL, organization=True, in_management=True, rotates=True, reviews=True, notifies=True
    ),
    "government": Asked(("arn:aws-us-gov:iam::111122223333:root",), organization=True),
}
TEMPLATES = {name: template_of(asked) for name, asked in ASKED.items()} | {
    f"member of {name}": member_of(asked) for name, asked in ASKED.items() if asked.organization
}
each = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
LONGEST_POLICY, LONGEST_INLINE, MOST_ATTACHED = 6144, 10240, 10


def resources(template: Template, kind: str) -> dict[str, Any]:
    found = cloudformation.cloudformation(template)["Resources"]
    return {k: v["Properties"] for k, v in found.items() if v["Type"] == kind}


def size(document: Any) -> int:
    return len(json.dumps(document, separators=(",", ":")))


@pytest.mark.parametrize("name", ["whole organization", "member of whole organization"])
def test_cloudformation_has_nothing_to_say_against_it(name: str) -> None:
    found = lint_all(cloudformation.as_text(TEMPLATES[name]))
    assert [f"{m.rule.id} {m.message}" for m in found if not m.rule.id.startswith("I")] == []


@each
def test_it_keeps_the_limits_of_iam_and_cloudformation(template: Template) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    assert len(cloudformation.as_text(template)) <= cloudformation.LONGEST
    policies = resources(template, "AWS::IAM::ManagedPolicy").values()
    assert 0 < len(policies) <= MOST_ATTACHED
    assert all(size(p["PolicyDocument"]) <= LONGEST_POLICY for p in policies)
    for role in resources(template, "AWS::IAM::Role").values():
        assert size([p["PolicyDocument"] for p in role["Policies"]]) <= LONGEST_INLINE


@pytest.mark.parametrize(("name", "wanted"), [
    ("queue", permissions.responder_policies()),
    ("everything", (*permissions.responder_policies(), permissions.rotation_policy(), *permissions.review_policies(),
                    permissions.notify_policy())),
    ("organization", (permissions.organization_policy(),)),
    ("member of organization", permissions.responder_policies()),
])  # fmt: skip
def test_the_roles_policies_are_those_that_the_units_declare(name: str, wanted: tuple[Any, ...]) -> None:
    made = [p["PolicyDocument"] for p in resources(TEMPLATES[name], "AWS::IAM::ManagedPolicy").values()]
    assert made == [dict(w) for w in wanted]


def plain(value: Any) -> Any:
    """Either language's text, with its references as words alone."""
    if isinstance(value, dict) and set(value) == {"Fn::Sub"}:
        return plain(value["Fn::Sub"])
    if isinstance(value, dict) and set(value) <= {"Ref", "Fn::GetAtt"}:
        return "ACCOUNT" if value.get("Ref") == "AWS::AccountId" else "REFERENCE"
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if not isinstance(value, str):
        return value
    known = {"AWS::AccountId": "ACCOUNT", "data.aws_caller_identity.current.account_id": "ACCOUNT"}
    return re.sub(r"\$\{([^}]*)\}", lambda m: known.get(m[1], "REFERENCE"), value)


def documents_of_cloudformation(template: Template) -> list[Any]:
    found: list[Any] = [plain(p["PolicyDocument"]) for p in resources(template, "AWS::IAM::ManagedPolicy").values()]
    for role in resources(template, "AWS::IAM::Role").values():
        found += [plain(role["AssumeRolePolicyDocument"]), *(plain(p["PolicyDocument"]) for p in role["Policies"])]
    found += [plain(q["PolicyDocument"]) for q in resources(template, "AWS::SQS::QueuePolicy").values()]
    found += [{**_ALL, "Statement": [plain(b["Statement"])]}
              for b in resources(template, "AWS::Events::EventBusPolicy").values()]  # fmt: skip
    return found + [plain(r["EventPattern"]) for r in resources(template, "AWS::Events::Rule").values()]


_ALL = {"Version": "2012-10-17"}


def documents_of_terraform(template: Template) -> list[Any]:
    made = terraform.terraform(template)["resource"]
    names = ("policy", "assume_role_policy", "event_pattern")
    kept = [one[n] for things in made.values() for one in things.values() for n in names if n in one]
    return [plain(json.loads(text)) for text in kept]


@each
def test_terraform_says_the_same(template: Template) -> None:
    ours, theirs = documents_of_cloudformation(template), documents_of_terraform(template)
    assert sorted(map(json.dumps, ours)) == sorted(map(json.dumps, theirs))
    made = terraform.terraform(template)["resource"]
    counted = {
        "AWS::IAM::ManagedPolicy": ("aws_iam_policy", "aws_iam_role_policy_attachment"),
        "AWS::IAM::Role": ("aws_iam_role",),
        "AWS::Events::Rule": ("aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"),
        "AWS::SQS::Queue": ("aws_sqs_queue", "aws_sqs_queue_policy"),
        "AWS::CloudFormation::StackSet": ("aws_cloudformation_stack_set", "aws_cloudformation_stack_instances"),
        "AWS::Events::ApiDestination": ("aws_cloudwatch_event_api_destination", "aws_cloudwatch_event_connection"),
    }
    for kind, types in counted.items():
        assert {len(made.get(t, ())) for t in types} == {len(resources(template, kind))}, kind


@each
def test_terraform_names_only_what_it_makes(template: Template) -> None:
    text = terraform.as_text(template)
    made = terraform.terraform(template)
    for kind, name in re.findall(r"\$\{(aws_\w+)\.(\w+)\[0\]", text):
        assert name in made["resource"][kind]
    assert set(re.findall(r"\$\{var\.(\w+)\}", text)) <= set(made.get("variable", {}))


def test_the_stack_set_carries_the_members_template_as_it_is() -> None:
    template = TEMPLATES["organization"]
    [stack_set] = resources(template, "AWS::CloudFormation::StackSet").values()
    [same] = terraform.terraform(template)["resource"]["aws_cloudformation_stack_set"].values()
    assert stack_set["TemplateBody"] == same["template_body"].replace("$${", "${")
    assert json.loads(stack_set["TemplateBody"]) == cloudformation.cloudformation(member_of(ASKED["organization"]))


def test_the_key_of_the_service_is_in_neither_and_shown_by_neither() -> None:
    made = cloudformation.cloudformation(TEMPLATES["service"])
    assert made["Parameters"]["ApiKey"]["NoEcho"] is True
    assert "Default" not in made["Parameters"]["ApiKey"]
    [connection] = resources(TEMPLATES["service"], "AWS::Events::Connection").values()
    shown = connection["AuthParameters"]["ApiKeyAuthParameters"]
    assert shown == {"ApiKeyName": "x-api-key", "ApiKeyValue": {"Ref": "ApiKey"}}
    assert terraform.terraform(TEMPLATES["service"])["variable"]["api_key"]["sensitive"] is True


@pytest.mark.parametrize(("operation", "kind"), [
    ("CreateApiDestination", "AWS::Events::ApiDestination"), ("CreateConnection", "AWS::Events::Connection"),
])  # fmt: skip
def test_what_the_stand_in_cannot_make_has_the_shape_that_the_service_takes(operation: str, kind: str) -> None:
    session = botocore.session.Session()
    shape = session.get_service_model("events").operation_model(operation).input_shape
    [asked] = resources(TEMPLATES["service"], kind).values()
    filled = json.loads(re.sub(r'\{"(Ref|Fn::GetAtt)": [^}]*\}', '"' + "x" * 20 + '"', json.dumps(asked)))
    assert not ParamValidator().validate(filled, shape).has_errors()


def test_the_service_is_posted_to_at_its_hook() -> None:
    [destination] = resources(TEMPLATES["service"], "AWS::Events::ApiDestination").values()
    assert destination["InvocationEndpoint"] == f"{URL}/hooks/eventbridge"
    for rule in resources(TEMPLATES["service"], "AWS::Events::Rule").values():
        [target] = rule["Targets"]
        assert ("DeadLetterConfig" in target) == (not rule["Name"].startswith("unleak-hands-on"))


def test_what_is_watched_is_what_is_read() -> None:
    for one in watched("aws"):
        for detail_type in one.pattern["detail-type"]:
            assert one.kind.recognises({"source": one.pattern["source"][0], "detail-type": detail_type})


@pytest.mark.parametrize("asked", [
    {"trusted": ()},
    {"trusted": ("*",)},
    {"trusted": ("arn:aws:sts::111122223333:assumed-role/a/b",)},
    {"trusted": ("arn:aws:iam::111122223333:role/a*",)},
    {"trusted": (*TRUSTED, "arn:aws-cn:iam::111122223333:root")},
    {"trusted": TRUSTED, "external_id": "a b"},
    {"trusted": TRUSTED, "service_url": "http://unleak.example.com"},
    {"trusted": TRUSTED, "service_url": "https://user@unleak.example.com"},
    {"trusted": TRUSTED, "service_url": "https://unleak.example.com/?a=<Account>"},
    {"trusted": TRUSTED, "in_management": True},
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(Misuse):
        Asked(**asked)
