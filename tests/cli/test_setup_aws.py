"""`unleak setup aws` as it is called: a template where it was asked for, and what to do with it beside that."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from unleak.cli.setup_aws import aws
from unleak.config import load_config

TRUST = ("--trust", "arn:aws:iam::111122223333:role/unleak")
URL = ("--service-url", "https://unleak.example.com")
QUEUE = "https://sqs.us-east-1.amazonaws.com/111122223333/unleak"


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(aws, [*TRUST, *arguments])
    assert done.exit_code == 0, done.exception
    return done


def test_the_template_is_all_of_standard_output() -> None:
    assert json.loads(run().stdout)["AWSTemplateFormatVersion"] == "2010-09-09"
    assert "aws_iam_role" in json.loads(run("--format", "terraform").stdout)["resource"]


def test_a_file_holds_it_and_the_steps_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "unleak.json"
    done = run("--output", str(file))
    assert done.stdout == ""
    assert json.loads(file.read_text())["Resources"]
    assert f"--template-file {file}" in done.stderr


def test_a_file_that_cannot_be_written_is_misuse(tmp_path: Path) -> None:
    done = CliRunner().invoke(aws, [*TRUST, "--output", str(tmp_path / "no" / "file")])
    assert type(done.exception).__name__ == "Misuse"


@pytest.mark.parametrize("more", [(), URL, ("--organization",), ("--organization", *URL)])
def test_what_it_says_for_the_settings_can_be_read(tmp_path: Path, more: tuple[str, ...]) -> None:
    """As unleak.toml, with the outputs put in."""
    said = run("--external-id", "acme-7", *more).stderr.partition("unleak.toml")[2].partition("\n")[2]
    file = tmp_path / "unleak.toml"
    file.write_text(said.replace("the output QueueUrl", QUEUE))
    config = load_config(file, {"UNLEAK_EVENTBRIDGE_SECRET": "x" * 32, "UNLEAK_HOME": str(tmp_path)})
    assert config.accounts["111122223333"].external_id == "acme-7"
    assert set(config.listening.hooks) == ({"eventbridge"} if URL[0] in more else {"queue"})
    if "--organization" in more:
        assert config.organization is not None
        assert config.organization.role == "unleak-responder"
        assert config.accounts["111122223333"].role_arn.endswith("role/unleak-organization")


@pytest.mark.parametrize("format_name", ["cloudformation", "terraform"])
def test_every_setting_of_the_template_is_asked_for_and_no_secret_stands_in_a_command(format_name: str) -> None:
    done = run("--organization", *URL, "--format", format_name)
    names = {"cloudformation": ("ApiKey=", "OrganizationId=", "Units="),
             "terraform": ("TF_VAR_api_key=", "TF_VAR_organization_id=", "TF_VAR_units=")}  # fmt: skip
    assert all(name in done.stderr for name in names[format_name])
    assert '"$UNLEAK_EVENTBRIDGE_SECRET"' in done.stderr
