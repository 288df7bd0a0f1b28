"""`unleak setup hooks`: puts our hooks where git looks for them, and takes out nothing but ours."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from unleak.cli.hook_script import KEPT, KINDS, PRE_COMMIT, PRE_PUSH, PRE_RECEIVE, Kind, is_ours, script
from unleak.model.errors import CouldNotLook, Misuse

if TYPE_CHECKING:
    from unleak.git.hooks_folder import HooksFolder


@click.command("hooks")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("--pre-commit", is_flag=True, help="Refuse a commit that adds a secret.")
@click.option("--pre-push", is_flag=True, help="Refuse to push a secret, in any commit that the remote does not have.")
@click.option("--pre-receive", is_flag=True, help="On a server: take in no push that brings a secret.")
@click.option(
    "--allow-skip", is_flag=True, help="With --pre-receive: heed `git push --push-option=unleak.skip` (off otherwise)."
)
@click.option(
    "--force", is_flag=True, help="Keep somebody else's hook and run it before ours; install into shared folders, too."
)
@click.option("--remove", is_flag=True, help="Take our hooks out, and put back what was there before.")
def hooks(
    path: Path, pre_commit: bool, pre_push: bool, pre_receive: bool, allow_skip: bool, force: bool, remove: bool
) -> None:
    """Install git hooks into the repository at PATH: pre-commit and pre-push, or pre-receive where it is bare.

    They refuse where a secret is found, and where nothing could be looked at. Somebody else's hook is never lost.
    Running this again changes nothing; after unleak has moved, it repairs the hooks.

    \b
    unleak setup hooks                   both, in the repository here
    unleak setup hooks --pre-push        only that one
    unleak setup hooks /srv/git/a.git    pre-receive, on a server
    unleak setup hooks --remove
    """
    flags = ((PRE_COMMIT, pre_commit), (PRE_PUSH, pre_push), (PRE_RECEIVE, pre_receive))
    wanted = [kind for kind, flag in flags if flag]
    folder = _folder(path)
    try:
        if remove:
            told = list(_remove(folder, wanted or list(KINDS)))
        else:
            told = list(_install(folder, wanted or _fitting(folder), allow_skip=allow_skip, force=force))
    except OSError as error:
        raise CouldNotLook(
            f"cannot change the hooks in {folder.path}: {error.strerror or error}",
            "look at its rights, and at core.hooksPath",
        ) from error
    for line in told:
        click.echo(line)


def _folder(path: Path) -> "HooksFolder":
    from unleak.git.hooks_folder import hooks_folder
    from unleak.git.repository import Repository

    try:
        return hooks_folder(Repository.at(path))
    except Misuse as misuse:
        raise Misuse(str(misuse), "give the path of a git repository, or run `git init` there first") from misuse


def _fitting(folder: "HooksFolder") -> list[Kind]:
    return [PRE_RECEIVE] if folder.bare else [PRE_COMMIT, PRE_PUSH]


@dataclass(frozen=True, slots=True)
class _Hook:
    """One hook in its folder. `text` is None where there is none; a link that leads nowhere is somebody else's."""

    kind: Kind
    path: Path
    text: bytes | None

    @property
    def kept(self) -> Path:
        return self.path.with_name(self.kind.name + KEPT)

    @property
    def foreign(self) -> bool:
        return self.text is not None and not is_ours(self.text)


def _hook(folder: "HooksFolder", kind: Kind) -> _Hook:
    path = folder.path / kind.name
    if not os.path.lexists(path):
        return _Hook(kind, path, None)
    return _Hook(kind, path, b"" if path.is_symlink() else path.read_bytes())


def _install(folder: "HooksFolder", kinds: list[Kind], *, allow_skip: bool, force: bool) -> Iterator[str]:
    """Checks everything before it changes anything."""
    found = [_hook(folder, kind) for kind in kinds]
    if allow_skip and PRE_RECEIVE not in kinds:
        raise Misuse("--allow-skip is for pre-receive", "the others are passed with --no-verify")
    if folder.bare and PRE_COMMIT in kinds:
        raise Misuse(f"nobody commits in the bare repository of {folder.path}", "--pre-receive is for those")
    if folder.shared and not force:
        raise Misuse(
            f"core.hooksPath of the user or the machine leads to {folder.path}, which other repositories share",
            "--force installs there, for all of them; or: git config core.hooksPath "
            '"$(git rev-parse --git-common-dir)/hooks"',
        )
    for hook in (h for h in found if h.foreign):
        _check_can_be_kept(hook, force=force)
    folder.path.mkdir(parents=True, exist_ok=True)
    for hook in found:
        yield _install_one(hook, script(hook.kind, allow_skip=allow_skip and hook.kind is PRE_RECEIVE))
    if folder.shared:
        yield f"{folder.path} is shared: this holds for every repository that uses it"


def _check_can_be_kept(hook: _Hook, *, force: bool) -> None:
    if not force:
        raise Misuse(
            f"{hook.path} is somebody else's, or was changed by hand; nothing was installed",
            f"add a line to it: unleak {hook.kind.command}; or --force keeps it as {hook.kept.name}, and runs it first",
        )
    if os.path.lexists(hook.kept):
        raise Misuse(f"{hook.path} cannot be kept: there is a {hook.kept.name} already", "move one of them away")


def _install_one(hook: _Hook, text: bytes) -> str:
    name = hook.kind.name
    if hook.text == text and os.access(hook.path, os.X_OK):
        return f"{name}: installed already, {hook.path}"
    if hook.foreign:
        shutil.copy2(hook.path, hook.kept, follow_symlinks=False)
    _write(hook.path, text)
    if hook.foreign:
        return f"{name}: installed, {hook.path}; the hook that was there is kept as {hook.kept.name}, and runs first"
    return f"{name}: {'installed' if hook.text is None else 'brought up to date'}, {hook.path}"


def _write(path: Path, text: bytes) -> None:
    """At once: git never meets half a hook, nor none where there was one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".unleak-", delete=False) as file:
        try:
            file.write(text)
            file.close()
            Path(file.name).chmod(0o755)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _remove(folder: "HooksFolder", kinds: list[Kind]) -> Iterator[str]:
    for hook in [_hook(folder, kind) for kind in kinds]:
        name = hook.kind.name
        if hook.text is None:
            yield f"{name}: there is none in {folder.path}"
        elif hook.foreign:
            yield f"{name}: left as it is, since it is not ours or was changed by hand: {hook.path}"
        elif os.path.lexists(hook.kept):
            hook.kept.replace(hook.path)
            yield f"{name}: taken out, {hook.path}; the hook that was there before is back"
        else:
            hook.path.unlink()
            yield f"{name}: taken out, {hook.path}"
