"""The source as it stands, without the key: what is to be written into each file at HEAD, and why so."""

from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import PurePosixPath

from unleak.git.objects import GitObject, read_objects
from unleak.git.repository import Repository
from unleak.model.errors import CouldNotLook
from unleak.model.value import Value
from unleak.purge.needles import Needles
from unleak.purge.patch import python, terraform, workflow
from unleak.purge.secrets import Chosen

_PYTHON = "boto3 without keys takes the default chain: the role of the machine, task or function, or `aws sso login`"
_TERRAFORM = (
    "without keys the provider takes the default chain: `aws sso login` for people, a role by OIDC in pipelines"
)
_WORKFLOW = (
    "the job becomes a role by OIDC: make GitHub's identity provider and a role in the account, whose trust names "
    "this repository, and set the variables AWS_ROLE_TO_ASSUME and AWS_REGION"
)
_ELSE = "give it at run time: a role where the program runs, or a secret store; and list the file in .gitignore"


class Edit(Value):
    """`old` and `new` never print; `shown` is their difference, with the secret masked. `advice` is for a person."""

    _unshown = frozenset({"old", "new"})

    path: str
    mode: str
    old: bytes
    new: bytes
    advice: str
    shown: str


def edits(repository: Repository, chosen: Chosen) -> list[Edit]:
    """Of everything at HEAD; none where there is no commit."""
    needles = chosen.needles
    if not needles or not repository.has_commit():
        return []
    rows = list(_at_head(repository))
    blobs = read_objects(repository, [oid for _, oid, _ in rows])
    made = []
    for (mode, oid, path), blob in zip(rows, blobs, strict=True):
        if not isinstance(blob, GitObject):
            raise CouldNotLook(f"object {oid} cannot be read", "run `git fsck` there")
        if needles.held_in(blob.data):
            made.append(_edit(path, mode, blob.data, chosen))
    return made


def _at_head(repository: Repository) -> Iterator[tuple[str, str, str]]:
    """Mode, id and path of each file."""
    listed = repository.run("ls-tree", "-r", "-z", "--full-tree", "HEAD").stdout.decode(errors="surrogateescape")
    for row in filter(None, listed.split("\0")):
        meta, _, path = row.partition("\t")
        mode, kind, oid = meta.split(" ")
        if kind == "blob":
            yield mode, oid, path


def _edit(path: str, mode: str, old: bytes, chosen: Chosen) -> Edit:
    """What an editor of this kind does not get rid of gives way to the placeholder."""
    needles = chosen.needles
    editor, advice = _kind(path)
    better = editor(old, needles) if editor else old
    advice = advice if better != old else _ELSE
    new = needles.replaced(better)
    return Edit(path, mode, old, new, advice, _shown(needles.replaced_text(path), old, new, chosen))


def _kind(path: str) -> tuple[Callable[[bytes, Needles], bytes] | None, str]:
    name = PurePosixPath(path)
    if name.suffix == ".py":
        return python.edited, _PYTHON
    if name.suffix == ".tf":
        return terraform.edited, _TERRAFORM
    if name.suffix in {".yml", ".yaml"} and name.parts[:2] == (".github", "workflows"):
        return workflow.edited, _WORKFLOW
    return None, _ELSE


def _shown(path: str, old: bytes, new: bytes, chosen: Chosen) -> str:
    """A unified diff for people: it does not apply, since the lines that go are masked."""
    if b"\0" in old:
        return f"--- a/{path}\n+++ b/{path}\nbinary: as many x as the secret has bytes\n"
    masked = (chosen.hidden.masked(chosen.needles.masked(old)), chosen.hidden.masked(new))
    before, after = (data.decode(errors="replace").splitlines() for data in masked)
    lines = unified_diff(before, after, f"a/{path}", f"b/{path}", lineterm="", n=2)
    return "".join(f"{line}\n" for line in lines)
