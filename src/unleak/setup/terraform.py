"""A template as Terraform takes it, in its JSON syntax: the same things, under the names of its AWS provider.

https://developer.hashicorp.com/terraform/language/syntax/json
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from unleak.setup import cloudformation
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
    Where,
)
from unleak.setup.tokens import TOKEN, rendered

_TAGS = {"application": "unleak"}
_COUNT = {Where.HOME: "${local.home ? 1 : 0}", Where.ELSEWHERE: "${local.home ? 0 : 1}"}
_PROVIDER = {"aws": {"source": "hashicorp/aws", "version": ">= 5.86"}}
# By what a thing is named where its ARN is not meant.
_TYPES = {
    Policy: ("aws_iam_policy", "arn"),
    Role: ("aws_iam_role", "name"),
    Queue: ("aws_sqs_queue", "url"),
    Bus: ("aws_cloudwatch_event_bus", "name"),
    Destination: ("aws_cloudwatch_event_api_destination", "arn"),
    Rule: ("aws_cloudwatch_event_rule", "name"),
    StackSet: ("aws_cloudformation_stack_set", "name"),
}
_CONNECTION = "aws_cloudwatch_event_connection"
Resource = tuple[str, str, dict[str, Any]]
"""Its type, the id that its name is made of, and its arguments."""


def terraform(template: Template) -> dict[str, Any]:
    named = {t.id: _TYPES[type(t)] for t in template.things}
    connections = {t.connection: (_CONNECTION, "arn") for t in template.things if isinstance(t, Destination)}

    def text(value: str) -> str:
        return _text(value, named | connections)

    resources: dict[str, dict[str, Any]] = {}
    for thing in template.things:
        for kind, name, arguments in _OF[type(thing)](thing):
            made = {"count": _COUNT[thing.where], **rendered(arguments, text)}
            resources.setdefault(kind, {})[_snake(name)] = {k: v for k, v in made.items() if v}
    outputs = {_snake(k): {"value": f'${{local.home ? "{text(v)}" : ""}}'} for k, v in template.outputs.items()}
    made = {
        "//": template.text,
        "terraform": {"required_providers": _PROVIDER},
        "variable": {_snake(s.id): _variable(s) for s in template.settings},
        "data": {"aws_caller_identity": {"current": {}}, "aws_region": {"current": {}}},
        "locals": {"home": f'${{data.aws_region.current.id == "{template.home}"}}'},
        "resource": resources,
        "output": outputs,
    }
    return {k: v for k, v in made.items() if v}


def as_text(template: Template) -> str:
    return json.dumps(terraform(template), indent=2)


def _text(value: str, named: dict[str, tuple[str, str]]) -> str:
    def reference(found: re.Match[str]) -> str:
        if found[1] == "Account":
            return "${data.aws_caller_identity.current.account_id}"
        if found[1] not in named:
            return f"${{var.{_snake(found[1])}}}"
        kind, attribute = named[found[1]]
        return f"${{{kind}.{_snake(found[1])}[0].{'arn' if found[2] else attribute}}}"

    return TOKEN.sub(reference, value.replace("${", "$${"))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _variable(setting: Setting) -> dict[str, Any]:
    name = _snake(setting.id)
    made: dict[str, Any] = {"type": "list(string)" if setting.many else "string", "description": setting.text}
    if setting.default:
        made["default"] = setting.default.split(",") if setting.many else setting.default
    if setting.secret:
        made["sensitive"] = True
    if setting.pattern:
        condition = f'${{can(regex("^{setting.pattern}$", var.{name}))}}'
        made["validation"] = {"condition": condition, "error_message": f"{name} must match {setting.pattern}"}
    return made


def _policy(p: Policy) -> Iterator[Resource]:
    arguments = {"name": p.name, "description": p.text, "policy": _json(p.document), "tags": _TAGS}
    yield "aws_iam_policy", p.id, arguments
    yield "aws_iam_role_policy_attachment", p.id, {"role": f"<{p.role}>", "policy_arn": f"<{p.id}>"}


def _role(r: Role) -> Iterator[Resource]:
    arguments = {"name": r.name, "description": r.text, "assume_role_policy": _json(r.trust), "tags": _TAGS}
    yield "aws_iam_role", r.id, arguments
    for name, own in r.own.items():
        inline = {"role": f"<{r.id}>", "name": name, "policy": _json(own)}
        yield "aws_iam_role_policy", f"{r.id}_{name.replace('-', '_')}", inline


def _queue(q: Queue) -> Iterator[Resource]:
    arguments = {
        "name": q.name,
        "message_retention_seconds": cloudformation.FORTNIGHT,
        "visibility_timeout_seconds": cloudformation.MINUTE,
        "sqs_managed_sse_enabled": True,
        "tags": _TAGS,
    }
    yield "aws_sqs_queue", q.id, arguments
    yield "aws_sqs_queue_policy", q.id, {"queue_url": f"<{q.id}>", "policy": _json(q.policy)}


def _bus(b: Bus) -> Iterator[Resource]:
    yield "aws_cloudwatch_event_bus", b.id, {"name": b.name, "tags": _TAGS}
    if b.allows:
        policy = _json({"Version": "2012-10-17", "Statement": [b.allows]})
        yield "aws_cloudwatch_event_bus_policy", b.id, {"event_bus_name": f"<{b.id}>", "policy": policy}


def _destination(d: Destination) -> Iterator[Resource]:
    shown = {"api_key": {"key": d.header, "value": d.key}}
    connection = {"name": d.name, "authorization_type": "API_KEY", "auth_parameters": shown}
    yield _CONNECTION, d.connection, connection
    arguments = {
        "name": d.name,
        "connection_arn": f"<{d.connection}.arn>",
        "http_method": "POST",
        "invocation_endpoint": d.url,
        "invocation_rate_limit_per_second": d.a_second,
    }
    yield "aws_cloudwatch_event_api_destination", d.id, arguments


def _rule(r: Rule) -> Iterator[Resource]:
    bus = f"<{r.bus}>" if r.bus else ""
    arguments = {"name": r.name, "description": r.text, "event_pattern": _json(r.pattern), "event_bus_name": bus}
    yield "aws_cloudwatch_event_rule", r.id, {**arguments, "tags": _TAGS}
    target: dict[str, Any] = {
        "rule": f"<{r.id}>",
        "event_bus_name": bus,
        "target_id": "unleak",
        "arn": r.target.arn,
        "role_arn": r.target.role,
        "depends_on": [f"aws_iam_role.{_snake(one)}" for one in r.after],
    }
    if r.target.dead_letters:
        target["dead_letter_config"] = {"arn": r.target.dead_letters}
    yield "aws_cloudwatch_event_target", r.id, target


def _stack_set(s: StackSet) -> Iterator[Resource]:
    arguments = {
        "name": s.name,
        "description": s.text,
        "permission_model": "SERVICE_MANAGED",
        "auto_deployment": {"enabled": True, "retain_stacks_on_account_removal": False},
        "capabilities": ["CAPABILITY_NAMED_IAM"],
        "parameters": dict(s.gives),
        "template_body": cloudformation.compact(s.template),
        "tags": _TAGS,
        # Of a service-managed one there is none, and the provider would see a difference for ever.
        "lifecycle": {"ignore_changes": ["administration_role_arn"]},
    }
    yield "aws_cloudformation_stack_set", s.id, arguments
    instances = {
        "stack_set_name": f"<{s.id}>",
        "deployment_targets": {"organizational_unit_ids": f"<{s.units}>"},
        "regions": f"<{s.regions}>",
        "operation_preferences": {
            "region_concurrency_type": "SEQUENTIAL",
            "region_order": f"<{s.regions}>",
            "failure_tolerance_percentage": 100,
        },
    }
    yield "aws_cloudformation_stack_instances", s.id, instances


def _json(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))


_OF: dict[type, Callable[[Any], Iterator[Resource]]] = {
    Policy: _policy,
    Role: _role,
    Queue: _queue,
    Bus: _bus,
    Destination: _destination,
    Rule: _rule,
    StackSet: _stack_set,
}
