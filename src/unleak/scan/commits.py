"""Some commits of a repository: a push, a merge request, everything since a release."""

from typing import TYPE_CHECKING

from unleak.git.objects import object_ids
from unleak.git.repository import Repository
from unleak.git.revisions import by_id
from unleak.scan.attribute import attribute
from unleak.scan.blob import Problem
from unleak.scan.scanner import Scan, scan
from unleak.scan.sources.commits import read_commits

if TYPE_CHECKING:
    from unleak.scan.rules.rule_set import RuleSet


def scan_commits(repository: Repository, *revisions: str, rules: "RuleSet | None" = None) -> Scan:
    """What `read_commits` reads, with which of these commits brought in what was found.

    Raises Misuse for a revision that is none.
    """
    chosen = by_id(repository, revisions)
    result = scan(read_commits(repository, *chosen), rules)
    if not result.blobs and "--all" in revisions and not repository.has_commit() and object_ids(repository)[0]:
        result.problems.append(Problem("refs", "there are objects, but no ref that leads to them can be read"))
    found = attribute(repository, result.findings, tuple(chosen))
    result.findings = [p for f in found if (p := rules.placed(f) if rules else f)]
    return result
