"""What `unleak purge` says: as text, and as JSON. Neither holds a secret."""

import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from unleak.model.document import written
from unleak.model.finding import Finding
from unleak.model.plan import Tri
from unleak.model.value import Value
from unleak.purge.proof import Proof
from unleak.purge.run import COMMIT_MAP, MIRROR, Plan, Purged
from unleak.purge.told import notices, push_commands, steps
from unleak.scan.formats.masking import masked_text
from unleak.scan.formats.words import clean, counted
from unleak.scan.scanner import Scan

SCHEMA = "unleak.purge/1"
Say = Callable[[str], None]
_WORDS = {Tri.YES: "YES", Tri.NO: "NO", Tri.COULD_NOT_LOOK: "COULD NOT LOOK"}
_COLOURS = {Tri.YES: 32, Tri.NO: 31, Tri.COULD_NOT_LOOK: 33}
_CLEAN, _SAME = "the secret is gone", "all else is as it was"
_MOST_SHOWN = 20
_NOTHING: dict[str, Any] = {
    "taken": [], "compromised_too": [], "objects_holding": {}, "patch": [], "branch": None, "notices": [],
    "rewritten": None, "steps": [],
}  # fmt: skip


def nothing(scanned: Scan, format_name: str) -> str:
    if format_name == "json":
        problems = [f"{p.where}: {p.why}" for p in scanned.problems]
        return written(SCHEMA, {**_NOTHING, "problems": problems})
    if scanned.complete:
        return "Nothing to take out."
    return "\n".join(["COULD NOT LOOK everywhere; elsewhere nothing was found:", *_problems(scanned)])


def _problems(scanned: Scan) -> Iterator[str]:
    yield from (f"  {clean(p.where)}: {clean(p.why)}" for p in scanned.problems[:_MOST_SHOWN])
    if len(scanned.problems) > _MOST_SHOWN:
        yield f"  and {len(scanned.problems) - _MOST_SHOWN} more"


class Told(Value):
    """`done` is None where it was only planned; `origin` is where it would be pushed."""

    planned: Plan
    done: Purged | None
    scanned: Scan
    origin: str
    branch: str

    def text(self) -> str:
        return "\n\n".join("\n".join(block) for block in self._blocks() if block)

    def json(self) -> str:
        done = self.done
        told: dict[str, Any] = {
            "taken": [self._named(f) for f in self.planned.chosen.taken],
            "compromised_too": [self._named(f) for f in self.planned.chosen.beside],
            "objects_holding": {k: len(v) for k, v in self.planned.seen.holding.items()},
            "patch": [
                {"path": self._safe(e.path), "advice": e.advice, "diff": masked_text(e.shown)}
                for e in self.planned.edits
            ],
            "branch": self.branch or None,
            "notices": self._notices(),
            "problems": [self._safe(f"{p.where}: {p.why}") for p in self.scanned.problems],
            "rewritten": None,
            "steps": steps(self._push()),
        }
        if done is not None:
            told["rewritten"] = {
                "mirror": str(done.folder / MIRROR),
                "commit_map": str(done.folder / COMMIT_MAP),
                "commits": len(done.made.commits),
                "changed": sum(a != b for a, b in done.made.commits.items()),
                "verdict": done.verdict,
                "proofs": [self._proof(_CLEAN, done.clean), self._proof(_SAME, done.same)],
            }
        return written(SCHEMA, told)

    def _proof(self, what: str, proof: Proof) -> dict[str, Any]:
        return {
            "what": what, "verdict": proof.verdict, "why": [self._safe(w) for w in proof.why],
            "looked_at": dict(proof.counts), "lost_headers": dict(proof.lost),
        }  # fmt: skip

    def _named(self, finding: Finding) -> dict[str, Any]:
        places = [
            {"path": self._safe(p.path), "line": p.line, "commit": p.commit, "at_head": p.at_head}
            for p in finding.places
        ]
        return {
            "detector": finding.detector, "key_id": finding.key_id, "account": finding.account_id,
            "fingerprint": finding.fingerprint, "places": places,
        }  # fmt: skip

    def _blocks(self) -> Iterator[list[str]]:
        chosen = self.planned.chosen
        yield ["Taken out:", *(line for f in chosen.taken for line in self._finding(f))]
        if chosen.beside:
            yield ["In the same commits, compromised as well:", *(x for f in chosen.beside for x in self._finding(f))]
        yield from self._patch()
        yield [f"Note: {clean(n)}" for n in self._notices()]
        if self.scanned.problems:
            yield ["COULD NOT LOOK everywhere:", *_problems(self.scanned)]
        yield list(self._result())
        if self.done is None or self.done.verdict is Tri.YES:
            yield ["What people have to do:", *(f"{n:3} {step}" for n, step in enumerate(steps(self._push()), 1))]

    def _finding(self, finding: Finding) -> Iterator[str]:
        account = f" of account {finding.account_id}" if finding.account_id else ""
        yield f"  {finding.key_id or finding.detector}{account}, in {counted(len(finding.places), 'place')}"
        for p in finding.places[:_MOST_SHOWN]:
            head = ", still at HEAD" if p.at_head else ""
            yield f"    {clean(self._safe(p.path))}:{p.line}{f' since {p.commit[:10]}' if p.commit else ''}{head}"

    def _patch(self) -> Iterator[list[str]]:
        for n, edit in enumerate(self.planned.edits):
            head = ["The source as it stands (what goes is masked, so this text does not apply; --branch commits it):"]
            shown = [f"  {clean(line)}" for line in masked_text(edit.shown).splitlines()]
            yield [*(head if n == 0 else []), f"  {clean(self._safe(edit.path))}: {edit.advice}", *shown]
        if self.branch:
            yield [f"Committed to the branch {self.branch}; look at it, then open a pull request."]

    def _result(self) -> Iterator[str]:
        if self.done is None:
            held = self.planned.seen.held
            yield f"The history is as it was: {counted(held, 'object holds', 'objects hold')} a secret."
            yield "  next: unleak purge REPO --into DIR rewrites a mirror of it, and proves that"
            return
        commits = self.done.made.commits
        changed = sum(a != b for a, b in commits.items())
        yield f"Rewritten: {self.done.folder / MIRROR}, {changed} of {counted(len(commits), 'commit')} are others now"
        yield f"Old and new commits: {self.done.folder / COMMIT_MAP}"
        for what, proof in ((_CLEAN, self.done.clean), (_SAME, self.done.same)):
            looked = ", ".join(f"{n} {kind}" for kind, n in proof.counts.items())
            yield f"{_coloured(proof.verdict)}  {what}" + (f" ({looked})" if looked else "")
            yield from (f"  {clean(self._safe(why))}" for why in proof.why)
        if self.done.verdict is not Tri.YES:
            yield "  next: do not push it. What is named above must be looked at; your repository was only read"

    def _notices(self) -> list[str]:
        seen, before = self.planned.seen, self.planned.refs
        renamed = sum(self.planned.chosen.needles.replaced_text(name) != name for name in before)
        return list(notices(seen, before, self.done.same.lost if self.done else _NONE.lost, renamed))

    def _push(self) -> list[str]:
        mirror = str(self.done.folder / MIRROR) if self.done else f"DIR/{MIRROR}"
        return push_commands(self.planned.refs, mirror, self.origin)

    def _safe(self, text: str) -> str:
        return masked_text(self.planned.chosen.needles.replaced_text(text))


_NONE = Proof(Tri.COULD_NOT_LOOK)


def _coloured(verdict: Tri) -> str:
    word = _WORDS[verdict]
    if sys.stdout is None or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return word
    return f"\x1b[{_COLOURS[verdict]}m{word}\x1b[0m"
