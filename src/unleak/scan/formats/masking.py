"""Takes secrets out of what is said around findings: a file, a branch or an author may be named after one.

A secret is known by its hash, as findings carry it: nothing is revealed for this.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from unleak.model.finding import Finding, Place
from unleak.model.value import replace
from unleak.scan.blob import Blob, Problem
from unleak.scan.detector import Described, Detector
from unleak.scan.detectors import BY_ID, DETECTORS, PARTS
from unleak.scan.lazy import lazy
from unleak.scan.scanner import Scan, scan

MASK = "****"
_LENGTH = 40
_MAY_HOLD = lazy(r"[A-Za-z0-9/+=%\\_.-]{30}")
# Without one of these beside it, no detector takes anything for a secret.
_TELLS = lazy(r"A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}|(?i:secret|sk\W{0,5}[:=])")
_RUN = lazy(r"[A-Za-z0-9/+]{40,}")
# However short, however it is encoded and whatever stands before it.
_TOKEN = lazy(r"(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz|AQoDYXdz|AgoJb3JpZ2lu)[A-Za-z0-9/+=%\\_-]{40,}")
# Ids are no secrets; secrets and tokens are known better, above.
_OTHERS = [d for d in DETECTORS if d.id not in PARTS]
# However they go on.
_BEGUN = lazy(
    "(?:" + "|".join(re.escape(p.decode()) for d in _OTHERS for p in d.prefixes) + r")[A-Za-z0-9/+=%\\_.-]{16,}"
    r"|(?s:-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z))"
)
_DISGUISED = lazy(r"\\/|(?:\\u00|%)2[FfBb]")


def masked(result: Scan) -> Scan:
    """The scan with `MASK` in the place of every secret of its findings, of every session token, and of what the
    detectors find in a text itself: in paths, authors, refs, steps, problems and the source.
    """
    mask = _Masker(result.findings, result.unsaid)
    return replace(
        result,
        findings=[mask.finding(f) for f in result.findings],
        problems=[Problem(mask.text(p.where), mask.text(p.why)) for p in result.problems],
        source=mask.text(result.source),
        detectors={mask.name(name): _described(mask, d) for name, d in result.detectors.items()},
    )


def _described(mask: "_Masker", described: Described) -> Described:
    """Our own detectors hold no secret; a rule of somebody's may quote one."""
    if isinstance(described, Detector):
        return described
    rule: Any = described
    return cast(
        "Described",
        replace(
            rule,
            id=mask.text(rule.id),
            title=mask.text(rule.title),
            family=mask.text(rule.family),
            description=mask.text(rule.description),
            security_note=mask.text(rule.security_note),
        ),
    )


def masked_text(text: str) -> str:
    """What a person typed, or a file said, made fit to be said again."""
    return _Masker((), ()).text(text)


class _Masker:
    def __init__(self, findings: Iterable[Finding], unsaid: Iterable[str]) -> None:
        self._known = _names(findings) | frozenset(unsaid)
        self._done: dict[str, str] = {}

    def finding(self, finding: Finding) -> Finding:
        return replace(
            finding,
            detector=self.name(finding.detector),
            about=self.text(finding.about),
            canary=self.text(finding.canary),
            places=tuple(self._place(p) for p in finding.places),
        )

    def name(self, detector: str) -> str:
        """Ours say nothing secret; a rule's may."""
        return detector if detector in BY_ID else self.text(detector)

    def text(self, text: str) -> str:
        if not _MAY_HOLD.search(text):
            return text
        if text not in self._done:
            self._done[text] = self._masked(text)
        return self._done[text]

    def _place(self, place: Place) -> Place:
        return replace(
            place,
            path=self.text(place.path),
            author=self.text(place.author) if place.author else place.author,
            via=tuple(map(self.text, place.via)),
            refs=tuple(map(self.text, place.refs)),
        )

    def _masked(self, text: str) -> str:
        """Where a secret is disguised, the text comes back without its disguise."""
        plain = _DISGUISED.sub(lambda sign: "+" if sign.group()[-1] in "Bb" else "/", text)
        shown = self._without_secrets(plain)
        return shown if shown != plain else self._without_secrets(text)

    def _without_secrets(self, text: str) -> str:
        known = self._known
        if _TELLS.search(text):
            known |= _names(scan([Blob(text.encode("utf-8", "replace"), "")]).findings)
        for secret in _secrets(text, known):
            text = text.replace(secret, MASK)
        for value in _of_other_kinds(text):
            text = text.replace(value, MASK)
        text = _BEGUN.sub(MASK, text)
        return _TOKEN.sub(MASK, text)


def _names(findings: Iterable[Finding]) -> frozenset[str]:
    """By what findings know their secrets: the hash of one in a pair, the fingerprint of one alone."""
    return frozenset(name for f in findings for name in (f.secret_sha256, f.fingerprint) if name)


def _of_other_kinds(text: str) -> Iterator[str]:
    data = text.encode("utf-8", "surrogateescape")
    for detector in _OTHERS:
        for match in detector.pattern.finditer(data):
            yield match.group(1).decode("utf-8", "surrogateescape")


def _secrets(text: str, known: frozenset[str]) -> Iterator[str]:
    for run in _RUN.findall(text):
        for at in range(len(run) - _LENGTH + 1):
            value = run[at : at + _LENGTH]
            digest = _hash(value)[:16]
            if digest in known or _hash(f"unleak/1\0\0{digest}\0")[:32] in known:
                yield value


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
