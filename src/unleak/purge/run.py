"""A purge from end to end. The repository that is given is read, and only read; all is done in a folder of its own."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from unleak.git.gaps import gaps
from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.model.finding import Finding
from unleak.model.plan import Tri
from unleak.model.value import Value
from unleak.purge.journal import Journal, Stage
from unleak.purge.patch import Edit, edits
from unleak.purge.proof import Proof, prove_clean, prove_same
from unleak.purge.rewrite import Refs, Rewritten, clone, refs, rewrite
from unleak.purge.secrets import Chosen, choose
from unleak.purge.survey import Survey, survey

MIRROR, COMMIT_MAP = "mirror.git", "commit-map"
Say = Callable[[str], None]


class Plan(Value):
    """What would be done; nothing is written for it."""

    chosen: Chosen
    seen: Survey
    edits: tuple[Edit, ...]
    refs: Refs


class Purged(Value):
    """`folder` holds `MIRROR` and `COMMIT_MAP`."""

    folder: Path
    made: Rewritten
    clean: Proof
    same: Proof

    @property
    def verdict(self) -> Tri:
        both = {self.clean.verdict, self.same.verdict}
        return next(v for v in (Tri.NO, Tri.COULD_NOT_LOOK, Tri.YES) if v in both)


def plan(
    repository: Repository,
    findings: Sequence[Finding],
    keys: Collection[str],
    say: Say,
    ignored: Collection[str] = (),
) -> Plan:
    """Raises CouldNotLook where the repository is not whole: what is not here would come back with the next push."""
    for gap in gaps(repository):
        raise CouldNotLook(f"the repository is not whole: {gap}", "purge a whole one")
    chosen = choose(repository, findings, keys, ignored)
    say("looking at every object")
    return Plan(chosen, survey(repository, chosen.needles), tuple(edits(repository, chosen)), refs(repository))


def purge(repository: Repository, planned: Plan, folder: Path, say: Say) -> Purged:
    """1. Clone. 2. Rewrite what the plan's survey names; what came in since then, the proof finds. 3. Prove that it is
    clean. 4. Prove that all else is as it was. Each stage is in the journal before it begins.
    """
    journal, needles = Journal(folder), planned.chosen.needles
    journal.begin()
    say("cloning")
    mirror = clone(repository, folder / MIRROR)
    journal.write(Stage.REWRITING)
    say("rewriting")
    made = rewrite(mirror, needles, planned.seen)
    _write_map(folder / COMMIT_MAP, made)
    journal.write(Stage.PROVING)
    say("proving that it is clean")
    clean = prove_clean(mirror, planned.chosen)
    say("proving that all else is as it was")
    purged = Purged(folder, made, clean, prove_same(repository, mirror, made, needles))
    journal.write(Stage.PROVEN if purged.verdict is Tri.YES else Stage.NOT_PROVEN)
    return purged


def _write_map(path: Path, made: Rewritten) -> None:
    """Old and new id, a line for each commit."""
    path.write_text("".join(f"{old} {new}\n" for old, new in made.commits.items()), encoding="ascii")
