"""What we need of moto besides its answers.

The attributes used here are private to moto: a contract test watches them.
"""

import copy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import Any
from unittest.mock import patch

from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.iam.access_control import PermissionResult
from moto.iam.models import AccessKeyLastUsed, Group, IAMBackend, User, iam_backends
from moto.iam.utils import generate_access_key_id_from_account_id
from moto.organizations import utils as organizations_utils
from moto.s3.models import FakeBucket, s3_backends

from unleak.standin.request import ApiCall

# What signs as these is handed on to moto. Others have no engine behind them.
SERVICES = frozenset(
    {
        "account", "autoscaling", "batch", "bedrock", "budgets", "ce", "cloudformation", "cloudtrail", "codebuild",
        "cognito-idp", "config", "dynamodb", "ec2", "ec2-instance-connect", "ecr", "ecs", "eks", "elasticbeanstalk",
        "elasticloadbalancing", "events", "guardduty", "iam", "identitystore", "kms", "lambda", "logs", "monitoring",
        "organizations", "ram", "rds", "route53", "s3", "sagemaker", "scheduler", "secretsmanager", "securityhub",
        "servicequotas", "email", "ses", "sns", "sqs", "ssm", "sso", "states", "tagging",
    }
)  # fmt: skip
# Of these, moto's S3 knows nothing, and takes them for their plain sibling: a list of objects, a new bucket, …
_S3_UNKNOWN = re.compile(
    "Analytics|IntelligentTiering|MetricsConfig|MetadataConfig|MetadataTable|MetadataInventory|MetadataJournal"
    "|Annotation|Abac|RequestPayment|Torrent|RenameObject|CreateSession|ListDirectory|ObjectEncryption|WriteGetObject"
)
# Paths at which moto answers about itself, whoever asks.
_MOTOS_OWN = ("/moto-api", "/latest/meta-data/", "/latest/api/", "/favicon.ico")


def _read_once(read: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    """Moto reads AWS's managed policies, several megabytes, for each account anew: here, each account gets copies."""
    kept: dict[str, list[Any]] = {}

    def policies(backend: Any) -> list[Any]:
        if backend.region_name not in kept:
            kept[backend.region_name] = read(backend)
        return [_copy(policy, backend.account_id) for policy in kept[backend.region_name]]

    return policies


def _copy(policy: Any, account: str) -> Any:
    copied = copy.copy(policy)
    copied.account_id, copied.tags = account, {}
    copied.versions = [copy.copy(version) for version in policy.versions]
    return copied


def _unique_id(prefix: str, made: Callable[..., None]) -> Callable[..., None]:
    """Moto gives some things ids of a shape of its own."""

    def init(thing: Any, account_id: str, *more: Any, **named: Any) -> None:
        made(thing, account_id, *more, **named)
        thing.id = str(generate_access_key_id_from_account_id(account_id, prefix=prefix, total_length=21))

    return init


for _class, _prefix in ((User, "AIDA"), (Group, "AGPA")):
    _class.__init__ = _unique_id(_prefix, _class.__init__)  # type: ignore[method-assign]
# A bucket's policy is the gate's to decide by; moto would apply each Deny to everybody.
FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL  # type: ignore[method-assign]
# No containers are started for functions and jobs.
for _of_service in ("lambda", "batch"):
    default_user_config[_of_service]["use_docker"] = False
_iam: Any = IAMBackend
_iam._init_aws_policies = _read_once(_iam._init_aws_policies)  # noqa: SLF001


def imitates(call: ApiCall, path: str) -> bool:
    """False where moto would answer something else than it was asked. Whether it answers at all, only trying tells."""
    if call.service == "s3":
        return not _S3_UNKNOWN.search(call.operation) and not path.startswith(_MOTOS_OWN)
    return True


def forget_account(account: str) -> None:
    """Whatever moto holds of an account, of an earlier stand-in of this process for example."""
    every: Any = BackendDict
    for backends in list(every._instances):  # noqa: SLF001
        backends.pop(account, None)
    for bucket in [b for b in list(s3_backends.bucket_accounts) if owner_of(b) == account]:
        s3_backends.bucket_accounts.pop(bucket, None)


def owner_of(bucket: str) -> str | None:
    """The account of a bucket; None where there is no such bucket."""
    found = s3_backends.bucket_accounts.get(bucket)
    return str(found[1]) if found else None


def note_use(account: str, user_name: str, key_id: str, when: datetime, service: str, region: str) -> None:
    """What GetAccessKeyLastUsed answers from now on."""
    user = iam_backends[account]["aws"].users.get(user_name)
    for key in user.access_keys if user else ():
        if key.access_key_id == key_id:
            key.last_used = AccessKeyLastUsed(when, service, region)


def mfa_seed(account: str, user_name: str, serial: str) -> str | None:
    """Of a device that this user has; None where there is none."""
    iam = iam_backends[account]["aws"]
    user = iam.users.get(user_name)
    device = iam.virtual_mfa_devices.get(serial)
    if user is None or device is None or serial not in user.mfa_devices:
        return None
    seed: Any = device.base32_string_seed
    return seed.decode() if isinstance(seed, bytes) else str(seed)


def tags_of_ec2(account: str, region: str, resource: str) -> dict[str, str]:
    found = import_module("moto.ec2.models").ec2_backends[account][region].tags.get(resource) or {}
    return {str(k): str(v) for k, v in found.items()}


def instance_profile_of_template(account: str, region: str, name: str, number: str) -> dict[str, Any] | None:
    """What the template's default version gives an instance."""
    backend = import_module("moto.ec2.models").ec2_backends[account][region]
    for template in list(backend.launch_templates.values()):
        if name == template.name or number == template.id:
            profile = template.default_version().data.get("IamInstanceProfile")
            return dict(profile) if isinstance(profile, dict) else None
    return None


def object_tags(bucket: str, key: str, version: str = "") -> dict[str, str]:
    """Of an object that is there, the latest version of it where none is named; a delete marker has none."""
    account = owner_of(bucket)
    backend = s3_backends[account]["aws"] if account else None
    held = backend.buckets.get(bucket) if backend else None
    listed = held.keys.getlist(key, default=[]) if held is not None else []
    found = next((v for v in reversed(listed) if version in {"", str(v.version_id)}), None)
    arn = getattr(found, "arn", "")
    return dict(backend.tagger.get_tag_dict_for_resource(arn)) if backend and arn else {}


def secret_arn(account: str, region: str, name: str) -> str | None:
    secret = import_module("moto.secretsmanager.models").secretsmanager_backends[account][region].secrets.get(name)
    return str(secret.arn) if secret is not None else None


def has_password(account: str, user_name: str, password: str) -> bool:
    user = iam_backends[account]["aws"].users.get(user_name)
    return bool(user is not None and user.password and user.password == password)


def mfa_seeds(account: str, user_name: str) -> list[str]:
    """Of the devices of a user."""
    user = iam_backends[account]["aws"].users.get(user_name)
    serials = list(user.mfa_devices) if user is not None else []
    return [seed for serial in serials if (seed := mfa_seed(account, user_name, serial)) is not None]


def rewrite_key(
    account: str,
    user_name: str,
    made: str,
    *,
    key_id: str,
    secret: str,
    created: datetime,
    used: datetime | None,
    service: str,
) -> None:
    """The key `made` with a past, and with the id and secret that somebody wants it to have; empty for its own."""
    iam = iam_backends[account]["aws"]
    key = next(k for k in iam.users[user_name].access_keys if k.access_key_id == made)
    key.access_key_id, key.secret_access_key = key_id or made, secret or key.secret_access_key
    key.create_date = created.replace(tzinfo=None)
    if used is not None:
        key.last_used = AccessKeyLastUsed(used, service, "us-east-1")
    held: dict[str, Any] = iam.access_keys
    held[key.access_key_id] = held.pop(made, key)


@contextmanager
def next_member(number: str) -> Iterator[None]:
    """The next account that an organisation makes has this number."""
    with patch.object(organizations_utils, "make_random_account_id", lambda: number):
        yield
