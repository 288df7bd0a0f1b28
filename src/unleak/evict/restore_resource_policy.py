"""Puts back whom the policy of a key, a secret, a queue, a topic or a repository lets in: the policy as the trail has
it from before, else the present one without the outsiders; a statement that the attacker added goes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html
"""

import json
from collections.abc import Iterator
from typing import Any

from unleak.evict.policies_of_resources import HOLDERS, formerly
from unleak.evict.putting_right import GONE, Parts, PuttingRight, last_of, spoken
from unleak.iam.shut_out import without
from unleak.model.errors import NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class RestoreResourcePolicy(PuttingRight):
    id = "restore_resource_policy"
    title = "Put the policy of a key, secret, queue, topic or repository back as it was"
    permissions = (
        "kms:GetKeyPolicy", "kms:PutKeyPolicy", "secretsmanager:GetResourcePolicy", "secretsmanager:PutResourcePolicy",
        "secretsmanager:DeleteResourcePolicy", "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes",
        "sns:GetTopicAttributes", "sns:SetTopicAttributes", "ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy",
        "ecr:DeleteRepositoryPolicy",
    )  # fmt: skip
    undone_by = "writing what was found there"
    by_hand = ByHand(
        console="KMS, Secrets Manager, SQS, SNS or ECR (region {region}) > {name} > its policy",
        cli="aws kms put-key-policy --region {region} --key-id {name} --policy-name default --policy "
        "file://policy.json  # or the like of the other services",
    )
    references = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html",
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
    )

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        kind, _, label = deed.part.removesuffix(GONE).partition("|")
        if deed.type not in HOLDERS:
            return
        if kind == "policy" and not label:
            yield "policy", self._policy(context, target, deed)
        elif kind == "permission" and not deed.part.endswith(GONE):
            yield f"permission|{label}", None

    def _policy(self, context: Context, target: Target, deed: Fact) -> Any:
        former = formerly(deed.type, deed.former or {})
        if former is not None:
            return former
        now = self.read(context, target, "policy", fresh=False)
        if now is None and not deed.part.endswith(GONE):
            return None
        if now is None or not deed.grants:
            raise NotPossible("what the policy said before is not in the trail", "write it anew by hand")
        return without(now, deed.grants)

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        holder = _holder(target)
        client = context.aws.client(target.account, holder.service, target.region, fresh=fresh)
        try:
            text = holder.get(client, target)
        except NotFound:
            return None
        policy = json.loads(text) if text else None
        label = part.partition("|")[2]
        return next((s for s in _statements(policy) if s.get("Sid") == label), None) if label else policy

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        holder = _holder(target)
        label = part.partition("|")[2]
        if label:
            policy = self.read(context, target, "policy", fresh=False) or {"Version": "2012-10-17"}
            kept = [s for s in _statements(policy) if s.get("Sid") != label]
            value = {**policy, "Statement": [*kept, value] if value else kept}
        empty = value is None or not value["Statement"]
        if empty and not holder.may_be_empty:
            raise NotPossible(f"nobody but outsiders is in the policy of {last_of(target)}", "write it anew by hand")
        client = context.aws.client(target.account, holder.service, target.region)
        holder.put(client, target, "" if empty else json.dumps(value))

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        which = ", ".join(spoken(p) for p in parts)
        return (
            f"put the policy of {_holder(target).service} {last_of(target)} back: {which}",
            "whom the attacker let in",
            "write what was found there",
        )


def _holder(target: Target) -> Any:
    service = target.id.split(":")[2]
    return next(h for h in HOLDERS.values() if h.service == service)


def _statements(policy: Any) -> list[dict[str, Any]]:
    found = (policy or {}).get("Statement", [])
    return found if isinstance(found, list) else [found]


ACTION = RestoreResourcePolicy()
