"""Stands in front of `unleak` in a process of its own, and makes modules look as if they were never installed.

Called with their names, a comma between, then the arguments of `unleak`.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class Without:
    """A finder that does not find some."""

    def __init__(self, finder: Any, hidden: frozenset[str]) -> None:
        self._finder, self._hidden = finder, hidden

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        found = None if name in self._hidden else self._finder.find_spec(name, path, target)
        return found if isinstance(found, ModuleSpec) else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)


def hide(modules: str) -> None:
    finders: list[Any] = [Without(finder, frozenset(modules.split(","))) for finder in sys.meta_path]
    sys.meta_path[:] = finders


if __name__ == "__main__":
    hide(sys.argv.pop(1))
    from unleak.cli.main import main

    main()
