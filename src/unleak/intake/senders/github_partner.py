"""GitHub's protocol for partners of its secret scanning, which an own scanner may speak too, with keys of its own.

The signature says where a text stands, not whose it is: anybody can commit a victim's key id. So a key id alone is a
claim, whoever signed for it, and a pair counts once AWS has accepted it. GitHub itself tells AWS of AWS's keys, and
nobody else.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unleak.intake.body import id_of, json_of
from unleak.intake.notice import Access, Heard, Message, Reason, Refused, Sender
from unleak.intake.public_keys import KeySets, check_ecdsa
from unleak.intake.scanner_reports import report_of
from unleak.intake.scanner_reports.fields import place_of, text_at
from unleak.intake.scanner_reports.parts import parts_of
from unleak.intake.scanner_reports.sighting import Item, PassedOver, Sighting
from unleak.intake.words import address
from unleak.model.alert import Ground
from unleak.scan.canary import canary_of

_GITHUB = "https://api.github.com/meta/public_keys/secret_scanning"
_MOST = 10_000
_TYPE = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_OURS = re.compile(r"(?i)aws|amazon|bedrock")
_LIKE_AN_ID = re.compile(r"(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class _Partner:
    keys: KeySets

    def hear(self, message: Message, access: Access) -> Heard:
        # 1. Who signed, and with which key.
        key_id = message.headers.get("github-public-key-identifier", "")
        signature = message.headers.get("github-public-key-signature", "")
        if not key_id or not signature:
            raise Refused(Reason.NOT_SIGNED, "the message is not signed", "GitHub names its key and signs in headers")
        url = access.settings.get("keys_url") or _GITHUB
        # 2. Over the raw body: one newline more, and it is another.
        check_ecdsa(message.body, signature, self.keys.key(url, key_id, message.at, access.fetch))
        # 3. What it says.
        tokens = json_of(message.body)
        if not isinstance(tokens, list):
            raise Refused(Reason.NOT_UNDERSTOOD, "the body is no list of tokens")
        if len(tokens) > _MOST:
            raise Refused(Reason.TOO_MANY, f"the body has more than {_MOST} tokens", "send it in parts")
        ours = url == _GITHUB
        who = "GitHub's secret scanning" if ours else "a scanner of your own"
        report = report_of(who, _items(tokens, public=True if ours else None))
        none = () if report.found or report.passed_over else (f"no AWS key is among {len(tokens)} tokens",)
        return Heard(
            id_of("github_partner", message.body),
            who,
            Ground.CLAIM,
            report.found,
            passed_over=(*report.passed_over, *none),
            answer=[f for f in map(_feedback, tokens) if f is not None],
        )


def _items(tokens: list[Any], *, public: bool | None) -> Iterator[Item]:
    """Halves of a pair are two tokens, which stand at the same address."""
    for number, one in enumerate(tokens, 1):
        token, kind = text_at(one, "token"), text_at(one, "type")
        if not token:
            yield PassedOver(f"token {number}", "it is damaged: no token stands in it")
            continue
        name = kind if _TYPE.fullmatch(kind) else "token"
        if _OURS.search(name) or parts_of(token).any:
            yield Sighting(place_of(address(text_at(one, "url")), 1), f"{name} = {token}", rule=name, public=public)


def _feedback(one: Any) -> dict[str, str] | None:
    """Only what surely opens nothing: bait, an example, an id of bad form. What AWS was not asked of is neither.

    By hash, never the token: https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program
    """
    token, kind = text_at(one, "token"), text_at(one, "type")
    if not _LIKE_AN_ID.search(token) or not _TYPE.fullmatch(kind):
        return None
    if any(not canary_of(key_id, None) for key_id in parts_of(token).ids):
        return None
    hashed = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    return {"token_hash": hashed, "token_type": kind, "label": "false_positive"}


SENDER = Sender(
    id="github_partner",
    title="GitHub's secret scanning, as a partner",
    needs={},
    takes={"keys_url": f"where the sender's public keys are; GitHub's own by default: {_GITHUB}"},
    references=("https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partner-program",),
    hear=_Partner(KeySets()).hear,
)
