"""Events that AWS puts into a queue: read once, stored, and gone from the queue only then."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from conftest import Site
from unleak.engine.bell import Bell
from unleak.engine.local import incident_id_of
from unleak.model.alert import Ground
from unleak.model.credential import Credentials
from unleak.model.errors import CouldNotLook, Misuse
from unleak.service_config import Listening
from unleak.store.inbox import Inbox
from unleak.web.make import make_service
from unleak.web.queue import _read_once, queue_of, read_queue
from unleak.web.service import Service


@pytest.fixture
def queue(site: Site) -> str:
    admin = site.stage.admin.client(site.stage.account, "sqs", "us-east-1")
    return str(admin.create_queue(QueueName="unleak")["QueueUrl"])


@pytest.fixture
def service(site: Site, queue: str) -> Iterator[Service]:
    world = site.world()
    listening = Listening(hooks={"queue": {"url": queue}})
    config = replace(world.config, listening=listening)
    accounts = site.accounts(identity=_admin(site))
    yield make_service(replace(world, config=config, aws=accounts), Inbox(world.record))
    world.record.close()


def _admin(site: Site) -> Credentials:
    """The reader of the queue; its own permissions are not what this is about."""
    identity = site.stage.admin._identity
    assert identity is not None
    return identity


def put(site: Site, queue: str, document: Any) -> None:
    sqs = site.stage.admin.client(site.stage.account, "sqs", "us-east-1")
    sqs.send_message(QueueUrl=queue, MessageBody=document if isinstance(document, str) else json.dumps(document))


def left(site: Site, queue: str) -> int:
    sqs = site.stage.admin.client(site.stage.account, "sqs", "us-east-1")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    held = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(held[name]) for name in names)


def exposure(key_id: str) -> dict[str, Any]:
    return {
        "version": "0", "id": "1", "detail-type": "AWS Health Event", "source": "aws.health", "account": "111122223333",
        "time": "2026-11-23T04:00:00Z", "region": "us-east-1", "resources": [key_id],
        "detail": {
            "eventArn": "arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/1", "service": "RISK",
            "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "eventTypeCategory": "issue",
            "startTime": "Mon, 23 Nov 2026 04:00:00 GMT", "affectedEntities": [{"entityValue": key_id}],
        },
    }  # fmt: skip


def test_an_event_in_the_queue_opens_an_incident_and_leaves_the_queue(site: Site, queue: str, service: Service) -> None:
    put(site, queue, exposure(site.stage.victim.key_id))
    put(site, queue, "no event at all")
    _read_once(service, queue)
    [alert] = service.world.record.incident(incident_id_of(site.stage.victim.key_id)).alerts
    assert alert.ground is Ground.AWS
    assert left(site, queue) == 0


def test_what_cannot_be_stored_stays_in_the_queue(site: Site, queue: str, service: Service) -> None:
    class Full(Inbox):
        def take(self, *_: Any) -> Any:
            raise CouldNotLook("the disk is full", "")

    put(site, queue, exposure(site.stage.victim.key_id))
    _read_once(replace(service, inbox=Full(service.world.record)), queue)
    assert left(site, queue) == 1


def test_where_the_queue_cannot_be_read_it_goes_on_trying(
    service: Service, queue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class Once(Bell):
        def wait(self, _: float) -> None:
            self.end()

    read_queue(service, queue.replace("/unleak", "/nothing"), Once())
    assert '"queue"' in capsys.readouterr().err


@pytest.mark.parametrize("url", ["x", "https://example.com/1/2", "file:///etc/passwd"])
def test_what_is_no_queue_is_misuse(service: Service, url: str) -> None:
    config = replace(service.world.config, listening=Listening(hooks={"queue": {"url": url}}))
    with pytest.raises(Misuse):
        queue_of(replace(service, world=replace(service.world, config=config)))
