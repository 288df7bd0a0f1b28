"""Where else a miner's work can run: batches, notebooks, jobs, small servers, builds, applications and stacks."""

from unleak.review.listing import Listing, Listings

_STANDING = ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_IN_PROGRESS",
             "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED",
             "IMPORT_COMPLETE", "REVIEW_IN_PROGRESS", "CREATE_FAILED"]  # fmt: skip
_BATCH = (
    Listing("AWS::Batch::ComputeEnvironment", "batch:DescribeComputeEnvironments", "computeEnvironments",
            "computeEnvironmentArn", name="computeEnvironmentName", detail=("state", "type", "status")),
    Listing("AWS::Batch::JobQueue", "batch:DescribeJobQueues", "jobQueues", "jobQueueArn", name="jobQueueName",
            detail=("state", "status")),
    Listing("AWS::Batch::JobDefinition", "batch:DescribeJobDefinitions", "jobDefinitions", "jobDefinitionArn",
            name="jobDefinitionName", detail=("type", "revision"), arguments={"status": "ACTIVE"}),
)  # fmt: skip
_SAGEMAKER = (
    Listing("AWS::SageMaker::NotebookInstance", "sagemaker:ListNotebookInstances", "NotebookInstances",
            "NotebookInstanceArn", name="NotebookInstanceName", created="CreationTime",
            detail=("NotebookInstanceStatus", "InstanceType")),
    Listing("AWS::SageMaker::Endpoint", "sagemaker:ListEndpoints", "Endpoints", "EndpointArn", name="EndpointName",
            created="CreationTime", detail=("EndpointStatus",)),
    Listing("AWS::SageMaker::TrainingJob", "sagemaker:ListTrainingJobs", "TrainingJobSummaries", "TrainingJobArn",
            name="TrainingJobName", created="CreationTime", detail=("TrainingJobStatus",)),
    Listing("AWS::SageMaker::Domain", "sagemaker:ListDomains", "Domains", "DomainArn", name="DomainName",
            created="CreationTime", detail=("Status",)),
    Listing("AWS::SageMaker::Model", "sagemaker:ListModels", "Models", "ModelArn", name="ModelName",
            created="CreationTime"),
)  # fmt: skip
_SMALL = (
    Listing("AWS::Lightsail::Instance", "lightsail:GetInstances", "instances", "arn", name="name",
            created="createdAt", detail=("bundleId", "publicIpAddress")),
    Listing("AWS::Lightsail::Container", "lightsail:GetContainerServices", "containerServices", "arn",
            name="containerServiceName", created="createdAt", detail=("state", "power")),
    Listing("AWS::AppRunner::Service", "apprunner:ListServices", "ServiceSummaryList", "ServiceArn",
            name="ServiceName", created="CreatedAt", detail=("Status", "ServiceUrl")),
    Listing("AWS::Amplify::App", "amplify:ListApps", "apps", "appArn", name="name", created="createTime",
            detail=("defaultDomain",)),
    Listing("AWS::ElasticBeanstalk::Environment", "elasticbeanstalk:DescribeEnvironments", "Environments",
            "EnvironmentArn", name="EnvironmentName", created="DateCreated", detail=("Status", "CNAME")),
)  # fmt: skip
_JOBS = (
    Listing("AWS::Glue::Job", "glue:GetJobs", "Jobs", "Name", "glue:job/{id}", created="CreatedOn",
            detail=("Role", "WorkerType", "NumberOfWorkers")),
    Listing("AWS::Glue::DevEndpoint", "glue:GetDevEndpoints", "DevEndpoints", "EndpointName",
            "glue:devEndpoint/{id}", created="CreatedTimestamp", detail=("Status", "RoleArn")),
    Listing("AWS::CodeBuild::Project", "codebuild:ListProjects", "projects", "", "codebuild:project/{id}"),
    Listing("AWS::StepFunctions::StateMachine", "states:ListStateMachines", "stateMachines", "stateMachineArn",
            name="name", created="creationDate", service="stepfunctions"),
    Listing("AWS::CloudFormation::Stack", "cloudformation:ListStacks", "StackSummaries", "StackId", name="StackName",
            created="CreationTime", detail=("StackStatus",), arguments={"StackStatusFilter": _STANDING}),
    Listing("AWS::CloudFormation::StackSet", "cloudformation:ListStackSets", "Summaries", "StackSetId",
            "cloudformation:stackset/{id}", "StackSetName", detail=("PermissionModel",),
            arguments={"Status": "ACTIVE"}),
    Listing("AWS::Events::Rule", "events:ListRules", "Rules", "Arn", name="Name",
            detail=("State", "ScheduleExpression")),
    Listing("AWS::Scheduler::Schedule", "scheduler:ListSchedules", "Schedules", "Arn", name="Name",
            created="CreationDate", detail=("State",)),
    Listing("AWS::EMR::Cluster", "elasticmapreduce:ListClusters", "Clusters", "ClusterArn", name="Name",
            service="emr", arguments={"ClusterStates": ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]}),
)  # fmt: skip
CHECK = Listings(
    "managed_compute",
    "Batch, SageMaker, Lightsail, App Runner, Amplify, Glue, CodeBuild, CloudFormation and others",
    (*_BATCH, *_SAGEMAKER, *_SMALL, *_JOBS),
)
