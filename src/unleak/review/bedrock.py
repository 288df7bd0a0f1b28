"""Bedrock: whether calls of models are recorded, what was bought or made there. Stolen keys pay for others' prompts.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from collections.abc import Iterator

from unleak.model.review import Thing
from unleak.review.check import Place, Scope, low
from unleak.review.listing import Listing

_TABLE = (
    Listing("AWS::Bedrock::ProvisionedModelThroughput", "bedrock:ListProvisionedModelThroughputs",
            "provisionedModelSummaries", "provisionedModelArn", name="provisionedModelName", created="creationTime",
            detail=("status", "modelUnits", "commitmentDuration")),
    Listing("AWS::Bedrock::CustomModel", "bedrock:ListCustomModels", "modelSummaries", "modelArn", name="modelName",
            created="creationTime"),
    Listing("AWS::Bedrock::ModelImportJob", "bedrock:ListModelImportJobs", "modelImportJobSummaries", "jobArn",
            name="jobName", created="creationTime", detail=("status",)),
    Listing("AWS::Bedrock::Agent", "bedrock:ListAgents", "agentSummaries", "agentId", "bedrock:agent/{id}",
            "agentName", detail=("agentStatus",), service="bedrock-agent"),
    Listing("AWS::Bedrock::ApplicationInferenceProfile", "bedrock:ListInferenceProfiles", "inferenceProfileSummaries",
            "inferenceProfileArn", name="inferenceProfileName", created="createdAt",
            arguments={"typeEquals": "APPLICATION"}),
)  # fmt: skip


class Bedrock:
    id = "bedrock"
    title = "Bedrock: logging of calls, models bought, trained or imported, agents"
    scope = Scope.REGIONAL
    permissions = ("bedrock:GetModelInvocationLoggingConfiguration", *(one.action for one in _TABLE))
    types = ("AWS::Bedrock::InvocationLogging", *(one.type for one in _TABLE))

    def look(self, place: Place) -> Iterator[Thing]:
        client = place.client("bedrock")
        made: list[Thing] = []
        for table in _TABLE:
            made += place.listed(table.type, table.look, place)
        yield from made
        kind = "AWS::Bedrock::InvocationLogging"
        told = place.ask(kind, client.get_model_invocation_logging_configuration)
        if told is not None and not told.get("loggingConfig"):
            arn = place.arn("bedrock", "model-invocation-logging")
            yield place.thing(
                kind, arn, "no logging of model calls", concerns=(low("calls of models are not recorded"),)
            )


CHECK = Bedrock()
