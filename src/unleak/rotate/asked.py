"""What a person asked for: who is to get the new key, which idle key may make room, and where that is to be done."""

import getpass
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from unleak.model.errors import NotNow, NotPossible
from unleak.model.incident import Incident
from unleak.model.plan import Image, Step
from unleak.rotate.consumers import parse_consumer
from unleak.rotate.consumers.consumer import Consumer

CONSUMERS, FREES, WHERE = "consumers", "frees", "where"


@dataclass(frozen=True, slots=True)
class Asked:
    """Consumers that can be read come first: what was handed to one can be taken up again by another process."""

    consumers: tuple[Consumer, ...]
    frees: str = ""
    where: str = ""

    @property
    def texts(self) -> list[str]:
        return [c.text for c in self.consumers]

    def check_where(self) -> None:
        """Raises NotNow on another machine than the one whose profile or command is meant."""
        if self.where and self.where != here():
            local = ", ".join(c.text for c in self.consumers if c.is_local)
            raise NotNow(f"{local} is meant on {self.where}, and this is {here()}", "run `unleak rotate` there")


def options_of(texts: tuple[str, ...], frees: str) -> dict[str, str]:
    """Of the request. Raises Misuse where one is no consumer."""
    is_local = any(parse_consumer(text).is_local for text in texts)
    return {CONSUMERS: json.dumps(list(texts)), FREES: frees, WHERE: here() if is_local else ""}


def asked_in(options: Mapping[str, str]) -> Asked:
    return _asked(json.loads(options.get(CONSUMERS, "[]")), options.get(FREES, ""), options.get(WHERE, ""))


def asked_of(incident: Incident, step: Step) -> Asked:
    """Raises NotPossible where nobody said who is to get the new key."""
    request = incident.requested.get(step.id)
    asked = asked_in(request.options if request else {})
    if not asked.consumers:
        raise NotPossible(f"nobody said who is to get the new key for {step.target.id}", "`unleak rotate` asks for it")
    return asked


def asked_by(image: Image) -> Asked:
    """As it was approved, whatever was asked for since."""
    return _asked(image[CONSUMERS], str(image[FREES]), str(image[WHERE]))


def _asked(texts: list[str], frees: str, where: str) -> Asked:
    consumers = sorted((parse_consumer(t) for t in texts), key=lambda c: not c.readable)
    return Asked(tuple(consumers), frees, where)


def here() -> str:
    """This user on this machine."""
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):
        return socket.gethostname()
