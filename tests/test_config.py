"""Which of the command line, the environment and the file is heard."""

from pathlib import Path
from typing import Any

import pytest

from unleak.config import load_config


@pytest.mark.parametrize(
    ("file", "environ", "setting", "wanted"),
    [
        ("", {}, "region", "us-east-1"),
        ('region = "eu-west-1"', {}, "region", "eu-west-1"),
        ('region = "eu-west-1"', {"AWS_DEFAULT_REGION": "eu-west-2"}, "region", "eu-west-2"),
        ("", {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-west-2"}, "region", "eu-west-3"),
        ("", {"AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-2"}, "region", "eu-west-2"),
        ('region = "eu-west-1"', {"AWS_REGION": ""}, "region", "eu-west-1"),
        ('database = "postgresql://db"', {}, "database", "postgresql://db"),
        ('database = "postgresql://db"', {"UNLEAK_DATABASE": ""}, "database", ""),
        ("", {"UNLEAK_PRINCIPALS_PER_HOUR": "7"}, "principals_per_hour", 7),
        ("principals_per_hour = 8", {}, "principals_per_hour", 8),
        ("", {"XDG_STATE_HOME": "/state"}, "home", Path("/state/unleak")),
        ('home = "/a"', {"UNLEAK_HOME": "/b"}, "home", Path("/b")),
        ("", {}, "stop", False),
        ("stop = true", {}, "stop", True),
        ("stop = true", {"UNLEAK_STOP": "off"}, "stop", False),
        ("", {"UNLEAK_STOP": " NO "}, "stop", False),
        ("", {"UNLEAK_STOP": ""}, "stop", False),
        ("", {"UNLEAK_STOP": "maybe"}, "stop", True),
    ],
)
def test_the_environment_goes_before_the_file(
    tmp_path: Path, file: str, environ: dict[str, str], setting: str, wanted: Any
) -> None:
    (tmp_path / "unleak.toml").write_text(file)
    assert getattr(load_config(tmp_path / "unleak.toml", environ), setting) == wanted
