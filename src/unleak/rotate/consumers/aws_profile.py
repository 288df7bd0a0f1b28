"""A profile of the AWS credentials file of this machine: its two lines changed, every other byte kept, in one move.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from unleak.model.credential import Credentials
from unleak.model.errors import NotPossible
from unleak.model.plan import Tri
from unleak.rotate.consumers.consumer import NewKey, Place, holds, pair_of
from unleak.rotate.consumers.one_move import in_one_move

_SECTION = re.compile(r"\s*\[([^\]]*)\]")
_KEY_ID, _SECRET, _TOKEN = "aws_access_key_id", "aws_secret_access_key", "aws_session_token"


@dataclass(frozen=True, slots=True)
class AwsProfile:
    kind: ClassVar[str] = "profile"
    form: ClassVar[str] = "profile:NAME"
    permissions: ClassVar[tuple[str, ...]] = ()
    readable: ClassVar[bool] = True
    is_local: ClassVar[bool] = True
    text: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(f"{cls.kind}:{text}", text)

    def check(self, place: Place, old: str) -> Tri:
        if not os.access(_file().parent, os.W_OK):
            raise NotPossible(f"{self.text}: {_file().parent} cannot be written", "run it as who owns it")
        return holds(self.held(place), old)

    def hand_over(self, place: Place, pair: Credentials) -> None:
        del place
        lines = self._lines()
        new = {_KEY_ID: pair.key_id, _SECRET: pair.secret.reveal()}
        start, end = self._section(lines)
        kept = [line for line in lines[start:end] if _setting(line) not in {*new, _TOKEN}]
        changed = (f"{name} = {value}\n" for name, value in new.items())
        in_one_move(_file(), [*lines[:start], *changed, *kept, *lines[end:]])

    def confirm(self, place: Place, key: NewKey) -> Tri:
        return holds(self.held(place), key.id)

    def held(self, place: Place) -> Credentials:
        del place
        lines = self._lines()
        start, end = self._section(lines)
        values = {_setting(line): line.partition("=")[2].strip() for line in lines[start:end]}
        return pair_of(values.get(_KEY_ID), values.get(_SECRET))

    def _lines(self) -> list[str]:
        try:
            return _file().read_text(encoding="utf-8").splitlines(keepends=True)
        except OSError as error:
            raise NotPossible(
                f"{self.text}: {_file()} cannot be read ({error.strerror})", "name its profile"
            ) from error

    def _section(self, lines: list[str]) -> tuple[int, int]:
        """Where its settings begin and end."""
        heads = [(n, m[1].strip()) for n, line in enumerate(lines) if (m := _SECTION.match(line))]
        for (at, name), after in zip(heads, [*(n for n, _ in heads[1:]), len(lines)], strict=True):
            if name == self.name:
                return at + 1, after
        raise NotPossible(f"{self.text}: there is no such profile in {_file()}", "name one that is there")


def _file() -> Path:
    """Where a link leads to, so that the link stays."""
    named = os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials"
    return Path(named).expanduser().resolve()


def _setting(line: str) -> str:
    name, equals, _ = line.partition("=")
    return name.strip().lower() if equals and not line.lstrip().startswith(("#", ";")) else ""
