"""GitHub's workflows: a role by OIDC in the place of keys.

https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
"""

import re

from unleak.purge.needles import Needles

_KEYS = re.compile(rb"[ \t]*AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)[ \t]*:.*")
_ENV = re.compile(rb"([ \t]*)env:[ \t]*")
_STEPS = re.compile(rb"([ \t]*)steps:[ \t]*")
_PERMISSIONS = [b"permissions:", b"  id-token: write", b"  contents: read", b""]
_STEP = [
    b"- uses: aws-actions/configure-aws-credentials@v4",
    b"  with:",
    b"    role-to-assume: ${{ vars.AWS_ROLE_TO_ASSUME }}",
    b"    aws-region: ${{ vars.AWS_REGION }}",
]


def edited(source: bytes, needles: Needles) -> bytes:
    """Unchanged where no line of a key holds a secret."""
    lines = source.split(b"\n")
    if not any(_KEYS.match(line) and needles.held_in(line) for line in lines):
        return source
    end = b"\r" if lines[0].endswith(b"\r") else b""
    kept = [line.removesuffix(b"\r") for line in lines if not _KEYS.match(line)]
    kept = _without_empty_env(kept)
    kept = _with_step(kept)
    if not any(line.lstrip().startswith(b"permissions:") for line in kept):
        at = next((n for n, line in enumerate(kept) if line.startswith(b"jobs:")), 0)
        kept[at:at] = _PERMISSIONS
    return b"\n".join(line + end if n < len(kept) - 1 else line for n, line in enumerate(kept))


def _without_empty_env(lines: list[bytes]) -> list[bytes]:
    kept = []
    for n, line in enumerate(lines):
        found = _ENV.fullmatch(line)
        following = next((later for later in lines[n + 1 :] if later.strip()), b"")
        if found and _depth(following) <= len(found.group(1)):
            continue
        kept.append(line)
    return kept


def _with_step(lines: list[bytes]) -> list[bytes]:
    """First in every job, indented as the step that is first there now."""
    kept = []
    for n, line in enumerate(lines):
        kept.append(line)
        if _STEPS.fullmatch(line):
            first = next((later for later in lines[n + 1 :] if later.strip()), b"")
            kept += [first[: _depth(first)] + step for step in _STEP]
    return kept


def _depth(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))
