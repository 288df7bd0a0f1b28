"""Why a push is refused, told to whoever pushed: what, where, and how to get it out again."""

from dataclasses import dataclass

from unleak.git.attribution import COMMIT_ITSELF
from unleak.model.finding import Finding, Place
from unleak.model.value import replace
from unleak.scan.formats.words import clean, counted, headline, placed, remarks
from unleak.scan.scanner import Scan

_MOST = 20
_MOST_PLACES = 5


@dataclass(frozen=True, slots=True)
class WayBack:
    """The commits to be rewritten, oldest first, and what `git rebase` begins at; "" where the last commit is all."""

    commits: list[str]
    onto: str
    merges: bool


def render(scan: Scan, way_back: WayBack | None) -> str:
    """Of no secret more than where it is."""
    count = len(scan.findings)
    blocks = []
    if count:
        blocks.append(f"unleak: refused: this push brings in {counted(count, 'secret')}")
        blocks += [_finding(f, scan) for f in scan.findings[:_MOST]]
        blocks += [f"and {count - _MOST} more"] if count > _MOST else []
    if scan.problems:
        blocks.append(_problems(scan, also=bool(count)))
    if count:
        blocks.append(_next(scan.findings, way_back))
    return "\n\n".join(blocks) + "\n"


def _finding(finding: Finding, scan: Scan) -> str:
    lines = [f"{finding.severity.value.upper()}  {headline(finding, scan)}", *(f"  {r}" for r in remarks(finding))]
    lines += [f"  {_place(p)}" for p in finding.places[:_MOST_PLACES]]
    if len(finding.places) > _MOST_PLACES:
        lines.append(f"  and {len(finding.places) - _MOST_PLACES} more places")
    return "\n".join(lines)


def _place(place: Place) -> str:
    where = placed(replace(place, path="message") if place.path == COMMIT_ITSELF else place)
    if place.commit is None:
        return where
    return f"{where}  in commit {place.commit[:12]} by {clean(place.author or '?')} on {(place.date or '')[:10]}"


def _problems(scan: Scan, *, also: bool) -> str:
    head = "unleak: could not look everywhere, either:" if also else "unleak: refused: could not look everywhere:"
    listed = [f"  {clean(p.where)}: {clean(p.why)}" for p in scan.problems[:_MOST]]
    more = [f"  and {len(scan.problems) - _MOST} more"] if len(scan.problems) > _MOST else []
    return "\n".join([head, *listed, *more])


def _next(findings: list[Finding], way_back: WayBack | None) -> str:
    lines = [
        "next:",
        "1. If it has left your machine in any other way, it is leaked, and must be replaced whatever you do:",
    ]
    keys = dict.fromkeys(f.key_id for f in findings if f.key_id)
    lines += [f"     unleak respond {key} --secret-from ." for key in keys] or ["     replace it where it was made"]
    lines.append("2. Take it out of the commits themselves; one more commit on top does not help:")
    lines += _rewrite(findings, way_back)
    lines += [
        "   and push again",
        "3. If it is no secret: the comment unleak:allow on its line, in the same commit, lets it pass;",
        "   so does its path or fingerprint in .unleakignore (for a server, at HEAD of the repository there):",
        *(f"     {f.fingerprint}" for f in findings[:_MOST]),
    ]
    return "\n".join(lines)


def _rewrite(findings: list[Finding], way_back: WayBack | None) -> list[str]:
    lines = []
    if way_back is None:
        lines.append("     make again, without it, what holds it: a tag with git tag -f -a NAME")
    elif not way_back.onto:
        lines += ["     edit the file, then: git commit --all --amend"]
    else:
        short = ", ".join(c[:12] for c in way_back.commits[:_MOST])
        lines += [
            f"     git rebase -i {'--rebase-merges ' if way_back.merges else ''}{way_back.onto}",
            f"     say `edit` for {short}; each time it stops, edit the file, then:",
            "     git commit --all --amend && git rebase --continue",
        ]
    if way_back and any(p.path == COMMIT_ITSELF for f in findings for p in f.places):
        lines.append("     a message is changed by --amend as well")
    return lines
