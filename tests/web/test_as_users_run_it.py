"""The whole of it as a team runs it: PostgreSQL, a server that only answers, two workers, one of which dies, mail."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from repository_world import Repository
from service_world import House, house_in, wait_for

from conftest import Site
from database_world import postgres_fixture  # noqa: F401  a fixture
from mail_world import Mailbox, mail_server
from unleak.cli.world import record_at
from unleak.engine.local import incident_id_of
from unleak.model.entry import Intended


@pytest.fixture
def mails() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def house(site: Site, postgres: Callable[[], str], mails: Mailbox, tmp_path: Path) -> Iterator[House]:
    for made in house_in(site, tmp_path, postgres()):
        settings = tmp_path / "unleak.toml"
        mail = f"mailto://127.0.0.1:{mails.port}/?from=unleak@example.com&to=team@example.com&mode=insecure"
        settings.write_text(settings.read_text() + f'\n[[notify]]\nname = "team"\nkind = "apprise"\nurl = "{mail}"\n')
        yield made


def test_a_push_is_contained_and_told_though_a_worker_dies(house: House, mails: Mailbox, tmp_path: Path) -> None:
    repository = Repository.made(house, tmp_path)
    served = house.serve("--at-once", "0")
    workers = [house.start("worker", log=tmp_path / f"worker-{n}.log") for n in range(2)]
    victim = house.site.stage.victim
    record = record_at(house.environment["UNLEAK_DATABASE"])
    incident_id = incident_id_of(victim.key_id)

    def touched() -> bool:
        return any(isinstance(e.event, Intended) for e in record.entries(incident_id))

    text = f'KEY = "{victim.key_id}"\nSECRET = "{victim.secret.reveal()}"\n'
    before, after = repository.push({"app/settings.py": text}, "settings")
    assert served.hook("github", repository.webhook(before, after), X_GitHub_Event="push").status_code == 202
    wait_for(touched)
    workers[0].send_signal(signal.SIGKILL)
    iam = house.site.stage.admin.client(house.site.stage.account, "iam")
    wait_for(lambda: iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"][0]["Status"] == "Inactive", 90)
    wait_for(lambda: mails.mails, 90)
    entries = record.entries(incident_id)
    assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
    intended = [e.event.step.id for e in entries if isinstance(e.event, Intended)]
    assert len(intended) == len(set(intended)), "no change was begun anew by the other worker but the open one"
    said = "\n".join(mail.as_string() for _, mail in mails.mails)
    assert victim.key_id in said
    assert victim.secret.reveal() not in said + served.path.read_text()
    record.close()
