"""The files that a report points to, below one folder and nowhere else."""

import hashlib
from pathlib import Path

from unleak.model.finding import Finding, Place
from unleak.scan.detectors import aws_access_key_id, aws_secret
from unleak.scan.scanner import scan
from unleak.scan.sources.files import read_file


class Files:
    """Each is scanned once. `root` is where the report was made, or what was scanned."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._found: dict[Path, list[Finding]] = {}

    def findings(self, path: str) -> list[Finding]:
        """Empty where there is no such file, or not below the root."""
        file = self._file(path)
        if file is None:
            return []
        if file not in self._found:
            self._found[file] = scan(read_file(str(file))).findings
        return self._found[file]

    def hashed(self, place: Place, sha1: str) -> str | None:
        """The id, or "" for a secret, that stands on this line and has this hash; None where neither does."""
        file = self._file(place.path)
        lines = file.read_bytes().split(b"\n") if file else []
        if place.line > len(lines):
            return None
        for detector in (aws_access_key_id.DETECTOR, aws_secret.DETECTOR):
            for match in detector.pattern.finditer(lines[place.line - 1]):
                if hashlib.sha1(match.group(1), usedforsecurity=False).hexdigest() == sha1.lower():
                    return match.group(1).decode() if detector is aws_access_key_id.DETECTOR else ""
        return None

    def _file(self, path: str) -> Path | None:
        """A report's paths begin where its tool was run: at the root, or one folder above. Links may lead out of it."""
        for base in (self._root, self._root.parent):
            try:
                file = (base / path).resolve()
                if file.is_relative_to(self._root) and file.is_file():
                    return file
            except (OSError, ValueError, RuntimeError):
                continue
        return None
