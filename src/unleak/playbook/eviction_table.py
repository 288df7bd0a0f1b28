"""Which unit puts right what: for each fact of an attacker that a unit can undo one line. The rest is in
`eviction_by_hand`. Pure: names units by their id and imports none.

What hangs on a thing that the attacker made goes with the thing: then only the lines of the thing itself matter.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from unleak.model.evidence import without_gone
from unleak.model.plan import TargetKind

_RESOURCE, _USER, _ROLE = TargetKind.RESOURCE, TargetKind.USER, TargetKind.ROLE
_CREATED, _CHANGED, _STARTED = frozenset({"created"}), frozenset({"changed", "shared"}), frozenset({"started"})
_DELETED = frozenset({"deleted"})


@dataclass(frozen=True, slots=True)
class Line:
    """`type` is without `AWS::`; no `deeds` are any. `part` is what hangs on the thing: empty for the thing itself, a
    name, or what begins with `NAME|`; `*` is any. `gone`: of what was taken away (None: of both).

    `kind`: of the target, whose id is the fact's ARN. For a key it is the name in the part.
    """

    type: str
    unit: str
    kind: TargetKind = _RESOURCE
    deeds: frozenset[str] = _CREATED
    part: str = ""
    gone: bool | None = False

    def fits(self, type_: str, deed: str, part: str) -> bool:
        """Of a fact: its type with or without `AWS::`, its deed, its part."""
        bare, gone = without_gone(part)
        return (
            fnmatchcase(type_.removeprefix("AWS::"), self.type)
            and (not self.deeds or deed in self.deeds)
            and (self.gone is None or self.gone is gone)
            and (self.part in {"*", bare} or (self.part.endswith("|") and bare.startswith(self.part)))
        )


@lru_cache(maxsize=4096)
def units_of(type_: str, deed: str, part: str) -> tuple[Line, ...]:
    """In the order in which they are wanted: what stops it before what deletes it."""
    return tuple(line for line in UNIT_OF if line.fits(type_, deed, part))


def _parts(type_: str, unit: str, *parts: str, kind: TargetKind = _RESOURCE, gone: bool | None = False) -> list[Line]:
    return [Line(type_, unit, kind, _CHANGED, part, gone) for part in parts]


_IAM = (
    Line("IAM::User", "delete_user", _USER),
    Line("IAM::LoginProfile", "block_console", _USER, part="login"),
    Line("IAM::LoginProfile", "block_console", _USER, _CHANGED, "password"),
    Line("IAM::AccessKey", "delete_key", TargetKind.KEY, part="key|"),
    *_parts("IAM::User", "restore_principal", "policy|", "inline|", "boundary", "group|", kind=_USER, gone=None),
    *_parts("IAM::User", "delete_user_credential", "mfa|", kind=_USER),
    Line("IAM::SSHPublicKey", "delete_user_credential", _USER, part="ssh|"),
    Line("IAM::SigningCertificate", "delete_user_credential", _USER, part="certificate|"),
    Line("IAM::ServiceSpecificCredential", "delete_user_credential", _USER, part="service|"),
    Line("IAM::Role", "delete_role", _ROLE),
    *_parts("IAM::Role", "restore_principal", "policy|", "inline|", "boundary", kind=_ROLE, gone=None),
    *_parts("IAM::Role", "restore_trust", "trust", kind=_ROLE),
    Line("IAM::Group", "delete_group"),
    *_parts("IAM::Group", "restore_principal", "policy|", "inline|", gone=None),
    Line("IAM::ManagedPolicy", "delete_policy"),
    *_parts("IAM::ManagedPolicy", "restore_policy", "version|", "default"),
    *_parts("IAM::ManagedPolicy", "delete_policy_version", "version|"),
    Line("IAM::InstanceProfile", "delete_instance_profile"),
    *_parts("IAM::InstanceProfile", "delete_instance_profile", "role|", gone=None),
    Line("IAM::SAMLProvider", "delete_identity_provider"),
    Line("IAM::OIDCProvider", "delete_identity_provider"),
)
_MACHINES = (
    Line("EC2::Instance", "stop_instance", TargetKind.INSTANCE),
    Line("EC2::Instance", "terminate_instance", TargetKind.INSTANCE),
    *_parts("EC2::Instance", "isolate_instance", "userData", kind=TargetKind.INSTANCE),
    Line("EC2::Instance", "isolate_instance", TargetKind.INSTANCE, _STARTED, "ssh|"),
    Line("EC2::Instance", "isolate_instance", TargetKind.INSTANCE, _STARTED, "serial"),
    *_parts("EC2::Instance", "release_profile", "profile", kind=TargetKind.INSTANCE, gone=None),
    Line("EC2::LaunchTemplate", "delete_launch_template"),
    Line("EC2::SpotInstanceRequest", "cancel_spot_request"),
    Line("EC2::SpotFleet", "cancel_spot_request"),
    Line("AutoScaling::AutoScalingGroup", "stop_scaling"),
    Line("AutoScaling::AutoScalingGroup", "delete_scaling_group"),
    Line("EC2::KeyPair", "delete_key_pair"),
    Line("ECS::Service", "stop_service"),
    Line("ECS::Service", "delete_service"),
    Line("Lightsail::Instance", "stop_lightsail_instance"),
    Line("Lightsail::Instance", "delete_lightsail_instance"),
    Line("Lambda::Function", "disable_function"),
    *_parts(
        "Lambda::Function", "disable_function", "code", "layers", "role", "handler", "environment", "vpcConfig",
        "settings", "version|", "permission|",
    ),
    *_parts("Lambda::Function", "disable_function", "alias|", gone=None),
    *_parts("Lambda::Url", "disable_function", "url", "url of|"),
    Line("Lambda::Function", "delete_function"),
    Line("Events::Rule", "restore_rule"),
    *_parts("Events::Rule", "restore_rule", "state"),
    *_parts("Events::Rule", "restore_rule", "target|", gone=None),
)  # fmt: skip
_DATA = (
    *_parts("EC2::Snapshot", "unshare_snapshot", "share|", gone=None),
    *_parts("EC2::Image", "unshare_image", "share|", gone=None),
    *_parts("RDS::DB*Snapshot", "unshare_database_snapshot", "share|", gone=None),
    *_parts("SSM::Document", "unshare_document", "share|", gone=None),
    Line("EC2::Image", "deregister_image"),
    Line("EC2::Snapshot", "delete_snapshot"),
    Line("RDS::DB*Snapshot", "delete_database_snapshot"),
    *_parts("S3::BucketPolicy", "restore_bucket", "policy", gone=None),
    *_parts("S3::Bucket", "restore_bucket", "block", gone=None),
    *_parts("S3::Bucket", "restore_bucket", "versioning", "acl", "replication", "lifecycle", "website"),
    *_parts("KMS::Key", "restore_key", "state", "deletion"),
    *_parts("KMS::Key", "restore_key", "rotation", gone=True),
    *_parts("KMS::Key", "restore_resource_policy", "policy"),
    *_parts("KMS::Grant", "revoke_grant", "grant|"),
    *_parts("SecretsManager::Secret", "restore_resource_policy", "policy", gone=None),
    *_parts("ECR::Repository", "restore_resource_policy", "policy", gone=None),
    *_parts("SQS::Queue", "restore_resource_policy", "policy", "permission|"),
    *_parts("SNS::Topic", "restore_resource_policy", "policy", "permission|"),
)
_GUARDS = (
    *_parts("EC2::SecurityGroup", "close_security_group", "ingress|", "egress|", gone=None),
    *_parts("EC2::SecurityGroup", "close_security_group", "rule|"),
    Line("EC2::SecurityGroup", "delete_security_group"),
    *_parts("CloudTrail::Trail", "start_trail", "logging", gone=True),
    *_parts("CloudTrail::Trail", "start_trail", "settings", "selectors", "insights"),
    Line("CloudTrail::Trail", "start_trail", deeds=_DELETED, gone=True),
    *_parts("GuardDuty::Detector", "start_detector", "settings"),
    Line("GuardDuty::Detector", "start_detector", deeds=_DELETED, gone=True),
    *_parts("Config::ConfigurationRecorder", "start_recorder", "recording", gone=True),
)
UNIT_OF: tuple[Line, ...] = (*_MACHINES, *_GUARDS, *_IAM, *_DATA)
