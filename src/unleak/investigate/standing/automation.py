"""What runs by itself: EventBridge, Scheduler, Step Functions; and DynamoDB and Bedrock.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
"""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, STARTED, Row, made_and_deleted

_RULE = (here("events", "rule/{eventBusName}/{name|rule}"), here("events", "rule/{name|rule}"))
# A bus that is not named is the account's own.
_BUS = (here("events", "event-bus/{eventBusName|name}"), here("events", "event-bus/default"))
_NAMED_BUS = here("events", "event-bus/{name}")
_CONNECTION = here("events", "connection/{name}")
_DESTINATION = here("events", "api-destination/{name}")
_SCHEDULE = (here("scheduler", "schedule/{groupName}/{name}"), here("scheduler", "schedule/default/{name}"))
_MACHINE = "{stateMachineArn}"
_TABLE = here("dynamodb", "table/{tableName|targetTableName}")
_BEDROCK = here("bedrock", "*")
_MODEL = "arn:{@partition}:bedrock:{@region}::foundation-model/{modelId}"

_EVENTS = (
    Row("events:PutRule", "Events::Rule", CREATED, _RULE, "{scheduleExpression} {state}"),
    Row("events:DeleteRule", "Events::Rule", DELETED, _RULE),
    Row("events:DisableRule", "Events::Rule", CHANGED, _RULE, "disabled", mark="disabled"),
    Row("events:EnableRule", "Events::Rule", CHANGED, _RULE, "enabled", mark="enabled"),
    Row(
        "events:PutTargets", "Events::Rule", CHANGED, _RULE, "target {.arn} [with role {.roleArn}]", each="targets",
        key="target|{.id}",
    ),
    Row(
        "events:RemoveTargets", "Events::Rule", CHANGED, _RULE, "target {.} removed", each="ids", key="target|{.}",
        away=True,
    ),
    *made_and_deleted("events:EventBus", "Events::EventBus", _NAMED_BUS, _NAMED_BUS),
    Row(
        "events:PutPermission", "Events::EventBus", CHANGED, _BUS, "permissi[on {statementId}]",
        key="permission|{statementId}", to="principal", document="policy",
    ),
    Row(
        "events:RemovePermission", "Events::EventBus", CHANGED, _BUS, "permission {statementId} taken away",
        key="permission|{statementId}", away=True,
    ),
    *made_and_deleted("events:Connection", "Events::Connection", _CONNECTION, _CONNECTION),
    *made_and_deleted(
        "events:ApiDestination", "Events::ApiDestination", _DESTINATION, _DESTINATION, "{invocationEndpoint}",
    ),
    Row(
        "scheduler:CreateSchedule", "Scheduler::Schedule", CREATED, _SCHEDULE,
        "{scheduleExpression} runs {target.arn} [with role {target.roleArn}]",
    ),
    Row(
        "scheduler:UpdateSchedule", "Scheduler::Schedule", CHANGED, _SCHEDULE,
        "{scheduleExpression} {state} runs {target.arn}", key="settings",
    ),
    Row("scheduler:DeleteSchedule", "Scheduler::Schedule", DELETED, _SCHEDULE),
)  # fmt: skip

_MACHINES = (
    Row(
        "states:CreateStateMachine", "StepFunctions::StateMachine", CREATED, here("states", "stateMachine:{name}"),
        "[with role {roleArn}]",
    ),
    Row(
        "states:UpdateStateMachine", "StepFunctions::StateMachine", CHANGED, _MACHINE, "changed: role {roleArn}",
        key="definition",
    ),
    Row("states:DeleteStateMachine", "StepFunctions::StateMachine", DELETED, _MACHINE),
    Row(
        "states:StartExecution states:StartSyncExecution", "StepFunctions::Execution", STARTED, "{>executionArn}",
        "[of {stateMachineArn}]",
    ),
    Row("states:StopExecution", "StepFunctions::Execution", DELETED, "{executionArn}", "stopped"),
)  # fmt: skip

_TABLES = (
    Row("dynamodb:CreateTable", "DynamoDB::Table", CREATED, _TABLE),
    Row(
        "dynamodb:RestoreTableFromBackup dynamodb:RestoreTableToPointInTime", "DynamoDB::Table", CREATED, _TABLE,
        "[from {backupArn|sourceTableName}]",
    ),
    Row("dynamodb:DeleteTable", "DynamoDB::Table", DELETED, _TABLE),
    Row("dynamodb:UpdateTable", "DynamoDB::Table", CHANGED, _TABLE, "changed", key="settings"),
    Row("dynamodb:UpdateContinuousBackups", "DynamoDB::Table", CHANGED, _TABLE, "backups changed", key="backups"),
    Row("dynamodb:CreateBackup", "DynamoDB::Backup", CREATED, "{>backupDetails.backupArn}", "[of {tableName}]"),
    Row("dynamodb:DeleteBackup", "DynamoDB::Backup", DELETED, "{backupArn}"),
    Row(
        "dynamodb:ExportTableToPointInTime", "DynamoDB::Export", CREATED,
        ("{>exportDescription.exportArn}", "{tableArn}"), "{tableArn} [to bucket {s3Bucket}]",
    ),
    Row(
        "dynamodb:PutResourcePolicy", "DynamoDB::Table", CHANGED, "{resourceArn}", "policy", key="policy",
        document="policy",
    ),
    Row(
        "dynamodb:DeleteResourcePolicy", "DynamoDB::Table", CHANGED, "{resourceArn}", "policy deleted", key="policy",
        away=True,
    ),
    *(
        Row(f"dynamodb:{name}", "DynamoDB::Item", CREATED, _TABLE, words, key=f"items|{words}", quiet=True)
        for name, words in (
            ("PutItem", "items written"), ("UpdateItem", "items changed"), ("DeleteItem", "items deleted"),
        )
    ),
)  # fmt: skip

_MODELS = (
    Row(
        "bedrock:PutModelInvocationLoggingConfiguration", "Bedrock::Logging", CHANGED, _BEDROCK,
        "logging of prompts changed",
        key="logging",
    ),
    Row(
        "bedrock:DeleteModelInvocationLoggingConfiguration", "Bedrock::Logging", CHANGED, _BEDROCK,
        "logging of prompts deleted", key="logging", away=True,
    ),
    Row(
        "bedrock:PutUseCaseForModelAccess", "Bedrock::ModelAccess", CHANGED, _BEDROCK, "use case for models given",
        key="case",
    ),
    Row(
        "bedrock:CreateFoundationModelAgreement", "Bedrock::ModelAccess", CHANGED, _MODEL, "agreement made",
        key="agreement", replaces=False,
    ),
    Row(
        "bedrock:DeleteFoundationModelAgreement", "Bedrock::ModelAccess", CHANGED, _MODEL, "agreement ended",
        key="agreement", away=True,
    ),
    Row(
        "bedrock:PutFoundationModelEntitlement", "Bedrock::ModelAccess", CHANGED, _MODEL, "model made available",
        key="entitled", replaces=False,
    ),
    *made_and_deleted(
        "bedrock:Guardrail", "Bedrock::Guardrail", "{>guardrailArn}",
        here("bedrock", "guardrail/{guardrailIdentifier}"), "{name}",
    ),
    Row(
        "bedrock:CreateProvisionedModelThroughput", "Bedrock::ProvisionedModel", CREATED, "{>provisionedModelArn}",
        "{modelUnits} units [of {modelId}]",
    ),
    Row(
        "bedrock:DeleteProvisionedModelThroughput", "Bedrock::ProvisionedModel", DELETED,
        here("bedrock", "provisioned-model/{provisionedModelId}"),
    ),
    Row(
        "bedrock:CreateAgent", "Bedrock::Agent", CREATED, "{>agent.agentArn}",
        "{agentName} [with role {agentResourceRoleArn}]",
    ),
    Row("bedrock:DeleteAgent", "Bedrock::Agent", DELETED, here("bedrock", "agent/{agentId}")),
    Row(
        "bedrock:CreateModelCustomizationJob", "Bedrock::ModelCustomizationJob", STARTED, "{>jobArn}",
        "[of {baseModelIdentifier}]",
    ),
    Row(
        "bedrock:StopModelCustomizationJob", "Bedrock::ModelCustomizationJob", DELETED,
        here("bedrock", "model-customization-job/{jobIdentifier}"),
    ),
)  # fmt: skip

_CALLED = Row(
    "bedrock:InvokeModel bedrock:InvokeModelWithResponseStream bedrock:Converse bedrock:ConverseStream",
    "Bedrock::Model", STARTED, _MODEL, "invoked", key="invoked",
)  # fmt: skip

ROWS: tuple[Row, ...] = (_CALLED, *_EVENTS, *_MACHINES, *_TABLES, *_MODELS)
