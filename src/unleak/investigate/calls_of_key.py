"""What one credential did, in every region, and which credentials and machines it made."""

from collections.abc import Iterator
from dataclasses import replace

from unleak.iam.our_deny import is_aws_quarantine
from unleak.iam.outlives import ENDS_BY
from unleak.investigate.calls import call_to_line, is_ours
from unleak.investigate.chain.follow import follow
from unleak.investigate.lasting import lasts
from unleak.investigate.trail.event_history import calls_with_key
from unleak.model.call import Call
from unleak.model.credential import CredentialKind
from unleak.model.errors import CouldNotLook
from unleak.model.evidence import CallsRead, Evidence, KeyOwner, KeyStatus, LastingCall, UseBefore
from unleak.model.plan import Target
from unleak.unit import Context

_PROVES_NOTHING = "sts:GetCallerIdentity"


class CallsOfKey:
    id = "calls_of_key"
    title = "Read what the credential did"
    permissions = ("cloudtrail:LookupEvents", "ec2:DescribeRegions")

    def run(self, context: Context, target: Target) -> Iterator[Evidence]:
        """Raises CouldNotLook, after what was found, where a region could not be read."""
        regions = context.aws.regions(target.account)
        heard = calls_with_key(lambda r: context.aws.client(target.account, "cloudtrail", r), regions, target.id)
        ours = context.incident.our_request_ids
        calls = [c for c in heard.calls if not (is_ours(c, ours) or _is_aws_quarantining(c))]
        witness = {t.witness_key_id for t in context.incident.tried.values()}
        for call in calls:
            yield from (f for f in follow(call) if getattr(f, "key_id", "") not in witness)
        yield from _owner_by_the_trail(context, target, calls)
        yield _summary(context, target, calls, heard.unread)
        if heard.unread:
            raise CouldNotLook(
                "not everywhere: " + "; ".join(_grouped(heard.unread)), "grant cloudtrail:LookupEvents there"
            )


def _owner_by_the_trail(context: Context, target: Target, calls: list[Call]) -> Iterator[Evidence]:
    """IAM forgets whose a deleted key was, and never knew whose a session is; the trail tells."""
    owner = context.incident.owners.get(target.id)
    if owner is None or owner.principal_arn is not None:
        return
    guessed = owner.kind is CredentialKind.ROOT_KEY and owner.status is KeyStatus.UNKNOWN
    own = [c for c in calls if c.key_id == target.id]
    users = {c.principal_arn for c in own if ":user/" in c.principal_arn}
    if owner.kind is CredentialKind.UNKNOWN_SESSION:
        yield from (_of_session(owner, c) for c in own[:1])
    elif (guessed or owner.status is KeyStatus.ABSENT) and any(c.kind == "Root" for c in own):
        yield replace(owner, kind=CredentialKind.ROOT_KEY, status=KeyStatus.ACTIVE)
    elif (guessed or owner.status is KeyStatus.ABSENT) and len(users) == 1:
        yield replace(owner, kind=CredentialKind.USER_KEY, status=KeyStatus.ABSENT, user_arn=users.pop())


def _of_session(owner: KeyOwner, call: Call) -> KeyOwner:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"""
    match call.kind:
        case "AssumedRole" if call.issuer_arn:
            return replace(owner, kind=CredentialKind.ROLE_SESSION, role_arn=call.issuer_arn)
        case "FederatedUser" if call.issuer_arn:
            return replace(owner, kind=CredentialKind.FEDERATED_SESSION, user_arn=call.issuer_arn)
        case "IAMUser":
            return replace(owner, kind=CredentialKind.USER_SESSION, user_arn=call.principal_arn)
        case "Root":
            return replace(owner, kind=CredentialKind.ROOT_SESSION)
    return owner


def _summary(context: Context, target: Target, calls: list[Call], unread: tuple[str, ...]) -> CallsRead:
    accepted = [c for c in calls if c.accepted]
    before = [c for c in accepted if c.at < context.incident.suspect_since]
    known = {c.address for c in before}
    telling = [c.at for c in accepted if c.action != _PROVES_NOTHING]
    return CallsRead(
        key_id=target.id,
        exhibit=context.keep(call_to_line(c) for c in calls),
        accepted=len(accepted),
        denied=len(calls) - len(accepted),
        first_at=calls[0].at if calls else None,
        last_at=calls[-1].at if calls else None,
        last_accepted_at=max(telling, default=None),
        addresses=tuple(sorted({c.address for c in calls if c.address})),
        unread=unread,
        lasting=tuple(
            LastingCall(c.action, _name_in(c), c.at, c.event_id) for c in accepted if lasts(c, context.incident)
        ),
        before=_use(before),
        strange=tuple(sorted({c.address for c in accepted if c not in before and c.address not in known})),
        outlives=tuple(sorted({c.action for c in accepted if c.action in ENDS_BY and c not in before})),
    )


def _grouped(unread: tuple[str, ...]) -> Iterator[str]:
    """What is the same in many regions is said once."""
    reasons: dict[str, list[str]] = {}
    for line in unread:
        region, _, reason = line.partition(": ")
        reasons.setdefault(reason.replace(region, "REGION"), []).append(region)
    for reason, regions in reasons.items():
        more = f" and {len(regions) - 1} more regions" if regions[1:] else ""
        yield f"{regions[0]}{more}: {reason.replace('REGION', regions[0])}"


def _use(calls: list[Call]) -> UseBefore:
    return UseBefore(
        accepted=len(calls),
        last_at=calls[-1].at if calls else None,
        actions=tuple(sorted({c.action for c in calls})),
        addresses=tuple(sorted({c.address for c in calls if c.address})),
    )


def _is_aws_quarantining(call: Call) -> bool:
    """AWS acts under the victim's name when it attaches its policy: that is AWS's, and nothing else is."""
    is_theirs = "AWS Internal" in call.invoked_by and call.action == "iam:AttachUserPolicy"
    return is_theirs and is_aws_quarantine(str(call.request.get("policyArn", "")))


def _name_in(call: Call) -> str:
    fields = ("userName", "roleName", "groupName", "policyArn", "functionName", "stackName", "name")
    return next((str(call.request[f]) for f in fields if call.request.get(f)), "")


CHECK = CallsOfKey()
