"""What CloudTrail's signed digests vouch for, in words."""

from datetime import datetime

from unleak.aws.accounts import Accounts
from unleak.investigate.trail.sources.digests import Verified, verify
from unleak.investigate.trail.sources.s3 import S3Trail
from unleak.model.plan import Tri

_SHOWN = 5


def told(trails: tuple[S3Trail, ...], aws: Accounts, since: datetime | None, until: datetime | None) -> str:
    """One sentence a trail. Raises CouldNotLook where cryptography is not installed."""
    account = aws.caller.account
    answers = ((t, verify(t, lambda region: aws.client(account, "cloudtrail", region), since, until)) for t in trails)
    return "; ".join(f"s3://{trail.bucket}: {_sentence(found)}" for trail, found in answers)


def _sentence(found: Verified) -> str:
    if found.intact is Tri.YES:
        return f"all {found.files} files are as CloudTrail signed them"
    if found.intact is Tri.NO:
        changed = [f"{key} was changed" for key in found.modified] + [f"{key} is missing" for key in found.missing]
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        return f"TAMPERED WITH: {', '.join(changed[:_SHOWN])}{more}"
    doubts = [*found.gaps, *found.unread]
    if found.uncovered:
        doubts.append(f"{len(found.uncovered)} files that no digest names")
    return f"{found.files} files are as CloudTrail signed them; not known: {', '.join(doubts[:_SHOWN]) or 'the rest'}"
