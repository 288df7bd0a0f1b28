"""Trying a leaked credential with a harmless read: does AWS still accept it?

A call proves something only when it was accepted before. GetCallerIdentity proves a dead key and nothing else: no
policy can refuse it (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
"""

from dataclasses import dataclass

from unleak.aws.accounts import Accounts
from unleak.model.credential import Credentials
from unleak.model.errors import AccessDenied, CouldNotLook, CredentialRefused
from unleak.model.plan import Tri


@dataclass(frozen=True, slots=True)
class Probe:
    """A read that changes nothing and returns no data of value. `arguments` as boto3 takes them."""

    action: str
    method: str
    arguments: tuple[tuple[str, int], ...] = ()

    @property
    def service(self) -> str:
        return self.action.split(":")[0]


IDENTITY = Probe("sts:GetCallerIdentity", "get_caller_identity")
# The first three are refused by AWS's quarantine policies, so they can show that one has taken effect.
PROBES = (
    Probe("s3:ListAllMyBuckets", "list_buckets"),
    Probe("iam:ListUsers", "list_users", (("MaxItems", 1),)),
    Probe("cloudtrail:LookupEvents", "lookup_events", (("MaxResults", 1),)),
    Probe("ec2:DescribeInstances", "describe_instances", (("MaxResults", 5),)),
    Probe("ec2:DescribeRegions", "describe_regions"),
    Probe("iam:ListRoles", "list_roles", (("MaxItems", 1),)),
)
REFUSED_BY_QUARANTINE = frozenset(p.action for p in PROBES[:3])


_WRONG_SECRET = {"SignatureDoesNotMatch", "InvalidSignatureException"}


@dataclass(frozen=True, slots=True)
class Trial:
    """`accepted`: YES, NO (refused by AWS), or could not ask. `dead`: refused for what the credential is (inactive,
    deleted, expired), not for what it may do. `code` is AWS's error code.
    """

    accepted: Tri
    dead: bool = False
    code: str = ""
    request_id: str = ""
    arn: str = ""


def probe_named(action: str) -> Probe | None:
    return next((p for p in (IDENTITY, *PROBES) if p.action == action), None)


def try_with(accounts: Accounts, credentials: Credentials, probe: Probe) -> Trial:
    """One call with a fresh client. Never raises for AWS's answer: whatever comes is the trial's result."""
    try:
        client = accounts.leaked(credentials, probe.service)
        answer = getattr(client, probe.method)(**dict(probe.arguments))
    except CredentialRefused as refusal:
        if refusal.code in _WRONG_SECRET:  # it says nothing of the key
            return Trial(Tri.COULD_NOT_LOOK, code=refusal.code, request_id=refusal.request_id)
        return Trial(Tri.NO, dead=True, code=refusal.code, request_id=refusal.request_id)
    except AccessDenied as refusal:
        return Trial(Tri.NO, code=refusal.code, request_id=refusal.request_id)
    except CouldNotLook as failure:
        return Trial(Tri.COULD_NOT_LOOK, code=str(failure))
    request_id = str(answer["ResponseMetadata"].get("RequestId", ""))
    return Trial(Tri.YES, request_id=request_id, arn=str(answer.get("Arn", "")))
