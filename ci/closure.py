"""What pip installs for unleak. Run, it tells what each extra weighs."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
PRODUCT = tuple(name for name in EXTRAS if name not in {"dev", "docs"})
"""The extras that are for those who use unleak."""


@cache
def closure(*extras: str) -> Mapping[str, Distribution]:
    """By canonical name: all that the core and these extras need on this machine, without unleak itself.

    Raises PackageNotFoundError where one of them is not installed.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    left = [Requirement(line) for line in _ours(*extras)]
    while left:
        wanted = left.pop()
        name = canonicalize_name(wanted.name)
        for extra in ("", *sorted(wanted.extras)):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            if name == "unleak":
                left += [Requirement(line) for line in EXTRAS.get(extra, ())]
                continue
            found[name] = distribution(name)
            left += _of(found[name], extra)
    return found


def _ours(*extras: str) -> Iterator[str]:
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return (line for line in lines if _holds(Requirement(line), ""))


def _of(package: Distribution, extra: str) -> list[Requirement]:
    return [r for r in map(Requirement, package.requires or ()) if _holds(r, extra)]


def _holds(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def size(package: Distribution) -> int:
    """Bytes of its files, without what Python compiles of them."""
    return sum(file.size or 0 for file in package.files or ())


def own_size() -> int:
    """The same of unleak itself, as it lies here."""
    return sum(p.stat().st_size for p in (ROOT / "src").rglob("*") if p.is_file() and p.suffix != ".pyc")


def main() -> None:
    core = closure()
    most = sorted(((size(p), name) for name, p in core.items()), reverse=True)[:6]
    named = ", ".join(f"{name} {weight / 1e6:.0f}" for weight, name in most)
    print(f"core: {len(core)} packages, {(sum(map(size, core.values())) + own_size()) / 1e6:.0f} MB ({named})")
    for extra in PRODUCT:
        more = {name: p for name, p in closure(extra).items() if name not in core}
        print(f"{extra}: {len(more)} more, {sum(map(size, more.values())) / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
