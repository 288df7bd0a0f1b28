"""What runs containers: ECS, EKS, ECR, Batch, App Runner, Lightsail."""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, STARTED, Row, made_and_deleted

_ECS_CLUSTER = here("ecs", "cluster/{clusterName|cluster}")
_SERVICE = here("ecs", "service/{cluster}/{service|serviceName}")
_TASK = (here("ecs", "task/{cluster}/{task}"), here("ecs", "task/default/{task}"))
_CLUSTER = here("eks", "cluster/{name|clusterName}")
_NODES = here("eks", "nodegroup/{clusterName}/{nodegroupName}")
_FARGATE = here("eks", "fargateprofile/{clusterName}/{fargateProfileName}")
_REPOSITORY = here("ecr", "repository/{repositoryName}")
_INSTANCE = here("lightsail", "Instance/{.}")
_POD = here("eks", "podidentityassociation/{clusterName}/{associationId}")
_POD_MADE = here("eks", "podidentityassociation/{clusterName}/{>association.associationId}")

_ECS = (
    Row("ecs:CreateCluster", "ECS::Cluster", CREATED, ("{>cluster.clusterArn}", _ECS_CLUSTER)),
    Row("ecs:DeleteCluster", "ECS::Cluster", DELETED, _ECS_CLUSTER),
    Row(
        "ecs:RegisterTaskDefinition", "ECS::TaskDefinition", CREATED, "{>taskDefinition.taskDefinitionArn}",
        "[with role {taskRoleArn}]",
    ),
    Row(
        "ecs:DeregisterTaskDefinition", "ECS::TaskDefinition", DELETED,
        ("{>taskDefinition.taskDefinitionArn}", here("ecs", "task-definition/{taskDefinition}")),
    ),
    Row("ecs:RunTask ecs:StartTask", "ECS::Task", STARTED, "{.taskArn}", "{taskDefinition}", each=">tasks"),
    Row("ecs:StopTask", "ECS::Task", DELETED, ("{>task.taskArn}", *_TASK), "stopped"),
    Row(
        "ecs:CreateService", "ECS::Service", CREATED, ("{>service.serviceArn}", _SERVICE),
        "{desiredCount} [of {taskDefinition}]",
    ),
    Row(
        "ecs:UpdateService", "ECS::Service", CHANGED, ("{>service.serviceArn}", _SERVICE),
        "{desiredCount} [of {taskDefinition}]", key="settings",
    ),
    Row("ecs:DeleteService", "ECS::Service", DELETED, ("{>service.serviceArn}", _SERVICE)),
    Row("ecs:ExecuteCommand", "ECS::Task", STARTED, _TASK, "command in container {container}", key="command"),
)  # fmt: skip

_EKS = (
    *made_and_deleted("eks:Cluster", "EKS::Cluster", _CLUSTER, _CLUSTER),
    Row("eks:UpdateClusterConfig", "EKS::Cluster", CHANGED, _CLUSTER, "changed", key="settings"),
    *made_and_deleted("eks:Nodegroup", "EKS::Nodegroup", _NODES, _NODES, "{instanceTypes}"),
    *made_and_deleted("eks:FargateProfile", "EKS::FargateProfile", _FARGATE, _FARGATE),
    Row(
        "eks:CreateAccessEntry", "EKS::AccessEntry", CREATED, here("eks", "cluster/{name|clusterName}"),
        "{principalArn} may log in as {kubernetesGroups}", key="access|{principalArn}", to="principalArn",
    ),
    Row(
        "eks:DeleteAccessEntry", "EKS::AccessEntry", DELETED, here("eks", "cluster/{name|clusterName}"),
        "{principalArn}", key="access|{principalArn}",
    ),
    Row(
        "eks:AssociateAccessPolicy", "EKS::AccessEntry", CHANGED, here("eks", "cluster/{name|clusterName}"),
        "{policyArn} given to {principalArn}", key="access|{principalArn}|{policyArn}", replaces=False,
    ),
    Row(
        "eks:DisassociateAccessPolicy", "EKS::AccessEntry", CHANGED, here("eks", "cluster/{name|clusterName}"),
        "{policyArn} taken [from {principalArn}]", key="access|{principalArn}|{policyArn}", away=True,
    ),
    Row(
        "eks:CreatePodIdentityAssociation", "EKS::PodIdentityAssociation", CREATED,
        ("{>association.associationArn}", _POD_MADE),
        "{roleArn} for {namespace}/{serviceAccount}",
    ),
    Row(
        "eks:DeletePodIdentityAssociation", "EKS::PodIdentityAssociation", DELETED,
        ("{>association.associationArn}", _POD),
    ),
)  # fmt: skip

_ECR = (
    Row("ecr:CreateRepository", "ECR::Repository", CREATED, ("{>repository.repositoryArn}", _REPOSITORY)),
    Row("ecr:DeleteRepository", "ECR::Repository", DELETED, _REPOSITORY),
    Row(
        "ecr:SetRepositoryPolicy", "ECR::Repository", CHANGED, _REPOSITORY, "policy", key="policy",
        document="policyText",
    ),
    Row(
        "ecr:DeleteRepositoryPolicy", "ECR::Repository", CHANGED, _REPOSITORY, "policy deleted", key="policy",
        away=True,
    ),
    Row(
        "ecr:PutImage", "ECR::Image", CHANGED, _REPOSITORY, "image {imageTag} put", key="image|{imageTag}",
        replaces=False,
    ),
    Row("ecr:BatchDeleteImage", "ECR::Image", CHANGED, _REPOSITORY, "images deleted", key="images", away=True),
    Row(
        "ecr:PutRegistryPolicy", "ECR::RegistryPolicy", CHANGED, here("ecr", "*"), "policy", key="policy",
        document="policyText",
    ),
    Row(
        "ecr:DeleteRegistryPolicy", "ECR::RegistryPolicy", CHANGED, here("ecr", "*"), "policy deleted", key="policy",
        away=True,
    ),
    Row(
        "ecr:PutReplicationConfiguration", "ECR::ReplicationConfiguration", CHANGED, here("ecr", "*"),
        "replication changed", key="replication",
    ),
)  # fmt: skip

_BATCH_THINGS = (
    ("ComputeEnvironment", "compute-environment", "computeEnvironment"), ("JobQueue", "job-queue", "jobQueue"),
)  # fmt: skip
_OTHERS = (
    *(
        row
        for noun, segment, name in _BATCH_THINGS
        for row in (
            *made_and_deleted(
                f"batch:{noun}", f"Batch::{noun}", here("batch", f"{segment}/{{{name}Name}}"),
                here("batch", f"{segment}/{{{name}}}"),
            )[1:],
            Row(f"batch:Create{noun}", f"Batch::{noun}", CREATED, here("batch", f"{segment}/{{{name}Name}}")),
            Row(
                f"batch:Update{noun}", f"Batch::{noun}", CHANGED, here("batch", f"{segment}/{{{name}}}"), "changed",
                key="settings",
            ),
        )
    ),
    Row("batch:RegisterJobDefinition", "Batch::JobDefinition", CREATED, "{>jobDefinitionArn}", "{type}"),
    Row(
        "batch:DeregisterJobDefinition", "Batch::JobDefinition", DELETED,
        here("batch", "job-definition/{jobDefinition}"),
    ),
    Row("batch:SubmitJob", "Batch::Job", STARTED, here("batch", "job/{>jobId}"), "{jobName} [of {jobDefinition}]"),
    Row("batch:TerminateJob batch:CancelJob", "Batch::Job", DELETED, here("batch", "job/{jobId}"), "stopped"),
    *made_and_deleted(
        "apprunner:Service", "AppRunner::Service", "{>service.serviceArn}", "{serviceArn}", "{serviceName}",
    ),
    Row("apprunner:UpdateService", "AppRunner::Service", CHANGED, "{serviceArn}", "changed", key="settings"),
    Row("apprunner:PauseService", "AppRunner::Service", CHANGED, "{serviceArn}", "paused", mark="paused"),
    Row("apprunner:ResumeService", "AppRunner::Service", CHANGED, "{serviceArn}", "resumed", mark="running"),
    # Lightsail's ARNs have random ids that its calls do not tell: its names are taken in their place.
    Row(
        "lightsail:CreateInstances lightsail:CreateInstancesFromSnapshot", "Lightsail::Instance", CREATED, _INSTANCE,
        "{bundleId} {blueprintId}", each="instanceNames",
    ),
    Row("lightsail:DeleteInstance", "Lightsail::Instance", DELETED, here("lightsail", "Instance/{instanceName}")),
    Row(
        "lightsail:StopInstance", "Lightsail::Instance", CHANGED, here("lightsail", "Instance/{instanceName}"),
        "stopped", mark="stopped",
    ),
    Row(
        "lightsail:StartInstance", "Lightsail::Instance", CHANGED, here("lightsail", "Instance/{instanceName}"),
        "started", mark="running",
    ),
    *made_and_deleted(
        "lightsail:KeyPair", "Lightsail::KeyPair", here("lightsail", "KeyPair/{keyPairName}"),
        here("lightsail", "KeyPair/{keyPairName}"),
    ),
    Row(
        "lightsail:OpenInstancePublicPorts lightsail:PutInstancePublicPorts", "Lightsail::Instance", CHANGED,
        here("lightsail", "Instance/{instanceName}"), "ports opened", key="ports",
    ),
    Row(
        "lightsail:CloseInstancePublicPorts", "Lightsail::Instance", CHANGED,
        here("lightsail", "Instance/{instanceName}"), "ports closed", key="ports", away=True,
    ),
    Row(
        "lightsail:CreateContainerService", "Lightsail::Container", CREATED,
        here("lightsail", "ContainerService/{serviceName}"),
    ),
    Row(
        "lightsail:DeleteContainerService", "Lightsail::Container", DELETED,
        here("lightsail", "ContainerService/{serviceName}"),
    ),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*_ECS, *_EKS, *_ECR, *_OTHERS)
