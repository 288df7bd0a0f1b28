"""What builds and computes: CloudFormation, CodeBuild, Glue, SageMaker, EMR, Amplify."""

import re
from collections.abc import Iterator
from dataclasses import replace

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, STARTED, Own, Row, made_and_deleted
from unleak.investigate.standing.trace import Trace
from unleak.model.call import Call

_ID = re.compile(r"^(arn:[^:]*:cloudformation:[^:]*:[^:]*:stack/[^/|]+)/[^|]*")
_STACK = here("cloudformation", "stack/{stackName}")
_PROJECT = here("codebuild", "project/{name|projectName}")
_JOB = here("glue", "job/{jobName|name}")
_CRAWLER = here("glue", "crawler/{name}")
_ENDPOINT = here("glue", "devEndpoint/{endpointName}")
_NOTEBOOK = here("sagemaker", "notebook-instance/{notebookInstanceName}")
_CLUSTER = here("elasticmapreduce", "cluster/{>jobFlowId}")
_APP = "arn:{@partition}:amplify:{@region}:{@account}:apps/{appId}"

_CLOUDFORMATION = (
    Row(
        "cloudformation:CreateStack", "CloudFormation::Stack", CREATED, ("{>stackId}", _STACK), "[with role {roleARN}]",
        base=_STACK,
    ),
    Row(
        "cloudformation:UpdateStack", "CloudFormation::Stack", CHANGED, ("{>stackId}", _STACK), "changed", base=_STACK,
        key="template",
    ),
    Row(
        "cloudformation:ExecuteChangeSet", "CloudFormation::Stack", CHANGED, _STACK, "change {changeSetName} made",
        key="change|{changeSetName}", quiet=True,
    ),
    Row(
        "cloudformation:CreateChangeSet", "CloudFormation::ChangeSet", CREATED, ("{>id}", _STACK), "{changeSetName}",
        base=_STACK, key="set|{changeSetName}",
    ),
    Row(
        "cloudformation:DeleteChangeSet", "CloudFormation::ChangeSet", DELETED, _STACK, "{changeSetName}",
        key="set|{changeSetName}",
    ),
    Row("cloudformation:DeleteStack", "CloudFormation::Stack", DELETED, _STACK),
    *made_and_deleted(
        "cloudformation:StackSet", "CloudFormation::StackSet", here("cloudformation", "stackset/{stackSetName}"),
        here("cloudformation", "stackset/{stackSetName}"),
    ),
    Row(
        "cloudformation:CreateStackInstances", "CloudFormation::StackSet", CHANGED,
        here("cloudformation", "stackset/{stackSetName}"), "stacks made in {accounts} {regions}", key="stacks",
        replaces=False,
    ),
    Row(
        "cloudformation:DeleteStackInstances", "CloudFormation::StackSet", CHANGED,
        here("cloudformation", "stackset/{stackSetName}"), "stacks deleted", key="stacks", away=True,
    ),
)  # fmt: skip

_BUILDS = (
    *made_and_deleted("codebuild:Project", "CodeBuild::Project", _PROJECT, _PROJECT, "[with role {serviceRole}]"),
    Row("codebuild:UpdateProject", "CodeBuild::Project", CHANGED, _PROJECT, "changed", key="settings"),
    Row("codebuild:StartBuild", "CodeBuild::Build", STARTED, ("{>build.arn}", _PROJECT), "build [of {projectName}]"),
    Row(
        "codebuild:StopBuild", "CodeBuild::Build", DELETED, ("{>build.arn}", here("codebuild", "build/{id}")),
        "stopped",
    ),
    Row("codebuild:ImportSourceCredentials", "CodeBuild::SourceCredential", CREATED, "{>arn}", "{serverType}"),
    Row("codebuild:DeleteSourceCredentials", "CodeBuild::SourceCredential", DELETED, "{arn}"),
    Row(
        "codebuild:CreateWebhook", "CodeBuild::Project", CHANGED, _PROJECT, "webhook made", key="webhook",
        replaces=False,
    ),
    Row(
        "codebuild:DeleteWebhook", "CodeBuild::Project", CHANGED, _PROJECT, "webhook deleted", key="webhook",
        away=True,
    ),
)  # fmt: skip

_GLUE = (
    *made_and_deleted("glue:Job", "Glue::Job", _JOB, _JOB, "[with role {role}]"),
    Row("glue:UpdateJob", "Glue::Job", CHANGED, _JOB, "changed", key="settings"),
    Row("glue:StartJobRun", "Glue::Job", STARTED, _JOB, "run", key="run|{>jobRunId}"),
    *made_and_deleted("glue:Crawler", "Glue::Crawler", _CRAWLER, _CRAWLER, "[with role {role}]"),
    *made_and_deleted("glue:DevEndpoint", "Glue::DevEndpoint", _ENDPOINT, _ENDPOINT, "[with role {roleArn}]"),
    Row("glue:UpdateDevEndpoint", "Glue::DevEndpoint", CHANGED, _ENDPOINT, "keys changed", key="keys"),
    Row(
        "glue:PutResourcePolicy", "Glue::Catalog", CHANGED, here("glue", "catalog"), "policy", key="policy",
        document="policyInJson",
    ),
    Row(
        "glue:DeleteResourcePolicy", "Glue::Catalog", CHANGED, here("glue", "catalog"), "policy deleted",
        key="policy", away=True,
    ),
)  # fmt: skip

_SAGEMAKER_THINGS = (
    ("EndpointConfig", "endpoint-config", "endpointConfigName"), ("Endpoint", "endpoint", "endpointName"),
    ("Model", "model", "modelName"),
)  # fmt: skip
_SAGEMAKER_JOBS = (
    ("TrainingJob", "training-job", "trainingJobName"),
    ("ProcessingJob", "processing-job", "processingJobName"),
)
_SAGEMAKER = (
    *made_and_deleted(
        "sagemaker:NotebookInstance", "SageMaker::NotebookInstance", _NOTEBOOK, _NOTEBOOK,
        "{instanceType} [with role {roleArn}]",
    ),
    Row("sagemaker:StopNotebookInstance", "SageMaker::NotebookInstance", CHANGED, _NOTEBOOK, "stopped", mark="stopped"),
    Row(
        "sagemaker:StartNotebookInstance", "SageMaker::NotebookInstance", CHANGED, _NOTEBOOK, "started",
        mark="running",
    ),
    Row(
        "sagemaker:CreatePresignedNotebookInstanceUrl", "SageMaker::NotebookInstance", STARTED, _NOTEBOOK,
        "link to sign in made", key="link",
    ),
    *(
        row
        for noun, segment, name in _SAGEMAKER_THINGS
        for row in made_and_deleted(
            f"sagemaker:{noun}", f"SageMaker::{noun}", here("sagemaker", f"{segment}/{{{name}}}"),
            here("sagemaker", f"{segment}/{{{name}}}"),
        )
    ),
    *(
        row
        for noun, segment, name in _SAGEMAKER_JOBS
        for row in (
            Row(
                f"sagemaker:Create{noun}", f"SageMaker::{noun}", STARTED, here("sagemaker", f"{segment}/{{{name}}}"),
                "[with role {roleArn}]",
            ),
            Row(
                f"sagemaker:Stop{noun}", f"SageMaker::{noun}", DELETED, here("sagemaker", f"{segment}/{{{name}}}"),
                "stopped",
            ),
        )
    ),
    *made_and_deleted(
        "sagemaker:Domain", "SageMaker::Domain", "{>domainArn}", here("sagemaker", "domain/{domainId}"),
        "{domainName}",
    ),
)  # fmt: skip

_OTHERS = (
    Row("elasticmapreduce:RunJobFlow", "EMR::Cluster", CREATED, _CLUSTER, "{name} [with role {jobFlowRole}]"),
    Row(
        "elasticmapreduce:TerminateJobFlows", "EMR::Cluster", DELETED, here("elasticmapreduce", "cluster/{.}"),
        each="jobFlowIds",
    ),
    Row(
        "elasticmapreduce:AddJobFlowSteps", "EMR::Step", STARTED, here("elasticmapreduce", "cluster/{jobFlowId}"),
        "steps added", key="steps",
    ),
    *made_and_deleted("amplify:App", "Amplify::App", "{>app.appArn}", _APP, "{name} [from {repository}]"),
    *made_and_deleted(
        "amplify:Branch", "Amplify::Branch", "{>branch.branchArn}", _APP + "/branches/{branchName}", "{branchName}"
    ),
    *made_and_deleted(
        "imagebuilder:ImagePipeline", "ImageBuilder::ImagePipeline", "{>imagePipelineArn}", "{imagePipelineArn}",
        "{name}",
    ),
)  # fmt: skip


def _without_id(row: Row) -> Own:
    """A stack may be given by its ARN, which ends in a random id: the root of its facts is the ARN without it."""

    def read(call: Call) -> Iterator[Trace]:
        for trace in row.read(call):
            fact, undoes = _ID.sub(r"\1", trace.fact), tuple(_ID.sub(r"\1", u) for u in trace.undoes)
            yield replace(trace, fact=fact, undoes=undoes)

    return Own(row.action, read, removes=row.removes, rows=(row,))


ROWS: tuple[Row | Own, ...] = (*map(_without_id, _CLOUDFORMATION), *_BUILDS, *_GLUE, *_SAGEMAKER, *_OTHERS)
