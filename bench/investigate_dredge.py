# ruff: noqa: INP001  a script's part, no package
"""The peer that reads logs on disk: dredge-ir, and what it says of the incident.

It reads one flat folder. It is told the leaked key as an indicator, and then, in a second run, all addresses of the
attacker as well, which somebody would have to know first. A credential counts as linked where a finding that matches an
indicator bears it; a credential of somebody else, likewise, as blamed.
"""

import json
import subprocess
import tempfile
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from investigate_logs import Logs
from investigate_runs import Spent, spent
from tools import HERE, NotUsable

PIN = "dredge-ir==1.1.6"
_LIMIT = 1800


@dataclass(frozen=True, slots=True)
class Told:
    """`linked` leaves the leaked key itself out, and so does `of`. `mentioned`: those in any finding at all."""

    given: str
    took: Spent
    findings: int
    linked: int
    mentioned: int
    of: int
    blamed: int


def install() -> Path:
    """In an environment of its own; what is there already is left."""
    folder = HERE / ".venv" / "dredge"
    mark = folder / ".peer"
    if not mark.exists() or mark.read_text() != PIN:
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PIN]
        if subprocess.run(pip, check=False, capture_output=True).returncode:  # noqa: S603  pip
            raise NotUsable(f"{PIN} cannot be installed; name where it is: --dredge DIR")
        mark.write_text(PIN)
    return folder


def compared(logs: Logs, peer: Path) -> Iterator[Told]:
    """Raises NotUsable."""
    truth = logs.truth
    with tempfile.TemporaryDirectory(prefix="unleak-bench-") as folder:
        flat = Path(folder, "flat")
        flat.mkdir()
        for log in logs.files:
            (flat / log.name).symlink_to(log)
        key = f"users={truth['leaked']}"
        addresses = f"{key};ips={','.join(truth['addresses'])}"
        for given, indicators in (("the key", key), ("the key and every address", addresses)):
            yield _told(given, indicators, flat, peer, Path(folder), truth)


def _told(given: str, indicators: str, flat: Path, peer: Path, folder: Path, truth: Mapping[str, Any]) -> Told:
    words = ["aws", "hunt", "query-cloudtrail-logs", "--path", str(flat), "--iocs", indicators, "--output", "json"]
    report = folder / "dredge.json"
    took = spent([str(peer / "bin" / "dredge"), *words], report, {"AWS_EC2_METADATA_DISABLED": "true"}, _LIMIT)
    if took.code:
        raise NotUsable(f"dredge-ir ended with exit code {took.code}")
    findings = json.loads(report.read_text())["details"]["findings"]
    mine, others = truth["credentials"].keys() - {truth["leaked"]}, {truth["leaked"], "", *truth["undecidable"]}
    matched = {f["accessKeyId"] for f in findings if f["ioc_match"]}
    return Told(
        given, took, len(findings), len(mine & matched), len(mine & {f["accessKeyId"] for f in findings}), len(mine),
        len(matched - mine - others),
    )  # fmt: skip
