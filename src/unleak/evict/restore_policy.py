"""Makes the version of a managed policy the default again that was it before the attacker's."""

from collections.abc import Iterator
from typing import Any

from unleak.evict.putting_right import GONE, Parts, PuttingRight, deeds_on
from unleak.model.errors import NotFound, NotPossible
from unleak.model.evidence import Fact
from unleak.model.plan import Target
from unleak.unit import ByHand, Context


class RestorePolicy(PuttingRight):
    id = "restore_policy"
    title = "Make a policy's version before the attacker's the default again"
    permissions = ("iam:GetPolicy", "iam:ListPolicyVersions", "iam:SetDefaultPolicyVersion")
    undone_by = "making the version the default that was it"
    by_hand = ByHand(
        console="IAM > Policies > {name} > Policy versions > Set as default",
        cli="aws iam set-default-policy-version --policy-arn ARN --version-id VERSION",
    )
    references = ("https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html",)

    def right(self, context: Context, target: Target, deed: Fact) -> Iterator[tuple[str, Any]]:
        if deed.type != "AWS::IAM::ManagedPolicy" or deed.part.endswith(GONE):
            return
        now = self.read(context, target, "default", fresh=False)
        spoilt = deed.part == "default" or now in _theirs(context, target)
        # A version that is not the default gives nobody anything.
        yield "default", _before(context, target, deed) if spoilt else now

    def read(self, context: Context, target: Target, part: str, *, fresh: bool) -> Any:
        del part
        iam = context.aws.client(target.account, "iam", fresh=fresh)
        try:
            return iam.get_policy(PolicyArn=target.id)["Policy"]["DefaultVersionId"]
        except NotFound:
            return None

    def write(self, context: Context, target: Target, part: str, value: Any) -> None:
        del part
        context.aws.client(target.account, "iam").set_default_policy_version(PolicyArn=target.id, VersionId=value)

    def words(self, target: Target, parts: Parts) -> tuple[str, str, str]:
        return (
            f"make version {parts['default']} of policy {target.name} the default again",
            "what only the attacker's version allowed",
            "make the version the default that was it",
        )


def _before(context: Context, target: Target, deed: Fact) -> str:
    """As the trail says it; else the newest version that the attacker did not write."""
    named = (deed.former or {}).get("versionId")
    if isinstance(named, str):
        return named
    theirs = _theirs(context, target)
    iam = context.aws.client(target.account, "iam")
    versions = [str(v["VersionId"]) for v in iam.pages("list_policy_versions", "Versions", PolicyArn=target.id)]
    older = sorted((v for v in versions if v not in theirs), key=lambda v: int(v[1:]))
    if not older:
        raise NotPossible(f"no version of {target.name} is left but the attacker's", "write the policy anew")
    return older[-1]


def _theirs(context: Context, target: Target) -> set[str]:
    """The versions that the attacker wrote."""
    return {f.part.partition("|")[2] for f in deeds_on(context.incident, target) if f.part.startswith("version|")}


ACTION = RestorePolicy()
