"""Services that run something with a role: who may start it, or change what runs already, acts as that role.

A role that is passed must trust the service, and whoever starts the thing needs iam:PassRole on it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Start:
    """`actions` are all needed. `existing`: what must be there already with the role, which is then not passed."""

    service: str
    actions: tuple[str, ...]
    how: str
    existing: str = ""


STARTS: tuple[Start, ...] = (
    Start("ec2", ("ec2:RunInstances",), "starts a machine that holds it"),
    Start(
        "ec2", ("ec2:AssociateIamInstanceProfile", "ssm:SendCommand"), "gives it to a machine and runs commands there"
    ),
    Start("ec2", ("ec2:AssociateIamInstanceProfile", "ssm:StartSession"), "gives it to a machine and opens a shell"),
    Start("lambda", ("lambda:CreateFunction", "lambda:InvokeFunction"), "runs a function of its own with it"),
    Start(
        "lambda", ("lambda:CreateFunction", "lambda:AddPermission"), "lets anyone call a function of its own with it"
    ),
    Start("lambda", ("lambda:CreateFunction", "lambda:CreateEventSourceMapping"), "has events call a function with it"),
    Start("lambda", ("lambda:CreateFunction", "lambda:CreateFunctionUrlConfig"), "gives a function with it a URL"),
    Start(
        "lambda",
        ("lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionCode"),
        "gives it to a function, with new code",
    ),
    Start("ecs-tasks", ("ecs:RegisterTaskDefinition", "ecs:RunTask"), "runs a container with it"),
    Start("ecs-tasks", ("ecs:RegisterTaskDefinition", "ecs:StartTask"), "runs a container with it"),
    Start("ecs-tasks", ("ecs:RegisterTaskDefinition", "ecs:CreateService"), "runs a container with it"),
    Start("ecs-tasks", ("ecs:RegisterTaskDefinition", "ecs:UpdateService"), "runs a container with it"),
    Start("ecs-tasks", ("batch:RegisterJobDefinition", "batch:SubmitJob"), "runs a batch job with it"),
    Start("cloudformation", ("cloudformation:CreateStack",), "makes anything that it may make, by a stack"),
    Start("glue", ("glue:CreateDevEndpoint",), "opens a Glue endpoint with it"),
    Start("glue", ("glue:CreateSession", "glue:RunStatement"), "runs statements in a Glue session with it"),
    Start("glue", ("glue:CreateJob", "glue:StartJobRun"), "runs a Glue job with it"),
    Start("glue", ("glue:CreateJob", "glue:CreateTrigger"), "runs a Glue job with it"),
    Start("codebuild", ("codebuild:CreateProject", "codebuild:StartBuild"), "runs a build with it"),
    Start("codebuild", ("codebuild:UpdateProject", "codebuild:StartBuild"), "runs a build with it"),
    Start(
        "sagemaker",
        ("sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
        "opens a notebook with it",
    ),
    Start("sagemaker", ("sagemaker:CreateTrainingJob",), "runs a training job with it"),
    Start("sagemaker", ("sagemaker:CreateProcessingJob",), "runs a processing job with it"),
    Start(
        "datapipeline",
        ("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"),
        "runs a pipeline with it",
    ),
    Start("states", ("states:CreateStateMachine", "states:StartExecution"), "calls AWS with it, by a state machine"),
    Start("scheduler", ("scheduler:CreateSchedule",), "calls AWS with it, by a schedule"),
    Start("ssm", ("ssm:StartAutomationExecution",), "runs an automation with it"),
    Start("elasticmapreduce", ("elasticmapreduce:RunJobFlow",), "starts a cluster with it"),
    Start(
        "emr-serverless", ("emr-serverless:CreateApplication", "emr-serverless:StartJobRun"), "runs a Spark job with it"
    ),
    Start("tasks.apprunner", ("apprunner:CreateService",), "runs a container with it"),
    Start(
        "bedrock-agentcore",
        (
            "bedrock-agentcore:CreateCodeInterpreter",
            "bedrock-agentcore:StartCodeInterpreterSession",
            "bedrock-agentcore:InvokeCodeInterpreter",
        ),
        "runs code in an interpreter with it",
    ),
    Start("ec2", ("ssm:SendCommand",), "runs commands on a machine that holds it", "a machine of Systems Manager"),
    Start("ec2", ("ssm:StartSession",), "opens a shell on a machine that holds it", "a machine of Systems Manager"),
    Start(
        "ec2", ("ec2-instance-connect:SendSSHPublicKey",), "signs in to a machine that holds it", "a machine in reach"
    ),
    Start("lambda", ("lambda:UpdateFunctionCode",), "replaces the code of a function that runs with it", "a function"),
    Start("ecs-tasks", ("ecs:ExecuteCommand",), "opens a shell in a container that runs with it", "a container"),
    Start("cloudformation", ("cloudformation:UpdateStack",), "changes a stack that is made with it", "a stack"),
    Start("codebuild", ("codebuild:StartBuild",), "runs other commands in a build with it", "a build"),
    Start("glue", ("glue:UpdateJob", "glue:StartJobRun"), "replaces a job that runs with it", "a Glue job"),
    Start("glue", ("glue:UpdateDevEndpoint",), "puts its SSH key on an endpoint that holds it", "a Glue endpoint"),
    Start(
        "sagemaker", ("sagemaker:CreatePresignedNotebookInstanceUrl",), "opens a notebook that holds it", "a notebook"
    ),
    Start(
        "states",
        ("states:UpdateStateMachine", "states:StartExecution"),
        "replaces a state machine that runs with it",
        "a state machine",
    ),
)
