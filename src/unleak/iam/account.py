"""Everything IAM knows of one account: the answer of GetAccountAuthorizationDetails, live or from a saved file.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

from unleak.iam.policy import Policy, PolicyError, parse_policy

LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_ACCOUNT_PART = 4


class NotDetails(ValueError):
    """The text is no answer of GetAccountAuthorizationDetails."""


class Kind(StrEnum):
    USER = "user"
    ROLE = "role"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Holder:
    """A user, role or group as the account has it. `inline` are documents as they came, by name; `attached` and
    `boundary` are ARNs of managed policies; `groups` are names. `trust` and `profiles` are a role's.
    """

    kind: Kind
    arn: str
    name: str
    unique_id: str = ""
    groups: tuple[str, ...] = ()
    inline: tuple[tuple[str, Any], ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    trust: Any = None
    profiles: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def is_aws_own(self) -> bool:
        """A service-linked role: only its service changes or passes it."""
        return ":role/aws-service-role/" in self.arn


@dataclass(frozen=True, slots=True)
class Managed:
    """A managed policy with all of its versions' documents."""

    arn: str
    default: str
    versions: Mapping[str, Any]

    @property
    def is_aws_own(self) -> bool:
        return account_in(self.arn) == "aws"


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """`users` and `roles` by ARN, `groups` by name, `managed` by ARN. `unread` says what was not understood."""

    users: Mapping[str, Holder]
    roles: Mapping[str, Holder]
    groups: Mapping[str, Holder]
    managed: Mapping[str, Managed]
    unread: tuple[str, ...] = ()
    _parsed: dict[tuple[str, str], Policy | None] = field(default_factory=dict, repr=False, compare=False)

    def holder(self, who: str, kind: Kind | None = None) -> Holder | None:
        """By ARN or, where `kind` says of what, by name."""
        if found := self.users.get(who) or self.roles.get(who):
            return found
        among = {Kind.USER: self.users, Kind.ROLE: self.roles, Kind.GROUP: self.groups}[kind].values() if kind else ()
        return next((h for h in among if h.name == who), None)

    def managed_policy(self, arn: str, version: str = "") -> Policy | None:
        """Parsed once for the whole account; None where the document is not there or is no policy."""
        key = (arn, version)
        if key not in self._parsed:
            held = self.managed.get(arn)
            document = held.versions.get(version or held.default) if held else None
            self._parsed[key] = read_document(document, arn) if document is not None else None
        return self._parsed[key]


def account_in(arn: str) -> str:
    parts = arn.split(":")
    return parts[_ACCOUNT_PART] if len(parts) > _ACCOUNT_PART else ""


def read_document(document: Any, name: str) -> Policy | None:
    """A document as text, URL-encoded text or mapping; None where it is no policy."""
    text = unquote(document) if isinstance(document, str) and document.lstrip().startswith("%") else document
    try:
        return parse_policy(text, name)
    except PolicyError:
        return None


def parse_details(text: str) -> AccountDetails:
    """Of a saved file: one answer, a list of them, or several one after the other. Raises NotDetails."""
    decoder, pages, at = json.JSONDecoder(), [], 0
    text = text.lstrip("\ufeff").strip()
    try:
        while at < len(text):
            page, at = decoder.raw_decode(text, at)
            pages += page if isinstance(page, list) else [page]
            at += len(text[at:]) - len(text[at:].lstrip())
    except (ValueError, RecursionError) as error:
        raise NotDetails(f"this is not JSON: {error}") from error
    return details_of(pages)


def details_of(pages: Iterable[Any]) -> AccountDetails:
    """Raises NotDetails where no page has any of the four lists."""
    pages = list(pages)
    if not pages or not all(isinstance(p, Mapping) and any(isinstance(p.get(n), list) for n in LISTS) for p in pages):
        raise NotDetails(f"there is none of {', '.join(LISTS)} in it")
    unread = [f"no {name} in the file" for name in LISTS if not any(name in page for page in pages)]
    if pages[-1].get("IsTruncated") is True or pages[-1].get("NextToken"):
        unread.append("the file ends before the account does: its last page says that there are more")
    found: dict[str, list[Any]] = {name: [] for name in LISTS}
    for name in LISTS:
        for item in (item for page in pages for item in page.get(name) or ()):
            try:
                found[name].append(_READERS[name](item))
            except (KeyError, TypeError, AttributeError, ValueError):
                unread.append(f"an entry of {name} that is not as AWS writes it")
    users, groups, roles, managed = (found[name] for name in LISTS)
    return AccountDetails(
        users={u.arn: u for u in users},
        roles={r.arn: r for r in roles},
        groups={g.name: g for g in groups},
        managed={m.arn: m for m in managed},
        unread=tuple(dict.fromkeys(unread)),
    )


def _holder(kind: Kind, raw: Mapping[str, Any]) -> Holder:
    word = kind.capitalize()
    return Holder(
        kind=kind,
        arn=str(raw["Arn"]),
        name=str(raw[f"{word}Name"]),
        unique_id=str(raw.get(f"{word}Id", "")),
        groups=tuple(map(str, raw.get("GroupList") or ())),
        inline=tuple((str(p["PolicyName"]), p["PolicyDocument"]) for p in raw.get(f"{word}PolicyList") or ()),
        attached=tuple(str(p["PolicyArn"]) for p in raw.get("AttachedManagedPolicies") or ()),
        boundary=str((raw.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", "")),
        tags={str(t["Key"]).lower(): str(t["Value"]) for t in raw.get("Tags") or ()},
        trust=raw.get("AssumeRolePolicyDocument"),
        profiles=tuple(str(p["Arn"]) for p in raw.get("InstanceProfileList") or ()),
    )


def _managed(raw: Mapping[str, Any]) -> Managed:
    versions = {str(v["VersionId"]): v.get("Document") for v in raw.get("PolicyVersionList") or ()}
    return Managed(str(raw["Arn"]), str(raw["DefaultVersionId"]), versions)


_READERS: dict[str, Any] = {
    "UserDetailList": lambda raw: _holder(Kind.USER, raw),
    "GroupDetailList": lambda raw: _holder(Kind.GROUP, raw),
    "RoleDetailList": lambda raw: _holder(Kind.ROLE, raw),
    "Policies": _managed,
}
