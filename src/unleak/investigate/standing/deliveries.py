"""What serves and moves: names, doors to the net, backups, copies, pipelines.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, STARTED, Row, made_and_deleted

_ZONE = "arn:{@partition}:route53:::hostedzone/{hostedZoneId|id}"
_API = "arn:{@partition}:apigateway:{@region}::/restapis/{restApiId}"
_VAULT = here("backup", "backup-vault:{backupVaultName}")
_SERVER = here("transfer", "server/{serverId}")
_CLUSTER = here("redshift", "cluster:{clusterIdentifier}")
_PIPELINE = here("codepipeline", "{pipeline.name|name}")
_REPOSITORY = here("codecommit", "{repositoryName}")
_BEANSTALK = here("elasticbeanstalk", "environment/*/{environmentName}")
_FILES = here("elasticfilesystem", "file-system/{fileSystemId}")

_NAMES_AND_DOORS = (
    Row(
        "route53:CreateHostedZone", "Route53::HostedZone", CREATED,
        "arn:{@partition}:route53:::hostedzone/{>hostedZone.id}", "{name}",
    ),
    Row("route53:DeleteHostedZone", "Route53::HostedZone", DELETED, _ZONE),
    Row(
        "route53:ChangeResourceRecordSets", "Route53::RecordSet", CHANGED, _ZONE, "records changed", key="records",
        replaces=False, quiet=True,
    ),
    Row("cloudfront:CreateDistribution", "CloudFront::Distribution", CREATED, "{>distribution.aRN}"),
    Row(
        "cloudfront:UpdateDistribution", "CloudFront::Distribution", CHANGED,
        "arn:{@partition}:cloudfront::{@account}:distribution/{id}", "changed", key="settings",
    ),
    Row(
        "cloudfront:DeleteDistribution", "CloudFront::Distribution", DELETED,
        "arn:{@partition}:cloudfront::{@account}:distribution/{id}",
    ),
    Row(
        "apigateway:CreateRestApi", "ApiGateway::RestApi", CREATED,
        "arn:{@partition}:apigateway:{@region}::/restapis/{>id}", "{createRestApiInput.name|name}",
    ),
    Row("apigateway:DeleteRestApi", "ApiGateway::RestApi", DELETED, _API),
    Row(
        "apigateway:CreateApiKey", "ApiGateway::ApiKey", CREATED,
        "arn:{@partition}:apigateway:{@region}::/apikeys/{>id}",
    ),
    Row(
        "apigateway:DeleteApiKey", "ApiGateway::ApiKey", DELETED,
        "arn:{@partition}:apigateway:{@region}::/apikeys/{apiKey}",
    ),
    Row(
        "elasticloadbalancing:CreateLoadBalancer", "ElasticLoadBalancingV2::LoadBalancer", CREATED,
        "{.loadBalancerArn}", "{.scheme}", each=">loadBalancers",
    ),
    Row(
        "elasticloadbalancing:DeleteLoadBalancer", "ElasticLoadBalancingV2::LoadBalancer", DELETED,
        "{loadBalancerArn}",
    ),
    Row(
        "elasticbeanstalk:CreateEnvironment", "ElasticBeanstalk::Environment", CREATED,
        here("elasticbeanstalk", "environment/{applicationName}/{environmentName}"), base=_BEANSTALK,
    ),
    Row(
        "elasticbeanstalk:TerminateEnvironment", "ElasticBeanstalk::Environment", DELETED,
        ("{>environmentArn}", _BEANSTALK), base=_BEANSTALK,
    ),
)  # fmt: skip

_COPIES = (
    *made_and_deleted("backup:BackupVault", "Backup::BackupVault", _VAULT, _VAULT),
    Row("backup:DeleteRecoveryPoint", "Backup::RecoveryPoint", DELETED, "{recoveryPointArn}", "backup deleted"),
    *made_and_deleted(
        "backup:BackupPlan", "Backup::BackupPlan", "{>backupPlanArn}", here("backup", "backup-plan:{backupPlanId}"),
    ),
    Row(
        "backup:PutBackupVaultAccessPolicy", "Backup::BackupVault", CHANGED, _VAULT, "policy", key="policy",
        document="policy",
    ),
    Row(
        "backup:DeleteBackupVaultAccessPolicy", "Backup::BackupVault", CHANGED, _VAULT, "policy deleted",
        key="policy", away=True,
    ),
    Row(
        "backup:DeleteBackupVaultLockConfiguration", "Backup::BackupVault", CHANGED, _VAULT, "lock deleted",
        key="lock", away=True,
    ),
    *made_and_deleted("transfer:Server", "Transfer::Server", here("transfer", "server/{>serverId}"), _SERVER),
    *made_and_deleted(
        "transfer:User", "Transfer::User", here("transfer", "user/{serverId}/{userName}"),
        here("transfer", "user/{serverId}/{userName}"), "[with role {role}]",
    ),
    *made_and_deleted(
        "datasync:Task", "DataSync::Task", "{>taskArn}", "{taskArn}",
        "{sourceLocationArn} to {destinationLocationArn}",
    ),
    Row("datasync:StartTaskExecution", "DataSync::TaskExecution", STARTED, "{>taskExecutionArn}"),
    Row("datasync:CancelTaskExecution", "DataSync::TaskExecution", DELETED, "{taskExecutionArn}", "stopped"),
    *made_and_deleted(
        "elasticfilesystem:FileSystem", "EFS::FileSystem", here("elasticfilesystem", "file-system/{>fileSystemId}"),
        _FILES,
    ),
    Row(
        "elasticfilesystem:PutFileSystemPolicy", "EFS::FileSystem", CHANGED, _FILES, "policy", key="policy",
        document="policy",
    ),
    Row(
        "elasticfilesystem:DeleteFileSystemPolicy", "EFS::FileSystem", CHANGED, _FILES, "policy deleted",
        key="policy", away=True,
    ),
    *made_and_deleted("redshift:Cluster", "Redshift::Cluster", _CLUSTER, _CLUSTER, "{nodeType}"),
    Row("redshift:ModifyCluster", "Redshift::Cluster", CHANGED, _CLUSTER, "changed", key="settings"),
    Row(
        "redshift:AuthorizeSnapshotAccess", "Redshift::Snapshot", CHANGED,
        here("redshift", "snapshot:{snapshotClusterIdentifier}/{snapshotIdentifier}"), "snapshot shared with"
        " {accountWithRestoreAccess}", key="share|{accountWithRestoreAccess}", to="accountWithRestoreAccess",
        replaces=False,
    ),
    Row(
        "redshift:RevokeSnapshotAccess", "Redshift::Snapshot", CHANGED,
        here("redshift", "snapshot:{snapshotClusterIdentifier}/{snapshotIdentifier}"), "snapshot no longer shared with"
        " {accountWithRestoreAccess}", key="share|{accountWithRestoreAccess}", away=True,
    ),
)  # fmt: skip

_PIPELINES = (
    Row("codepipeline:CreatePipeline", "CodePipeline::Pipeline", CREATED, _PIPELINE, "[with role {pipeline.roleArn}]"),
    Row("codepipeline:UpdatePipeline", "CodePipeline::Pipeline", CHANGED, _PIPELINE, "changed", key="settings"),
    Row("codepipeline:DeletePipeline", "CodePipeline::Pipeline", DELETED, _PIPELINE),
    Row(
        "codepipeline:StartPipelineExecution", "CodePipeline::Pipeline", STARTED, _PIPELINE, "run",
        key="run|{>pipelineExecutionId}",
    ),
    *made_and_deleted("codecommit:Repository", "CodeCommit::Repository", _REPOSITORY, _REPOSITORY),
    Row(
        "codecommit:GitPush", "CodeCommit::Repository", CHANGED, _REPOSITORY, "pushed to", key="pushed",
        replaces=False, quiet=True,
    ),
    Row(
        "cloudshell:CreateEnvironment", "CloudShell::Environment", STARTED,
        here("cloudshell", "environment/{>environmentId}"),
    ),
    Row(
        "cloudshell:DeleteEnvironment", "CloudShell::Environment", DELETED,
        here("cloudshell", "environment/{environmentId}"),
    ),
    Row(
        "cloudshell:CreateSession cloudshell:StartEnvironment cloudshell:PutCredentials cloudshell:SendHeartBeat",
        "CloudShell::Environment",
        STARTED, here("cloudshell", "environment/{environmentId}"), "used", key="used",
    ),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*_NAMES_AND_DOORS, *_COPIES, *_PIPELINES)
