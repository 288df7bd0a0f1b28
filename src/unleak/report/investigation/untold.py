"""What the trail does not tell, and what to do next."""

import re

from unleak.model.credential import Origin
from unleak.model.investigation import Certainty, Investigation
from unleak.report.investigation.verdict import Status, descendants, status
from unleak.report.investigation.who import suspects
from unleak.report.investigation.words import counted, lasting, listed, said, stamp

_TO_PASTE = re.compile(r"[A-Za-z0-9_]{4,40}")
"""People copy commands into a shell: what is no plain id is not put into one."""


def untold(found: Investigation) -> tuple[str, ...]:
    """Times without calls, what could not be read, what was not followed, and whom nobody can blame or clear."""
    seen = found.seen
    lines = [_read(found)]
    if seen.integrity:
        lines.append(f"Integrity: {said(seen.integrity, 300)}")
    if found.capped:
        lines.append(f"Not followed to the end: {said(found.capped)}.")
    lines += [
        f"No call at all from {stamp(a)} to {stamp(b)} UTC ({lasting((b - a).total_seconds())})." for a, b in seen.gaps
    ]
    lines += [f"{said(limit, 200)[:1].upper()}{said(limit, 200)[1:]}." for limit in seen.limits]
    lines += [f"Could not look: {said(problem, 200)}" for problem in seen.problems]
    lines += [f"Possible, not blamed: {s.name}: {s.why or 'no reason given'}" for s in suspects(found)]
    return tuple(lines)


def _read(found: Investigation) -> str:
    seen = found.seen
    if seen.first is None or seen.last is None:
        return "The trail told nothing: what is not here may have happened all the same."
    return (
        f"{counted(seen.records, 'record')} from {stamp(seen.first)} to {stamp(seen.last)} UTC. What was done outside "
        "of this time, or is not logged (reads of objects mostly are not), is not here."
    )


def steps(found: Investigation) -> tuple[tuple[str, str], ...]:
    """A command or nothing, and what it is for; in the order in which to do it. Commands are never cut."""
    key = found.leaked if _TO_PASTE.fullmatch(found.leaked) else "KEY_ID"
    came = len(descendants(found))
    also = f" and the {counted(came, 'credential')} that came of it" if came else ""
    lines = [
        (f"unleak respond {key} --reason '...' --plan", f"what would be changed to stop it{also}; nothing is"),
        (f"unleak respond {key} --reason '...' --mode disable", "contain it, and prove it"),
    ]
    if any(r.state != "removed" for r in found.remaining):
        lines.append(
            ("", "Take out what stands or may stand, principals and credentials first; then look whether it came back.")
        )
    if any(c.certainty is Certainty.POSSIBLE for c in found.credentials) or found.suspects:
        lines.append(("", "Ask the holders of what is only possible whether those calls were theirs."))
    shared = [c.key_id for c in found.credentials if c.shared and c.origin is not Origin.LEAKED]
    if shared:
        lines.append(("", f"Their holders still work with these; tell them first: {_keys(shared)}."))
    if found.seen.gaps or found.seen.problems or found.capped or status(found) is Status.UNSEEN:
        lines.append(
            ("", "Read what is missing (a trail in S3 keeps more than the event history), and investigate again.")
        )
    return tuple(lines)


def _keys(key_ids: list[str]) -> str:
    return listed([said(k, 24) for k in key_ids], 3)
