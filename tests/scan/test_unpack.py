"""What is packed comes out whole, at the cost that is allowed; what does not is told."""

import bz2
import gzip
import io
import lzma
import marshal
import random
import sqlite3
import struct
import sys
import tarfile
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import closing

import py7zr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Fakes

from unleak.scan.blob import Problem
from unleak.scan.unpack.budget import Budget
from unleak.scan.unpack.levels import unpack, unpack_all
from unleak.scan.unpack.magic import is_packed
from unleak.scan.unpack.member import Member
from unleak.zstd import zstd

MIB = 1 << 20
TEXT = b"".join(b"line %d of a text\n" % n for n in range(400))
# Small, so that bombs need not be large.
SMALL = {"size": 16 * MIB, "largest": 8 * MIB, "harmless": 2 * MIB}

Found = dict[tuple[str, ...], bytes]


def unpacked(data: bytes, budget: Budget | None = None) -> tuple[Found, list[Problem]]:
    found: Found = {}
    problems = []
    for item in unpack_all(data, budget or Budget()):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            found[item[0]] = item[1]
    return found, problems


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def tarred(files: dict[str, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=kind) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return held.getvalue()


def sevenzipped(files: dict[str, bytes], password: str | None = None) -> bytes:
    held = io.BytesIO()
    with py7zr.SevenZipFile(held, "w", password=password) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return held.getvalue()


def database(script: str, *values: bytes) -> bytes:
    """`values` go to a table `t`, which the script makes."""
    with closing(sqlite3.connect(":memory:")) as made:
        made.executescript(script)
        for value in values:
            made.execute("INSERT INTO t VALUES (?)", [value])
        made.commit()
        return made.serialize()


def class_file(*strings: bytes) -> bytes:
    pool = b"\x05" + bytes(8) + b"".join(b"\x08\0\1\x01" + struct.pack(">H", len(s)) + s for s in strings)
    return b"\xca\xfe\xba\xbe" + struct.pack(">HHH", 0, 61, 3 + 2 * len(strings)) + pool + b"N" * 50


def bytecode(source: str) -> bytes:
    return b"\xa7\r\r\n" + bytes(12) + marshal.dumps(compile(source, "x.py", "exec"))


LONG = "folder/" * 30 + "n\u00e9"
FORMATS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "gzip": (gzip.compress, "gzip"),
    "gzip of several": (lambda d: gzip.compress(d[:9]) + gzip.compress(d[9:]) + bytes(7), "gzip"),
    "bzip2": (lambda d: bz2.compress(d[:9]) + bz2.compress(d[9:]), "bzip2"),
    "xz": (lambda d: lzma.compress(d[:9]) + bytes(4) + lzma.compress(d[9:]), "xz"),
    "lzma": (lambda d: lzma.compress(d, lzma.FORMAT_ALONE), "xz"),
    "zstd": (lambda d: b"\x50\x2a\x4d\x18\2\0\0\0ab" + zstd.compress(d[:9]) + zstd.compress(d[9:]), "zstd"),
    "zip": (lambda d: zipped({"a/b": d, "empty": b""}), "zip entry a/b"),
    "zip stored": (lambda d: zipped({"a": d}, zipfile.ZIP_STORED), "zip entry a"),
    "zip bzip2": (lambda d: zipped({"a": d}, zipfile.ZIP_BZIP2), "zip entry a"),
    "zip lzma": (lambda d: zipped({"a": d}, zipfile.ZIP_LZMA), "zip entry a"),
    "tar v7": (lambda d: without_magic(tarred({"a": d}, tarfile.USTAR_FORMAT)), "tar entry a"),
    "tar ustar": (lambda d: tarred({LONG: d}, tarfile.USTAR_FORMAT), f"tar entry {LONG}"),
    "tar GNU": (lambda d: tarred({LONG: d}, tarfile.GNU_FORMAT), f"tar entry {LONG}"),
    "tar pax": (lambda d: tarred({LONG: d}), f"tar entry {LONG}"),
    "tar twice": (lambda d: tarred({"x": b"1"}) + tarred({"a": d}), "tar entry a"),
    "7z": (lambda d: sevenzipped({"a": d}), "7z entry a"),
}


def without_magic(tar: bytes) -> bytes:
    """The first header as it was before POSIX, with its checksum."""
    header = bytearray(tar[:257] + bytes(255))
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + tar[512:]


@pytest.mark.parametrize(("pack", "step"), FORMATS.values(), ids=FORMATS)
def test_each_format_in_others(pack: Callable[[bytes], bytes], step: str) -> None:
    found, problems = unpacked(zipped({"in.tgz": gzip.compress(tarred({"x": pack(TEXT)}))}))
    assert found["zip entry in.tgz", "gzip", "tar entry x", step] == TEXT
    assert not problems


def test_members_and_steps_of_one_level() -> None:
    inner = zipped({"deep": TEXT})
    members = list(unpack(tarred({"a": TEXT, "b.zip": inner}), Budget()))
    assert members == [Member("tar entry a", TEXT), Member("tar entry b.zip", inner)]
    assert TEXT[:9].decode() not in repr(members)


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"BZh9 is what begins so", b"ab\r\ncd\r\nccccccccc", b"7z is a program", b"SQL", TEXT, bytes(2000)],
)
def test_what_is_not_packed(data: bytes) -> None:
    assert not is_packed(data)
    assert list(unpack(data, Budget())) == []


def zeros(compress: Callable[[bytes], bytes], flush: Callable[[], bytes], mib: int = 64) -> bytes:
    return b"".join(compress(bytes(MIB)) for _ in range(mib)) + flush()


def overlapping(entries: int) -> bytes:
    """Every entry of the list is one and the same."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = zeros(packer.compress, packer.flush, 1)
    crc = zlib.crc32(bytes(MIB))
    local = struct.pack("<4sHHHLLLLHH", b"PK\3\4", 20, 0, 8, 0, crc, len(packed), MIB, 1, 0) + b"a"
    one = struct.pack("<4sHHHHLLLLHHHHHLL", b"PK\1\2", 20, 20, 0, 8, 0, crc, len(packed), MIB, 1, 0, 0, 0, 0, 0, 0)
    listed, begin = (one + b"a") * entries, len(local + packed)
    return local + packed + listed + struct.pack("<4s4xHHLLH", b"PK\5\6", entries, entries, len(listed), begin, 0)


def deep(levels: int) -> bytes:
    data = TEXT
    for _ in range(levels):
        data = gzip.compress(data)
    return data


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "gzip": (lambda: gzip.compress(bytes(64 * MIB)), "larger than 8 MiB"),
    "gzip in tar": (lambda: tarred({str(n): gzip.compress(bytes(8 * MIB)) for n in range(9)}), "too much is packed"),
    "bzip2": (lambda: bz2.compress(bytes(64 * MIB)), "200 times"),
    "xz": (lambda: lzma.compress(bytes(64 * MIB), preset=0), "200 times"),
    "zstd": (lambda: zstd.compress(bytes(64 * MIB)), "200 times"),
    "zip": (lambda: zipped({"a": bytes(64 * MIB)}), "larger than 8 MiB"),
    "zip bzip2": (lambda: zipped({"a": bytes(64 * MIB)}, zipfile.ZIP_BZIP2), "200 times"),
    "zip of many": (lambda: zipped({str(n): bytes(2 * MIB) for n in range(40)}), "too much is packed"),
    "zip of overlapping": (lambda: overlapping(5000), "overlaps another"),
    "7z": (lambda: sevenzipped({"a": bytes(64 * MIB)}), "200 times"),
    "levels": (lambda: deep(9), "more than 5 levels"),
    "streams": (lambda: gzip.compress(b"") * 200_000, "too many streams"),
    "headers": (lambda: b"PK\3\4" + b"\x14\0\x08\0\x08" + bytes(30) + b"PK\3\4" * 100_000, "damaged"),
}


@pytest.mark.parametrize(("make", "why"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_told_and_not_set_off(make: Callable[[], bytes], why: str) -> None:
    data, began = make(), time.monotonic()
    tracemalloc.start()
    kept = 0
    problems = []
    for item in unpack_all(data, Budget(**SMALL)):
        if isinstance(item, Problem):
            problems.append(item)
        else:
            kept += len(item[1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert any(why in p.why for p in problems), problems
    assert kept <= SMALL["size"] + len(data)
    # zstd inflates up to 32 MiB before it can be asked whether that is too much.
    assert peak < 48 * MIB
    assert time.monotonic() - began < 20


def test_no_more_members_than_allowed() -> None:
    budget = Budget(members=10)
    found, problems = unpacked(zipped({str(n): b"x" for n in range(30)}), budget)
    assert len(found) == 11
    assert "too much is packed" in problems[0].why
    assert unpacked(gzip.compress(TEXT), budget) == ({("gzip",): TEXT}, [])


SAMPLES = {name: pack(TEXT) for name, (pack, _) in FORMATS.items() if name != "7z"}
SAMPLES["SQLite"] = database("""PRAGMA page_size = 512;
CREATE TABLE t (a TEXT, b TEXT);
CREATE TABLE k (a TEXT PRIMARY KEY, b) WITHOUT ROWID;
WITH RECURSIVE c (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < 59)
INSERT INTO t SELECT printf('%050d', n), 'x' FROM c;
INSERT INTO k SELECT substr(a, 20), 1.5 FROM t;
""")
SAMPLES["class"] = class_file(b"abc", b"def")
SAMPLES["bytecode"] = bytecode("a = 'text'; b = b'bytes'\ndef f(): 'doc'")


@pytest.mark.parametrize("whole", SAMPLES.values(), ids=SAMPLES)
@settings(max_examples=60, deadline=None)
@given(dice=st.randoms(use_true_random=False), flips=st.integers(0, 8), cut=st.booleans())
def test_no_damage_is_too_much(whole: bytes, dice: random.Random, flips: int, cut: bool) -> None:  # noqa: FBT001
    data = bytearray(whole)
    for _ in range(flips):
        data[dice.randrange(len(data)) if dice.random() < 0.7 else dice.randrange(min(100, len(data)))] = dice.choice(
            (0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256))
        )
    if cut:
        del data[dice.randrange(len(data)) :]
    began = time.monotonic()
    unpacked(bytes(data), Budget(**SMALL))
    assert time.monotonic() - began < 10


ONE_STREAM = ["gzip", "bzip2", "xz", "lzma", "zstd", "zip", "zip stored", "zip lzma", "tar ustar"]


@pytest.mark.parametrize("name", ONE_STREAM)
@pytest.mark.parametrize("part", [0.3, 0.7, 0.95])
def test_what_is_cut_off_is_read_so_far_and_told(name: str, part: float) -> None:
    packed = FORMATS[name][0](TEXT).rstrip(b"\0")
    found, problems = unpacked(packed[: int(len(packed) * part)])
    assert problems
    read = b"".join(found.values())
    assert TEXT.startswith(read)
    if name in ("gzip", "zip", "zip stored", "tar ustar"):
        assert len(read) > len(TEXT) * part / 4


def test_what_is_before_the_damage_is_read() -> None:
    noise = random.Random(1).randbytes(40_000).hex().encode()
    packed = bytearray(gzip.compress(noise))
    packed[len(packed) // 2 :] = b"\xff" * 10
    found, problems = unpacked(bytes(packed))
    assert len(found["gzip",]) > 0.45 * len(noise)
    assert noise.startswith(found["gzip",][:30_000])
    assert problems


def test_a_wrong_checksum_is_told_beside_what_was_read() -> None:
    for packed, wrong in ((gzip.compress(TEXT), -8), (zipped({"a": TEXT}), 14)):
        damaged = bytearray(packed)
        damaged[wrong] ^= 1
        at = bytes(damaged).find(b"PK\1\2")
        if at >= 0:
            damaged[at + 16] ^= 1
        found, problems = unpacked(bytes(damaged))
        assert list(found.values()) == [TEXT]
        assert "damaged" in problems[0].why


@pytest.mark.parametrize("name", ["gzip", "bzip2", "xz", "zstd", "tar ustar"])
def test_what_follows_an_archive_is_told(name: str) -> None:
    found, problems = unpacked(FORMATS[name][0](TEXT) + b"and this")
    assert TEXT in found.values()
    assert len(problems) == 1


def test_entries_of_a_zip_without_its_list_are_read() -> None:
    whole = zipped({"a": TEXT, "b": TEXT[::-1]})
    found, problems = unpacked(whole[: whole.index(b"PK\1\2")])
    assert found == {("zip entry a",): TEXT, ("zip entry b",): TEXT[::-1]}
    assert "list of entries" in problems[0].why


def test_many_encrypted_entries_are_one_problem() -> None:
    data = bytearray(zipped({str(n): TEXT for n in range(9)}))
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 1)
    assert unpacked(bytes(data)) == ({}, [Problem("zip entry 0", "encrypted (and 8 more like it)")])
    assert unpacked(sevenzipped({"a": TEXT}, password="x")) == ({}, [Problem("7z", "encrypted")])


def test_an_unknown_method_is_told() -> None:
    data = zipped({"a": TEXT}).replace(b"\x08\0", b"\x63\0")
    found, (problem,) = unpacked(data)
    assert not found
    assert problem == Problem("zip entry a", "compressed by method 99, which is not read")


def test_links_in_a_tar_are_passed_over() -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo("link")
            info.type, info.linkname = kind, "../../etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("file")
        info.size = len(TEXT)
        archive.addfile(info, io.BytesIO(TEXT))
    assert unpacked(held.getvalue()) == ({("tar entry file",): TEXT}, [])


def test_without_py7zr_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sevenzipped({"a": TEXT})
    monkeypatch.setitem(sys.modules, "py7zr", None)
    monkeypatch.setattr("unleak.scan.unpack.sevenzip.find_spec", lambda _name: None)
    assert unpacked(data) == ({}, [Problem("7z", "pip install 'unleak[sevenzip]'")])


def lines(items: Iterable[bytes]) -> bytes:
    return b"".join(item + b"\n" for item in items)


USERS = """
CREATE TABLE users (id INTEGER PRIMARY KEY, key_id TEXT, secret TEXT, n REAL,
  computed TEXT GENERATED ALWAYS AS (hex(zeroblob(1000000))) VIRTUAL,
  low TEXT GENERATED ALWAYS AS (lower(secret)) STORED);
INSERT INTO users (key_id, secret, n) VALUES ('ID1', 'S1', 1.5), ('ID2', NULL, 2);
CREATE INDEX by_key ON users (key_id, secret);
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
INSERT INTO settings VALUES ('aws_secret', 'S2');
CREATE VIEW seen AS SELECT 'from a view' AS a FROM users;
CREATE TRIGGER shot AFTER INSERT ON users BEGIN DELETE FROM settings; END;
"""


def test_a_database_is_read_row_by_row_with_its_columns_names() -> None:
    found, problems = unpacked(database(USERS))
    assert found == {
        ("SQLite table users",): b"key_id: ID1\nsecret: S1\nlow: s1\nkey_id: ID2\n",
        ("SQLite table settings",): b"name: aws_secret\naws_secret value: S2\n",
    }
    assert not problems


def test_a_database_that_keeps_a_log_beside_it_is_read() -> None:
    data = bytearray(database(USERS))
    data[18:20] = b"\2\2"
    assert unpacked(bytes(data)) == unpacked(database(USERS))


def test_what_is_packed_in_a_database_is_unpacked() -> None:
    found, _ = unpacked(database("CREATE TABLE t (b)", gzip.compress(TEXT)))
    assert found["SQLite table t, column b", "gzip"] == TEXT


def test_a_cut_off_database_is_read_so_far() -> None:
    data = SAMPLES["SQLite"]
    found, problems = unpacked(data[: len(data) * 3 // 4])
    assert b"a: " + b"0" * 49 + b"7\nb: x\n" in found["SQLite table t",]
    assert "cut off" in " ".join(p.why for p in problems)


def test_names_of_a_database_are_names() -> None:
    name = "a\"b'; DROP TABLE kept; --"
    quoted = '"' + name.replace('"', '""') + '"'
    found, problems = unpacked(
        database(f"CREATE TABLE kept (a); CREATE TABLE t ({quoted}); ALTER TABLE t RENAME TO {quoted}")
    )
    assert (found, problems) == ({}, [])
    data = database(f"CREATE TABLE t ({quoted})", TEXT)
    assert unpacked(data) == ({("SQLite table t",): name.encode() + b": " + TEXT + b"\n"}, [])


ENDLESS = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT hex(zeroblob(x * 1000000)) FROM r"


@pytest.mark.parametrize(
    "disguised", [f"CREATE VIEW bait (a) AS {ENDLESS}", "CREATE VIEW bait (a) AS SELECT a FROM t", "CREATE VIRTUAL"]
)
def test_what_only_says_it_is_a_table_is_not_run(disguised: str) -> None:
    script = "CREATE TABLE t (a); CREATE TABLE bait (a); PRAGMA writable_schema = ON;"
    change = f"UPDATE sqlite_master SET sql = '{disguised}' WHERE name = 'bait';"  # noqa: S608  a test's own
    began = time.monotonic()
    found, problems = unpacked(database(script + change, TEXT))
    assert time.monotonic() - began < 5
    assert [p.why for p in problems] == ["damaged: not all of it could be read"]
    assert found in ({}, {("SQLite table t",): b"a: " + TEXT + b"\n"})


def test_a_tree_of_a_database_that_goes_round_ends() -> None:
    """Each inner page points at the next one many times over: 50^6 rows from a few KiB."""
    page, levels = 512, 6
    data = bytearray(database("PRAGMA page_size = 512; CREATE TABLE t (a); INSERT INTO t VALUES (1);"))
    leaf = data[page : 2 * page]
    for number in range(levels):
        at = 2 + number
        cells, child = 50, struct.pack(">L", at + 1)
        content = page - 5 * cells
        head = struct.pack(">BHHHB", 5, 0, cells, content, 0) + child
        pointers = b"".join(struct.pack(">H", content + 5 * n) for n in range(cells))
        inner = (head + pointers).ljust(content, b"\0") + (child + b"\1") * cells
        data[(at - 1) * page : at * page] = inner
    data += leaf
    data[28:32] = struct.pack(">L", len(data) // page)
    began = time.monotonic()
    _, problems = unpacked(bytes(data))
    assert time.monotonic() - began < 10
    assert problems


def test_constants_of_bytecode_stand_on_lines_of_their_own() -> None:
    fakes = Fakes(1)
    key_id, secret, token = fakes.key_id(), fakes.secret(), fakes.token() * 3
    source = f"class Aws:\n  id = {key_id!r}\n  secret = {secret!r}\n  token = {token!r}\n  raw = {secret.encode()!r}"
    for path in (bytecode(source), bytecode(source)[:-9]):
        found, _ = unpacked(path)
        text = found["bytecode constants",].splitlines()
        for constant in (key_id, secret, token):
            assert constant.encode() in text
        assert text.index(key_id.encode()) < text.index(secret.encode())


def test_old_bytecode_is_read() -> None:
    """Python 2.7: bytes, `t` for what is interned, `u` for text, a header of eight bytes."""
    fakes = Fakes(2)
    strings = [(b"s", fakes.secret()), (b"t", fakes.key_id()), (b"u", "t\u00e9xt")]
    packed = b"".join(kind + struct.pack("<L", len(s.encode())) + s.encode() for kind, s in strings)
    data = b"\x03\xf3\r\n" + bytes(4) + b"c" + bytes(16) + b"s\4\0\0\0d\0\0S(\3\0\0\0" + packed + b"N"
    found, _ = unpacked(data)
    assert found["bytecode constants",] == lines(s.encode() for _, s in strings)


def test_constants_of_a_java_class_stand_on_lines_of_their_own() -> None:
    fakes = Fakes(3)
    strings = [fakes.key_id().encode(), fakes.secret().encode()]
    assert unpacked(class_file(*strings)) == ({("Java class constants",): b"\n".join(strings)}, [])
    found, problems = unpacked(class_file(*strings)[:-80])
    assert found["Java class constants",].startswith(strings[0])
    assert problems
