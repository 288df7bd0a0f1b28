"""An identity provider of the attacker's own, whose word roles may be opened to."""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.technique import LEAVES, Technique, Traces

TECHNIQUE = Technique(
    id="provider_made",
    title="An identity provider of their own",
    attack=("T1484.002",),
    prepare=be_administrator,
    moves=(
        call("iam:CreateOpenIDConnectProvider", Url="https://token.example.org", ThumbprintList=["a" * 40]),
        call("iam:ListOpenIDConnectProviders"),
    ),
    seen=Traces(rules=("iam-identity-provider",), things=("IAM::OIDCProvider",)),
    stopped_by=("revoke_user_sessions", "deactivate_key"),
    leaves=("identity provider",),
    only_standin=LEAVES,
)
