"""What to do about what was found: once for each kind, by this program or by hand.

The commands by hand are those of the actions in `contain`, in the order of the playbook: deny, deactivate, revoke.
Whose key it is: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
Instead of a key: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
"""

from collections.abc import Iterable

from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.finding import Finding
from unleak.model.value import Value
from unleak.scan.detector import Described

_WHOSE = "aws iam get-access-key-last-used --access-key-id {key_id} --query UserName --output text"
_DENY = "aws iam attach-user-policy --user-name USER --policy-arn arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
_DEACTIVATE = "aws iam update-access-key --user-name USER --access-key-id {key_id} --status Inactive"
_OLDER_SESSIONS = (
    '\'{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":'
    '{"DateLessThan":{"aws:TokenIssueTime":"\'"$(date -u +%FT%TZ)"\'"}}}]}\''
)
_REVOKE_USER = (
    "aws iam put-user-policy --user-name USER --policy-name revoke-older-sessions --policy-document " + _OLDER_SESSIONS
)
_REVOKE_ROLE = (
    "aws iam put-role-policy --role-name ROLE --policy-name AWSRevokeOlderSessions --policy-document " + _OLDER_SESSIONS
)
_ROOT = "a root key has no user: sign in as root, deactivate and delete it there"
_SESSION = "a session ends with the deny on its role, or on its user if a user made it"
_INSTEAD = (
    "a role, which needs no key: OIDC in CI; an instance profile, a task or execution role, or EKS Pod Identity for "
    "workloads; IAM Identity Center (`aws configure sso`) for people"
)


class Advice(Value):
    """`commands` are for the AWS CLI, in their order; `notes` belong to them."""

    what: str
    how_bad: str
    do: str
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    instead: str = ""


def advise(detector: Described, findings: Iterable[Finding]) -> Advice:
    """For all findings of one detector."""
    found = list(findings)
    ids = {f.key_id for f in found if f.key_id and kind_of(f.key_id) is KeyKind.LONG_TERM and f.has_secret}
    commands: list[str] = []
    notes: list[str] = []
    if ids or any(f.has_secret and not f.key_id for f in found):
        key_id = ids.pop() if len(ids) == 1 else "KEY_ID"
        commands += [*(c.format(key_id=key_id) for c in (_WHOSE, _DENY, _DEACTIVATE)), _REVOKE_USER]
        notes.append(_ROOT)
    if any(f.has_session_token or (f.has_secret and _is_session(f)) for f in found):
        commands.append(_REVOKE_ROLE)
        notes.append(_SESSION)
    return Advice(
        detector.description,
        detector.security_note,
        detector.mitigation,
        tuple(commands),
        tuple(notes),
        _INSTEAD if commands else "",
    )


def _is_session(finding: Finding) -> bool:
    return finding.key_id is not None and kind_of(finding.key_id) is KeyKind.TEMPORARY
