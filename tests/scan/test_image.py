"""Every file of every layer, deleted or not; what is damaged or missing is told, and nothing is passed over."""

import io
import json
import tarfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from image_world import PACK, Files, blob, digest, docker, oci, saved, tar, unpacked
from planted import Fakes

from unleak.scan.blob import Blob, Problem
from unleak.scan.scanner import Scan, scan
from unleak.scan.sources import expanded, pieces
from unleak.scan.sources.image import is_image, read_image
from unleak.scan.sources.json_lines import json_lines


def key_text(seed: int) -> str:
    fakes = Fakes(seed)
    return f"aws_access_key_id = {fakes.key_id()}\naws_secret_access_key = {fakes.secret()}\n"


def key_id(seed: int) -> str:
    return Fakes(seed).key_id()


DOCKERFILE = f"RUN echo one\n{key_text(4)}echo two"
LAYERS: list[Files] = [
    {"./etc/": "", "./etc/app/.env": key_text(1), "etc/other": "x", "srv/a/b": key_text(2)},
    {"etc/app/.wh..env": "", "srv/.wh..wh..opq": "", "srv/a/b": key_text(3)},
]
MORE: dict[str, Any] = {"config": {"Env": ["PATH=/bin", f"AWS={key_id(5)}"]}, "history": [{"created_by": DOCKERFILE}]}


def where(result: Scan) -> dict[str, list[str]]:
    return {f.key_id or "": [p.path for p in f.places] for f in result.findings}


def problems(path: Path) -> list[str]:
    return [f"{i.where.removeprefix(str(path))}: {i.why}" for i in read_image(path) if isinstance(i, Problem)]


@pytest.mark.parametrize("outer", [*PACK, "folder"])
@pytest.mark.parametrize("inner", PACK)
def test_an_oci_image_is_read_whole(tmp_path: Path, outer: str, inner: str) -> None:
    files = oci(LAYERS, inner, **MORE)
    path = tmp_path / "image"
    path = unpacked(path, files) if outer == "folder" else saved(path, files, outer)
    assert is_image(path)
    first, second = (digest(PACK[inner](tar(layer)))[:19] for layer in LAYERS)
    result = scan(read_image(path))
    assert result.problems == []
    config = next(name for name, data in files.items() if b"diff_ids" in data)
    assert where(result) == {
        key_id(1): [f"{path}!layer 1 {first}, deleted in layer 2/etc/app/.env"],
        key_id(2): [f"{path}!layer 1 {first}, deleted in layer 2/srv/a/b"],
        key_id(3): [f"{path}!layer 2 {second}/srv/a/b"],
        key_id(4): [f"{path}!config sha256:{config[13:25]}"],
        key_id(5): [f"{path}!config sha256:{config[13:25]}"],
    }


@pytest.mark.parametrize("outer", ["tar", "gzip", "folder"])
def test_a_docker_archive_is_read_whole(tmp_path: Path, outer: str) -> None:
    files = docker(LAYERS, **MORE)
    path = unpacked(tmp_path / "i", files) if outer == "folder" else saved(tmp_path / "i", files, outer)
    assert is_image(path)
    result = scan(read_image(path))
    assert result.problems == []
    assert set(where(result)) == {key_id(n) for n in range(1, 6)}
    assert where(result)[key_id(1)] == [
        f"{path}!layer 1 {digest(tar(LAYERS[0]))[:19]}, deleted in layer 2/etc/app/.env"
    ]


def test_a_layer_s_own_opaque_folder_keeps_what_the_layer_puts_there(tmp_path: Path) -> None:
    layers: list[Files] = [
        {"a/x": key_text(1)},
        {"a/.wh..wh..opq": "", "a/y": key_text(2)},
        {".wh.a": ""},
        {"a/z": "1"},
    ]
    found = where(scan(read_image(saved(tmp_path / "i", oci(layers)))))
    assert ", deleted in layer 2/a/x" in found[key_id(1)][0]
    assert ", deleted in layer 3/a/y" in found[key_id(2)][0]


def test_of_several_images_all_layers_are_read_once(tmp_path: Path) -> None:
    one, two = docker(LAYERS), docker(LAYERS[:1])
    about = json.loads(one["manifest.json"]) + json.loads(two["manifest.json"])
    path = saved(tmp_path / "i", one | {"manifest.json": json.dumps(about).encode()})
    result = scan(read_image(path))
    assert result.problems == []
    assert len(where(result)[key_id(1)]) == 1
    assert "deleted" not in where(result)[key_id(1)][0], "in one of them it is not"


def test_links_between_layers_as_podman_makes_them(tmp_path: Path) -> None:
    made = io.BytesIO()
    files = docker([{"a": key_text(1)}])
    name = next(n for n in files if n.endswith("layer.tar"))
    files["real.tar"] = files.pop(name)
    with tarfile.open(fileobj=made, mode="w") as writing:
        link = tarfile.TarInfo(name)
        link.type, link.linkname = tarfile.SYMTYPE, "../real.tar"
        writing.addfile(link)
    path = tmp_path / "i"
    path.write_bytes(made.getvalue()[:512] + tar(files))
    result = scan(read_image(path))
    assert result.problems == []
    assert where(result)[key_id(1)][0].endswith("/a")


def test_what_no_manifest_names_is_read_too(tmp_path: Path) -> None:
    files = oci([{"a": "x"}])
    hidden = PACK["gzip"](tar({"hidden": key_text(1)}))
    files |= {blob(hidden): hidden, "notes": key_text(2).encode(), "more.json": json.dumps([key_text(3)]).encode()}
    result = scan(read_image(saved(tmp_path / "i", files)))
    assert result.problems == []
    assert where(result) == {
        key_id(1): [f"{tmp_path}/i!{blob(hidden)}/hidden"],
        key_id(2): [f"{tmp_path}/i!notes"],
        key_id(3): [f"{tmp_path}/i!more.json"],
    }


def test_two_members_of_one_name_are_both_read(tmp_path: Path) -> None:
    path = tmp_path / "i"
    path.write_bytes(tar({"notes": key_text(1)})[:1024] + tar(oci([{"a": "x"}]) | {"notes": key_text(2).encode()}))
    assert set(where(scan(read_image(path)))) == {key_id(1), key_id(2)}


def test_for_other_processors_images_may_be_elsewhere_but_not_all(tmp_path: Path) -> None:
    files = oci([{"a": key_text(1)}])
    index = json.loads(files["index.json"])
    index["manifests"].insert(0, {"digest": f"sha256:{'d' * 64}"})
    assert problems(saved(tmp_path / "i", files | {"index.json": json.dumps(index).encode()})) == []
    del index["manifests"][1]
    found = scan(read_image(saved(tmp_path / "i", files | {"index.json": json.dumps(index).encode()})))
    assert any("none of the images" in p.why for p in found.problems)
    assert set(where(found)) == {key_id(1)}, "its layer is read all the same"


@pytest.mark.parametrize("target", ["../secret", "/etc/hostname", "blobs/../../secret", "link"])
def test_a_manifest_leads_to_nothing_outside(tmp_path: Path, target: str) -> None:
    (tmp_path / "secret").write_text(key_text(9))
    files = docker([{"a": "x"}])
    about = [{"Config": "../secret", "Layers": [target]}]
    path = unpacked(tmp_path / "i", files | {"manifest.json": json.dumps(about).encode()})
    (path / "link").symlink_to("../secret")
    result = scan(read_image(path))
    assert not result.findings
    assert [p for p in result.problems if "not here" in p.why]


@pytest.mark.parametrize("inner", PACK)
def test_a_truncated_layer_is_a_problem_and_its_beginning_is_read(tmp_path: Path, inner: str) -> None:
    noise = "".join(Fakes(n).secret() for n in range(9000))
    layer = PACK[inner](tar({"a": key_text(1), "b": noise, "c": key_text(2)}))
    whole = oci([{"x": key_text(3)}])
    config = next(data for data in whole.values() if b"diff_ids" in data)
    for cut in (len(layer) * 2 // 3, len(layer) - 1 if inner != "tar" else 3 * 512):
        short = layer[:cut]
        manifest = json.dumps(
            {"config": {"digest": digest(config)}, "layers": [{"digest": digest(short)}, *_layers(whole)]}
        ).encode()
        index = json.dumps({"manifests": [{"digest": digest(manifest)}]}).encode()
        files = whole | {blob(short): short, blob(manifest): manifest, "index.json": index}
        result = scan(read_image(saved(tmp_path / "i", files)))
        assert [p.where for p in result.problems] == [f"{tmp_path}/i!layer 1 {digest(short)[:19]}"], cut
        assert {key_id(3), key_id(1)} <= set(where(result))


def _layers(files: dict[str, bytes]) -> list[Any]:
    found: list[Any] = next(json.loads(data) for data in files.values() if b'"layers": [' in data)["layers"]
    return found


@pytest.mark.parametrize("outer", PACK)
def test_a_truncated_image_is_a_problem(tmp_path: Path, outer: str) -> None:
    whole = PACK[outer](tar(docker([{"a": key_text(1), "b": Fakes(1).token() * 99}])))
    for size in (0, 1, 300, len(whole) // 2, len(whole) * 4 // 5):
        (tmp_path / "i").write_bytes(whole[:size])
        assert problems(tmp_path / "i"), size


MALFORMED = [b"", b"[]", b"{}", b"null", b'[{"Layers": 1}]', b'[{"Layers": [1, null, {}]}]', b"[" * 100_000, b'["x"]',
             b'{"manifests": {}}', b'{"manifests": [{"digest": ["x"]}], "layers": 5}', b"\xff"]  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED, ids=lambda t: t[:40])
@pytest.mark.parametrize("name", ["manifest.json", "index.json"])
def test_a_malformed_manifest_is_a_problem_and_the_rest_is_read(tmp_path: Path, name: str, text: bytes) -> None:
    layer = PACK["gzip"](tar({"a": key_text(1)}))
    result = scan(read_image(saved(tmp_path / "i", {name: text, "x.tar.gz": layer})))
    assert result.problems
    assert set(where(result)) == {key_id(1)}


def test_what_is_no_image_is_none(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name, data in {"text": b"hello", "empty": b"", "plain.tar": tar({"a": "x", "manifest.json": "[]"})}.items():
        (tmp_path / name).write_bytes(data)
    saved(tmp_path / "plain.tgz", {"src/manifest.json": "[]"}, "gzip")
    (tmp_path / "manifest.json").write_text('{"name": "a web application"}')
    for path in (tmp_path, *tmp_path.iterdir(), tmp_path / "nowhere"):
        assert not is_image(path), path
    assert "no container image" in problems(tmp_path / "plain.tar")[0]
    assert problems(tmp_path / "nowhere") == [": No such file or directory"]


def test_a_huge_file_comes_in_pieces_and_its_lines_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("WHOLE", 4 << 20), ("_PIECE", 1 << 20)):
        monkeypatch.setattr(pieces, name, size)
    line = "x" * 99 + "\n"
    text = line * 80_000
    at = 31_457  # the pair lies across the end of a piece
    text = text[: at * 100] + key_text(1) + text[at * 100 :] + key_text(2)
    path = saved(tmp_path / "i", oci([{"log": text, "binary": b"\0" * (5 << 20) + key_text(3).encode()}]))
    result = scan(read_image(path))
    assert result.problems == []
    assert {f.key_id: [p.line for p in f.places] for f in result.findings} == {
        key_id(1): [at + 2],
        key_id(2): [80_004],
        key_id(3): [2],
    }


def test_a_huge_archive_in_a_layer_is_not_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("WHOLE", 1 << 20), ("_PIECE", 1 << 19)):
        monkeypatch.setattr(pieces, name, size)
    noise = b"".join(Fakes(n).token().encode() for n in range(10_000))
    for inside in (PACK["gzip"](noise), b"\xff\xfe" + noise):
        result = scan(read_image(saved(tmp_path / "i", oci([{"large": inside}]))))
        assert len(inside) > 1 << 20
        assert result.problems


def test_memory_is_bounded_however_large_a_layer(tmp_path: Path) -> None:
    layer: Files = {**{f"f{n}": b"%d\n" % n * 3000 for n in range(400)}, "large": bytes(20 << 20)}
    path = saved(tmp_path / "i", oci([layer], "zstd"))
    list(read_image(path))
    tracemalloc.start()
    try:
        for _ in read_image(path):
            pass
        assert tracemalloc.get_traced_memory()[1] < 45 << 20, "two blobs of the largest file at once, no more"
    finally:
        tracemalloc.stop()


def test_a_bomb_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanded, "_HARMLESS", 1 << 20)
    path = saved(tmp_path / "i", oci([{"a": key_text(1), "zeros": bytes(30 << 20)}]))
    result = scan(read_image(path))
    assert [p.why for p in result.problems] == [
        "not read to its end: it expands to more than 200 times its size, as a bomb does"
    ]
    assert set(where(result)) == {key_id(1)}


def hostile_headers() -> list[bytes]:
    def header(kind: bytes, size: int, name: str = "x") -> bytes:
        member = tarfile.TarInfo(name)
        member.type, member.size = kind, size
        return member.tobuf(tarfile.GNU_FORMAT)

    pax = b"12 size=-99\n"
    return [
        header(tarfile.XHDTYPE, 8 << 30),
        header(tarfile.GNUTYPE_LONGNAME, 8 << 30),
        header(tarfile.REGTYPE, -512),
        header(tarfile.XHDTYPE, len(pax)) + pax.ljust(512, b"\0") + header(tarfile.REGTYPE, 0),
        header(tarfile.REGTYPE, 8 << 30),
        b"\x01" * 512,
    ]


@pytest.mark.parametrize("number", range(len(hostile_headers())))
def test_hostile_headers_are_problems_in_a_layer_and_outside(tmp_path: Path, number: int) -> None:
    before = tar({"a": key_text(1)})[:1024]
    hostile = before + hostile_headers()[number] + bytes(1024)
    files = oci([{"b": "x"}])
    bad: Files = {
        "manifest.json": json.dumps([{"Config": "c", "Layers": ["l"]}]),
        "c": "{}",
        "l": PACK["gzip"](hostile),
    }
    for data in (tar(bad), tar(files)[:-10240] + hostile):
        (tmp_path / "i").write_bytes(data)
        result = scan(read_image(tmp_path / "i"))
        assert result.problems
        assert set(where(result)) == {key_id(1)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 255)), min_size=1, max_size=8))
@pytest.mark.parametrize("inner", PACK)
def test_no_damage_is_too_much(tmp_path: Path, inner: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(tar(oci(LAYERS, inner)))
    for at, value in changes:
        data[at % len(data)] = value
    (tmp_path / "i").write_bytes(data)
    is_image(tmp_path / "i")
    for item in read_image(tmp_path / "i"):
        assert isinstance(item, Blob | Problem)


def test_json_has_a_line_for_each_value() -> None:
    text = b'{"a": [1, {"b": "two\\nlines"}, []], "a": null, "": true, "n": 1.50}'
    assert json_lines(text) == b"a.0: 1\na.1.b: two\nlines\na: None\nTrue\nn: 1.50"
    deep = b'{"%s": {"%s": [%s0]}}' % (b"k" * 9000, b"l" * 9000, b"0," * 500)
    assert len(json_lines(deep)) < 400_000
    assert b"k" * 9000 in json_lines(deep)
