"""The service from outside: a leak is heard of and acted on, whatever is killed, and people decide through the API."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from repository_world import Repository
from service_world import UNLEAK, House, house_in, wait_for

from conftest import Site
from database_world import postgres_fixture, record_url_fixture  # noqa: F401  fixtures


@pytest.fixture
def house(site: Site, record_url: str, tmp_path: Path) -> Iterator[House]:
    yield from house_in(site, tmp_path, record_url)


def gitleaks_report(site: Site) -> list[dict[str, Any]]:
    """Both halves of the victim's key, as gitleaks writes them."""
    victim = site.stage.victim
    rows = (("aws-access-token", victim.key_id), ("generic-api-key", f"aws_secret_key = {victim.secret.reveal()}"))
    return [
        {"RuleID": rule, "Description": "", "StartLine": line, "EndLine": line, "StartColumn": 1, "EndColumn": 2,
         "Match": text, "Secret": text, "File": "app/.env", "SymlinkFile": "", "Commit": "", "Entropy": 4,
         "Author": "", "Email": "", "Date": "", "Message": "", "Tags": [], "Fingerprint": ""}
        for line, (rule, text) in enumerate(rows, 1)
    ]  # fmt: skip


def key_status(site: Site) -> str:
    iam = site.stage.admin.client(site.stage.account, "iam")
    return str(iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"][0]["Status"])


def test_a_scanners_report_ends_in_a_key_that_is_off(house: House) -> None:
    served = house.serve()
    answer = served.hook("scanner", gitleaks_report(house.site))
    assert answer.status_code == 202, answer.text
    [incident] = answer.json()["incidents"]
    wait_for(lambda: key_status(house.site) == "Inactive")
    again = served.hook("scanner", gitleaks_report(house.site))
    assert (again.status_code, again.json()["reason"]) == (200, "replayed")
    shown = served.api("GET", f"/incidents/{incident}", house.token("viewer"))
    assert shown.json()["key_id"] == house.site.stage.victim.key_id
    assert served.stop() == 0
    assert "stopped" in [entry["event"] for entry in served.log]
    assert house.site.stage.victim.secret.reveal() not in served.path.read_text() + shown.text


@pytest.fixture
def pushed(house: House, tmp_path: Path) -> Repository:
    """A repository at the host whose webhooks the service hears, and a clone of somebody who works on it."""
    return Repository.made(house, tmp_path)


def test_a_push_ends_in_a_key_that_is_off(house: House, pushed: Repository) -> None:
    served = house.serve()
    victim = house.site.stage.victim
    before, after = pushed.push(
        {"app/settings.py": f'KEY = "{victim.key_id}"\nSECRET = "{victim.secret.reveal()}"\n'}, "settings"
    )
    answer = served.hook("github", pushed.webhook(before, after), X_GitHub_Event="push")
    assert (answer.status_code, answer.json()["errands"]) == (202, 1), answer.text
    wait_for(lambda: key_status(house.site) == "Inactive")
    viewer = house.token("viewer")
    [row] = served.api("GET", "/incidents", viewer).json()["incidents"]
    shown = served.api("GET", f"/incidents/{row['id']}", viewer).json()
    assert shown["places"] == ["acme/shop/app/settings.py:2"]
    assert "deactivate_key" in {m["step_id"].split("/")[0].split(":")[0] for m in shown["measures"]}, shown["measures"]


def test_nothing_is_lost_where_the_service_is_killed_after_its_answer(house: House, pushed: Repository) -> None:
    """No worker lives when the push is told of; it is killed right after the answer. Another one goes on from there."""
    served = house.serve("--at-once", "0")
    victim = house.site.stage.victim
    before, after = pushed.push({"x.env": f"{victim.key_id}\naws_secret_access_key={victim.secret.reveal()}\n"}, "x")
    assert served.hook("github", pushed.webhook(before, after), X_GitHub_Event="push").status_code == 202
    served.stop(signal.SIGKILL)
    assert key_status(house.site) == "Active"
    house.start("worker", log=house.folder / "worker.log")
    wait_for(lambda: key_status(house.site) == "Inactive")


def test_two_persons_decide_what_cannot_be_undone(house: House) -> None:
    settings = house.folder / "unleak.toml"
    settings.write_text(settings.read_text().replace("[service]", "[service]\ntwo_persons = true"))
    served = house.serve()
    [incident] = served.hook("scanner", gitleaks_report(house.site)).json()["incidents"]
    wait_for(lambda: key_status(house.site) == "Inactive")
    ann, bob = house.token("approver"), house.token("admin")
    key_id = house.site.stage.victim.key_id
    asked = {"unit": "delete_key", "target": key_id, "why": "nobody uses it"}
    wait_for(lambda: served.api("POST", f"/incidents/{incident}/requests", ann, asked).status_code == 202)

    def waiting() -> Any:
        shown = served.api("GET", f"/incidents/{incident}", ann).json()
        steps = [p for p in shown["pending"] if p["step_id"].startswith("delete_key")]
        return (steps[0], shown["digests"][steps[0]["step_id"]]) if steps else None

    step, digest = wait_for(waiting)
    yes = {"step": step["step_id"], "digest": digest, "why": "it leaked"}
    stale = served.api("POST", f"/incidents/{incident}/approvals", ann, {**yes, "digest": "0" * 16})
    assert (stale.status_code, stale.json()["reason"]) == (422, "misuse")
    for _ in range(2):  # the same person twice is one person
        wait_for(lambda: served.api("POST", f"/incidents/{incident}/approvals", ann, yes).status_code == 202)
    assert "second person; a approver has said yes" in wait_for(waiting)[0]["needs"]
    assert key_status(house.site) == "Inactive"
    wait_for(lambda: served.api("POST", f"/incidents/{incident}/approvals", bob, yes).status_code == 202)
    iam = house.site.stage.admin.client(house.site.stage.account, "iam")
    wait_for(lambda: not iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"])


def test_a_person_elsewhere_has_the_service_do_it(house: House) -> None:
    """The same commands with --server: told, looked at, asked for, approved; no credentials of AWS, no record."""
    served = house.serve()
    key_id = house.site.stage.victim.key_id
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "UNLEAK_DATABASE", "UNLEAK_CONFIG")
    elsewhere = {name: value for name, value in house.environment.items() if name not in names}
    there = House(house.site, house.folder, {
        **elsewhere, "UNLEAK_SERVER": served.url, "UNLEAK_TOKEN": house.token("admin"),
    })  # fmt: skip
    assert "is responded to" in there.run("respond", key_id, "--reason", "a test", "--mode", "disable")
    wait_for(lambda: key_status(house.site) == "Inactive")
    assert key_id in there.run("incident", "list")
    assert "opened" in there.run("incident", "show", key_id, "--log")
    assert key_id in there.run("incident", "report", key_id)
    there.run("incident", "request", key_id, "delete_key", key_id, "--why", "nobody uses it")
    step = wait_for(
        lambda: [p["step_id"] for p in json.loads(there.run("incident", "show", key_id, "--format", "json"))["pending"]
                 if p["step_id"].startswith("delete_key")]
    )[0]  # fmt: skip
    assert "approved" in there.run("incident", "approve", key_id, step, "--why", "it leaked", "--yes")
    iam = house.site.stage.admin.client(house.site.stage.account, "iam")
    wait_for(lambda: not iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"])
    there.client.close()


def test_an_option_that_is_none_is_not_passed_over(house: House) -> None:
    asked = ("incident", "request", "AKIA", "delete_key", "AKIA", "--option", "version", "--why", "a test")
    done = subprocess.run(
        [*UNLEAK, "--server", "http://127.0.0.1:9", *asked], env={**house.environment, "UNLEAK_TOKEN": "x"},
        cwd=house.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "--option version is no option" in done.stderr) == (2, True), done.stderr
