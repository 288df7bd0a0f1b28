"""Killed at any entry and after any change, with nothing of the secret left but where it was handed: run again, all
consumers hold one new key, no third key was ever asked for, and the application was let in at every moment.
"""

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from conftest import Site
from crash_world import Crash, Crashes
from rotate_world import Application, begin, in_a_function, in_a_secret, in_secret, keys_of, out_of_the_secret, rotate
from unit_world import let_rotate
from unleak.model.credential import Credentials, SecretKey
from unleak.model.entry import Concluded
from unleak.model.plan import OutcomeKind
from unleak.rotate.consumers.own_command import OwnCommand

FIRST, LAST, WRITES = 10, 20, 4


def _crashes() -> list[Crashes]:
    """Some of the boundaries, and every change; UNLEAK_EVERY=1 tries every boundary. The entries before the request are
    those of every incident, and tried elsewhere.
    """
    every = int(os.environ.get("UNLEAK_EVERY", "7"))
    at = [Crashes(at_entry=n, written=w) for n in range(FIRST, LAST) for w in (False, True)]
    return [*at[::every], *(Crashes(at_write=n) for n in range(WRITES))]


def _name(crash: Crashes) -> str:
    if crash.at_write is not None:
        return f"after change {crash.at_write}"
    return f"{'after' if crash.written else 'before'} entry {crash.at_entry}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pair"


def _consumers(site: Site, file: Path) -> tuple[str, ...]:
    return in_a_secret(site), in_a_function(site), f"command:cat > {file}"


def _interrupted(site: Site, crash: Crashes, *consumers: str) -> None:
    """Once with the crash, then again as a person would, to the end."""
    let_rotate(site)
    with crash.watching():
        try:
            rotate(site, *consumers, hours=3)
        except Crash:
            rotate(site, *consumers, hours=3)


@pytest.mark.parametrize("crash", _crashes(), ids=_name)
def test_killed_anywhere_the_application_is_always_let_in(site: Site, file: Path, crash: Crashes) -> None:
    consumers = _consumers(site, file)
    application = Application(site, out_of_the_secret(site))
    with application.running():
        _interrupted(site, crash, *consumers)
    assert application.refused == []
    (new,) = set(keys_of(site)) - {site.stage.victim.key_id}
    assert keys_of(site) == {site.stage.victim.key_id: "Inactive", new: "Active"}
    function = site.stage.admin.client(site.stage.account, "lambda").get_function_configuration(FunctionName="orders")
    held = in_secret(site), json.loads(file.read_text()), function["Environment"]["Variables"]
    assert [held[0]["AWS_ACCESS_KEY_ID"], held[1]["AWS_ACCESS_KEY_ID"], held[2]["S3_ACCESS_KEY"]] == [new] * 3
    assert len({held[0]["AWS_SECRET_ACCESS_KEY"], held[1]["AWS_SECRET_ACCESS_KEY"], held[2]["S3_SECRET_KEY"]}) == 1


def test_the_crashes_reach_from_the_request_to_the_deactivation(site: Site, file: Path) -> None:
    counted = Crashes()
    consumers = _consumers(site, file)
    let_rotate(site)
    with counted.watching():
        assert rotate(site, *consumers, hours=3) == 0
    world = site.world()
    entries = world.record.entries(world.record.incident_ids()[0])
    done = [e.seq for e in entries if isinstance(e.event, Concluded) and e.event.outcome.kind is OutcomeKind.DONE]
    names = [type(e.event).__name__ for e in entries]
    assert counted.writes == WRITES, "a key, a secret, a function; the old key's status"
    assert names.index("Requested") >= FIRST
    assert done[0] <= LAST


def _out_of(file: Path, old: Credentials) -> Callable[[], Credentials]:
    def read() -> Credentials:
        if not file.exists() or not (text := file.read_text()):
            return old
        found = json.loads(text)
        return Credentials(found["AWS_ACCESS_KEY_ID"], SecretKey(found["AWS_SECRET_ACCESS_KEY"]))

    return read


def test_what_only_a_command_has_is_made_anew(site: Site, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the command and before that was recorded: the pair cannot be read back, nobody used it yet."""
    hand_over, died = OwnCommand.hand_over, [False]

    def dying(*arguments: object) -> None:
        hand_over(*arguments)  # type: ignore[arg-type]
        if not died[0]:
            died[0] = True
            raise Crash

    monkeypatch.setattr(OwnCommand, "hand_over", dying)
    consumer = f"command:cat > {file}.new && mv {file}.new {file}"
    with pytest.raises(Crash):
        rotate(site, consumer)
    first = json.loads(file.read_text())["AWS_ACCESS_KEY_ID"]
    assert rotate(site, consumer) == 1
    second = json.loads(file.read_text())["AWS_ACCESS_KEY_ID"]
    assert first != second
    assert set(keys_of(site)) == {site.stage.victim.key_id, second}
    application = Application(site, _out_of(file, site.stage.victim))
    application.call()
    assert application.refused == []


def test_what_is_in_use_and_cannot_be_read_back_is_left_to_a_person(
    site: Site, file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    hand_over = OwnCommand.hand_over

    def dying(*arguments: object) -> None:
        hand_over(*arguments)  # type: ignore[arg-type]
        raise Crash

    monkeypatch.setattr(OwnCommand, "hand_over", dying)
    with pytest.raises(Crash):
        rotate(site, f"command:cat > {file}")
    application = Application(site, _out_of(file, site.stage.victim))
    application.call()
    before = keys_of(site)
    assert rotate(site) == 1
    assert "is in use, and its secret cannot be read back" in capfd.readouterr().err
    assert keys_of(site) == before
    application.call()
    assert application.refused == []


def test_an_approval_that_was_given_is_still_good_after_a_crash(site: Site) -> None:
    consumer = in_a_secret(site)
    made, approved = begin(site, consumer)
    assert approved
    again, _ = begin(site)
    again.yes = False
    assert again.ask((), "")
    assert again.go_on() == 1
    assert len(keys_of(site)) == 2
    del made
    site.standin.gate.clock.advance(timedelta(hours=2).total_seconds())
    assert rotate(site) == 0
