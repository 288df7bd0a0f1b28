"""`unleak --server URL investigate`: asked, waited for and told there as it is here; no credentials and no record."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_world import UNLEAK, House, house_in

from conftest import Site
from rotate_world import in_a_secret
from unit_world import let_rotate


@pytest.fixture
def house(site: Site, tmp_path: Path) -> Iterator[House]:
    yield from house_in(site, tmp_path, f"sqlite:///{tmp_path / 'unleak.db'}")


def test_a_person_elsewhere_has_the_service_look(house: House) -> None:
    site, served = house.site, house.serve()
    key_id = site.stage.victim.key_id
    let_rotate(site)
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "UNLEAK_DATABASE", "UNLEAK_CONFIG")
    elsewhere = {name: value for name, value in house.environment.items() if name not in names}
    elsewhere |= {"UNLEAK_SERVER": served.url, "UNLEAK_TOKEN": house.token("responder")}

    def run(*arguments: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [*UNLEAK, *arguments], env=elsewhere, cwd=house.folder, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

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
