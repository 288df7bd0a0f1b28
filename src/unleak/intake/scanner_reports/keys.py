"""Sightings → keys. What is an id, what a secret and which go together, our own scanner says, not the report's words.

A pair counts where one row holds it, or where rows of one file do, few lines apart. It has to be sure: either the
secret has a name that says so, or there is exactly one id and one secret.
"""

from collections.abc import Iterable

from unleak.iam.key_id import KeyKind, kind_of
from unleak.intake.scanner_reports.fields import shown
from unleak.intake.scanner_reports.named import Named
from unleak.intake.scanner_reports.neighbours import Neighbours, neighbours
from unleak.intake.scanner_reports.parts import Parts, as_bytes, parts_of
from unleak.intake.scanner_reports.sighting import PassedOver, Sighting
from unleak.model.credential import SecretKey
from unleak.model.finding import Confidence, Finding, Place
from unleak.model.value import replace
from unleak.scan.blob import Blob
from unleak.scan.detectors import PARTS
from unleak.scan.scanner import scan

_KINDS = {KeyKind.LONG_TERM, KeyKind.TEMPORARY}
_REDACTED = ("REDACTED", "***", "...")


class Keys:
    """Gathers them, in the order in which they are named. For masking: `known` is everything that was found, `quoted`
    the digests of what may be a secret.
    """

    def __init__(self) -> None:
        self.named: dict[str, Named] = {}
        self.known: list[Finding] = []
        self.quoted: set[str] = set()
        self.passed_over: list[PassedOver] = []

    def pass_over(self, where: Place | str, why: str) -> None:
        self.passed_over.append(PassedOver(where if isinstance(where, str) else shown(where), why))

    def add(self, finding: Finding, place: Place, *, sure: bool = True, tried: bool = False) -> Named | None:
        """None where it names no key that anybody could respond to. `sure`: its secret, if it has one, is its own."""
        key_id = finding.key_id
        if key_id is None:
            return None
        if finding.canary:
            self.pass_over(place, f"{key_id} is bait, and nobody's real key")
            return None
        if kind_of(key_id) not in _KINDS:
            self.pass_over(place, f"{key_id} is a {kind_of(key_id)}")
            return None
        named = self.named.setdefault(key_id, Named(key_id))
        named.stands_at([place])
        if finding.credentials is not None and sure:
            named.add(finding.credentials, tried=tried)
        return named

    def take(self, sightings: Iterable[Sighting]) -> None:
        rows = [(s, parts_of(s.text)) for s in sightings]
        found = [self._take_row(sighting) for sighting, _ in rows]
        for near in neighbours(rows):
            self._pair(near)
        used = {secret for named in self.named.values() for secret in named.pairs}
        for (sighting, parts), findings in zip(rows, found, strict=True):
            if not any(f.key_id for f in findings):
                self._explain(sighting, parts, findings, used)

    def _take_row(self, sighting: Sighting) -> list[Finding]:
        text = f"{sighting.text} {sighting.about}"
        findings = self._scanned(text)
        parts = parts_of(text)
        self.quoted |= {secret.digest() for secret in parts.secrets}
        for finding in findings:
            further = finding.places[0].line - 1
            place = replace(sighting.place, line=sighting.place.line + further) if further else sighting.place
            named = self.add(finding, place, sure=_is_sure(finding, one_pair=parts.one_pair), tried=sighting.tried)
            if named and sighting.public is not None:
                named.public = named.public or sighting.public
        return findings

    def _pair(self, near: Neighbours) -> None:
        """Halves that stand in rows of their own."""
        parts = near.parts
        lacking = {n.key_id: n for i in parts.ids if (n := self.named.get(i)) and not n.is_whole}
        if not lacking or not parts.secrets:
            return
        stands = near.places
        for finding in self._scanned(near.text):
            named, pair = lacking.get(finding.key_id or ""), finding.credentials
            if named is not None and pair is not None and _is_sure(finding, one_pair=parts.one_pair):
                named.add(pair)
                named.stands_at(stands[pair.secret])
        for named in lacking.values():
            named.unsure = not named.pairs

    def _explain(self, sighting: Sighting, parts: Parts, found: list[Finding], used: set[SecretKey]) -> None:
        """Why a row that is AWS's, by our word or by its own, named no key."""
        others = [f.detector for f in found if f.detector not in PARTS]
        if others:
            self.pass_over(sighting.place, f"{others[0]} is a credential of another kind")
        elif any(f.has_secret for f in found) and not parts.secrets <= used:
            self.pass_over(sighting.place, "a secret without its key id")
        elif "aws" in sighting.rule.lower() and not found and not parts.any:
            redacted = any(mark in sighting.text for mark in _REDACTED)
            why = "the report keeps no value: write it without redaction" if redacted else "there is no key in it"
            self.pass_over(sighting.place, why)

    def _scanned(self, text: str) -> list[Finding]:
        found = scan([Blob(as_bytes(text), "")]).findings
        self.known += found
        return found


def _is_sure(finding: Finding, *, one_pair: bool) -> bool:
    return one_pair or finding.confidence is Confidence.HIGH
