"""Command lines of `unleak scan` that are plain enough to be understood without click."""

from typing import Any

from unleak.cli.scan_run import How
from unleak.cli.scan_what import What
from unleak.model.finding import Severity
from unleak.scan.formats import NAMES

_WHAT = {"--history": "history", "--staged": "staged"}
_HOW = {"--no-ignore": "no_ignore", "--exit-zero": "exit_zero"}
_CHOICES = {
    "--format": ("format_name", NAMES),
    "--min-severity": ("min_severity", tuple(s.value for s in Severity)),
}


def plain_scan(words: list[str]) -> tuple[What, How] | None:
    """None for whatever is not among these options, spelt out, and one path at most: click understands it, or says why
    not.
    """
    what: dict[str, Any] = {}
    how: dict[str, Any] = {}
    paths: list[str] = []
    left = iter(words)
    for word in left:
        if word in _WHAT:
            what[_WHAT[word]] = True
        elif word in _HOW:
            how[_HOW[word]] = True
        elif word in _CHOICES:
            name, values = _CHOICES[word]
            value = next(left, "")
            if value not in values:
                return None
            how[name] = value
        elif word.startswith("-") and word != "-":
            return None
        else:
            paths.append(word)
    return (What(paths[0] if paths else ".", **what), How(**how)) if len(paths) <= 1 else None
