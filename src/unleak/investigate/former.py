"""What stood before the attacker wrote over it: the parameters of the call that had last written the same, if any.

Only where a later step needs them to put the thing right; the trail is the one place that every account has.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from unleak.iam.repeatable import WATCHES, needs_former, only_adds
from unleak.investigate import standing as stands
from unleak.investigate.calls import is_whole
from unleak.investigate.standing.names import plainly
from unleak.investigate.trail.table import Table
from unleak.model.call import Call
from unleak.model.evidence import without_gone
from unleak.model.investigation import Remaining

_WRITES: dict[str, tuple[str, ...]] = {
    "iam:UpdateAssumeRolePolicy": ("iam:CreateRole",),
    "iam:SetDefaultPolicyVersion": ("iam:CreatePolicyVersion",),
    "iam:CreatePolicyVersion": ("iam:SetDefaultPolicyVersion",),
    "kms:PutKeyPolicy": ("kms:CreateKey",),
    "ec2:ResetSnapshotAttribute": ("ec2:ModifySnapshotAttribute",),
    "ec2:ResetImageAttribute": ("ec2:ModifyImageAttribute",),
}
"""What the attacker called, and by which calls the same is written that are not of the thing's own type."""
_TOGETHER: dict[str, tuple[str, ...]] = {
    "cloudtrail:UpdateTrail": ("", "settings"),
    "cloudtrail:DeleteTrail": ("", "settings", "selectors", "insights"),
}
"""What the attacker called, and the parts that together say what the thing was: each call writes only some of it."""
_WRITTEN = frozenset(
    {
        "policyDocument", "assumeRolePolicyDocument", "permissionsBoundary", "versionId", "bucketPolicy", "policy",
        "resourcePolicy", "policyText", "attributes", "attributeValue", "eventSelectors", "advancedEventSelectors",
        "insightSelectors",
        "s3BucketName", "s3KeyPrefix", "includeGlobalServiceEvents", "isMultiRegionTrail", "enableLogFileValidation",
        "cloudWatchLogsLogGroupArn", "cloudWatchLogsRoleArn", "isOrganizationTrail",
        "name", "keyId", "queueUrl", "userName", "roleName", "groupName", "policyArn", "policyName",
    }
)  # fmt: skip
"""What an eviction writes again, and whose it is: nothing else of a rightful call goes into the record."""

_NOT_AT_BIRTH = ("policy|", "group|", "inline|", "share", "policy", "block", "website", "lifecycle", "replication")
"""What no call gives a thing that makes it: where the trail has its birth, and nothing since, it had none."""


def asking_for_former(remaining: Iterable[Remaining]) -> list[Remaining]:
    """Of what stands, where it decides what was there before; always where the attacker took what they had written."""
    told = list(remaining)
    given = _given(told)
    return [r for r in told if r.state == "stands" and (needs_former(r) or _own(r, given) is not None)]


def with_former(table: Table, remaining: Iterable[Remaining], theirs: Collection[str]) -> tuple[Remaining, ...]:
    """The same list. `former` is empty where the trail shows that nothing was there: the thing was made in it, or the
    same was taken away last. It stays None where nobody knows. `theirs` are the attacker's events: whoever writes twice
    must not have their first version put back. Left out is what the attacker gave and took away again, where nothing
    else stood there.
    """
    told = list(remaining)
    given = _given(told)
    asking = {id(r) for r in asking_for_former(told)}
    filled = ((_filled(table, r, theirs), _own(r, given)) if id(r) in asking else (r, None) for r in told)
    return tuple(r for r, own in filled if own is None or r.former or (r.former is None and not only_adds(own)))


def _given(told: Iterable[Remaining]) -> Mapping[tuple[str, str, str], Remaining]:
    return {(r.removed_event, r.arn, plainly(r.part)): r for r in told if r.state == "removed"}


def _own(one: Remaining, given: Mapping[tuple[str, str, str], Remaining]) -> Remaining | None:
    """What the attacker had written where this took it away. Whoever writes over a thing that nobody has seen may have
    destroyed it; who gives one more has not.
    """
    part, gone = without_gone(one.part)
    own = given.get((one.event_id, one.arn, plainly(part))) if gone else None
    return own if own is not None and one.action not in WATCHES else None


def _filled(table: Table, one: Remaining, theirs: Collection[str]) -> Remaining:
    name = re.escape(one.arn.rsplit(":", 1)[-1].rsplit("/", 1)[-1])
    actions = {one.action, *_WRITES.get(one.action, ()), *_OF_TYPE.get(one.type, ())}
    wrote = table.named(action.split(":", 1)[1] for action in actions)
    rightful = [c for c in table.earlier(one.at, wrote, name) if c.event_id not in theirs]
    last = _together(one, rightful) if one.action in _TOGETHER else _last(one, rightful)
    if last is not None:
        return replace(one, former=last)
    of_version = one.part == "default" or one.part.startswith("version|")
    if not (of_version or without_gone(one.part)[0].startswith(_NOT_AT_BIRTH)):
        return one
    made = table.earlier(one.at, table.named(action.split(":", 1)[1] for action in _MAKES), name)
    born = any(
        t.deed is stands.Deed.CREATED and _is_of(one, t) and "|" not in t.fact for c in made for t in stands.traces(c)
    )
    if not born:
        return one
    return replace(one, former={"versionId": "v1"} if of_version else {})


def _of_types() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in stands.ROWS:
        for one in (row,) if isinstance(row, stands.Row) else row.rows:
            found.setdefault(f"AWS::{one.type}", set()).update(one.actions)
    return {type_: frozenset(actions) for type_, actions in found.items()}


_OF_TYPE = _of_types()
_MAKES = frozenset(
    action for row in stands.ROWS if isinstance(row, stands.Row) and row.deed is stands.Deed.CREATED
    for action in row.actions
)  # fmt: skip


def _last(one: Remaining, calls: Sequence[Call]) -> Mapping[str, Any] | None:
    """What the latest call left that wrote the very same thing, or took it away: its name may occur in others. A value
    that was cut or scrubbed is none that could be written again.
    """
    part = without_gone(one.part)[0]
    mine = [(c, t.fact.endswith("|gone")) for c in calls for t in stands.traces(c) if _is_same(one, part, t, c)]
    if not mine:
        return None
    call, gone = max(mine, key=lambda found: found[0].at)
    if gone:
        return {}
    if call.action == "iam:CreatePolicyVersion":
        return {"versionId": str((call.response.get("policyVersion") or {}).get("versionId", ""))}
    if call.action == "ecr:PutImage":
        return _digest(call)
    written = {k: v for k, v in call.request.items() if k in _WRITTEN}
    return (written or {"event": call.event_id}) if is_whole(written) else None


def _digest(call: Call) -> Mapping[str, Any] | None:
    """The image that got the tag, by its name: its manifest would not help."""
    image = call.response.get("image")
    digest = (image.get("imageId") or {}).get("imageDigest") if isinstance(image, Mapping) else None
    return {"imageDigest": digest} if isinstance(digest, str) and digest else None


def _together(one: Remaining, calls: Sequence[Call]) -> Mapping[str, Any] | None:
    """One over the other, from the call that made it on. What is written as a whole replaces the whole."""
    parts = _TOGETHER[one.action]
    was: dict[str, Any] = {}
    for call in sorted(calls, key=lambda c: c.at):
        for trace in stands.traces(call):
            part, gone = without_gone(trace.fact.partition("|")[2])
            if not _is_of(one, trace) or part not in parts:
                continue
            kept = {} if gone or not part else {k: v for k, v in was.items() if k not in _WHOLE.get(part, ())}
            written = {k: v for k, v in call.request.items() if k in _WRITTEN}
            was = {**kept, **({} if gone else written)}
    return was if was and is_whole(was) else None


_WHOLE = {"selectors": ("eventSelectors", "advancedEventSelectors")}


def _is_same(one: Remaining, part: str, trace: stands.Trace, call: Call) -> bool:
    of_trace = without_gone(trace.fact.partition("|")[2])[0]
    if not _is_of(one, trace):
        return False
    if part == "default" or part.startswith("version|"):  # which version is the default is written in two ways
        return of_trace == "default" or (of_trace.startswith("version|") and bool(call.request.get("setAsDefault")))
    if part == "share":  # all of them at once
        return of_trace.startswith("share")
    return plainly(of_trace) == plainly(part)


def _is_of(one: Remaining, trace: stands.Trace) -> bool:
    """The very same thing: one of its name in another account or region is not. Some calls leave IAM's paths out."""
    return _bare(trace.arn) == _bare(one.arn)


def _bare(arn: str) -> str:
    if ":iam::" not in arn:
        return arn
    head, _, rest = arn.partition("/")
    return plainly(f"{head}/{rest.rsplit('/', 1)[-1]}")
