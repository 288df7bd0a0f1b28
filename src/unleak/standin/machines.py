"""The credentials that an instance finds in its metadata service, and a function in its environment: minted by EC2 or
Lambda, renewed, gone when the machine stops.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from unleak.model.clock import stamp
from unleak.standin.event import by_service
from unleak.standin.principals import AccountView, Principal, role_session
from unleak.standin.sessions import Sessions
from unleak.standin.trail import Trail

_LIFE, _RENEWED = 6 * 3600, timedelta(hours=1)
_EC2, _LAMBDA = "ec2.amazonaws.com", "lambda.amazonaws.com"


class NoCredentials(LookupError):
    """There is no such machine, it does not run, or it has no role."""


class Machines:
    """`view`: an account's IAM as it is listed."""

    def __init__(self, sessions: Sessions, trail: Trail, view: Callable[[str], AccountView]) -> None:
        self._sessions, self._trail, self._view = sessions, trail, view
        self._minted: dict[tuple[str, ...], Principal] = {}

    def credentials(self, account: str, region: str, instance: str, now: datetime) -> dict[str, str]:
        """As `/latest/meta-data/iam/security-credentials/ROLE` shows them: the same for an hour, then new ones, which a
        deny of older sessions does not reach. Raises NoCredentials.
        """
        role = _role_of(account, region, instance)
        held = self._held(_EC2, account, region, instance, role, now)
        return {
            "Code": "Success",
            "LastUpdated": stamp(held.issued_at or now),
            "Type": "AWS-HMAC",
            "AccessKeyId": held.key_id,
            "SecretAccessKey": held.secret,
            "Token": held.token,
            "Expiration": stamp(held.expires_at or now),
            "RoleName": role,
        }

    def of_function(self, account: str, region: str, function: str, now: datetime) -> dict[str, str]:
        """As a function finds them in its environment. Raises NoCredentials."""
        held = self._held(_LAMBDA, account, region, function, _role_of_function(account, region, function), now)
        return {
            "AWS_ACCESS_KEY_ID": held.key_id,
            "AWS_SECRET_ACCESS_KEY": held.secret,
            "AWS_SESSION_TOKEN": held.token,
        }

    def forget(self, account: str) -> None:
        self._minted = {place: held for place, held in self._minted.items() if held.account != account}

    def _held(self, service: str, account: str, region: str, machine: str, role: str, now: datetime) -> Principal:
        place = (service, account, region, machine, role)
        held = self._minted.get(place)
        if held is None or held.issued_at is None or now - held.issued_at >= _RENEWED:
            held = self._minted[place] = self._mint(service, account, region, machine, role, now)
        return held

    def _mint(self, service: str, account: str, region: str, machine: str, name: str, now: datetime) -> Principal:
        role = self._view(account).roles.get(name)
        if role is None:
            raise NoCredentials(f"there is no role {name}")
        like = replace(role_session(role, account, machine), of_machine=service == _EC2)
        session = self._sessions.mint(like, now, _LIFE)
        shown = {
            "accessKeyId": session.key_id,
            "sessionToken": session.token,
            "expiration": stamp(session.expires_at or now),
        }
        self._trail.add(now, by_service(service, role.arn, machine, shown, now, region))
        return session


def _role_of(account: str, region: str, instance: str) -> str:
    backend: Any = import_module("moto.ec2.models").ec2_backends[account][region]
    found = next((i for r in backend.reservations.values() for i in r.instances if i.id == instance), None)
    if found is None or found.state != "running":
        raise NoCredentials(f"no instance {instance} runs in {region}")
    profile = next(
        (
            a.iam_instance_profile
            for a in backend.iam_instance_profile_associations.values()
            if a.instance.id == instance and a.state in {"associated", "associating"}
        ),
        None,
    )
    if profile is None or not profile.roles:
        raise NoCredentials(f"{instance} has no role")
    return str(profile.roles[0].name)


def _role_of_function(account: str, region: str, function: str) -> str:
    backend: Any = import_module("moto.awslambda.utils").get_backend(account, region)
    found = next((f for f in backend.list_functions() if f.function_name == function), None)
    if found is None:
        raise NoCredentials(f"there is no function {function} in {region}")
    return str(found.role).rsplit("/", 1)[-1]
