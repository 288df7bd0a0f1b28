"""An account is taken out of its organisation, and with that out of reach of its guardrails. Nobody but a person, by an
invitation, brings it back.
"""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import Answer, call
from unleak.drill.stage import Stage
from unleak.drill.technique import LEAVES, Loot, Technique, Traces


def prepare(stage: Stage) -> None:
    be_administrator(stage)
    organizations = stage.admin.client(stage.account, "organizations")
    organizations.create_organization(FeatureSet="ALL")
    organizations.create_account(Email="shop@example.org", AccountName="shop")


def _find(loot: Loot, answer: Answer) -> None:
    for account in (a for a in answer["Accounts"] if a["Name"] == "shop"):
        loot.seen.setdefault("member", str(account["Id"]))


TECHNIQUE = Technique(
    id="member_removed",
    title="An account taken out of its organisation",
    attack=("T1666",),
    prepare=prepare,
    moves=(
        call("organizations:ListAccounts", then=_find),
        call("organizations:RemoveAccountFromOrganization", AccountId="{member}"),
    ),
    seen=Traces(rules=("enumerated-organization", "organizations-leave")),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    by_hand=("Organizations",),
    only_standin=LEAVES,
)
