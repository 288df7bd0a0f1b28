"""What an attacker may have brought about and no unit puts right, and in a word or two why: so that nothing is
forgotten silently. Pure, as `eviction_table`.
"""

from dataclasses import dataclass

from unleak.playbook.eviction_table import Line

_UNKNOWN = "what it was before is not known"
_LOST = "what is deleted is gone"
_OURS = "it helps, or does no harm"
_PAST = "it is over, and nothing of it stands"
_MEANS = "what it does with it must be judged"
_CHANGED, _CREATED = frozenset({"changed", "shared"}), frozenset({"created"})
_DELETED, _STARTED = frozenset({"deleted"}), frozenset({"started"})


@dataclass(frozen=True, slots=True)
class Hand:
    """`type` may hold a star; no `deeds` are any; `part` is as in a line of the table."""

    type: str
    why: str
    deeds: frozenset[str] = frozenset()
    part: str = "*"
    gone: bool | None = None

    def fits(self, type_: str, deed: str, part: str) -> bool:
        return Line(self.type, "", deeds=self.deeds, part=self.part, gone=self.gone).fits(type_, deed, part)


def _each(type_: str, why: str, *parts: str, gone: bool | None = None) -> list[Hand]:
    return [Hand(type_, why, _CHANGED, part, gone) for part in parts]


_ALL_OF = (
    *(Hand(f"{service}::*", _MEANS) for service in (
        "AccessAnalyzer", "Account", "Amplify", "ApiGateway", "AppRunner", "Backup", "Batch", "Bedrock",
        "CloudFormation", "CloudFront", "CloudShell", "CloudWatch", "CodeBuild", "CodeCommit", "CodePipeline",
        "Cognito", "DataSync", "Detective", "DynamoDB", "EFS", "EKS", "EMR", "ElasticBeanstalk",
        "ElasticLoadBalancingV2", "Glue", "IdentityStore", "ImageBuilder", "Inspector", "Logs", "Macie",
        "Organizations", "RAM", "Redshift", "RolesAnywhere", "Route53", "Route53Resolver", "SES", "SSO", "SageMaker",
        "Scheduler", "SecurityHub", "ServiceQuotas", "StepFunctions", "Support", "Transfer", "WAFv2",
    )),
    *(Hand(type_, _MEANS) for type_ in (
        "AutoScaling::LaunchConfiguration", "AutoScaling::ScheduledAction", "CloudTrail::EventDataStore",
        "Config::ConfigRule", "Config::DeliveryChannel", "Config::RetentionConfiguration", "EC2::CapacityReservation",
        "EC2::ClientVpnEndpoint", "EC2::EC2Fleet", "EC2::EIP", "EC2::EbsEncryptionByDefault", "EC2::ExportTask",
        "EC2::FlowLog", "EC2::ImageBlockPublicAccess", "EC2::InstanceConnectEndpoint", "EC2::InternetGateway",
        "EC2::NatGateway", "EC2::NetworkAcl", "EC2::NetworkAclEntry", "EC2::NetworkInterface",
        "EC2::ReservedInstances", "EC2::Route", "EC2::RouteTable", "EC2::SerialConsoleAccess",
        "EC2::SnapshotBlockPublicAccess", "EC2::Subnet", "EC2::TrafficMirror*", "EC2::VPC*", "EC2::VPNConnection",
        "EC2::Volume", "ECR::Image", "ECR::RegistryPolicy", "ECR::ReplicationConfiguration", "ECS::Cluster",
        "ECS::Task", "ECS::TaskDefinition", "Events::ApiDestination", "Events::Connection", "Events::EventBus",
        "GuardDuty::Filter", "GuardDuty::IPSet", "GuardDuty::PublishingDestination", "GuardDuty::ThreatIntelSet",
        "IAM::Account", "IAM::AccountAlias", "IAM::PasswordPolicy", "IAM::ServerCertificate", "IAM::VirtualMFADevice",
        "KMS::Alias", "Lambda::EventSourceMapping", "Lambda::LayerVersion", "Lightsail::Container",
        "Lightsail::KeyPair", "RDS::DBCluster", "RDS::DBInstance", "RDS::DBSecurityGroup", "RDS::ExportTask",
        "S3::AccessPoint", "S3::AccountPublicAccessBlock", "S3::Object", "SNS::Account", "SNS::Subscription",
        "SSM::Activation", "SSM::Association", "SSM::AutomationExecution", "SSM::Command", "SSM::MaintenanceWindow*",
        "SSM::ManagedInstance", "SSM::Parameter", "SSM::ServiceSetting", "SSM::Session",
    )),
)  # fmt: skip
"""No unit for anything of them."""

_CREATIONS = (
    *(Hand(type_, _MEANS, _CREATED, "") for type_ in (
        "CloudTrail::Trail", "ECR::Repository", "GuardDuty::Detector", "KMS::Key", "S3::Bucket",
        "SecretsManager::Secret", "SNS::Topic", "SQS::Queue", "SSM::Document",
    )),
)  # fmt: skip

_DELETIONS = (
    *(Hand(type_, _LOST, _DELETED) for type_ in (
        "AutoScaling::AutoScalingGroup", "Config::ConfigurationRecorder", "EC2::Image", "EC2::Instance",
        "EC2::KeyPair", "EC2::LaunchTemplate", "EC2::SecurityGroup", "EC2::Snapshot", "EC2::SpotFleet",
        "EC2::SpotInstanceRequest", "ECR::Repository", "ECS::Service", "Events::Rule", "IAM::AccessKey", "IAM::Group",
        "IAM::InstanceProfile", "IAM::LoginProfile", "IAM::ManagedPolicy", "IAM::OIDCProvider", "IAM::Role",
        "IAM::SAMLProvider", "IAM::SSHPublicKey", "IAM::ServiceSpecificCredential", "IAM::SigningCertificate",
        "IAM::User", "Lambda::Function", "Lightsail::Instance", "RDS::DB*Snapshot", "S3::Bucket",
        "SecretsManager::Secret", "SNS::Topic", "SQS::Queue", "SSM::Document",
    )),
)  # fmt: skip

_PARTS = (
    *_each("AutoScaling::AutoScalingGroup", _UNKNOWN, "settings", "capacity"),
    *_each("CloudTrail::Trail", _OURS, "logging", gone=False),
    *_each("Config::ConfigurationRecorder", _UNKNOWN, "settings"),
    *_each("Config::ConfigurationRecorder", _OURS, "recording", gone=False),
    *_each("EC2::Image", _MEANS, "stored|"),
    *_each("EC2::Image", _UNKNOWN, "share", gone=True),
    *_each("EC2::Snapshot", _UNKNOWN, "share", gone=True),
    *_each("EC2::Instance", _UNKNOWN, "attribute", "blockDeviceMapping", "disableApiStop", "disableApiTermination"),
    *_each("EC2::Instance", _UNKNOWN, "groupSet", "instanceInitiatedShutdownBehavior", "instanceType", "kernel"),
    *_each("EC2::Instance", _UNKNOWN, "metadata", "ramdisk", "sourceDestCheck", "state"),
    Hand("EC2::Instance", _PAST, _STARTED, "reboot"),
    *_each("EC2::LaunchTemplate", _UNKNOWN, "default", "version|"),
    *_each("EC2::SpotFleet", _UNKNOWN, "capacity"),
    *_each("EC2::SpotFleet", _MEANS, "cancelled"),
    *_each("ECS::Service", _UNKNOWN, "settings"),
    *_each("GuardDuty::Detector", _UNKNOWN, "archived", "members"),
    *_each("IAM::AccessKey", _MEANS, "key|"),
    *_each("IAM::Group", _UNKNOWN, "name", "renamed"),
    *_each("IAM::ManagedPolicy", _LOST, "version|", gone=True),
    *_each("IAM::OIDCProvider", _UNKNOWN, "client|", "thumbprints"),
    *_each("IAM::Role", _UNKNOWN, "settings", "description"),
    *_each("IAM::SAMLProvider", _UNKNOWN, "data"),
    *_each("IAM::SSHPublicKey", _MEANS, "ssh|"),
    *_each("IAM::ServiceSpecificCredential", _MEANS, "service|", "reset|"),
    *_each("IAM::SigningCertificate", _MEANS, "certificate|"),
    *_each("IAM::User", _UNKNOWN, "name", "renamed", "resync|"),
    *_each("IAM::User", _LOST, "mfa|", gone=True),
    *_each("KMS::Grant", _LOST, "grant|", gone=True),
    *_each("KMS::Key", _OURS, "deletion", gone=True),
    *_each("KMS::Key", _OURS, "rotation", gone=False),
    *_each("KMS::Key", _UNKNOWN, "description", "material"),
    *_each("Lambda::Function", _UNKNOWN, "concurrency", "destinations"),
    *_each("Lambda::Function", _UNKNOWN, "permission|", gone=True),
    Hand("Lambda::Function", _PAST, _STARTED, "invoked"),
    *_each("Lambda::Url", _UNKNOWN, "url", "url of|", gone=True),
    *_each("Lightsail::Instance", _UNKNOWN, "ports", "state"),
    *_each("S3::Bucket", _UNKNOWN, "cors", "encryption", "lock", "logging", "notifications", "ownership", "tags"),
    *_each("S3::Bucket", _UNKNOWN, "lifecycle", "replication", "website", gone=True),
    *(Hand("S3::Bucket", _UNKNOWN, _CHANGED, f"{verb}{what}") for verb, what in (
        ("Put", "AccelerateConfiguration"), ("Put", "BucketRequestPayment"), ("Put", "InventoryConfiguration"),
        ("Put", "AnalyticsConfiguration"), ("Put", "MetricsConfiguration"))),
    *_each("SNS::Topic", _UNKNOWN, "attribute|"),
    *_each("SNS::Topic", _UNKNOWN, "permission|", gone=True),
    *_each("SQS::Queue", _UNKNOWN, "attribute|"),
    *_each("SQS::Queue", _UNKNOWN, "permission|", gone=True),
    *_each("SSM::Document", _UNKNOWN, "content", "default"),
    *_each("SecretsManager::Secret", _UNKNOWN, "replicas", "rotation", "stage|", "value"),
)  # fmt: skip

BY_HAND: tuple[Hand, ...] = (*_ALL_OF, *_CREATIONS, *_DELETIONS, *_PARTS)
