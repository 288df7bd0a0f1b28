"""Writes docs/reference/licences.md: under what licence each package comes that the product may bring along.

A test holds the page to what is installed, and each licence to those that may be given along with Apache-2.0.
"""

import re
from importlib.metadata import Distribution

from closure import PRODUCT, ROOT, closure

PAGE = ROOT / "docs" / "reference" / "licences.md"
PERMISSIVE = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT", "MIT-0", "PSF-2.0",
    "Unlicense", "Zlib",
})  # fmt: skip
WEAK_COPYLEFT = frozenset({"LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "MPL-2.0"})
"""They ask that the package itself stays free and replaceable, and nothing of who imports it unchanged."""
_READ = {
    "dulwich": "Apache-2.0",  # or GPL-2.0-or-later, as one likes
    "google-re2": "BSD-3-Clause",
    "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "mpmath": "BSD-3-Clause",
    "pycryptodomex": "BSD-2-Clause AND Unlicense",  # its licence's words for what is in the public domain
    "python-dateutil": "BSD-3-Clause",  # what is older is under this alone, the rest under Apache-2.0 as well
    "sympy": "BSD-3-Clause",
}
"""Where the metadata does not say it in so many words: read in the licence file that the package brings."""
_WORDS = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
    "LGPL-2.1+": "LGPL-2.1-or-later",
    "MIT License": "MIT",
    "MIT license": "MIT",
}
_HEAD = """<!-- Written by `make docs` from what is installed. Do not edit. -->

# Licences

The product is under Apache-2.0. Its wheel holds nothing of anybody else; these packages pip installs beside it, each
unchanged and under its own licence. The core has permissive licences only. Those of LGPL and MPL come with extras:
they ask that the package itself stays free and may be replaced by another version of it, which a package of its own
may. Whoever hands on an image or a bundle hands on the licences in each package's metadata with it. What a binary
package has built in is told by its own licence files. Versions stand in [constraints.txt](../../constraints.txt).

| Package | SPDX | Comes with |
|---|---|---|
"""


def licence_of(package: Distribution, name: str) -> str:
    """An SPDX expression; empty where nobody says."""
    if name in _READ:
        return _READ[name]
    told = package.metadata
    said = next((told[field] for field in ("License-Expression", "License") if field in told), "")
    classified = [
        c.split(" :: ")[-1] for c in package.metadata.get_all("Classifier") or () if c.startswith("License ::")
    ]
    if not said or "\n" in said:
        said = classified[0] if len(classified) == 1 else ""
    return _WORDS.get(said, said)


def named_in(expression: str) -> set[str]:
    return set(re.findall(r"[\w.+-]+", expression)) - {"AND", "OR", "WITH"}


def rows() -> dict[str, str]:
    """A line of the table for each package that is wanted on this machine, by its name."""
    brought = {extra: closure(extra).keys() for extra in PRODUCT if extra != "all"}
    core, found = closure(), closure("all")
    return {
        name: f"| {name} | {licence_of(package, name)} | "
        f"{'the core' if name in core else ', '.join(sorted(e for e in brought if name in brought[e]))} |"
        for name, package in sorted(found.items())
    }


if __name__ == "__main__":
    PAGE.write_text(_HEAD + "\n".join(rows().values()) + "\n")
