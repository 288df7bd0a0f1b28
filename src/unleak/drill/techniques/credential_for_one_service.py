"""A user's password for one service, which no list of access keys shows and no deactivated key takes with it."""

from unleak.drill.moves import call
from unleak.drill.stage import VICTIM
from unleak.drill.technique import LEAVES, Technique, Traces
from unleak.drill.techniques.key_for_a_colleague import COLLEAGUE, prepare

TECHNIQUE = Technique(
    id="credential_for_one_service",
    title="A credential for one service",
    attack=("T1098.001",),
    prepare=prepare,
    moves=(
        call("iam:CreateServiceSpecificCredential", UserName=VICTIM, ServiceName="codecommit.amazonaws.com"),
        call("iam:CreateServiceSpecificCredential of a colleague", UserName=COLLEAGUE,
             ServiceName="cassandra.amazonaws.com"),
        call("iam:ListServiceSpecificCredentials", UserName=VICTIM),
    ),
    seen=Traces(rules=("iam-service-specific-credential",), things=("IAM::ServiceSpecificCredential",)),
    stopped_by=("revoke_service_credentials", "deactivate_key"),
    leaves=("credential for codecommit", "credential for cassandra"),
    only_standin=LEAVES,
)  # fmt: skip
