"""Each entry of the record in one sentence."""

from unleak.model.credential import CredentialKind
from unleak.model.entry import (
    Alerted,
    Answered,
    Approved,
    Checked,
    Closed,
    Concluded,
    Declined,
    Event,
    HandedOver,
    HoldSet,
    Inherited,
    Intended,
    Looked,
    ModeSet,
    Noted,
    Opened,
    Proposed,
    Requested,
    Resumed,
    Told,
    UndoConcluded,
    UndoIntended,
)
from unleak.model.evidence import (
    CallsRead,
    CredentialFound,
    DescentRead,
    Evidence,
    InstanceRole,
    KeyOwner,
    KeyTried,
    OrganizationFound,
    PermissionsRead,
    PrincipalSaved,
    ResourceFound,
)
from unleak.model.plan import Look, Tri

_MOST_ADDRESSES = 3


def sentence(event: Event) -> str:  # noqa: C901, PLR0912  one branch for each type of a closed union
    match event:
        case Opened(alert, mode):
            return f"opened: {alert.key_id}, told by {alert.source} ({alert.ground.value}), mode {mode.value}"
        case Alerted(alert):
            return f"told again by {alert.source} ({alert.ground.value})"
        case ModeSet(mode, who):
            return f"mode set to {mode.value} by {who}"
        case Resumed(who):
            return f"{who} asks again for what was refused or could not be looked at"
        case Requested(step, who, why):
            return f"{who} asks for {step.unit} on {step.target.name}: {why}"
        case HoldSet(on, who, why):
            return f"{who} {'sets' if on else 'ends'} a legal hold: {why}"
        case Noted(who, text, due):
            return f"{who} notes: {text}" + (f", due {due:%Y-%m-%d %H:%M} UTC" if due else "")
        case Answered():
            return _answered_sentence(event)
        case Checked(step, evidence, unknown):
            found = "; ".join(dict.fromkeys(evidence_sentence(e) for e in evidence))
            return (
                f"{found}; could not look: {unknown}"
                if unknown and found
                else found or (f"could not look ({step.unit}): {unknown}" if unknown else f"{step.unit}: nothing found")
            )
        case Proposed(step, change):
            return f"would {change.summary}" if change else f"{step.unit}: nothing to change"
        case Approved(step, _, who, why):
            return f"{who} approved {step.unit} on {step.target.name}: {why}"
        case Declined(step, _, who, why):
            return f"{who} declined {step.unit} on {step.target.name}: {why}"
        case Closed(who, why):
            return f"{who} closed the incident: {why}"
        case Intended(_, change):
            return f"about to {change.summary}"
        case Concluded(step, outcome):
            return f"{step.unit} on {step.target.name}: {outcome.kind.value}, {outcome.detail}"
        case Looked(step, look):
            return f"{step.unit} on {step.target.name}: {look_sentence(look)}"
        case UndoIntended(step, who, why):
            return f"{who} takes back {step.unit} on {step.target.name}: {why}"
        case UndoConcluded(step, outcome):
            return f"taking back {step.unit} on {step.target.name}: {outcome.kind.value}, {outcome.detail}"
        case HandedOver(step, to_incident):
            return f"{step.unit} on {step.target.name} is {to_incident}'s now"
        case Inherited(step, _, from_incident):
            return f"{step.unit} on {step.target.name} is ours now, from {from_incident}"
        case Told():
            return _told_sentence(event)


def _answered_sentence(event: Answered) -> str:
    unseen = f"; could not look: {'; '.join(event.unseen)}" if event.unseen else ""
    return f"{event.what} for {event.asked_by}: {event.summary}{unseen}"


def _told_sentence(event: Told) -> str:
    kinds = ", ".join(dict.fromkeys(o.partition("/")[0] for o in event.occasions))
    how = "told" if event.ok else "could not tell"
    return f"{how} {event.channel} ({kinds})" + (f": {event.detail}" if event.detail else "")


def look_sentence(look: Look) -> str:
    detail = f" ({look.detail})" if look.detail else ""
    if look.in_place is Tri.NO:
        return f"not in place{detail}"
    if look.refused is Tri.NO:
        return "in place, but the trial call is still accepted"
    if look.refused is Tri.YES:
        return f"in place and obeyed{detail}"
    return f"in place{detail}" if look.in_place is Tri.YES else f"could not tell{detail}"


def evidence_sentence(found: Evidence) -> str:  # noqa: C901  as above
    match found:
        case KeyOwner():
            return _owner_sentence(found)
        case KeyTried():
            if not found.accepted:
                return f"AWS does not accept the leaked pair ({found.code})"
            return f"AWS accepts the leaked pair as {found.principal_arn}"
        case PrincipalSaved():
            return (
                f"saved {_name(found.principal_arn)} as it was: {len(found.attached)} attached and {len(found.inline)} "
                f"inline policies, {len(found.groups)} groups, {len(found.key_ids)} keys"
            )
        case PermissionsRead():
            extent = "everything" if found.is_admin else f"{len(found.dangers)} dangerous actions"
            return f"{_name(found.principal_arn)} may do {extent}"
        case CallsRead():
            return _calls_sentence(found)
        case OrganizationFound():
            binds = "could bind" if found.binds else "cannot bind"
            return f"a service control policy {binds} account {found.account}" + (
                f": {found.why_not}" if found.why_not else ""
            )
        case CredentialFound():
            return f"{found.how} made {found.key_id} ({_name(found.principal_arn)})"
        case ResourceFound():
            return f"{found.how} created {found.target.kind.value} {found.target.name} in {found.target.region}"
        case InstanceRole():
            return f"{_name(found.instance_arn)} holds the role {_name(found.role_arn)}"
        case DescentRead():
            return _descent_sentence(found)


def _descent_sentence(found: DescentRead) -> str:
    more = f"; {found.capped}" if found.capped else ""
    return (
        f"{found.credentials - 1} more credentials came of {found.key_id}, with {found.calls} calls of a stranger; "
        f"{len(found.standing)} things stand that they made or changed, {found.removed} were removed again{more}"
    )


def _owner_sentence(found: KeyOwner) -> str:
    what = f"{found.key_id} ({found.kind.value}) of account {found.account}"
    if found.kind in {CredentialKind.FOREIGN, CredentialKind.UNKNOWN_SESSION}:
        return what
    owner = found.principal_arn or ("the root user" if found.is_root else "nobody any more")
    return f"{what} belongs to {owner} and is {found.status.value}"


def _calls_sentence(found: CallsRead) -> str:
    if not found.accepted + found.denied:
        return f"{found.key_id}: no management events (reads of objects are not in this trail)"
    where = _places(found.addresses)
    return f"{found.key_id}: {found.accepted} calls accepted, {found.denied} denied, from {where}"


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _places(addresses: tuple[str, ...]) -> str:
    if not addresses:
        return "nowhere"
    more = len(addresses) - _MOST_ADDRESSES
    return ", ".join(addresses[:_MOST_ADDRESSES]) + (f" and {more} more" if more > 0 else "")


def plainly(text: str) -> str:
    """Text from a trail is an attacker's text: what is not to be seen, or turns other text around, is shown as such."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _is_harmless(c) else f"\\u{ord(c):04x}" for c in text)


_TURNS_TEXT_AROUND = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F)}
_TAKES_NO_INK = {
    chr(c)
    for c in (
        0x034F, 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0, *range(0x17B4, 0x17B6), *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0),
    )
}  # fmt: skip
"""What counts as printable all the same: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point"""


def _is_harmless(character: str) -> bool:
    is_seen = character.isprintable() or character == "\n"
    return is_seen and character not in _TURNS_TEXT_AROUND and character not in _TAKES_NO_INK
