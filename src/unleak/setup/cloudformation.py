"""A template as CloudFormation takes it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from unleak.setup.things import (
    Bus,
    Destination,
    Policy,
    Queue,
    Role,
    Rule,
    Setting,
    StackSet,
    Template,
    Thing,
    Where,
)
from unleak.setup.tokens import TOKEN, rendered

_IS_HOME, _IS_ELSEWHERE = "IsHome", "IsElsewhere"
_CONDITION = {Where.HOME: _IS_HOME, Where.ELSEWHERE: _IS_ELSEWHERE}
_TAGS = [{"Key": "application", "Value": "unleak"}]
LONGEST = 51_200
"""Bytes of a template that is handed over as it is."""
FORTNIGHT, MINUTE = 1_209_600, 60
Resource = tuple[str, str, dict[str, Any]]
"""Its logical id, its type and its properties."""


def cloudformation(template: Template) -> dict[str, Any]:
    is_home = {"Fn::Equals": [{"Ref": "AWS::Region"}, template.home]}
    made: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": template.text,
        "Parameters": {s.id: _parameter(s) for s in template.settings},
        "Conditions": _conditions(template, is_home),
        "Resources": dict(_resource(thing, one) for thing in template.things for one in _OF[type(thing)](thing)),
        "Outputs": {k: {"Value": _text(v), "Condition": _IS_HOME} for k, v in template.outputs.items()},
    }
    return {k: v for k, v in made.items() if v}


def as_text(template: Template) -> str:
    """For people to read; without its white space where CloudFormation would take it from S3 only.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    text = json.dumps(cloudformation(template), indent=2)
    return text if len(text) <= LONGEST else compact(template)


def compact(template: Template) -> str:
    return json.dumps(cloudformation(template), separators=(",", ":"))


def _conditions(template: Template, is_home: dict[str, Any]) -> dict[str, Any]:
    elsewhere = any(t.where is Where.ELSEWHERE for t in template.things)
    return {_IS_HOME: is_home, **({_IS_ELSEWHERE: {"Fn::Not": [{"Condition": _IS_HOME}]}} if elsewhere else {})}


def _resource(thing: Thing, one: Resource) -> tuple[str, dict[str, Any]]:
    name, kind, properties = one
    made: dict[str, Any] = {"Type": kind, "Condition": _CONDITION[thing.where]}
    if isinstance(thing, Rule) and thing.after:
        made["DependsOn"] = list(thing.after)
    return name, {**made, "Properties": rendered(properties, _text)}


def _text(value: str) -> Any:
    """A text that is one name alone is a reference; others are put together by Fn::Sub."""

    def alone(found: re.Match[str]) -> dict[str, Any]:
        name = _named(found)
        return {"Fn::GetAtt": name.split(".")} if "." in name else {"Ref": name}

    def _named(found: re.Match[str]) -> str:
        if found[1] == "Account":
            return "AWS::AccountId"
        return f"{found[1]}.Arn" if found[2] else found[1]

    if whole := TOKEN.fullmatch(value):
        return alone(whole)
    if TOKEN.search(value):
        return {"Fn::Sub": TOKEN.sub(lambda found: f"${{{_named(found)}}}", value)}
    return value


def _parameter(setting: Setting) -> dict[str, Any]:
    made: dict[str, Any] = {"Type": "CommaDelimitedList" if setting.many else "String", "Description": setting.text}
    if setting.pattern:
        made["AllowedPattern"] = f"^{setting.pattern}$"
    if setting.default:
        made["Default"] = setting.default
    if setting.secret:
        made["NoEcho"] = True
    return made


def _policy(p: Policy) -> Iterator[Resource]:
    properties = {
        "ManagedPolicyName": p.name,
        "Description": p.text,
        "PolicyDocument": p.document,
        "Roles": [f"<{p.role}>"],
    }
    yield p.id, "AWS::IAM::ManagedPolicy", properties


def _role(r: Role) -> Iterator[Resource]:
    properties: dict[str, Any] = {
        "RoleName": r.name,
        "Description": r.text,
        "AssumeRolePolicyDocument": r.trust,
        "Policies": [{"PolicyName": name, "PolicyDocument": own} for name, own in r.own.items()],
        "Tags": _TAGS,
    }
    yield r.id, "AWS::IAM::Role", {k: v for k, v in properties.items() if v}


def _queue(q: Queue) -> Iterator[Resource]:
    properties = {
        "QueueName": q.name,
        "MessageRetentionPeriod": FORTNIGHT,
        "VisibilityTimeout": MINUTE,
        "SqsManagedSseEnabled": True,
        "Tags": _TAGS,
    }
    yield q.id, "AWS::SQS::Queue", properties
    yield f"{q.id}Policy", "AWS::SQS::QueuePolicy", {"Queues": [f"<{q.id}>"], "PolicyDocument": q.policy}


def _bus(b: Bus) -> Iterator[Resource]:
    yield b.id, "AWS::Events::EventBus", {"Name": b.name, "Tags": _TAGS}
    if b.allows:
        statement = {"EventBusName": f"<{b.id}>", "StatementId": b.allows["Sid"], "Statement": b.allows}
        yield f"{b.id}Policy", "AWS::Events::EventBusPolicy", statement


def _destination(d: Destination) -> Iterator[Resource]:
    shown = {"ApiKeyAuthParameters": {"ApiKeyName": d.header, "ApiKeyValue": d.key}}
    connection = {"Name": d.name, "AuthorizationType": "API_KEY", "AuthParameters": shown}
    yield d.connection, "AWS::Events::Connection", connection
    properties = {
        "Name": d.name,
        "ConnectionArn": f"<{d.connection}.arn>",
        "HttpMethod": "POST",
        "InvocationEndpoint": d.url,
        "InvocationRateLimitPerSecond": d.a_second,
    }
    yield d.id, "AWS::Events::ApiDestination", properties


def _rule(r: Rule) -> Iterator[Resource]:
    target: dict[str, Any] = {"Id": "unleak", "Arn": r.target.arn}
    if r.target.role:
        target["RoleArn"] = r.target.role
    if r.target.dead_letters:
        target["DeadLetterConfig"] = {"Arn": r.target.dead_letters}
    properties: dict[str, Any] = {
        "Name": r.name,
        "Description": r.text,
        "EventPattern": r.pattern,
        "State": "ENABLED",
        "Targets": [target],
    }
    yield r.id, "AWS::Events::Rule", {**properties, **({"EventBusName": f"<{r.bus}.arn>"} if r.bus else {})}


def _stack_set(s: StackSet) -> Iterator[Resource]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stackset.html"""
    properties = {
        "StackSetName": s.name,
        "Description": s.text,
        "PermissionModel": "SERVICE_MANAGED",
        "AutoDeployment": {"Enabled": True, "RetainStacksOnAccountRemoval": False},
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        # Roles are made at home, which is the first of the regions.
        "OperationPreferences": {
            "RegionConcurrencyType": "SEQUENTIAL",
            "RegionOrder": f"<{s.regions}>",
            "FailureTolerancePercentage": 100,
        },
        "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in s.gives.items()],
        "StackInstancesGroup": [
            {"DeploymentTargets": {"OrganizationalUnitIds": f"<{s.units}>"}, "Regions": f"<{s.regions}>"}
        ],
        "Tags": _TAGS,
        "TemplateBody": compact(s.template),
    }
    yield s.id, "AWS::CloudFormation::StackSet", properties


_OF: dict[type, Callable[[Any], Iterator[Resource]]] = {
    Policy: _policy,
    Role: _role,
    Queue: _queue,
    Bus: _bus,
    Destination: _destination,
    Rule: _rule,
    StackSet: _stack_set,
}
