"""Asks IAM's policy simulator whether what is written denies what it must.

It proves what is written, not what is obeyed yet; it needs the time of issue told, and knows no session policies:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from dataclasses import replace
from datetime import datetime

from unleak.model.clock import stamp
from unleak.model.errors import CouldNotLook
from unleak.model.plan import Look, Target, Tri
from unleak.unit import Context

PERMISSION = "iam:SimulatePrincipalPolicy"
ASKED = ("iam:CreateUser", "sts:AssumeRole", "s3:ListAllMyBuckets")
"""What a deny of everything is asked about."""


def with_simulation(
    context: Context, seen: Look, target: Target, actions: tuple[str, ...], issued: datetime | None = None
) -> Look:
    """`seen` with the simulator's word, where no trial has spoken. Where it may not be asked, `seen` says so.

    `issued`: for a session that was issued then; None for a long-term key.
    """
    if seen.in_place is not Tri.YES or seen.refused is not None or not actions:
        return seen
    told = [] if issued is None else [
        {"ContextKeyName": "aws:TokenIssueTime", "ContextKeyValues": [stamp(issued)], "ContextKeyType": "date"}
    ]  # fmt: skip
    client = context.aws.client(target.account, "iam", fresh=True)
    try:
        answer = client.simulate_principal_policy(
            PolicySourceArn=target.id, ActionNames=list(actions), ContextEntries=told
        )
    except CouldNotLook as error:
        return replace(seen, detail=f"{seen.detail}; the simulator could not be asked ({error})")
    allowed = [r["EvalActionName"] for r in answer["EvaluationResults"] if r["EvalDecision"] != "explicitDeny"]
    if allowed:
        told_otherwise = f"{seen.detail}, but the simulator says that {allowed[0]} is not denied"
        return replace(seen, in_place=Tri.COULD_NOT_LOOK, detail=told_otherwise)
    return replace(seen, detail=f"{seen.detail}; simulated: denied")
