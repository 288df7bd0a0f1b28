"""A world: accounts and what is in them, described in one small file, and made by the API calls that anybody makes.

```toml
[accounts.111122223333]
root_key = "AKIA..."                                   # optional, as is root_secret

[accounts.111122223333.users.alice]
managed = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
policies.own = { Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }] }
keys = [{ id = "AKIA...", secret = "...", days_old = 400, last_used_days_ago = 1 }]

[accounts.111122223333.buckets.logs]
objects = { "a.txt" = "text" }

[organization]
management = "111122223333"
members = ["444455556666"]
scps.deny-leaving = { Version = "2012-10-17", Statement = [...] }
```
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from unleak.standin import engine
from unleak.standin.gate import Gate
from unleak.standin.sessions import RootKey

_ACCOUNT_DIGITS = 12
_ACCOUNT = frozenset({"root_key", "root_secret", "users", "roles", "groups", "buckets", "instances", "secrets",
                      "parameters"})  # fmt: skip
_IDENTITY = frozenset({"policies", "managed"})
_USER = _IDENTITY | {"path", "groups", "boundary", "password", "tags", "keys"}
_ROLE = _IDENTITY | {"path", "trust", "boundary", "max_session", "tags", "profile"}
_KEY = frozenset({"id", "secret", "active", "days_old", "last_used_days_ago", "last_used_service"})
_BUCKET = frozenset({"region", "policy", "objects"})
_INSTANCE = frozenset({"region", "image", "type", "profile", "tags"})
_ORGANIZATION = frozenset({"management", "members", "scps", "units"})
_IMAGE = "ami-12c6146b"


class BadWorld(ValueError):
    """What is wrong with a description, and where in it."""


@dataclass(frozen=True, slots=True)
class Made:
    """The way into each account."""

    roots: Mapping[str, RootKey]


def read_world(path: Path) -> dict[str, Any]:
    """From TOML, or JSON by the file's ending. Raises BadWorld."""
    try:
        text = path.read_text("utf-8")
        read = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise BadWorld(f"{path}: {error}") from error
    if not isinstance(read, dict):
        raise BadWorld(f"{path}: a world is a table")
    return read


def make_world(gate: Gate, url: str, world: Mapping[str, Any]) -> Made:
    """Whatever was in these accounts before is gone. Raises BadWorld."""
    _known("the world", world, frozenset({"accounts", "organization"}))
    accounts: Mapping[str, Any] = world.get("accounts") or {}
    roots: dict[str, RootKey] = {}
    for number, content in accounts.items():
        if not (number.isascii() and number.isdecimal() and len(number) == _ACCOUNT_DIGITS):
            raise BadWorld(f"accounts.{number}: an account has twelve digits")
        _known(f"accounts.{number}", content, _ACCOUNT)
        roots[number] = gate.add_account(number, content.get("root_key", ""), content.get("root_secret", ""))
    for number, content in accounts.items():
        builder = _Builder(gate, url, roots[number])
        try:
            builder.fill(content)
        except (BotoCoreError, ClientError, TypeError, KeyError) as error:
            raise BadWorld(f"accounts.{number}: {error}") from error
    if "organization" in world:
        _organize(gate, url, world["organization"], roots)
    return Made(roots)


def _known(where: str, given: Mapping[str, Any], names: frozenset[str]) -> None:
    if not isinstance(given, Mapping):
        raise BadWorld(f"{where} is a table")
    for name in given:
        if name not in names:
            raise BadWorld(f"{where}.{name}: there is no such thing; there are {', '.join(sorted(names))}")


class _Builder:
    """Fills one account, signed by its root user."""

    def __init__(self, gate: Gate, url: str, root: RootKey) -> None:
        self._gate, self._url, self._root = gate, url, root
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = "us-east-1") -> Any:
        if (service, region) not in self._clients:
            self._clients[service, region] = botocore.session.Session().create_client(
                service,
                region_name=region,
                endpoint_url=self._url,
                aws_access_key_id=self._root.key_id,
                aws_secret_access_key=self._root.secret,
                config=Config(retries={"total_max_attempts": 1}, proxies={}),
            )
        return self._clients[service, region]

    def fill(self, content: Mapping[str, Any]) -> None:
        for name, group in (content.get("groups") or {}).items():
            _known(f"groups.{name}", group, _IDENTITY)
            self.client("iam").create_group(GroupName=name)
            self._policies("group", name, group)
        for name, role in (content.get("roles") or {}).items():
            self._role(name, role)
        for name, user in (content.get("users") or {}).items():
            self._user(name, user)
        for name, bucket in (content.get("buckets") or {}).items():
            self._bucket(name, bucket)
        for instance in content.get("instances") or ():
            self._instance(instance)
        for name, value in (content.get("secrets") or {}).items():
            self.client("secretsmanager").create_secret(Name=name, SecretString=value)
        for name, value in (content.get("parameters") or {}).items():
            self.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")

    def _policies(self, kind: str, name: str, given: Mapping[str, Any]) -> None:
        iam, named = self.client("iam"), {f"{kind.title()}Name": name}
        for title, document in (given.get("policies") or {}).items():
            getattr(iam, f"put_{kind}_policy")(**named, PolicyName=title, PolicyDocument=json.dumps(document))
        for arn in given.get("managed") or ():
            getattr(iam, f"attach_{kind}_policy")(**named, PolicyArn=arn)

    def _user(self, name: str, user: Mapping[str, Any]) -> None:
        _known(f"users.{name}", user, _USER)
        iam = self.client("iam")
        boundary = {"PermissionsBoundary": user["boundary"]} if "boundary" in user else {}
        iam.create_user(UserName=name, Path=user.get("path", "/"), Tags=_tags(user), **boundary)
        self._policies("user", name, user)
        for group in user.get("groups") or ():
            iam.add_user_to_group(GroupName=group, UserName=name)
        if "password" in user:
            iam.create_login_profile(UserName=name, Password=user["password"])
        for key in user.get("keys") or ():
            self._key(name, key)

    def _key(self, user: str, key: Mapping[str, Any]) -> None:
        _known(f"users.{user}.keys", key, _KEY)
        made = self.client("iam").create_access_key(UserName=user)["AccessKey"]["AccessKeyId"]
        now = self._gate.clock.now()
        used = key.get("last_used_days_ago")
        engine.rewrite_key(
            self._root.account,
            user,
            made,
            key_id=key.get("id", ""),
            secret=key.get("secret", ""),
            created=now - timedelta(days=float(key.get("days_old", 0))),
            used=now - timedelta(days=float(used)) if used is not None else None,
            service=key.get("last_used_service", "s3"),
        )
        status = "Active" if key.get("active", True) else "Inactive"
        self.client("iam").update_access_key(UserName=user, AccessKeyId=key.get("id") or made, Status=status)

    def _role(self, name: str, role: Mapping[str, Any]) -> None:
        _known(f"roles.{name}", role, _ROLE)
        more = {"PermissionsBoundary": role["boundary"]} if "boundary" in role else {}
        if "max_session" in role:
            more["MaxSessionDuration"] = role["max_session"]
        iam = self.client("iam")
        iam.create_role(
            RoleName=name,
            Path=role.get("path", "/"),
            AssumeRolePolicyDocument=json.dumps(role["trust"]),
            Tags=_tags(role),
            **more,
        )
        self._policies("role", name, role)
        if role.get("profile"):
            iam.create_instance_profile(InstanceProfileName=name)
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)

    def _bucket(self, name: str, bucket: Mapping[str, Any]) -> None:
        _known(f"buckets.{name}", bucket, _BUCKET)
        region = bucket.get("region", "us-east-1")
        s3 = self.client("s3", region)
        there = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **there)
        for key, text in (bucket.get("objects") or {}).items():
            s3.put_object(Bucket=name, Key=key, Body=text.encode())
        if "policy" in bucket:
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps(bucket["policy"]))

    def _instance(self, instance: Mapping[str, Any]) -> None:
        _known("instances", instance, _INSTANCE)
        more: dict[str, Any] = {"IamInstanceProfile": {"Name": instance["profile"]}} if "profile" in instance else {}
        if tags := _tags(instance):
            more["TagSpecifications"] = [{"ResourceType": "instance", "Tags": tags}]
        self.client("ec2", instance.get("region", "us-east-1")).run_instances(
            ImageId=instance.get("image", _IMAGE),
            InstanceType=instance.get("type", "t3.micro"),
            MinCount=1,
            MaxCount=1,
            **more,
        )


def _tags(given: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"Key": k, "Value": v} for k, v in (given.get("tags") or {}).items()]


def _organize(gate: Gate, url: str, given: Mapping[str, Any], roots: Mapping[str, RootKey]) -> None:
    _known("organization", given, _ORGANIZATION)
    management = str(given.get("management", ""))
    if management not in roots:
        raise BadWorld(f"organization.management: {management or 'nothing'} is none of the accounts")
    client = _Builder(gate, url, roots[management]).client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    for number in given.get("members") or ():
        _join(gate, client, str(number))
    _attach(client, root, given.get("scps") or {})
    for name, unit in (given.get("units") or {}).items():
        _known(f"organization.units.{name}", unit, frozenset({"members", "scps"}))
        made = client.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
        for number in unit.get("members") or ():
            _join(gate, client, str(number))
            client.move_account(AccountId=number, SourceParentId=root, DestinationParentId=made)
        _attach(client, made, unit.get("scps") or {})


def _join(gate: Gate, client: Any, number: str) -> None:
    with engine.next_member(number):
        client.create_account(Email=f"{number}@acme.dev", AccountName=number)
    gate.adopt(number)


def _attach(client: Any, target: str, policies: Mapping[str, Any]) -> None:
    for name, document in policies.items():
        made = client.create_policy(
            Name=name, Description=name, Type="SERVICE_CONTROL_POLICY", Content=json.dumps(document)
        )["Policy"]["PolicySummary"]["Id"]
        client.attach_policy(PolicyId=made, TargetId=target)


def exports(url: str, root: RootKey) -> Iterator[str]:
    """Lines for a shell."""
    yield f"export AWS_ENDPOINT_URL={url}"
    yield f"export AWS_ACCESS_KEY_ID={root.key_id}"
    yield f"export AWS_SECRET_ACCESS_KEY={root.secret}"
    yield "export AWS_DEFAULT_REGION=us-east-1"
