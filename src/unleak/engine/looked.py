"""A repository elsewhere, scanned because of an errand, and what the store is told of it.

What a repository ignores by files of its own is told as ignored, and responded to all the same: whoever may write there
must not be able to hush an alert.
"""

import dataclasses
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from unleak.engine.local import incident_id_of
from unleak.git.repository import Repository
from unleak.intake.notice import COMMIT, Push, Whole
from unleak.model.errors import Misuse, UnleakError
from unleak.model.finding import Finding, Place
from unleak.model.value import replace
from unleak.scan.attribute import attribute
from unleak.scan.formats.masking import masked
from unleak.scan.formats.words import clean, printable
from unleak.scan.history import scan_history
from unleak.scan.ignore import Rule, gitleaksignore, inline, unleakignore
from unleak.scan.scanner import Scan, parts_of, scan
from unleak.scan.sources.commits import read_commits
from unleak.scan.sources.pushed import fetched
from unleak.scan.sources.remote import Login, cloned
from unleak.scan.sources.remote_address import without_login
from unleak.store.inbox import Errand
from unleak.store.sightings import Look, Sighting

_IGNORE_FILES = ((".unleakignore", unleakignore.read), (".gitleaksignore", gitleaksignore.read))
_IN_LINE = "a comment on its line"
_LARGEST = 1 << 20
_MOST_PROBLEMS = 3


@dataclass(frozen=True, slots=True)
class Looked:
    """`whole`: all of the repository was read. `ignores`: by what it ignores findings. `branches`: their short names;
    None where nobody can say what stands at HEAD.
    """

    result: Scan
    whole: bool
    ignores: tuple[tuple[str, Rule], ...] = ((_IN_LINE, inline),)
    branches: frozenset[str] | None = None


def look_at(asked: Push | Whole, login: Callable[[str], Login | None]) -> Looked:
    """Raises CouldNotLook where it cannot be had, Misuse where it is not to be asked for."""
    if isinstance(asked, Whole):
        with cloned(asked.url, login=login(asked.url)) as repository:
            return _whole(repository)
    if not (COMMIT.fullmatch(asked.before) and COMMIT.fullmatch(asked.after)):
        raise Misuse("a push names no commits", "")
    with fetched(asked.url, asked.ref, asked.before, asked.after, login=login(asked.url)) as (repository, revisions):
        if not revisions:
            return _whole(repository)
        result = scan(read_commits(repository, *revisions))
        result.findings = attribute(repository, result.findings, revisions)
        return Looked(result, whole=False)


def look_of(asked: Push | Whole, errand: Errand, looked: Looked, began: datetime, now: datetime) -> Look:
    """For the store. What a push brought was there when it was told of; all that there is, when the scan began."""
    at = began if looked.whole else errand.at
    told = masked(looked.result)
    gap = "; ".join(p.why for p in told.problems[:_MOST_PROBLEMS]) or ("" if told.complete else "it is not known what")
    pairs = zip(looked.result.findings, told.findings, strict=True)
    seen = tuple(_sighting(looked, raw, shown) for raw, shown in pairs)
    return dataclasses.replace(unreached(asked, errand, now, gap), at=at, whole=looked.whole, reached=True, seen=seen)


def unreached(asked: Push | Whole, errand: Errand, now: datetime, why: str) -> Look:
    """Where nothing could be seen."""
    ref = clean(asked.ref.removeprefix("refs/heads/").removeprefix("refs/")) if isinstance(asked, Push) else ""
    what = f"a push to {ref}" if isinstance(asked, Push) else "all of it"
    url = clean(without_login(asked.url))
    return Look(asked.repository, errand.id, what, errand.at, now, url, asked.public, gap=why, reached=False)


def _whole(repository: Repository) -> Looked:
    result = scan_history(repository)
    ignores = ((_IN_LINE, inline), *_ignore_files(repository))
    return Looked(result, whole=True, ignores=ignores, branches=_branches(repository))


def _branches(repository: Repository) -> frozenset[str] | None:
    if not repository.has_commit():
        return None
    listed = repository.run("for-each-ref", "--format=%(refname:short)", "refs/heads").stdout
    return frozenset(listed.decode(errors="surrogateescape").splitlines())


def _ignore_files(repository: Repository) -> Iterator[tuple[str, Rule]]:
    """As HEAD has them. One that cannot be understood ignores nothing."""
    with tempfile.TemporaryDirectory(prefix="unleak-") as made:
        folder = Path(made).resolve()
        for name, read in _IGNORE_FILES:
            size = repository.run("cat-file", "-s", f"HEAD:{name}", check=False).stdout.strip()
            if not size.isdigit() or int(size) > _LARGEST:
                continue
            (folder / name).write_bytes(repository.run("cat-file", "blob", f"HEAD:{name}").stdout)
            try:
                rule: Rule | None = read(folder / name, folder)
            except UnleakError:
                continue
            if rule is not None:
                yield name, rule


def _sighting(looked: Looked, raw: Finding, shown: Finding) -> Sighting:
    """`raw` as it was found, `shown` with nothing secret in its words."""
    places = tuple(_place(looked, p) for p in shown.places)
    return Sighting(
        replace(shown, credentials=None, places=places),
        incident_id_of(raw.key_id) if raw.key_id else "",
        not looked.whole or any(_stands(looked, p) for p in raw.places),
        _ignored_by(raw, looked.ignores),
        parts_of(raw.credentials),
    )


def _stands(looked: Looked, place: Place) -> bool:
    """At HEAD or at the tip of a branch, as far as anybody can say."""
    if looked.branches is None or place.at_head is not False:
        return True
    return not looked.branches.isdisjoint(place.refs)


def _place(looked: Looked, place: Place) -> Place:
    """Of a push alone, nobody can say what HEAD is."""
    return replace(
        place,
        path=clean(printable(place.path)),
        author=clean(printable(place.author)) if place.author else place.author,
        at_head=place.at_head if looked.whole and looked.branches is not None else None,
        refs=tuple(clean(printable(ref)) for ref in place.refs) if looked.whole else (),
    )


def _ignored_by(finding: Finding, ignores: Sequence[tuple[str, Rule]]) -> str:
    """The last of what takes the last place of it away; empty where any is left."""
    left: Finding | None = finding
    for name, rule in ignores:
        left = rule.kept(left) if left is not None else None
        if left is None:
            return name
    return ""
