"""A command of the user's own, which covers everything else: it gets the new pair, and says by its exit code whether
that was accepted.

The pair is in its environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) and, as JSON, on its standard input; it is no
argument, so that no list of processes and no history shows it.
"""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import ClassVar, Self

from unleak.model.credential import Credentials
from unleak.model.errors import Misuse, NotPossible
from unleak.model.plan import Tri
from unleak.rotate.consumers.consumer import NewKey, Place
from unleak.rotate.consumers.scrubbed import scrubbed

_SECONDS = 900
_LONGEST = 300
_NOT_ITS = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE")
"""They would go before the new pair, or not belong to it."""


@dataclass(frozen=True, slots=True)
class OwnCommand:
    kind: ClassVar[str] = "command"
    form: ClassVar[str] = "command:SHELL"
    permissions: ClassVar[tuple[str, ...]] = ()
    readable: ClassVar[bool] = False
    is_local: ClassVar[bool] = True
    text: str
    shell: str

    @classmethod
    def parse(cls, text: str) -> Self:
        if not text.strip():
            raise Misuse("there is no command", f"write {cls.form}")
        return cls(f"{cls.kind}:{text}", text)

    def check(self, place: Place, old: str) -> Tri:
        del place, old
        return Tri.COULD_NOT_LOOK

    def hand_over(self, place: Place, pair: Credentials) -> None:
        del place
        new = {"AWS_ACCESS_KEY_ID": pair.key_id, "AWS_SECRET_ACCESS_KEY": pair.secret.reveal()}
        environment = {n: v for n, v in os.environ.items() if n not in _NOT_ITS} | new
        code, said = _ran(self.shell, environment, json.dumps(new))
        if code != 0:
            last = " ".join(scrubbed(said, pair).split())[-_LONGEST:]
            raise NotPossible(f"{self.text} ended with {code}" + (f": {last}" if last else ""), "mend it, run again")

    def confirm(self, place: Place, key: NewKey) -> Tri:
        del place, key
        return Tri.COULD_NOT_LOOK

    def held(self, place: Place) -> None:
        del place


def _ran(shell: str, environment: dict[str, str], given: str) -> tuple[int, str]:
    """Its exit code, and what it said on either output. Ended with all that it started where it takes too long."""
    process = subprocess.Popen(  # noqa: S603  a person wrote the command, and approved it
        ["/bin/sh", "-c", shell], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = process.communicate(given, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return -1, f"it took more than {_SECONDS} s"
    return process.returncode, said
