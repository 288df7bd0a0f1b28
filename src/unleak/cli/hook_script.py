"""The scripts that git runs as hooks: small, and never a yes where nothing was looked at."""

import hashlib
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

KEPT = ".before-unleak"
"""What the hook that was there before is called beside ours, which runs it first."""

_MARK = "# unleak hook "

_HEAD = """\
# Written by `unleak setup hooks`, taken out by `unleak setup hooks --remove`. Both leave a changed file alone.
before=$(dirname "$0")/{name}{kept}
"""

_ALONE = 'if [ -x "$before" ]; then "$before" "$@" || exit; fi\n'
_WITH_INPUT = """\
told=$(cat)
tell() { [ -z "$told" ] || printf '%s\\n' "$told"; }
if [ -x "$before" ]; then tell | "$before" "$@" || exit; fi
"""
_SKIP = """\
if [ "${UNLEAK_SKIP:-}" = 1 ]; then
  echo 'unleak: not looked at, since UNLEAK_SKIP is 1' >&2
  exit 0
fi
"""
_LOOK = """\
python={python}
package={package}
look() {{
  if [ -x "$python" ] && [ -f "$package/__main__.py" ]; then
    "$python" -P -m unleak "$@"
  elif command -v unleak >/dev/null 2>&1; then
    unleak "$@"
  else
    echo "unleak: it is gone from $package, and is not on the PATH: nothing was looked at" >&2
    echo '  next: install it again, then run: unleak setup hooks' >&2
    return 3
  fi
}}
{feed}look {command} && exit
code=$?
echo {refusal} >&2
exit "$code"
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A hook of git's. `told`: git says on standard input what it is about. `skippable`: UNLEAK_SKIP is heeded."""

    name: str
    command: str
    refusal: str
    told: bool = True
    skippable: bool = True


PRE_COMMIT = Kind(
    "pre-commit",
    "scan --staged --min-severity high",
    "unleak: the commit is refused; past this check, on purpose: git commit --no-verify, or UNLEAK_SKIP=1",
    told=False,
)
PRE_PUSH = Kind(
    "pre-push",
    'hook pre-push "$@"',
    "unleak: the push is refused; past this check, on purpose: git push --no-verify, or UNLEAK_SKIP=1",
)
PRE_RECEIVE = Kind("pre-receive", "hook pre-receive", "unleak: the push is refused", skippable=False)
KINDS = (PRE_COMMIT, PRE_PUSH, PRE_RECEIVE)


def script(kind: Kind, *, allow_skip: bool = False) -> bytes:
    """For this interpreter and this unleak; where they are gone, for the `unleak` on the PATH.

    `-P` keeps Python from loading modules out of the folder that is scanned.
    """
    import unleak

    body = _HEAD.format(name=kind.name, kept=KEPT)
    body += _WITH_INPUT if kind.told else _ALONE
    body += _SKIP if kind.skippable else ""
    body += _LOOK.format(
        python=shlex.quote(sys.executable or ""),
        package=shlex.quote(str(Path(unleak.__file__).parent)),
        feed="tell | " if kind.told else "",
        command=kind.command + (" --allow-skip" if allow_skip else ""),
        refusal=shlex.quote(kind.refusal),
    )
    return f"#!/bin/sh\n{_MARK}{_digest(body)}\n{body}".encode(errors="surrogateescape")


def is_ours(text: bytes) -> bool:
    """Whether this is, byte for byte, what some version of `script` wrote."""
    shebang, _, rest = text.decode(errors="surrogateescape").partition("\n")
    mark, _, body = rest.partition("\n")
    return shebang == "#!/bin/sh" and mark == _MARK + _digest(body)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode(errors="surrogateescape")).hexdigest()[:16]
