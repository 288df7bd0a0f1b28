"""A TOML table, read field by field: wrong types are told by name, and so is what nobody asked for."""

import math
import tomllib
from pathlib import Path
from typing import Any, Never

from unleak.model.errors import Misuse

_HINT = "https://github.com/gitleaks/gitleaks#configuration has the format"


class Table:
    """`where` says which table it is, for errors: "rule x". Names of fields are the same in small and capital letters,
    and one text is as good as a list of one. Every reader raises Misuse on another type, and gives what is empty
    where the field is not there.
    """

    def __init__(self, raw: dict[str, Any], where: str) -> None:
        self.where = where
        self._names = {name.lower(): name for name in raw}
        self._left = {name.lower(): value for name, value in raw.items()}

    def text(self, name: str) -> str:
        value = self._take(name, "")
        return value if isinstance(value, str) else self._refuse(name, "a text")

    def number(self, name: str) -> float:
        value = self._take(name, 0)
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            self._refuse(name, "a number")
        return float(value)

    def whole(self, name: str) -> int:
        value = self.number(name)
        return int(value) if value == int(value) >= 0 else self._refuse(name, "a whole number")

    def flag(self, name: str) -> bool:
        value = self._take(name, default=False)
        return value if isinstance(value, bool) else self._refuse(name, "true or false")

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._take(name, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(v, str) for v in listed):
            self._refuse(name, "a list of texts")
        return tuple(listed)

    def tables(self, name: str, where: str = "") -> list["Table"]:
        """One table is as good as a list of one."""
        value = self._take(name, [])
        listed = [value] if isinstance(value, dict) else value
        if not isinstance(listed, list) or not all(isinstance(v, dict) for v in listed):
            self._refuse(name, "a table, or a list of them")
        return [Table(v, f"{self.where}, {where or name}") for v in listed]

    def left(self) -> list[str]:
        """Names, as written, of the fields that were not read."""
        return [self._names[name] for name in self._left]

    def _take(self, name: str, default: Any) -> Any:
        return self._left.pop(name.lower(), default)

    def _refuse(self, name: str, wanted: str) -> Never:
        raise Misuse(f"{self.where}: {name} must be {wanted}", _HINT)


def read_table(path: Path) -> Table:
    """Raises Misuse where it cannot be read, or is no TOML."""
    try:
        return Table(tomllib.loads(path.read_bytes().decode("utf-8")), str(path))
    except OSError as error:
        raise Misuse(f"cannot read {path}: {error.strerror or error}", "give a file of rules") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Misuse(f"{path} is not valid TOML: {error}", "mend that line") from error
