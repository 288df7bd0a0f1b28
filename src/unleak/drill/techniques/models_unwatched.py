"""Models are about to be used: the attacker looks what is there, and switches off the log of what is asked of them.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.technique import Technique, Traces

TECHNIQUE = Technique(
    id="models_unwatched",
    title="Models asked for, and nobody to see it",
    attack=("T1496.004", "T1562.008", "T1526"),
    prepare=be_administrator,
    moves=(
        call("bedrock:GetModelInvocationLoggingConfiguration"),
        call("bedrock:ListCustomModels"),
        call("bedrock:DeleteModelInvocationLoggingConfiguration"),
    ),
    seen=Traces(rules=("bedrock-explored", "bedrock-access-asked")),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    only_standin="it switches off the account's log of models, and knows not what it was set to",
)
