"""Which action takes out what an attacker left: one line for each kind of fact that some action can put right."""

from dataclasses import dataclass

from unleak.model.plan import TargetKind


@dataclass(frozen=True, slots=True)
class Line:
    """`type` without AWS::. `deeds`: any where empty. `part`: how the fact's part begins; empty for the thing itself,
    * for any.
    """

    type: str
    deeds: frozenset[str]
    part: str
    unit: str
    kind: TargetKind = TargetKind.RESOURCE


_ANY: frozenset[str] = frozenset()
_CREATED = frozenset({"created"})
UNIT_OF: tuple[Line, ...] = (
    Line("IAM::AccessKey", _CREATED, "key|", "delete_key", TargetKind.KEY),
    Line("IAM::LoginProfile", _CREATED, "login", "block_console", TargetKind.USER),
    Line("IAM::User", _CREATED, "", "delete_user", TargetKind.USER),
    Line("IAM::User", _ANY, "policy|", "restore_principal", TargetKind.USER),
    Line("IAM::User", _ANY, "inline|", "restore_principal", TargetKind.USER),
    Line("IAM::User", _ANY, "group|", "restore_principal", TargetKind.USER),
    Line("IAM::User", _ANY, "boundary", "restore_principal", TargetKind.USER),
    Line("IAM::Group", _ANY, "policy|", "restore_principal"),
    Line("IAM::Group", _ANY, "inline|", "restore_principal"),
    Line("IAM::Role", _ANY, "policy|", "restore_principal", TargetKind.ROLE),
    Line("IAM::Role", _ANY, "inline|", "restore_principal", TargetKind.ROLE),
    Line("IAM::Role", _ANY, "boundary", "restore_principal", TargetKind.ROLE),
    Line("IAM::Role", _ANY, "trust", "restore_trust", TargetKind.ROLE),
    Line("IAM::ManagedPolicy", _ANY, "default", "restore_policy"),
    Line("IAM::ManagedPolicy", _ANY, "version|", "restore_policy"),
    Line("Lambda::Function", _ANY, "*", "disable_function"),
    Line("EC2::SecurityGroup", _ANY, "ingress", "close_security_group"),
    Line("EC2::Snapshot", frozenset({"shared"}), "*", "unshare_snapshot"),
    Line("S3::Bucket", _ANY, "*", "restore_bucket"),
    Line("EC2::Instance", _CREATED, "", "stop_instance", TargetKind.INSTANCE),
    Line("EC2::Instance", _CREATED, "", "terminate_instance", TargetKind.INSTANCE),
    Line("Lambda::Function", _CREATED, "", "delete_function"),
    Line("IAM::Role", _CREATED, "", "delete_role", TargetKind.ROLE),
    Line("IAM::ManagedPolicy", _CREATED, "", "delete_policy"),
)
"""In the order in which things depend on each other."""
