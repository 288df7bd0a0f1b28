"""Everything that an organisation or user has at GitHub: the history of each repository, and what is written there."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Finding
from unleak.model.value import replace
from unleak.scan.blob import Problem
from unleak.scan.history import scan_history
from unleak.scan.scanner import Collector, Scan, Seen, without_secrets
from unleak.scan.sources.github import Hosted, login_for, read_gists, read_repositories, read_talk
from unleak.scan.sources.github_api import GITHUB, Access, Api
from unleak.scan.sources.remote import cloned

if TYPE_CHECKING:
    from unleak.scan.rules.rule_set import RuleSet

Progress = Callable[[str], None]
"""Told, a line at a time, what is being done."""


def scan_owner(
    owner: str,
    token: str,
    api_url: str = GITHUB,
    *,
    include_forks: bool = False,
    include_archived: bool = True,
    include_issues: bool = True,
    include_gists: bool = False,
    progress: Progress = lambda _line: None,
    rules: "RuleSet | None" = None,
) -> Scan:
    """Places have the repository before their path: octocat/hello/src/main.py, octocat/hello#12 comment 345.

    `include_issues`: issues, pull requests, releases and all comments. Raises Misuse, and CouldNotLook where GitHub
    does not tell what the owner has; what fails later is a problem, and the rest is looked at.
    """
    access = Access(token, api_url)
    collector = Collector(rules)
    with Api(access, progress) as api:
        found = [*read_repositories(api, owner), *(read_gists(api, owner) if include_gists else [])]
        every = [h for h in found if isinstance(h, Hosted)]
        chosen = [h for h in every if (include_forks or not h.is_fork) and (include_archived or not h.is_archived)]
        for problem in found:
            if isinstance(problem, Problem):
                collector.add(problem)
        progress(f"{len(chosen)} of {len(every)} repositories and gists of {owner}")
        for number, hosted in enumerate(chosen, 1):
            look = _Look(access, f"{number}/{len(chosen)} {hosted.name}", progress, rules)
            look.at_history(hosted, collector)
            if include_issues and not hosted.is_gist:
                progress(f"{look.name}: issues and comments")
                for item in read_talk(api, hosted.name):
                    collector.add(item)
    return collector.result()


class _Look:
    def __init__(self, access: Access, name: str, progress: Progress, rules: "RuleSet | None") -> None:
        self.name = name
        self._access, self._progress, self._rules = access, progress, rules

    def at_history(self, hosted: Hosted, collector: Collector) -> None:
        try:
            with cloned(hosted.url, login=login_for(self._access, hosted.url), progress=self._tell) as repository:
                result = scan_history(repository, self._tell_share, self._rules)
        except (CouldNotLook, Misuse) as error:
            collector.add(Problem(hosted.name, f"{error}; {error.hint}"))
            return
        collector.add_read(result.blobs, result.size)
        for problem in result.problems:
            collector.add(Problem(f"{hosted.name}/{problem.where}", problem.why))
        for finding in _placed(result.findings, hosted.name):
            collector.add_seen(Seen(finding, without_secrets(finding).parts))

    def _tell(self, line: str) -> None:
        self._progress(f"{self.name}: {line}")

    def _tell_share(self, done: int, of: int, _size: int) -> None:
        self._tell(f"reading {100 * done // max(1, of)} %")


def _placed(findings: Iterable[Finding], name: str) -> Iterable[Finding]:
    for finding in findings:
        yield replace(finding, places=tuple(replace(p, path=f"{name}/{p.path}") for p in finding.places))
