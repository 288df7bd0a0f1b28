"""`unleak --server URL investigate`: asked, waited for and told there as it is here; no credentials and no record."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_world import House, house_in

from conftest import Site
from rotate_world import in_a_secret
from unit_world import let_rotate
from unleak.cli import main as cli


@pytest.fixture
def house(site: Site, tmp_path: Path) -> Iterator[House]:
    yield from house_in(site, tmp_path, f"sqlite:///{tmp_path / 'unleak.db'}")


def test_a_person_elsewhere_has_the_service_look(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    site, served = house.site, house.serve()
    key_id = site.stage.victim.key_id
    let_rotate(site)
    monkeypatch.setenv("UNLEAK_SERVER", served.url)
    monkeypatch.setenv("UNLEAK_TOKEN", house.token("responder"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["unleak", *arguments])
        code: object = 0
        try:
            cli.main()
        except SystemExit as left:
            code = left.code
        assert isinstance(code, int)
        return code, *capsys.readouterr()

    assert run("data", key_id)[0] == 2, "there is no incident yet"
    consumer = in_a_secret(site)
    code, out, err = run("rotate", key_id, "--to", consumer, "--reason", "yearly")
    assert (code, "asked for: rotate_key" in out) == (0, True), err
    code, out, err = run("investigate", key_id, "--format", "json", "--leaked-at", "2026-01-01")
    assert (code, json.loads(out)["leaked"]) == (0, key_id), err
    assert json.loads(out)["leaked_at"] == "2026-01-01T00:00:00Z"
    code, out, err = run("data", key_id, "--no-versions")
    assert (code, "0 things changed" in out) == (3, True), "the trail has no data events: silence is no answer"
    assert "S3 objects" in err
    code, _, err = run("investigate", key_id, "--trail", "unleak.toml")
    assert (code, "without --server" in err) == (2, True), err
    code, _, err = run("evict", key_id)
    assert (code, "works where the record is" in err) == (2, True), err
    code, _, err = run("rotate", key_id, "--to", "profile:default", "--reason", "yearly")
    assert (code, "on a machine of yours" in err) == (2, True), err
