"""A function is given a role that its maker could never be, and an address that anybody may call."""

from typing import Any

from unleak.drill.documents import ADMIN, be_administrator, trust_service, zipped
from unleak.drill.moves import call
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces

ROLE = "jobs"
_FUNCTION: dict[str, Any] = {"FunctionName": "metrics"}


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    iam = stage.admin.client(stage.account, "iam")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust_service("lambda"))
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=ADMIN)


TECHNIQUE = Technique(
    id="function_with_a_role",
    title="A function that holds a role",
    attack=("T1648", "T1548.005", "T1546"),
    prepare=prepare,
    moves=(
        call("lambda:CreateFunction", Runtime="python3.13", Role=f"arn:aws:iam::{{account}}:role/{ROLE}",
             Handler="index.handler", Code={"ZipFile": zipped("def handler(event, context): return 2")}, **_FUNCTION),
        call("lambda:CreateFunctionUrlConfig", AuthType="NONE", **_FUNCTION),
        call("lambda:AddPermission", StatementId="url", Action="lambda:InvokeFunctionUrl", Principal="*",
             FunctionUrlAuthType="NONE", **_FUNCTION),
        call("lambda:GetFunction", **_FUNCTION),
    ),
    seen=Traces(
        rules=("lambda-create-function", "lambda-function-url", "lambda-permission"), things=("Lambda::Function",)
    ),
    stopped_by=("deactivate_key", "disable_function"),
    leaves=("function metrics",),
    only_standin=LEAVES,
)  # fmt: skip
