"""What of an account is the incident's, what came since the leak, what is older. Pure.

A thing is met by its ARN. Calls leave out the path of users and roles, and the letters that Secrets Manager adds; what
hangs on a user (a key, a password) is told under the user's ARN, and met by its kind and its own id.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from unleak.model.evidence import Fact
from unleak.model.review import Age, Judged, Thing

_IAM = re.compile(r"(arn:[\w-]+:iam::\d*:(?:user|role|group|instance-profile|policy))/(?:[^/]+/)*([^/]+)")
_SECRET = re.compile(r"(arn:[\w-]+:secretsmanager:[\w-]+:\d+:secret:.+)-\w{6}")
_VERSIONED = re.compile(
    r"(arn:[\w-]+:(?:lambda:[\w-]+:\d+:(?:function|layer):[^:]+|ecs:[\w-]+:\d+:task-definition/[^:]+)):.+"
)
_ID = re.compile(r"(?:[a-z]+-)+[0-9a-f]{8,17}")
_HANGS = {"AccessKey", "LoginProfile", "ServiceSpecificCredential", "SigningCertificate", "SSHPublicKey", "MFADevice"}
_VERSION = "AWS::IAM::PolicyVersion"
_ROOT = "AWS::IAM::RootUser"
"""Its ARN stands for the account, too: a new alias is not root's."""
_NAMELESS = "AWS::IAM::LoginProfile"
_DEEDS = ("created", "shared", "started", "changed")
_GONE = "deleted"


def judge(
    things: Iterable[Thing], facts: Sequence[Fact], since: datetime | None
) -> tuple[tuple[Judged, ...], tuple[Fact, ...]]:
    """Every thing with its age, and the facts of which nothing was met: gone since, taken away by the incident, or of a
    kind that nobody looks at. Where `since` is not known, what is dated is older only because nobody said when.
    """
    by_name: dict[str, list[Fact]] = {}
    for fact in facts:
        for name in _names(fact.arn):
            by_name.setdefault(name, []).append(fact)
    met: set[int] = set()
    judged = tuple(_judge(thing, by_name, since, met) for thing in things)
    return judged, tuple(f for f in facts if id(f) not in met)


def _judge(thing: Thing, by_name: dict[str, list[Fact]], since: datetime | None, met: set[int]) -> Judged:
    found = [f for name in _names(thing.arn) for f in by_name.get(name, ()) if _is_of(f, thing)]
    met.update(map(id, found))
    brought = [f for f in found if f.deed != _GONE]
    if brought:
        fact = min(brought, key=_order)
        return Judged(thing, Age.BY_INCIDENT, fact.event_id, fact.by, fact.deed)
    if thing.created_at is None:
        return Judged(thing, Age.UNDATED)
    return Judged(thing, Age.SINCE_LEAK if since is not None and thing.created_at >= since else Age.OLDER)


def _order(fact: Fact) -> tuple[int, datetime]:
    return (_DEEDS.index(fact.deed) if fact.deed in _DEEDS else len(_DEEDS), fact.at)


def _names(arn: str) -> Iterator[str]:
    """By what an ARN may be met; nothing for an empty one."""
    if not arn:
        return
    names = {arn}
    for shape in (_IAM, _SECRET, _VERSIONED):
        found = shape.fullmatch(arn)
        if found:
            names.add("/".join(found.groups()))
    names.update(_ID.findall(arn.rsplit(":", 1)[-1]))
    yield from sorted(names)


def _is_of(fact: Fact, thing: Thing) -> bool:
    """What hangs on a user is not the user, and one version of a policy not another."""
    if thing.type == _ROOT:
        return fact.type == thing.type
    if thing.type == _VERSION:
        return thing.name.rsplit(" ", 1)[-1] in _words(fact)
    if not _hangs(fact.type) and not _hangs(thing.type):
        return True
    return fact.type == thing.type and (thing.type == _NAMELESS or thing.name in _words(fact))


def _words(fact: Fact) -> set[str]:
    """What a fact says of the one thing that hangs on another: `key AKIA..., inactive`."""
    return {fact.part.partition("|")[2], *fact.detail.replace(",", " ").split()}


def _hangs(kind: str) -> bool:
    return kind.startswith("AWS::IAM::") and kind.rsplit("::", 1)[-1] in _HANGS
