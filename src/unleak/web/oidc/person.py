"""What the provider says of a person → a name for the record, a role, and accounts."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unleak.model.role import Role
from unleak.oidc_settings import OidcSettings
from unleak.web.oidc.refusal import NotSignedIn, Why

_LONGEST = 80
_EMAIL, _VERIFIED = "email", "email_verified"
_NOT_SEEN = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x2800, 0x3164, 0xFFA0}
_NOT_SEEN |= {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
"""Letters and marks that are drawn as nothing, which their category does not tell."""


@dataclass(frozen=True, slots=True)
class Person:
    """`accounts`: as a token has them."""

    name: str
    role: Role
    accounts: tuple[str, ...]


def lacks(settings: OidcSettings, claims: Mapping[str, Any]) -> bool:
    """Whether there is something to ask for beside the ID token."""
    return settings.name_claim not in claims or (bool(settings.roles) and settings.roles_claim not in claims)


def person_of(settings: OidcSettings, id_token: Mapping[str, Any], userinfo: Mapping[str, Any]) -> Person:
    """Where both tell, the ID token's word counts. Raises NotSignedIn."""
    if userinfo and userinfo.get("sub") != id_token["sub"]:
        raise NotSignedIn(Why.ID_TOKEN, "The provider told of somebody else.", "begin again", detail="userinfo sub")
    claims = {**userinfo, **id_token}
    name = name_of(claims.get(settings.name_claim))
    if name is None:
        said = f"The provider gave no name for you that can stand in the record: {settings.name_claim}."
        raise NotSignedIn(Why.NAME, said, "ask whoever runs unleak")
    told = [source[_VERIFIED] for source in (id_token, userinfo) if _VERIFIED in source]
    if settings.name_claim == _EMAIL and not all(_is_true(t) for t in told):
        said = "Your provider has not verified your email address."
        raise NotSignedIn(Why.UNVERIFIED, said, "verify it there, then sign in again", who=name)
    is_sure = settings.name_claim != _EMAIL or bool(told)
    return _with_role(settings, name, _groups(claims.get(settings.roles_claim)), is_sure=is_sure)


def name_of(value: object) -> str | None:
    """One spelling of what is the same to a reader; None for what is no name. Two persons are told by it."""
    if not isinstance(value, str):
        return None
    read = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    if any(_is_hidden(character) for character in value + read):
        return None
    name = " ".join(read.split())
    return name if 0 < len(name) <= _LONGEST else None


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or ord(character) in _NOT_SEEN


def _with_role(settings: OidcSettings, name: str, groups: Sequence[str], *, is_sure: bool) -> Person:
    """The highest role, on the accounts of those groups that give just this one: a lower one gives no more to it."""
    if is_sure and name in {name_of(admin) for admin in settings.admins}:
        return Person(name, Role.ADMIN, ())
    giving = [group for group in groups if group in settings.roles]
    if not giving:
        if settings.default_role is None:
            said = "You are known, but none of your groups may look at this."
            raise NotSignedIn(Why.NO_ROLE, said, "ask whoever runs unleak for a role", who=name)
        return Person(name, settings.default_role, ())
    role = max((settings.roles[group] for group in giving), key=list(Role).index)
    sees = [settings.accounts.get(group, ()) for group in giving if settings.roles[group] is role]
    return Person(name, role, tuple(sorted({a for s in sees for a in s})) if all(sees) else ())


def _groups(value: object) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    return [group for group in value if isinstance(group, str)] if isinstance(value, list) else []


def _is_true(value: object) -> bool:
    """Some providers write it as a text."""
    return value is True or value == "true"
