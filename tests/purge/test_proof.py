"""A rewrite that did more, or less, than it should is found out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from purge_world import Key, Repo, apart_fixture, everything, repo_fixture  # noqa: F401  fixtures

from unleak.git.repository import Repository
from unleak.model.plan import Tri
from unleak.model.value import replace
from unleak.purge.proof import prove_clean, prove_same
from unleak.purge.rewrite import Rewritten, clone, refs, rewrite
from unleak.purge.run import plan
from unleak.purge.survey import survey
from unleak.scan.history import scan_history

KEY = Key(11)


class Case:
    """A repository, and its mirror as it was rewritten."""

    def __init__(self, repo: Repo, folder: Path) -> None:
        everything(repo, KEY)
        self.old = Repository.at(repo.path)
        self.chosen = plan(self.old, scan_history(self.old).findings, (), lambda _: None).chosen
        self.mirror = clone(self.old, folder / "mirror.git")
        self.made = rewrite(self.mirror, self.chosen.needles, survey(self.mirror, self.chosen.needles))

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        return self.mirror.run(*arguments, stdin=stdin).stdout.decode().strip()

    def again(self, change: Callable[[str], str]) -> Rewritten:
        """With another commit at the tip of main."""
        tip = self.git("rev-parse", "refs/heads/main")
        data = change(self.git("cat-file", "commit", tip) + "\n")
        other = self.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=data.encode())
        self.git("update-ref", "refs/heads/main", other)
        commits = {old: other if new == tip else new for old, new in self.made.commits.items()}
        return replace(self.made, commits=commits, after=refs(self.mirror))

    def tree(self, changed: bytes) -> str:
        """The tree of main with other lines of `ls-tree`."""
        return self.git("mktree", "--missing", stdin=changed)

    def verdict(self, made: Rewritten) -> tuple[Tri, str]:
        proof = prove_same(self.old, self.mirror, made, self.chosen.needles)
        return proof.verdict, "\n".join(proof.why)


@pytest.fixture(name="case")
def case_fixture(repo: Repo, tmp_path: Path) -> Case:
    return Case(repo, tmp_path)


def test_as_it_is(case: Case) -> None:
    assert case.verdict(case.made) == (Tri.YES, "")
    assert prove_clean(case.mirror, case.chosen).verdict is Tri.YES


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("later", "later, and more", "message"),
        ("author Dev Eloper", "author Eve Eloper", "author"),
        ("+0000\ncommitter", "+0200\ncommitter", "dates"),
        ("\nparent ", "\nparent " + "0" * 39 + "1\nparent ", "parents"),
    ],
)
def test_another_commit(case: Case, before: str, after: str, told: str) -> None:
    verdict, why = case.verdict(case.again(lambda data: data.replace(before, after, 1)))
    assert verdict is Tri.NO
    assert told in why


def _content(case: Case, lines: bytes) -> bytes:
    blob = case.git("hash-object", "-w", "--stdin", stdin=b"tampered\n").encode()
    old = next(line for line in lines.splitlines() if line.endswith(b"\tside.txt"))
    return lines.replace(old, b"100644 blob " + blob + b"\tside.txt")


TREES: dict[str, Callable[[Case, bytes], bytes]] = {
    "content is another": _content,
    "side.txt is gone": lambda _, lines: b"".join(x for x in lines.splitlines(keepends=True) if b"side.txt" not in x),
    "another kind": lambda _, lines: lines.replace(b"100644", b"100755", 1),
    "extra is new": lambda _, lines: lines + lines.splitlines()[-1].split(b"\t")[0] + b"\textra\n",
}


@pytest.mark.parametrize("told", TREES)
def test_another_tree(case: Case, told: str) -> None:
    lines = case.mirror.run("ls-tree", "refs/heads/main").stdout
    old, new = case.git("rev-parse", "refs/heads/main^{tree}"), case.tree(TREES[told](case, lines))
    assert old != new
    verdict, why = case.verdict(case.again(lambda data: data.replace(old, new)))
    assert verdict is Tri.NO
    assert told in why


def test_refs_and_the_map(case: Case) -> None:
    after = {name: oid for name, oid in case.made.after.items() if name != "refs/heads/side"}
    assert case.verdict(replace(case.made, after=after)) == (Tri.NO, "refs/heads/side is gone")
    moved = {**case.made.after, "refs/heads/side": case.made.after["refs/heads/main"]}
    assert case.verdict(replace(case.made, after=moved))[0] is Tri.NO
    first, *rest = case.made.commits.items()
    assert "was not rewritten" in case.verdict(replace(case.made, commits=dict(rest)))[1]
    assert "was dropped" in case.verdict(replace(case.made, commits={**dict(rest), first[0]: "0" * 40}))[1]


def test_an_object_that_nothing_reaches_is_not_clean(case: Case) -> None:
    case.git("hash-object", "-w", "--stdin", stdin=KEY.text().encode())
    proof = prove_clean(case.mirror, case.chosen)
    assert proof.verdict is Tri.NO
    assert "still holds it" in proof.why[0]


def test_what_cannot_be_read_is_not_proven(case: Case) -> None:
    gone = {**case.made.commits, next(iter(case.made.commits)): "1" * 40}
    assert case.verdict(replace(case.made, commits=gone))[0] is Tri.COULD_NOT_LOOK
