"""From the request to the deletion of the old key, with an application that calls throughout."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from conftest import Site
from rotate_world import Application, client, in_a_secret, in_secret, keys_of, new_key, out_of_the_secret, rotate
from unit_world import let_rotate


@pytest.mark.parametrize("lag", [(0.0, 0.0), (1.0, 9.0)], ids=["at once", "with lag"])
def test_the_application_never_loses_access(
    site: Site, lagging: Callable[[float, float], None], lag: tuple[float, float]
) -> None:
    consumer, old = in_a_secret(site), site.stage.victim.key_id
    application = Application(site, out_of_the_secret(site))
    application.call()
    let_rotate(site)
    site.standin.gate.clock.advance(timedelta(days=9).total_seconds())
    if any(lag):
        lagging(*lag)
    with application.running():
        assert rotate(site, consumer) == 1, "the old key is not silent yet"
        assert keys_of(site) == {old: "Active", new_key(site): "Active"}
        assert in_secret(site)["AWS_ACCESS_KEY_ID"] == new_key(site)
        assert rotate(site, hours=3) == 0
        assert keys_of(site)[old] == "Inactive"
        site.standin.gate.clock.advance(timedelta(days=7, minutes=1).total_seconds())
        assert rotate(site) == 0
    assert list(keys_of(site)) == [in_secret(site)["AWS_ACCESS_KEY_ID"]]
    assert in_secret(site)["database"] == "kept"
    assert application.refused == []
    assert application.calls > 20
    assert application.used == {old, *keys_of(site)}


def test_a_key_that_somebody_switched_off_already_is_not_waited_for(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    consumer, old = in_a_secret(site), site.stage.victim.key_id
    client(site, "iam").update_access_key(UserName="aws-victim", AccessKeyId=old, Status="Inactive")
    assert rotate(site, consumer) == 0
    assert keys_of(site) == {old: "Inactive", in_secret(site)["AWS_ACCESS_KEY_ID"]: "Active"}
    assert f"{old} was switched off by somebody else" in capfd.readouterr().out


def test_an_old_key_that_is_used_on_is_not_switched_off(site: Site) -> None:
    consumer, old = in_a_secret(site), site.stage.victim
    assert rotate(site, consumer) == 1
    for _ in range(3):
        site.standin.gate.clock.advance(timedelta(minutes=50).total_seconds())
        site.stage.admin.leaked(old, "s3").list_buckets()  # somebody was forgotten
        assert rotate(site) == 1
        assert keys_of(site)[old.key_id] == "Active"
    assert rotate(site, hours=2) == 0
    assert keys_of(site)[old.key_id] == "Inactive"
