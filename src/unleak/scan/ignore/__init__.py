"""What somebody said to ignore: one file a way of saying it. Each is imported where there is something of its kind."""

import os
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from unleak.model.finding import Finding
from unleak.scan.detector import Described
from unleak.scan.ignore import inline

if TYPE_CHECKING:
    # The scanner needs `inline`, and with it this file.
    from unleak.scan.scanner import Scan

_FILES = {".unleakignore": "unleakignore", ".gitleaksignore": "gitleaksignore"}


class Rule(Protocol):
    def kept(self, finding: Finding) -> Finding | None:
        """The finding with the places that are left of it; None where it is ignored."""

    def told(self, detectors: Mapping[str, Described]) -> list[str]:
        """What of the rule means nothing here, in sentences."""


class Ignores:
    """`told`: after `apply`, what of the ignore files means nothing here. It is no reason to stop."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self.told: list[str] = []

    @classmethod
    def at(cls, scanned: Path, *, in_git: bool = False, baseline: Path | None = None) -> "Ignores":
        """From comments, from the ignore files of the scanned folder and of the repository that it is in, and from
        `baseline`. `in_git`: paths of places are relative to that repository, and not to the present folder.

        Raises Misuse where a file says what cannot be meant, CouldNotLook where one cannot be read.
        """
        folder = _folder_of(scanned)
        top = _repository_of(folder) or folder
        start = top if in_git else Path.cwd()
        rules: list[Rule] = [inline]
        for place in dict.fromkeys((top, folder)):
            for name, module in _FILES.items():
                if os.path.lexists(place / name):
                    rules += _read(module, place / name, start)
        if baseline is not None:
            rules += _read("baseline", baseline, start)
        return cls(rules)

    def apply(self, scan: "Scan") -> None:
        """Takes out of the scan what is ignored, and counts it there: findings, not places."""
        left = [k for f in scan.findings if (k := self._kept(f)) is not None]
        scan.ignored += scan.keep(left)
        self.told = [line for rule in self._rules for line in rule.told(scan.detectors)]

    def _kept(self, finding: Finding) -> Finding | None:
        kept: Finding | None = finding
        for rule in self._rules:
            kept = rule.kept(kept) if kept is not None else None
        return kept


def _read(module: str, path: Path, start: Path) -> list[Rule]:
    rule: Rule | None = import_module(f"{__name__}.{module}").read(path, start)
    return [rule] if rule is not None else []


def _repository_of(folder: Path) -> Path | None:
    return next((above for above in (folder, *folder.parents) if os.path.lexists(above / ".git")), None)


def _folder_of(scanned: Path) -> Path:
    """Whole, without `..`; links are not followed."""
    try:
        is_folder = scanned.is_dir()
    except OSError:
        is_folder = False  # the scan will say so
    return Path(os.path.normpath((scanned if is_folder else scanned.parent).absolute()))
