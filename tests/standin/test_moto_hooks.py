"""The parts of moto that we hold on to are private to it: this test says loudly which of them moved."""

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from standin_world import (  # noqa: F401  fixtures
    EVERYTHING,
    Account,
    account_fixture,
    document,
    make_account_fixture,
    standin_fixture,
)

from unleak.iam.key_id import account_of
from unleak.standin.engine import owner_of

ARN = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"


def _furnished(account: Account) -> Any:
    """Moto's IAM of an account that has one of everything."""
    account.user("alice", EVERYTHING)
    account.role("ops", {"AWS": account.number}, EVERYTHING)
    iam = account.client("iam")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="alice")
    iam.put_group_policy(GroupName="g", PolicyName="own", PolicyDocument=document(EVERYTHING))
    iam.create_instance_profile(InstanceProfileName="machine")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="ops")
    for kind, name in (("user", "alice"), ("role", "ops"), ("group", "g")):
        getattr(iam, f"attach_{kind}_policy")(**{f"{kind.title()}Name": name, "PolicyArn": ARN})
    return importlib.import_module("moto.iam.models").iam_backends[account.number]["aws"]


def _moved(iam: Any) -> Iterator[str]:
    """What is no longer where, or what, we take it for."""
    (user,), (role,), (group,) = iam.users.values(), iam.roles.values(), iam.groups.values()
    (profile,), policy = iam.instance_profiles.values(), iam.managed_policies[ARN]
    version, key = policy.versions[0], user.access_keys[0]
    texts: list[tuple[str, Any]] = [
        ("user.name", user.name),
        ("user.arn", user.arn),
        ("user.id", user.id),
        ("user.policies['own']", user.policies["own"]),
        ("role.name", role.name),
        ("role.arn", role.arn),
        ("role.id", role.id),
        ("role.policies['own']", role.policies["own"]),
        ("role.assume_role_policy_document", role.assume_role_policy_document),
        ("group.policies['own']", group.policies["own"]),
        ("group.users[0].name", group.users[0].name),
        ("instance_profile.name", profile.name),
        ("instance_profile.roles[0].arn", profile.roles[0].arn),
        ("key.access_key_id", key.access_key_id),
        ("key.secret_access_key", key.secret_access_key),
        ("key.status", key.status),
        ("policy.versions[].document", version.document),
    ]
    yield from (f"{name} is {value!r}" for name, value in texts if not isinstance(value, str) or not value)
    for name, holder in (("user", user), ("role", role), ("group", group)):
        if ARN not in holder.managed_policies:
            yield f"{name}.managed_policies no longer has ARNs as keys"
    if [v.is_default for v in policy.versions].count(True) != 1:
        yield "policy.versions[].is_default no longer marks one version"
    if role.permissions_boundary_arn is not None:
        yield "role.permissions_boundary_arn"
    if int(role.max_session_duration) != 3600:
        yield "role.max_session_duration"
    if key.last_used is not None:
        yield "key.last_used of a key that was never used"
    if (user.signing_certificates, user.mfa_devices, user.password_last_used) != ({}, {}, None):
        yield "what the credential report tells of a user"


def test_moto_is_as_the_snapshot_reads_it(account: Account) -> None:
    iam = _furnished(account)
    try:
        moved = list(_moved(iam))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        moved = [repr(error)]
    assert not moved, f"moto moved what src/unleak/standin/snapshot.py reads: {'; '.join(moved)}"


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("moto.iam.models", "AccessKeyLastUsed"),
        ("moto.iam.models", "iam_backends"),
        ("moto.iam.utils", "generate_access_key_id_from_account_id"),
        ("moto.awslambda.utils", "get_backend"),
        ("moto.core.responses", "ActionResult"),
        ("moto.iam.exceptions", "ReportNotPresentException"),
        ("moto.iam.responses", "IamResponse"),
        ("moto.s3.models", "s3_backends"),
        ("moto.core.base_backend", "BackendDict"),
        ("moto.moto_server.werkzeug_app", "DomainDispatcherApplication"),
        ("moto.moto_server.werkzeug_app", "MotoRequestHandler"),
        ("moto.moto_server.werkzeug_app", "create_backend_app"),
    ],
)
def test_moto_has_what_we_import(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name), f"{module}.{name} moved: src/unleak/standin needs it"


def test_moto_does_what_the_engine_relies_on(account: Account, make_account: Callable[[], Account]) -> None:
    utils, base = (importlib.import_module(m) for m in ("moto.iam.utils", "moto.core.base_backend"))
    key_id = utils.generate_access_key_id_from_account_id(account.number, prefix="AKIA", total_length=20)
    bucket, other = account.bucket(), make_account()
    account.user("alice")
    account.client("iam").attach_user_policy(UserName="alice", PolicyArn=ARN)
    policy = other.client("iam").get_policy(PolicyArn=ARN)["Policy"]
    facts = {
        "generate_access_key_id_from_account_id: ids that carry their account": account_of(key_id) == account.number,
        "BackendDict._instances: the backends in use": any(account.number in b for b in base.BackendDict._instances),
        "s3_backends.bucket_accounts: bucket to (partition, account)": owner_of(bucket) == account.number,
        "x-moto-account-id: chooses the account": other.client("iam").list_users()["Users"] == [],
        "IAMBackend._init_aws_policies: copies for each account": policy["AttachmentCount"] == 0,
    }
    moved = [what for what, holds in facts.items() if not holds]
    assert not moved, f"moto moved what src/unleak/standin/engine.py relies on: {'; '.join(moved)}"
