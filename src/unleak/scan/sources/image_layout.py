"""Which files of a container image are layers, in which order, by its own word.

The forms are those of https://github.com/opencontainers/image-spec/blob/main/image-layout.md and of `docker save`:
https://github.com/moby/docker-image-spec/blob/main/spec.md
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from unleak.scan.blob import Problem
from unleak.scan.sources.expanded import FAILURES
from unleak.scan.sources.image_store import Store, plain

_DIGEST = re.compile(r"([a-z0-9]+(?:[+._-][a-z0-9]+)*):([0-9a-fA-F]{32,})")
_BLOB = re.compile(r"blobs/([^/]+)/([0-9a-f]{12})[0-9a-f]*")
_LARGEST = 16 << 20
_SHORT = 12
_MOST_MANIFESTS = 10_000


@dataclass(slots=True)
class Layout:
    """`images`: the layers of each image that differs from the others, the lowest first, as names of files.

    `configs` are names of files; `digests` say for a layer's name what it is called elsewhere, in short.
    """

    images: list[tuple[str, ...]] = field(default_factory=list)
    configs: set[str] = field(default_factory=set)
    digests: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_layout(store: Store) -> Layout:
    layout = Layout()
    reading = _Reading(store, layout)
    if "manifest.json" in store.sizes:
        reading.docker()
    if "index.json" in store.sizes:
        reading.oci()
    layout.images = list(dict.fromkeys(image for image in layout.images if image))
    return layout


class _Reading:
    def __init__(self, store: Store, layout: Layout) -> None:
        self._store, self._layout = store, layout

    def docker(self) -> None:
        for image in _records(self._json("manifest.json")):
            config = self._find(image.get("Config"), "manifest.json")
            names = [self._find(name, "manifest.json") for name in _list(image.get("Layers"))]
            self._add(config, names)

    def oci(self) -> None:
        """Of an image for several processors, often one is here; a problem only where there is none of them."""
        waiting = ["index.json"]
        seen = set(waiting)
        while waiting and len(seen) < _MOST_MANIFESTS:
            name = waiting.pop()
            document = self._json(name)
            if not isinstance(document, dict):
                continue
            if "layers" in document:
                self._manifest(name, document)
            below = [_blob(m.get("digest")) for m in _records(document.get("manifests"))]
            here = [b for b in below if b in self._store.sizes]
            if below and not here:
                self._tell(name, "none of the images that it names is here")
            waiting += [b for b in reversed(here) if b not in seen]
            seen.update(here)

    def _manifest(self, name: str, document: dict[str, Any]) -> None:
        config = document.get("config")
        digest = config.get("digest") if isinstance(config, dict) else None
        layers = [self._find(_blob(layer.get("digest")), name) for layer in _records(document["layers"])]
        self._add(self._find(_blob(digest), name), layers)

    def _add(self, config: str, layers: list[str]) -> None:
        self._layout.images.append(tuple(name for name in layers if name))
        if not config:
            return
        self._layout.configs.add(config)
        document = self._json(config)
        root = document.get("rootfs") if isinstance(document, dict) else None
        digests = _list(root.get("diff_ids")) if isinstance(root, dict) else []
        for name, digest in zip(layers, digests, strict=False):
            known = isinstance(digest, str) and _DIGEST.fullmatch(digest)
            if known:
                self._layout.digests.setdefault(name, f"{known[1]}:{known[2][:_SHORT]}")

    def _find(self, name: object, where: str) -> str:
        """The file of that name, "" and a problem where there is none."""
        if isinstance(name, str) and name:
            found = plain(name)
            found = self._store.also.get(found, found)
            if found in self._store.sizes:
                return found
        self._tell(where, f"it names {str(name)[:100]!r}, which is not here" if name else "it does not name its parts")
        return ""

    def _json(self, name: str) -> object:
        """None and a problem for what is none."""
        if self._store.sizes[name] > _LARGEST:
            self._tell(name, "too large for what it is")
            return None
        try:
            with self._store.open(name) as file:
                return json.loads(file.read())
        except FAILURES:
            self._tell(name, "no JSON, or damaged")
            return None

    def _tell(self, where: str, why: str) -> None:
        self._layout.problems.append(Problem(where, why))


def digest_in(name: str) -> str:
    """What a file's name says of its content, in short: "sha256:" and twelve digits, or ""."""
    found = _BLOB.fullmatch(name)
    return f"{found[1]}:{found[2]}" if found else ""


def _blob(digest: object) -> str:
    found = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    return f"blobs/{found[1]}/{found[2]}" if found else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _records(value: object) -> Iterator[dict[str, Any]]:
    return (item for item in _list(value) if isinstance(item, dict))
