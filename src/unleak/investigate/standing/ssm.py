"""Systems Manager: sessions, commands, documents, and what runs again and again.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
"""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, STARTED, Own, Row, made_and_deleted
from unleak.investigate.standing.shared_lists import SharedList

_SESSION = here("ssm", "session/{sessionId|>sessionId}")
_DOCUMENT = here("ssm", "document/{name}")
_ASSOCIATION = here("ssm", "association/{associationId|>associationDescription.associationId}")
_LIST = SharedList("AWS::SSM::Document", _DOCUMENT, "accountIdsToAdd", "accountIdsToRemove", "document")

ROWS: tuple[Row | Own, ...] = (
    Row("ssm:StartSession ssm:ResumeSession", "SSM::Session", STARTED, _SESSION, "on {target} {documentName}"),
    Row("ssm:TerminateSession", "SSM::Session", DELETED, _SESSION, "ended"),
    Row(
        "ssm:SendCommand", "SSM::Command", STARTED, here("ssm", "*"), "{documentName} [on {instanceIds}]",
        key="command|{>command.commandId}",
    ),
    Row(
        "ssm:CancelCommand", "SSM::Command", CHANGED, here("ssm", "*"), "cancelled", key="command|{commandId}",
        away=True,
    ),
    Row(
        "ssm:StartAutomationExecution ssm:StartChangeRequestExecution", "SSM::AutomationExecution", STARTED,
        here("ssm", "automation-execution/{>automationExecutionId}"), "{documentName}",
    ),
    Row(
        "ssm:StopAutomationExecution", "SSM::AutomationExecution", DELETED,
        here("ssm", "automation-execution/{automationExecutionId}"), "stopped",
    ),
    *made_and_deleted("ssm:Document", "SSM::Document", _DOCUMENT, _DOCUMENT, "{documentType}"),
    Row("ssm:UpdateDocument", "SSM::Document", CHANGED, _DOCUMENT, "changed", key="content"),
    Row(
        "ssm:UpdateDocumentDefaultVersion", "SSM::Document", CHANGED, _DOCUMENT,
        "version {documentVersion} made default", key="default",
    ),
    Own("ssm:ModifyDocumentPermission", _LIST.read),
    Row("ssm:CreateAssociation", "SSM::Association", CREATED, _ASSOCIATION, "{name} [on {targets}]"),
    Row("ssm:UpdateAssociation", "SSM::Association", CHANGED, _ASSOCIATION, "changed", key="settings"),
    Row("ssm:DeleteAssociation", "SSM::Association", DELETED, _ASSOCIATION),
    Row(
        "ssm:CreateActivation", "SSM::Activation", CREATED, here("ssm", "activation/{>activationId}"),
        "lets {registrationLimit} machines join [with role {iamRole}]",
    ),
    Row("ssm:DeleteActivation", "SSM::Activation", DELETED, here("ssm", "activation/{activationId}")),
    Row("ssm:DeregisterManagedInstance", "SSM::ManagedInstance", DELETED, here("ssm", "managed-instance/{instanceId}")),
    *made_and_deleted(
        "ssm:MaintenanceWindow", "SSM::MaintenanceWindow", here("ssm", "maintenancewindow/{>windowId}"),
        here("ssm", "maintenancewindow/{windowId}"), "{name} {schedule}",
    ),
    Row(
        "ssm:RegisterTaskWithMaintenanceWindow", "SSM::MaintenanceWindowTask", CREATED,
        here("ssm", "windowtask/{>windowTaskId}"), "{taskArn} [with role {serviceRoleArn}]",
    ),
    Row(
        "ssm:DeregisterTaskFromMaintenanceWindow", "SSM::MaintenanceWindowTask", DELETED,
        here("ssm", "windowtask/{windowTaskId}"),
    ),
    Row(
        "ssm:UpdateServiceSetting", "SSM::ServiceSetting", CHANGED, here("ssm", "servicesetting/{settingId}"),
        "changed", key="value",
    ),
    Row(
        "ssm:ResetServiceSetting", "SSM::ServiceSetting", CHANGED, here("ssm", "servicesetting/{settingId}"), "reset",
        key="value", away=True,
    ),
)  # fmt: skip
