"""`unleak incident note`: into the record, by whom, and until when."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from unleak.cli.incident import command
from unleak.model.alert import Alert, Ground
from unleak.model.entry import Noted, Opened
from unleak.model.plan import Mode
from unleak.store.record import Record

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KEY = "AKIA" + "EXAMPLE0" + "00000001"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    url = f"sqlite:///{tmp_path / 'unleak.db'}"
    record = Record(url)
    record.append("inc-1", 0, [(NOW, Opened(Alert(KEY, Ground.PERSON, "a person", NOW), Mode.OBSERVE))])
    record.close()
    written = tmp_path / "unleak.toml"
    written.write_text(f'home = "{tmp_path}"\n')
    return written


@pytest.mark.parametrize(
    ("due", "until"),
    [
        ((), None),
        (("--due", "2026-11-30"), datetime(2026, 11, 30, tzinfo=UTC)),
        (("--due", "2026-11-30 17:30"), datetime(2026, 11, 30, 17, 30, tzinfo=UTC)),
    ],
)
def test_it_is_written_with_its_time(due: tuple[str, ...], until: datetime | None, config: Path) -> None:
    done = CliRunner(env={"UNLEAK_HOME": str(config.parent)}).invoke(
        command, ["note", "inc-1", " answer the case ", *due, "--config", str(config)]
    )
    assert done.exit_code == 0, done.output
    noted = Record(f"sqlite:///{config.parent / 'unleak.db'}").entries("inc-1")[-1].event
    assert isinstance(noted, Noted)
    assert (noted.text, noted.due) == ("answer the case", until)


def test_a_time_that_is_none_is_refused(config: Path) -> None:
    done = CliRunner(env={"UNLEAK_HOME": str(config.parent)}).invoke(
        command, ["note", "inc-1", "x", "--due", "soon", "--config", str(config)]
    )
    assert done.exit_code == 2
