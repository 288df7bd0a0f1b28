"""What is refused, and that it is told before anything is made, or leaves everybody with a key that works."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from github_secrets_world import TOKEN, github

from conftest import Site
from rotate_world import (
    Application,
    begin,
    client,
    in_a_parameter,
    in_a_secret,
    in_secret,
    keys_of,
    new_key,
    out_of_the_secret,
    rotate,
)
from unit_world import let_rotate
from unleak.drill.stage import VICTIM
from unleak.engine.local import open_incident, run
from unleak.model.alert import Ground
from unleak.model.credential import Credentials, SecretKey
from unleak.model.entry import HoldSet
from unleak.model.incident import Incident
from unleak.model.plan import Mode
from unleak.rotate import asked

Said = pytest.CaptureFixture[str]


def _other_key(site: Site, status: str = "Active") -> Credentials:
    iam = client(site, "iam")
    made = iam.create_access_key(UserName=VICTIM)["AccessKey"]
    iam.update_access_key(UserName=VICTIM, AccessKeyId=made["AccessKeyId"], Status=status)
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]))


def test_a_consumer_that_refuses_leaves_the_old_key_at_work_and_the_new_one_is_removed(site: Site, capfd: Said) -> None:
    old = site.stage.victim
    application = Application(site, lambda: old)
    with application.running():
        assert rotate(site, "command:echo no room >&2; exit 3") == 1
    assert keys_of(site) == {old.key_id: "Active"}
    assert application.refused == []
    said = capfd.readouterr().err
    assert "ended with 3: no room; the new key was removed again, the old one goes on working" in said


def test_where_some_have_the_new_key_both_stay_and_the_next_run_goes_on_with_it(
    site: Site, capfd: Said, tmp_path: Path
) -> None:
    consumer, old = in_a_secret(site), site.stage.victim.key_id
    application = Application(site, out_of_the_secret(site))
    mended = tmp_path / "mended"
    with application.running():
        assert rotate(site, consumer, f"command:test -e {mended}") == 1
        made = new_key(site)
        assert keys_of(site) == {old: "Active", made: "Active"}
        assert in_secret(site)["AWS_ACCESS_KEY_ID"] == made
        assert f"secretsmanager:prod/app has {made}, so both keys stay as they are" in capfd.readouterr().err
        mended.touch()
        assert rotate(site, hours=3) == 0
        assert keys_of(site) == {old: "Inactive", made: "Active"}, "no third key was made"
    assert application.refused == []


def test_a_busy_github_is_asked_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with github() as repository:
        monkeypatch.setenv("GITHUB_API_URL", repository.url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        repository.refuses = [503, 429, 0]
        assert rotate(site, "github:acme/app") == 1
        assert repository.secrets["AWS_ACCESS_KEY_ID"] == new_key(site)
        secret = SecretKey(repository.secrets["AWS_SECRET_ACCESS_KEY"])
    Application(site, lambda: Credentials(new_key(site), secret)).call()


@pytest.mark.parametrize("status", ["Active", "Inactive"])
def test_where_there_are_two_keys_the_other_one_is_never_deleted_unasked(site: Site, status: str, capfd: Said) -> None:
    consumer, other = in_a_secret(site), _other_key(site, status)
    before = keys_of(site)
    assert rotate(site, consumer) == 1
    assert keys_of(site) == before
    assert f"{other.key_id} is the other one: AWS allows no third" in capfd.readouterr().err


def _active(site: Site) -> Credentials:
    return _other_key(site)


def _just_used(site: Site) -> Credentials:
    made = _other_key(site)
    site.stage.admin.leaked(made, "s3").list_buckets()
    client(site, "iam").update_access_key(UserName=VICTIM, AccessKeyId=made.key_id, Status="Inactive")
    return made


def _the_old_one(site: Site) -> Credentials:
    _other_key(site, "Inactive")
    return site.stage.victim


MUST_STAY = {"it is Active": _active, "it was used on": _just_used, "is not the other key": _the_old_one}


@pytest.mark.parametrize("why", MUST_STAY)
def test_a_key_that_may_be_needed_makes_no_room(site: Site, why: str, capfd: Said) -> None:
    consumer, named = in_a_secret(site), MUST_STAY[why](site)
    before = keys_of(site)
    assert rotate(site, consumer, frees=named.key_id) == 1
    assert keys_of(site) == before
    assert why in capfd.readouterr().err


def test_an_idle_key_makes_room_where_a_person_names_it(site: Site, capfd: Said) -> None:
    consumer, idle = in_a_secret(site), _other_key(site, "Inactive")
    assert rotate(site, consumer, frees=idle.key_id) == 1
    assert idle.key_id not in keys_of(site)
    assert in_secret(site)["AWS_ACCESS_KEY_ID"] in keys_of(site)
    assert f"delete the idle key {idle.key_id}, make a new access key" in capfd.readouterr().out


def test_a_key_that_was_used_since_it_was_approved_makes_no_room(site: Site) -> None:
    consumer, idle = in_a_secret(site), _other_key(site, "Inactive")
    made, approved = begin(site, consumer, frees=idle.key_id)
    assert approved
    client(site, "iam").update_access_key(UserName=VICTIM, AccessKeyId=idle.key_id, Status="Active")
    assert made.go_on() == 1
    assert keys_of(site) == {site.stage.victim.key_id: "Active", idle.key_id: "Active"}


def test_a_legal_hold_keeps_the_idle_key(site: Site, capfd: Said) -> None:
    consumer, idle = in_a_secret(site), _other_key(site, "Inactive")
    world = site.world(with_secret=False)
    incident = open_incident(world, site.alert(Ground.PERSON), Mode.OBSERVE, "a test")
    world.record.append(incident.id, incident.seq, [(world.clock.now(), HoldSet(on=True, who="sam", why="a case"))])
    assert rotate(site, consumer, frees=idle.key_id, world=world) == 1
    assert idle.key_id in keys_of(site)
    assert "a legal hold forbids" in capfd.readouterr().err


def test_a_consumer_that_does_not_hold_the_key_is_told_before(site: Site, capfd: Said) -> None:
    consumer = in_a_parameter(site)
    client(site, "ssm").put_parameter(Name="/app/pair", Value='{"accessKey": "AKIAX", "secretKey": "x"}',
                                      Type="SecureString", Overwrite=True)  # fmt: skip
    begin(site, consumer)
    assert f"{consumer} did not hold {site.stage.victim.key_id}: what is there now is overwritten" in (
        capfd.readouterr().out
    )


def _respond(site: Site, mode: Mode) -> Incident:
    world = site.world(with_secret=False)
    found, _ = run(world, open_incident(world, site.alert(Ground.PERSON), mode, "a test").id)
    return found


def test_where_everything_is_denied_to_the_user_no_key_is_made(site: Site, capfd: Said) -> None:
    consumer = in_a_secret(site)
    _respond(site, Mode.LOCKDOWN)
    assert rotate(site, consumer) == 1
    assert list(keys_of(site)) == [site.stage.victim.key_id]
    assert "everything is denied to this user, and would be to its new key" in capfd.readouterr().err


def test_after_containment_the_application_gets_a_key_that_works_and_is_told_of_the_quarantine(
    site: Site, capfd: Said
) -> None:
    """The leaked key is off already: there is nothing to wait for."""
    consumer = in_a_secret(site)
    _respond(site, Mode.DISABLE)
    assert keys_of(site) == {site.stage.victim.key_id: "Inactive"}
    assert rotate(site, consumer) == 0
    assert keys_of(site)[new_key(site)] == "Active"
    assert "the user is quarantined" in capfd.readouterr().out
    pair = out_of_the_secret(site)()
    site.stage.admin.leaked(pair, "sts").get_caller_identity()


def test_a_profile_and_a_command_are_those_of_the_machine_that_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: Said
) -> None:
    made, approved = begin(site, f"command:touch {tmp_path}/done")
    assert approved
    monkeypatch.setattr(asked, "here", lambda: "root@elsewhere")
    assert made.go_on() == 1
    assert "is meant on" in capfd.readouterr().err
    assert not (tmp_path / "done").exists()
    assert list(keys_of(site)) == [site.stage.victim.key_id]


def test_a_key_that_an_attacker_makes_meanwhile_is_told_and_not_handed_out(
    site: Site, monkeypatch: pytest.MonkeyPatch, capfd: Said
) -> None:
    """It took the second place between the look and the making, and is in use."""
    consumer = in_a_secret(site)
    made, approved = begin(site, consumer)
    assert approved
    world = made.world
    record = world.record.append
    theirs: list[Credentials] = []

    def first(incident: str, seq: int, events: Any) -> Any:
        appended = record(incident, seq, events)
        if not theirs and type(events[0][1]).__name__ == "Intended":
            theirs.append(_other_key(site))
            site.stage.admin.leaked(theirs[0], "s3").list_buckets()
        return appended

    monkeypatch.setattr(world.record, "append", first)
    assert made.go_on() == 1
    assert theirs[0].key_id in keys_of(site)
    assert in_secret(site)["AWS_ACCESS_KEY_ID"] == site.stage.victim.key_id
    assert f"{theirs[0].key_id} is in use" in capfd.readouterr().err


def test_a_key_that_was_made_with_the_leaked_one_is_never_handed_out(site: Site, capfd: Said) -> None:
    """Whoever holds the leaked key may make another, and lay it where ours is looked for."""
    consumer, iam = in_a_secret(site), client(site, "iam")
    allow = {"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName=VICTIM, PolicyName="own", PolicyDocument=document)
    theirs = site.stage.admin.leaked(site.stage.victim, "iam").create_access_key(UserName=VICTIM)["AccessKey"]
    laid = {"AWS_ACCESS_KEY_ID": theirs["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": theirs["SecretAccessKey"]}
    client(site, "secretsmanager").put_secret_value(SecretId="prod/app", SecretString=json.dumps(laid))
    assert rotate(site, consumer, in_a_parameter(site)) == 1
    assert f"{theirs['AccessKeyId']} of this user was created with the leaked key" in capfd.readouterr().err
    held = client(site, "ssm").get_parameter(Name="/app/pair", WithDecryption=True)["Parameter"]["Value"]
    assert site.stage.victim.key_id in held


def test_other_consumers_are_another_round_and_get_the_same_new_key(site: Site) -> None:
    first, second = in_a_secret(site), in_a_parameter(site)
    assert rotate(site, first) == 1
    made = new_key(site)
    assert rotate(site, first, second) == 1
    assert set(keys_of(site)) == {site.stage.victim.key_id, made}
    assert made in client(site, "ssm").get_parameter(Name="/app/pair", WithDecryption=True)["Parameter"]["Value"]
    assert rotate(site, hours=3) == 0


def test_with_lag_nothing_is_handed_out_before_aws_accepts_it(
    site: Site, lagging: Callable[[float, float], None]
) -> None:
    consumer = in_a_secret(site)
    let_rotate(site)
    site.standin.gate.clock.advance(timedelta(minutes=1).total_seconds())
    lagging(20, 30)
    application = Application(site, out_of_the_secret(site))
    with application.running():
        rotate(site, consumer)
    assert application.refused == []
    assert new_key(site) in application.used


def test_nobody_is_asked_twice_for_the_same_consumers(site: Site) -> None:
    consumer = in_a_secret(site)
    made, _ = begin(site, consumer)
    before = made.incident.seq
    again = replace(made, yes=False)
    assert again.ask((consumer,), "")
    assert again.incident.seq == before
