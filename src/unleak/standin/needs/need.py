"""One permission that a call needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from unleak.iam.policy import Context
from unleak.standin.principals import AccountView, Principal
from unleak.standin.request import ApiCall


@dataclass(frozen=True, slots=True)
class Need:
    """All of a call's needs must be granted. `context` are condition keys of the services' own, in lower case."""

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)


Reader = Callable[[ApiCall, Principal, AccountView], tuple[Need, ...]]


def pass_role(role_arn: str, service: str = "ec2.amazonaws.com") -> Need:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    return Need("iam:PassRole", role_arn, {"iam:passedtoservice": service})


def tags_asked(given: Any) -> Context:
    """Tags that a request would put on something, as condition keys."""
    if isinstance(given, Mapping):
        pairs = {str(k): str(v) for k, v in given.items()}
    else:
        listed = given if isinstance(given, list) else ()
        lowered = [{str(k).lower(): v for k, v in t.items()} for t in listed if isinstance(t, Mapping)]
        pairs = {str(t["key"]): str(t.get("value", "")) for t in lowered if "key" in t}
    asked: dict[str, str | tuple[str, ...]] = {f"aws:requesttag/{k.lower()}": v for k, v in pairs.items()}
    return {**asked, "aws:tagkeys": tuple(pairs)} if pairs else asked


def tags_held(tags: Mapping[str, str]) -> Context:
    """Tags that something has, as condition keys."""
    return {f"aws:resourcetag/{k.lower()}": v for k, v in tags.items()}
