"""What is deployed, as far as no engine is needed: it parses, and calls only what there is."""

import configparser
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from unleak.cli.commands import unleak
from unleak.config import VARIABLES, load_config
from unleak.model.plan import Mode

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
ELSEWHERE = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "TMPDIR", "PGPASSWORD", "AWS_REGION",
             "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}  # fmt: skip
"""Variables that Python, libpq and botocore read."""


def check_call(words: list[str]) -> None:
    """Raises where the command or an option is none, or an option has another value than it takes."""
    name, *arguments = words
    command = unleak.get_command(click.Context(unleak), name)
    assert command is not None, name
    command.make_context(name, [str(a) for a in arguments], resilient_parsing=False)


def variables_read() -> set[str]:
    """Those that the code reads, and those that the example of unleak.toml names."""
    code = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    named = re.findall(r'secret_env = "(\w+)"', (DEPLOY / "unleak.toml").read_text())
    settings = {variable for variables in VARIABLES.values() for variable in variables}
    return {*re.findall(r'environ(?:ment)?(?:\.get\(|\[)"(\w+)"', code), *settings, *named, *ELSEWHERE}


def instruction(word: str) -> list[str]:
    return [line.removeprefix(word).strip() for line in DOCKERFILE.splitlines() if line.startswith(word + " ")]


def example() -> dict[str, str]:
    lines = (DEPLOY / "env.example").read_text().splitlines()
    return dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))


@pytest.mark.parametrize("name", OURS)
def test_compose_calls_what_there_is_and_lets_it_do_little(name: str) -> None:
    service = OURS[name]
    check_call(service["command"])
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert set(service["environment"]) <= variables_read()


def test_compose_holds_no_secret_and_names_only_what_it_declares() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    assert not re.search(r"(?i)(password|secret|token)\w*: +(?!/run/secrets/|\[|PGPASSWORD)\S", text)
    assert COMPOSE["secrets"]["database_password"] == {"environment": "PGPASSWORD"}
    volumes = {v.split(":")[0] for s in COMPOSE["services"].values() for v in s.get("volumes", [])}
    assert {v for v in volumes if not v.startswith(".")} == set(COMPOSE["volumes"])
    assert all((DEPLOY / v).exists() for v in volumes if v.startswith("."))
    assert (DEPLOY / OURS["serve"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / OURS["serve"]["build"]["dockerfile"]).exists()


def test_images_are_named_without_a_host() -> None:
    images = [line.split()[0] for line in instruction("FROM")] + [s["image"] for s in COMPOSE["services"].values()]
    assert all(re.fullmatch(r"[a-z]+(:[a-z0-9.-]+)?", image) for image in images)


def test_the_image_runs_as_nobody_in_particular_and_takes_only_what_there_is() -> None:
    assert instruction("USER") == ["10001"]
    [entry], [words] = instruction("ENTRYPOINT"), instruction("CMD")
    assert yaml.safe_load(entry) == ["unleak"]
    check_call(yaml.safe_load(words))
    [health] = instruction("HEALTHCHECK")
    assert "/readyz" in health
    [environment] = instruction("ENV")
    assert {one.split("=")[0] for one in shlex.split(environment)} <= variables_read()
    copied = {s for line in instruction("COPY") if not line.startswith("--") for s in line.split()[:-1]}
    assert all((ROOT / source).exists() for source in copied)
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert copied == {line[1:] for line in kept if line.startswith("!")}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    [installed] = re.findall(r"'\.\[([\w,]+)\]'", DOCKERFILE)
    assert set(installed.split(",")) <= set(extras)


def test_the_example_of_the_settings_is_read(tmp_path: Path) -> None:
    assert set(example()) <= variables_read()
    environment = dict.fromkeys(example(), "x" * 20) | {"UNLEAK_HOME": str(tmp_path), "AWS_REGION": "us-east-1"}
    config = load_config(DEPLOY / "unleak.toml", environment)
    assert config.listening.service.mode is Mode.QUARANTINE
    assert set(config.listening.hooks) == {"eventbridge", "github"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_a_unit_calls_what_there_is(unit: Path) -> None:
    found = configparser.RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(unit.read_text())
    service = found["Service"]
    program, *words = service["ExecStart"].split()
    assert program.endswith("/unleak")
    check_call(words)
    assert {one.split("=")[0] for one in service["Environment"].split()} <= variables_read()
    assert (service["User"], service["NoNewPrivileges"], service["ProtectSystem"]) == ("unleak", "yes", "strict")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_systemd_takes_it_and_finds_it_little_exposed(unit: Path, tmp_path: Path) -> None:
    """The program need not be installed here."""
    file = tmp_path / unit.name.replace("@.", "@1.")
    file.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit.read_text()))
    verified = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    judged = ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20", str(file)]
    assert subprocess.run(judged, capture_output=True, check=False).returncode == 0
