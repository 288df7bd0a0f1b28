"""What calls of EC2 need.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from unleak.iam.policy import Context
from unleak.standin.engine import instance_profile_of_template, tags_of_ec2
from unleak.standin.needs.authorization_reference import resources_of
from unleak.standin.needs.need import Need, pass_role, tags_asked, tags_held
from unleak.standin.principals import AccountView, Principal
from unleak.standin.request import ApiCall

_LAUNCHES = frozenset({"RunInstances", "RequestSpotInstances", "CreateFleet", "RequestSpotFleet"})
_GIVES_PROFILE = _LAUNCHES | {"AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"}


def of_ec2(call: ApiCall, caller: Principal, view: AccountView) -> tuple[Need, ...]:
    action, conditions = f"ec2:{call.operation}", _conditions(call)
    if call.operation.startswith("Describe"):
        return (Need(action, "*", conditions),)
    if call.operation == "RunInstances":
        own = [Need(action, arn, conditions) for arn in _launched(call, caller.account)]
    else:
        own = [_on(action, arn, call, caller.account, conditions) for arn in _named(call, caller.account)]
    tagging = _tagged_when_made(call, caller.account)
    passed = _passed_roles(call, caller.account, view) if call.operation in _GIVES_PROFILE else ()
    return (*own, *tagging, *passed)


def _conditions(call: ApiCall) -> Context:
    kind = call.parameters.get("InstanceType")
    found: dict[str, str | tuple[str, ...]] = {"ec2:region": call.region}
    if isinstance(kind, str):
        found["ec2:instancetype"] = kind
    return {**found, **tags_asked(call.parameters.get("Tag"))}


def _launched(call: ApiCall, account: str) -> Iterator[str]:
    """What a launch makes and uses; what is not named is any of its kind."""
    p, base = call.parameters, f"arn:aws:ec2:{call.region}:{account}:"
    yield f"{base}instance/*"
    yield f"arn:aws:ec2:{call.region}::image/{p.get('ImageId', '*')}"
    yield f"{base}subnet/{p.get('SubnetId', '*')}"
    yield f"{base}network-interface/*"
    yield f"{base}volume/*"
    groups = p.get("SecurityGroupId")
    for group in groups if isinstance(groups, list) else [groups or "*"]:
        yield f"{base}security-group/{group}"
    if isinstance(p.get("KeyName"), str):
        yield f"{base}key-pair/{p['KeyName']}"


def _tagged_when_made(call: ApiCall, account: str) -> list[Need]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"""
    specified = call.parameters.get("TagSpecification")
    needs = []
    for one in specified if isinstance(specified, list) else []:
        if isinstance(one, Mapping) and one.get("Tag"):
            arn = f"arn:aws:ec2:{call.region}:{account}:{one.get('ResourceType', 'instance')}/*"
            needs.append(Need("ec2:CreateTags", arn, {"ec2:createaction": call.operation, **tags_asked(one["Tag"])}))
    return needs


def _named(call: ApiCall, account: str) -> tuple[str, ...]:
    ids = call.parameters.get("InstanceId")
    if ids and not isinstance(ids, Mapping):
        listed = ids if isinstance(ids, list) else [ids]
        return tuple(f"arn:aws:ec2:{call.region}:{account}:instance/{i}" for i in listed)
    return resources_of(call, account)


def _on(action: str, arn: str, call: ApiCall, account: str, conditions: Context) -> Need:
    held = tags_held(tags_of_ec2(account, call.region, arn.rsplit("/", 1)[-1]))
    of_ec2_own = {k.replace("aws:", "ec2:", 1): v for k, v in held.items()}
    return replace(Need(action, arn, conditions), context={**conditions, **held, **of_ec2_own})


def _passed_roles(call: ApiCall, account: str, view: AccountView) -> Iterator[Need]:
    """Giving a machine an instance profile passes the profile's role to EC2, wherever the profile is named."""
    p = call.parameters
    for given in (p, p.get("LaunchSpecification"), _of_template(call, account)):
        profile = given.get("IamInstanceProfile") if isinstance(given, Mapping) else None
        if isinstance(profile, Mapping):
            name = str(profile.get("Name") or str(profile.get("Arn", "")).rsplit("/", 1)[-1])
            yield pass_role(view.profiles.get(name, f"arn:aws:iam::000000000000:role/{name}"))


def _of_template(call: ApiCall, account: str) -> Any:
    named = call.parameters.get("LaunchTemplate")
    if not isinstance(named, Mapping):
        return None
    name, number = str(named.get("LaunchTemplateName", "")), str(named.get("LaunchTemplateId", ""))
    return {"IamInstanceProfile": instance_profile_of_template(account, call.region, name, number)}
