"""A queue of SQS that AWS's events are put into: read from here, where nobody outside can reach us.

A message is deleted from the queue once it is stored, or once it is sure that it says nothing. One that cannot be
stored comes again by itself.
"""

import re
from typing import Any

from unleak.engine.bell import Bell
from unleak.intake.notice import Reason, Refused
from unleak.intake.queue_message import from_queue
from unleak.model.errors import CouldNotLook, Misuse, UnleakError
from unleak.web.hooks import take
from unleak.web.log import log
from unleak.web.service import Service

SENDER = "queue"
_URL = re.compile(r"https?://(?:sqs\.([a-z0-9-]+)\.[^/]+|[^/]+)/([0-9]{12})/[A-Za-z0-9_.-]{1,80}")
_WAIT_SECONDS, _AT_ONCE, _AGAIN_SECONDS = 10, 10, 10.0


def queue_of(service: Service) -> str:
    """Its address; empty where none is configured. Raises Misuse."""
    settings = service.listening.hooks.get(SENDER, {})
    url = settings.get("url", "")
    if settings and not _URL.fullmatch(url):
        raise Misuse("unleak.toml: hooks.queue.url is no queue", "write https://sqs.REGION.amazonaws.com/ACCOUNT/NAME")
    return url


def read_queue(service: Service, url: str, bell: Bell) -> None:
    """Until the bell says that it is over."""
    while not bell.is_over:
        try:
            _read_once(service, url)
        except UnleakError as error:
            log("queue", said=str(error))
            bell.wait(_AGAIN_SECONDS)


def _read_once(service: Service, url: str) -> None:
    named = _URL.fullmatch(url)
    assert named is not None  # noqa: S101  `queue_of` has seen to it
    sqs = service.world.aws.client(named[2], "sqs", named[1] or service.world.config.region)
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=_AT_ONCE, WaitTimeSeconds=_WAIT_SECONDS)
    for message in received.get("Messages", []):
        if _is_taken(service, message):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def _is_taken(service: Service, message: Any) -> bool:
    topics = service.listening.hooks[SENDER].get("topics", "").split()
    try:
        heard = from_queue(str(message.get("Body", "")).encode(), topics)
        take(service, SENDER, heard, service.world.clock.now())
    except Refused as refused:
        service.counts.messages.labels(SENDER, refused.reason.value).inc()
        if refused.reason is not Reason.REPLAYED:
            log("refused", sender=SENDER, reason=refused.reason.value, said=str(refused))
        return refused.reason is not Reason.STORE_UNREACHABLE
    except CouldNotLook:
        return False
    service.counts.messages.labels(SENDER, "taken").inc()
    return True
