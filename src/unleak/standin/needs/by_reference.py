"""What calls of all other services need, as the Service Authorization Reference says."""

from dataclasses import replace

from unleak.standin.engine import secret_arn
from unleak.standin.needs.authorization_reference import action_of, passed_roles, resources_of
from unleak.standin.needs.need import Need, pass_role, tags_asked
from unleak.standin.principals import AccountView, Principal
from unleak.standin.request import ApiCall


def by_reference(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    del view
    action, tags = action_of(call), tags_asked(call.parameters.get("Tags") or call.parameters.get("tags"))
    account = _account(call) or caller.account
    own = tuple(Need(action, resource, tags) for resource in resources_of(_exact(call, account), account))
    return (*own, *(pass_role(role, to) for role, to in passed_roles(call)))


def _account(call: ApiCall) -> str:
    """Whose queue a URL names."""
    url = call.parameters.get("QueueUrl") if call.service == "sqs" else None
    parts = url.rstrip("/").split("/") if isinstance(url, str) else []
    return parts[-2] if len(parts) > 1 and parts[-2].isdecimal() else ""


def _exact(call: ApiCall, account: str) -> ApiCall:
    """A secret that is there has some letters of its own in its ARN."""
    name = call.parameters.get("SecretId") if call.service == "secretsmanager" else None
    arn = secret_arn(account, call.region, name) if isinstance(name, str) else None
    return replace(call, parameters={**call.parameters, "SecretId": arn}) if arn else call
