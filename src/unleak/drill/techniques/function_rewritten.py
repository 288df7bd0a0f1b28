"""The code of a function that is there is replaced: it runs as before, and for somebody else. It is stopped; its own
code is put back when a person asks for it (`put_back_function`).
"""

from unleak.drill.documents import zipped
from unleak.drill.moves import call
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.drill.techniques import function_with_a_role as holding
from unleak.model.plan import Mode

FUNCTION = "orders"


def prepare(stage: Stage) -> None:
    holding.prepare(stage)
    stage.admin.client(stage.account, "lambda").create_function(
        FunctionName=FUNCTION, Runtime="python3.13", Role=f"arn:aws:iam::{stage.account}:role/{holding.ROLE}",
        Handler="index.handler", Code={"ZipFile": zipped("def handler(event, context): return 1")}, Publish=True,
    )  # fmt: skip


TECHNIQUE = Technique(
    id="function_rewritten",
    title="A function rewritten",
    attack=("T1648", "T1546"),
    prepare=prepare,
    moves=(
        call("lambda:UpdateFunctionCode", FunctionName=FUNCTION,
             ZipFile=zipped("def handler(event, context): return 2")),
        call("lambda:GetFunction", FunctionName=FUNCTION),
    ),
    seen=Traces(rules=("lambda-code-changed",), things=("Lambda::Function",)),
    stopped_by=("deactivate_key", "disable_function"),
    lost=(f"function {FUNCTION}",),
    by_hand=(f"function {FUNCTION} is stopped, and is still what the attacker wrote",),
    mode=Mode.LOCKDOWN,
    only_standin=LEAVES,
)  # fmt: skip
