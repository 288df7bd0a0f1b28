"""`unleak token`: made, listed and ended by whoever can reach the record."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from unleak.cli.token import command
from unleak.model.errors import Misuse
from unleak.store.record import Record
from unleak.store.tokens import Tokens


@pytest.fixture
def said(tmp_path: Path) -> Callable[..., str]:
    def run(*arguments: str) -> str:
        done = CliRunner(env={"UNLEAK_HOME": str(tmp_path)}).invoke(command, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


def test_a_token_is_shown_once_and_known_until_it_is_ended(said: Callable[..., str], tmp_path: Path) -> None:
    word = said("make", "--name", "ci", "--role", "responder", "--account", "111122223333", "--days", "3").strip()
    tokens = Tokens(Record(f"sqlite:///{tmp_path / 'unleak.db'}"))
    made = tokens.of(word)
    assert made is not None
    assert (made.name, made.role.value, made.accounts) == ("ci", "responder", ("111122223333",))
    assert (made.expires_at - made.made_at).days == 3
    [listed] = json.loads(said("list", "--format", "json"))["tokens"]
    assert listed["id"] == made.id
    assert word not in said("list") + json.dumps(listed)
    said("end", made.id)
    ended = tokens.of(word)
    assert ended is not None
    assert not ended.is_good(datetime.now(UTC))


def test_what_is_no_account_is_refused(said: Callable[..., str]) -> None:
    with pytest.raises(Misuse, match="33 is no account"):
        said("make", "--name", "ci", "--role", "viewer", "--account", "33")
