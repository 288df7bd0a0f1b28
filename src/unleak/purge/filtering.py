"""The rewriting process: `python -m unleak.purge.filtering MIRROR`, told what to take out on standard input.

A process of its own, since git-filter-repo keeps its state in globals, prints, and ends the process when it fails.
The blobs that hold a secret are known beforehand, so only these pass through here; git keeps the others where they
are. Nothing secret is written to disk.
"""

import json
import sys
from pathlib import Path
from typing import Any

import git_filter_repo as filter_repo

from unleak.git.objects import GitObject, read_objects
from unleak.git.repository import Repository
from unleak.purge.needles import Needles

_OPTIONS = (
    "--force", "--partial", "--quiet", "--prune-empty=never", "--prune-degenerate=never", "--preserve-commit-hashes",
    "--preserve-commit-encoding",
)  # fmt: skip
_PEOPLE = ("author_name", "author_email", "committer_name", "committer_email")


class Filtering:
    """git-filter-repo's callbacks over one repository."""

    def __init__(self, path: Path, needles: Needles, blobs: list[str], commits: list[str]) -> None:
        self._repository, self._needles = Repository(path), needles
        self._commits = {c.encode() for c in commits}
        self._waiting = {b.encode() for b in blobs}
        self._marks: dict[bytes, int] = {}
        self._names: dict[bytes, bytes] = {}
        where = str(path).encode()
        args = filter_repo.FilteringOptions.parse_args([*_OPTIONS, "--source", str(path), "--target", str(path)])
        args.source = args.target = where
        args.replace_refs = "delete-no-add"
        self._filter = filter_repo.RepoFilter(args, commit_callback=self._commit, refname_callback=self._name)

    def run(self) -> None:
        self._filter.run()

    def _commit(self, commit: Any, _: Any) -> None:
        for change in commit.file_changes:
            change.filename = self._name(change.filename)
            if change.blob_id in self._waiting:
                self._waiting.discard(change.blob_id)
                self._marks[change.blob_id] = self._new(change.blob_id.decode())
            change.blob_id = self._marks.get(change.blob_id, change.blob_id)
        if commit.original_id in self._commits:
            commit.message = self._needles.replaced(commit.message)
            for field in _PEOPLE:
                text = getattr(commit, field)
                setattr(commit, field, text and self._needles.replaced(text))

    def _new(self, oid: str) -> int:
        """The mark of the blob as it is to be."""
        (old,) = read_objects(self._repository, [oid])
        if not isinstance(old, GitObject):
            raise SystemExit(f"object {oid} cannot be read")
        blob = filter_repo.Blob(self._needles.replaced(old.data))
        self._filter.insert(blob, direct_insertion=True)
        mark: int = blob.id
        return mark

    def _name(self, name: bytes) -> bytes:
        if name not in self._names:
            self._names[name] = self._needles.replaced(name)
        return self._names[name]


def main() -> None:
    """Standard input is JSON: `needles` (as `Needles.lines`), `blobs`, `commits`."""
    asked = json.load(sys.stdin)
    needles = Needles.of_lines(line.encode() for line in asked["needles"])
    Filtering(Path(sys.argv[1]), needles, asked["blobs"], asked["commits"]).run()


if __name__ == "__main__":
    main()
