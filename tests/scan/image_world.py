"""Container images, made at run time in the forms that tools write."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from unleak.zstd import zstd

Files = Mapping[str, bytes | str]


def tar(files: Files) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as writing:
        for name, data in files.items():
            content = data.encode() if isinstance(data, str) else data
            member = tarfile.TarInfo(name)
            member.size = len(content)
            writing.addfile(member, io.BytesIO(content))
    return made.getvalue()


PACK: dict[str, Callable[[bytes], bytes]] = {
    "tar": bytes,
    "gzip": lambda data: gzip.compress(data, 1, mtime=0),
    "zstd": zstd.compress,
}


def config(layers: list[bytes], **more: Any) -> bytes:
    """`layers` are tars."""
    ids = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    return json.dumps({"architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": ids}, **more}).encode()


def blob(data: bytes) -> str:
    return f"blobs/sha256/{hashlib.sha256(data).hexdigest()}"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def oci(layers: list[Files], pack: str = "gzip", **more: Any) -> dict[str, bytes]:
    """The files of an OCI layout."""
    tars = [tar(layer) for layer in layers]
    packed = [PACK[pack](data) for data in tars]
    conf = config(tars, **more)
    manifest = json.dumps(
        {"config": {"digest": digest(conf)}, "layers": [{"digest": digest(data)} for data in packed]}
    ).encode()
    index = json.dumps({"schemaVersion": 2, "manifests": [{"digest": digest(manifest)}]}).encode()
    files = {blob(data): data for data in (*packed, conf, manifest)}
    return {**files, "index.json": index, "oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}


def docker(layers: list[Files], pack: str = "tar", **more: Any) -> dict[str, bytes]:
    """The files of an older `docker save`."""
    tars = [tar(layer) for layer in layers]
    conf = config(tars, **more)
    names = [f"{number:064x}/layer.tar" for number in range(len(tars))]
    about = [{"Config": f"{'c' * 64}.json", "RepoTags": ["app:1"], "Layers": names}]
    files = {name: PACK[pack](data) for name, data in zip(names, tars, strict=True)}
    return {**files, f"{'c' * 64}.json": conf, "manifest.json": json.dumps(about).encode()}


def saved(path: Path, files: Files, pack: str = "tar") -> Path:
    path.write_bytes(PACK[pack](tar(files)))
    return path


def unpacked(path: Path, files: Files) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return path
