"""Every place in a text that a detector takes for its own, and the credentials that these places make."""

import re
from collections.abc import Iterator

from unleak.model.value import replace
from unleak.scan.blob import Problem
from unleak.scan.decode.escapes import Plain, has_escapes
from unleak.scan.decode.readings import READINGS, is_mail, read_mail, with_line_ends
from unleak.scan.detector import Candidate, Detector
from unleak.scan.detectors import BY_ID
from unleak.scan.ignore.inline import ALLOW
from unleak.scan.lazy import lazy
from unleak.scan.locate import ENCODINGS, SOURCES, Locate, Located, Span, joined, locate_by_re
from unleak.scan.pairing import NEAR_LINES, Pair, pair
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.magic import is_packed

_LABEL_REACH = 80
_OWN_PART = 60
_NEAR_BYTES = 16_384
_DEPTH = 4
_LONGEST_LINE = 4096
_SURELY_PACKED = 256
_FEW = 100
# Before a value whose name stands on the line above: nothing but signs and a word that says "value".
_VALUE_ONLY = lazy(rb"(?i)[^a-z0-9]*(?:(?:string|parameter_?)?value|default|string|data)?[^a-z0-9]*")
_JOINED_LEFT, _JOINED_RIGHT = lazy(rb"[A-Za-z0-9/+][_-]"), lazy(rb"[_-][A-Za-z0-9/+]")
# A Terraform variable, up to its default.
_BLOCK = lazy(rb"variable\s+\"[^\"\n]*\"\s*\{[^}]*\Z")
_BLOCK_REACH = 400
# A name, and the sign between it and its value.
_NAME = lazy(rb"([A-Za-z][A-Za-z0-9_.-]{2,60})[\x22\x27]?\s{0,8}[:=]>?\s{0,8}[\x22\x27]?\Z")
_GREPPED = lazy(rb".*-[0-9]+-")
# Names of values that are forty characters long and no keys.
_OTHER_NAME = lazy(rb"(?i)nonce|signature|digest|e_?tag|hash|sha_?(?:1|256)|csrf|xsrf|checksum|integrity|hmac|md5")
_USUAL = lazy(
    rb"(?i)aws|amazon|s3|access|secrets?|keys?|ids?|tokens?|session|value|default|data|string|name"
    rb"|[^a-z0-9]|a(?=k\b)|s(?=k\b)|(?<=[as])k\b"
)
_ITEM = lazy(rb"[^A-Za-z0-9/+\n]{0,40}([A-Za-z0-9/+]{40})[^A-Za-z0-9/+=\n]{0,20}(?=\n|\Z)")
_ENCODED = lazy(rb"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{52,112}={0,2})(?![A-Za-z0-9+/_=-])")
_ID = BY_ID["aws_access_key_id"]
_SECRET = BY_ID["aws_secret"]


def pairs_in(data: bytes, locate: Locate, depth: int = 0, budget: "Budget | None" = None) -> Iterator[Pair | Problem]:
    """What a text says, in every reading that it asks for, and in what is encoded in it; a problem where what is packed
    in that could not be read. `budget` is for what is packed in encoded pieces.
    """
    text = with_line_ends(data)
    found = locate(text)
    mail = is_mail(text)
    if found is None and not mail:
        return
    budget = budget or Budget()
    readings = [READINGS[n] for n in found.readings] if found else []
    if found and found.spans and not mail and not any(r.instead for r in readings):
        yield from _read(text, found, depth, "", budget)
    if mail:
        yield from _again(read_mail(text), locate, depth, "quoted-printable", budget)
    for reading in readings:
        for item in _again(reading.read(text), locate, depth, reading.name, budget):
            if isinstance(item, Problem) or item.main.via or not reading.for_pieces:
                yield item


def _again(text: bytes, locate: Locate, depth: int, step: str, budget: Budget) -> Iterator[Pair | Problem]:
    found = locate(text)
    if found and found.spans:
        yield from _read(text, found, depth, step, budget)


def _read(text: bytes, found: Located, depth: int, step: str, budget: Budget) -> Iterator[Pair | Problem]:
    candidates = near_anchors(text, found)
    whole: list[Pair | Problem] = []
    parts: dict[tuple[str, int, bytes], Candidate] = {}
    if depth < _DEPTH:
        for inner in _in_pieces(text, found, depth, budget):
            if isinstance(inner, Problem) or (inner.key_id and inner.secret):
                whole.append(inner)
            else:
                parts.update({(c.detector, c.start, c.value): c for c in inner.parts})
    candidates += parts.values()
    candidates += _run_on(text, candidates)
    candidates += _near_ids(text, candidates)
    is_diff = b"@@ -" in text
    allowing = len(candidates) <= _FEW or ALLOW.search(text) is not None
    via = (step,) if step else ()
    finished = [
        replace(
            c,
            via=(*via, *c.via),
            whose=_sign(text, c.start, is_diff=is_diff) + _whose(text, c.start),
            allowed=allowing and _allowed(text, c),
        )
        for c in _numbered(text, candidates)
    ]
    yield from (*whole, *pair(finished))


def near_anchors(text: bytes, found: Located) -> list[Candidate]:
    """What detectors take for theirs in the neighbourhood of what was located."""
    return [
        candidate
        for number, spans in found.spans.items()
        if isinstance(detector := SOURCES[number], Detector)
        for span in spans
        for candidate in _of(detector, text, span)
        if candidate.labelled or not detector.needs_label
    ]


def _run_on(text: bytes, candidates: list[Candidate]) -> list[Candidate]:
    """Of a list of secrets only the first stand close to its name: lines that are nothing but a value go on with it."""
    known = {c.start for c in candidates}
    more: list[Candidate] = []
    for candidate in [c for c in candidates if c.detector == _SECRET.id and c.labelled and not c.via]:
        last = candidate
        while (end := text.find(b"\n", last.end, last.end + _OWN_PART)) >= 0:
            item = _ITEM.match(text, end + 1)
            if item is None or item.start(1) in known or not _SECRET.confirm(item.group(1)):
                break
            last = replace(candidate, start=item.start(1), end=item.end(1), value=item.group(1))
            known.add(last.start)
            more.append(last)
    return more


def _near_ids(text: bytes, candidates: list[Candidate]) -> list[Candidate]:
    """Around an id, what looks like a secret may be one without a name too."""
    known = {(c.start, c.end) for c in candidates}
    spans = joined((_lines_around(text, c) for c in candidates if c.detector == _ID.id), len(text))
    return [c for span in spans for c in _of(_SECRET, text, span) if (c.start, c.end) not in known]


def _lines_around(text: bytes, candidate: Candidate) -> Span:
    first, last = candidate.start, candidate.end
    for _ in range(NEAR_LINES + 1):
        first = text.rfind(b"\n", max(0, candidate.start - _NEAR_BYTES), first)
        if first < 0:
            break
    for _ in range(NEAR_LINES + 1):
        last = text.find(b"\n", last + 1, candidate.end + _NEAR_BYTES)
        if last < 0:
            break
    return (
        first if first >= 0 else max(0, candidate.start - _NEAR_BYTES),
        last if last >= 0 else candidate.end + _NEAR_BYTES,
    )


def _of(detector: Detector, text: bytes, span: Span) -> Iterator[Candidate]:
    start, end = span
    plain = Plain(text, start, end) if has_escapes(text, start, end) else None
    if plain is None:
        for match in detector.pattern.finditer(text, start, end):
            # The end of a span hides what would go on behind it.
            if (match.end(1) < end or end == len(text)) and detector.confirm(match.group(1)):
                labelled = _has_label(detector, text, match.start(1))
                if labelled or not (detector.needs_label and _is_other(text, match)):
                    yield Candidate(detector.id, match.start(1), match.end(1), match.group(1), 0, labelled)
    else:
        for match in detector.pattern.finditer(plain.data):
            cut = (match.start(1) == 0 and start > 0) or (match.end(1) == len(plain.data) and end < len(text))
            if not cut and detector.confirm(match.group(1)):
                labelled = _has_label(detector, plain.data, match.start(1))
                if not labelled and detector.needs_label and _is_other(plain.data, match):
                    continue
                first, last = plain.at(match.start(1)), plain.at(match.end(1))
                yield Candidate(detector.id, first, last, match.group(1), 0, labelled)
    if detector.needs_label:
        yield from _encoded(detector, text, span)


def _is_other(text: bytes, match: re.Match[bytes]) -> bool:
    """What has no name of a secret: a part of a longer word, or a value with the name of something else."""
    return _is_part(text, match) or _OTHER_NAME.search(_name(text, match.start(1))) is not None


def _is_part(text: bytes, match: re.Match[bytes]) -> bool:
    """Of a longer word in base64's other alphabet, a signature say."""
    before, after = text[max(0, match.start(1) - 21) : match.start(1)], text[match.end(1) : match.end(1) + 2]
    if _ID.pattern.match(before[:-1]):
        return False
    return bool(_JOINED_LEFT.fullmatch(before[-2:]) or _JOINED_RIGHT.fullmatch(after))


def _encoded(detector: Detector, text: bytes, span: Span) -> Iterator[Candidate]:
    """A whole value in base64 or hexadecimal: half of a Kubernetes Secret."""
    for word in _ENCODED.finditer(text, *span):
        if word.end() == span[1] < len(text):
            continue
        decoded = ((e.name, value) for e in ENCODINGS for value in e.values(word.group()))
        for name, value in decoded:
            match = detector.pattern.fullmatch(value)
            if match and detector.confirm(match.group(1)):
                labelled = _has_label(detector, text, word.start())
                yield Candidate(detector.id, *word.span(), match.group(1), 0, labelled, via=(name,))
                break


def _in_pieces(text: bytes, found: Located, depth: int, budget: Budget) -> Iterator[Pair | Problem]:
    """What encoded pieces say. A part alone goes to the text around it, for its other half."""
    for number, spans in found.spans.items():
        encoding = SOURCES[number]
        if isinstance(encoding, Detector):
            continue
        line, counted = 1, 0
        for piece in encoding.pieces(text, spans):
            # A piece of several lines comes first, and then each of its lines.
            line += text.count(b"\n", counted, piece.start) - text.count(b"\n", piece.start, counted)
            counted = piece.start
            step = f"{encoding.name} at line {line}"
            for inner in _inside(piece.data, depth + 1, budget):
                if isinstance(inner, Problem):
                    yield Problem(f"{step} > {inner.where}", inner.why)
                else:
                    yield inner.moved(piece.start, piece.end, line, step)


def _inside(data: bytes, depth: int, budget: Budget) -> Iterator[Pair | Problem]:
    """What a decoded piece says, and what is packed in it. Bytes that merely look packed are passed over."""
    yield from pairs_in(data, locate_by_re, depth, budget)
    if not is_packed(data):
        return
    from unleak.scan.unpack.levels import unpack_all

    opened = False
    for item in unpack_all(data, budget):
        if isinstance(item, Problem):
            if opened or len(data) >= _SURELY_PACKED:
                yield item
            continue
        opened = True
        steps, content = item
        for found in pairs_in(content, locate_by_re, depth, budget):
            moved = isinstance(found, Pair) and found.moved(0, len(data), found.main.line, " > ".join(steps))
            yield moved or found


def _has_label(detector: Detector, text: bytes, start: int) -> bool:
    """A telling name before the value, on the same line, or alone on the line above."""
    line = text.rfind(b"\n", max(0, start - _LABEL_REACH), start)
    if detector.label.search(text, max(line + 1, start - _LABEL_REACH), start):
        return True
    if line < 0 or start - line > _OWN_PART or not _VALUE_ONLY.fullmatch(text, line + 1, start):
        return False
    block = _BLOCK.search(text, max(0, line - _BLOCK_REACH), line)
    if block and detector.label.search(block.group()):
        return True
    above = text.rfind(b"\n", max(0, line - _LABEL_REACH), line)
    return detector.label.search(text, max(above + 1, line - _LABEL_REACH), line) is not None


def _numbered(text: bytes, candidates: list[Candidate]) -> Iterator[Candidate]:
    """In the order of their place, each once, with its line."""
    line, counted = 1, 0
    last: tuple[int, str] | None = None
    for candidate in sorted(candidates, key=lambda c: (c.start, c.detector, -c.end, not c.labelled)):
        if (candidate.start, candidate.detector) == last and not candidate.via:
            continue
        last = candidate.start, candidate.detector
        line += text.count(b"\n", counted, candidate.start)
        counted = candidate.start
        yield replace(candidate, line=line) if candidate.line != line else candidate


def _whose(text: bytes, start: int) -> bytes:
    """Of the name before a value, what is said beside the usual words: `staging` of `STAGING_SECRET_KEY`."""
    return _USUAL.sub(b"", _name(text, start)).lower()


def _sign(text: bytes, start: int, *, is_diff: bool) -> bytes:
    """In a diff, what goes and what comes are apart."""
    line = text.rfind(b"\n", max(0, start - _LONGEST_LINE), start) + 1
    return text[line : line + 1].strip(b" @") if is_diff and text[line : line + 1] in b"+- " else b""


def _name(text: bytes, start: int) -> bytes:
    line = text.rfind(b"\n", max(0, start - _LABEL_REACH), start) + 1
    name = _NAME.search(text, max(line, start - _LABEL_REACH), start)
    # `grep -A` puts a path and a number before it.
    return _GREPPED.sub(b"", name.group(1)) if name else b""


def _allowed(text: bytes, candidate: Candidate) -> bool:
    start = text.rfind(b"\n", max(0, candidate.start - _LONGEST_LINE), candidate.start) + 1
    end = text.find(b"\n", candidate.end, candidate.end + _LONGEST_LINE)
    last = end if end >= 0 else candidate.end + _LONGEST_LINE
    return ALLOW.search(text, max(start, candidate.start - _LONGEST_LINE), last) is not None
