"""What somebody said to ignore is ignored, that alone, and what cannot be meant is told."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Fakes

from unleak.model.errors import CouldNotLook, Misuse
from unleak.model.finding import Place
from unleak.model.value import replace
from unleak.scan.blob import Blob
from unleak.scan.ignore import Ignores, baseline
from unleak.scan.ignore.globs import Glob, Globs
from unleak.scan.ignore.inline import ALLOW
from unleak.scan.scanner import Scan, scan

COMMIT = "c0ffee1" + "0" * 33


def pair_text(fakes: Fakes, comment: str = "") -> str:
    return f"aws_access_key_id = {fakes.key_id()}\naws_secret_access_key = {fakes.secret()}{comment}\n"


def found(*paths: str, seed: int = 1) -> Scan:
    """One pair in all of them, its secret on line 2."""
    text = pair_text(Fakes(seed))
    return scan(Blob(text.encode(), path) for path in paths)


def left(result: Scan) -> list[str]:
    return [p.path for f in result.findings for p in f.places]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_is_imported_for_files_that_are_not_there() -> None:
    """It runs in everybody's commit hook."""
    code = "import sys; from pathlib import Path; from unleak.scan.ignore import Ignores; Ignores.at(Path('/')); "
    code += "print('dulwich' in sys.modules, 're2' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "False False\n"


# --- .unleakignore


def test_a_path_is_ignored_and_not_what_stands_there(here: Path) -> None:
    (here / ".unleakignore").write_text("# fixtures\n\ntests/\n")
    result = found("tests/a", "src/a")
    Ignores.at(Path()).apply(result)
    assert (left(result), result.ignored) == (["src/a"], 0)
    result = found("tests/a", "sub/tests/b")
    Ignores.at(Path()).apply(result)
    assert (left(result), result.ignored) == ([], 1)


@pytest.mark.parametrize("by", ["fingerprint", "key_id"])
def test_one_credential_is_ignored_wherever_it_is(here: Path, by: str) -> None:
    known = found("x").findings[0]
    (here / ".unleakignore").write_bytes(f"\ufeff{getattr(known, by)}\r\n".encode())
    result = scan([Blob(pair_text(Fakes(n)).encode(), f"{n}{m}") for n in (1, 2) for m in "ab"])
    Ignores.at(Path()).apply(result)
    assert (left(result), result.ignored) == (["2a", "2b"], 1)


def test_files_of_the_scanned_folder_and_of_its_repository_count(here: Path) -> None:
    (here / "repository" / ".git").mkdir(parents=True)
    (here / "repository" / "sub" / "deep").mkdir(parents=True)
    (here / "repository" / ".unleakignore").write_text("/sub/a\n/c\n")
    (here / "repository" / "sub" / ".unleakignore").write_text("/b\n")
    result = found(*(f"repository/sub/{name}" for name in "abc"))
    Ignores.at(Path("repository/sub")).apply(result)
    assert left(result) == ["repository/sub/c"]
    whole = here / "repository" / "sub"
    result = found(*(str(whole / name) for name in "abc"))
    Ignores.at(whole).apply(result)
    assert left(result) == [str(whole / "c")]
    result = found("sub/a", "sub/b", "c", "d")
    Ignores.at(Path("repository/sub"), in_git=True).apply(result)
    assert left(result) == ["d"], "git names paths from the repository's root"
    result = found("repository/sub/a", "repository/sub/b")
    Ignores.at(Path("repository/sub/a")).apply(result)
    assert left(result) == [], "a single file has the rules of its folder"


BAD = {
    "AKIA" + "ZHO3CC62YYHHCD6": "a key id has 20 characters",
    "0123456789abcdef0123456789abcdef0": "32 hexadecimal digits",
    "a**/b": "a whole folder's name",
    "foo\\": "backslash",
    "[a": "brackets",
    "[[:nothing:]]": "brackets",
    "[/]": "brackets hold nothing",
    "!": "names nothing",
    "/": "names nothing",
    "a\tb": "control characters",
    Fakes(7).secret(): "looks like a secret",
}


@pytest.mark.parametrize("line", BAD)
def test_a_line_that_cannot_be_meant_is_told_and_not_repeated(here: Path, line: str) -> None:
    (here / ".unleakignore").write_text(f"fine\n{line}\n")
    with pytest.raises(Misuse) as caught:
        Ignores.at(here)
    assert str(caught.value).startswith(f"{here / '.unleakignore'}, line 2: ")
    assert BAD[line] in str(caught.value)
    assert len(line) < 3 or line not in f"{caught.value} {caught.value.hint}"


def test_an_ignore_file_may_be_anything(here: Path) -> None:
    path = here / ".unleakignore"
    os.mkfifo(path)
    with pytest.raises(Misuse, match="is no file"):
        Ignores.at(here)
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(CouldNotLook, match="cannot read"):
        Ignores.at(here)
    path.unlink()
    path.symlink_to("nowhere")
    Ignores.at(here)
    path.unlink()
    path.mkdir()
    with pytest.raises(Misuse, match="is no file"):
        Ignores.at(here)
    path.rmdir()
    path.write_bytes(b"x\n" * (1 << 20))
    with pytest.raises(Misuse, match="larger than 1024 KiB"):
        Ignores.at(here)


# --- as git ignores

NAMES = ["a", "b", "ab", "a.txt", "foo", "x y", "[z]", "#h", "!n", "tail ", "\u00e9", "raw\udcff", "q\\r"]
SEGMENTS = [
    "a", "b", "*", "**", "?", "??", "[ab]", "[!a]", "[^a]", "[a-f]oo", "[[:alpha:]]", "[]a]", "foo", "*.txt", "a*",
    "*b*", "x y", "\\[z]", "\\#h", "\\!n", "\\!*", "tail\\ ", "tail ", "\u00e9", "?h", "q\\\\r", "raw*",
]  # fmt: skip
PATHS = st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join), min_size=10, max_size=30)
LINES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", "", "/"]),
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ignoring")
    subprocess.run(["git", "init", "-q", str(path)], check=True)
    subprocess.run(["git", "-C", str(path), "config", "core.excludesFile", os.devnull], check=True)
    return path


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=4), paths=PATHS)
def test_globs_ignore_what_git_ignores(repository: Path, lines: list[str], paths: list[str]) -> None:
    (repository / ".gitignore").write_text("".join(f"{line}\n" for line in lines))
    asked = "\0".join(paths).encode("utf-8", "surrogateescape")
    git = ["git", "-C", str(repository), "check-ignore", "--no-index", "-z", "--stdin"]
    told = subprocess.run(git, input=asked, capture_output=True, check=False).stdout
    by_git = set(told.decode("utf-8", "surrogateescape").split("\0")) - {""}
    globs = Globs(
        Glob.of(line.encode().removesuffix(b" ") if line.endswith("tail ") else line.encode()) for line in lines
    )
    assert {p for p in paths if globs.match(p)} == by_git


def test_no_pattern_takes_for_ever() -> None:
    """Backtracking would need minutes for one name."""
    globs = Globs([Glob.of(b"*a" * 30 + b"b"), Glob.of(b"**/" * 30 + b"b")])
    begun = time.monotonic()
    assert not globs.match("/".join(["a" * 250] * 16))
    assert time.monotonic() - begun < 5


# --- .gitleaksignore


@pytest.mark.parametrize(
    ("entry", "ignored"),
    [
        ("a.env:generic-api-key:2", True),
        (".\\a.env:generic-api-key:2", False),
        ("a.env:aws-access-token:1", False),
        ("a.env:aws-access-token:2", False),
        ("a.env:generic-api-key:3", False),
        ("b.env:generic-api-key:2", False),
        ("a.env:aws_secret:2", True),
        ("a.env:jwt:2", False),
        (f"{COMMIT}:a.env:generic-api-key:2", True),
        (f"{COMMIT[:7]}:a.env:generic-api-key:2", True),
        (f"{'d' * 40}:a.env:generic-api-key:2", False),
    ],
)
def test_gitleaks_entries(here: Path, entry: str, ignored: bool) -> None:  # noqa: FBT001
    (here / ".gitleaksignore").write_text(f"# from gitleaks\n{entry}\n")
    result = found("a.env")
    result.findings = [replace(f, places=(Place("a.env", 2, COMMIT),)) for f in result.findings]
    Ignores.at(here).apply(result)
    assert (result.findings == [], result.ignored) == (ignored, int(ignored))


def test_gitleaks_entries_for_ids_archives_and_windows(here: Path) -> None:
    (here / ".gitleaksignore").write_text("sub\\lone:aws-access-token:1\nx.zip!in/a.env:generic-api-key:2\n")
    result = scan([Blob(Fakes(3).key_id().encode(), "sub/lone"), Blob(pair_text(Fakes(4)).encode(), "x.zip")])
    pair, lone = result.findings
    result.findings = [replace(pair, places=(Place("x.zip", 2, via=("zip entry in/a.env", "base64")),)), lone]
    Ignores.at(here).apply(result)
    assert result.ignored == 2


def test_gitleaks_entries_that_mean_nothing_here_are_told(here: Path) -> None:
    path = here / ".gitleaksignore"
    path.write_text("a:jwt:1\nb:jwt:2\nc:sidekiq-secret:3\nnonsense\na:b:c:d:e\nd:generic-api-key:1\n")
    ignores = Ignores.at(here)
    ignores.apply(Scan())
    assert ignores.told == [
        f"{path}: entries of rules that are not here mean nothing: 3 (jwt, sidekiq-secret)",
        f"{path}, line 4: is not [commit:]path:rule:line, and means nothing",
        f"{path}, line 5: is not [commit:]path:rule:line, and means nothing",
    ]


# --- baseline


def test_a_baseline_knows_what_moved_and_tells_what_is_new(here: Path) -> None:
    path = here / "baseline.json"
    text = pair_text(Fakes(1))
    baseline.write(scan([Blob(text.encode(), "old"), Blob(Fakes(2).key_id().encode(), "id")]), path)
    moved = scan([Blob(f"\n\n{text}".encode(), "new"), Blob(pair_text(Fakes(3)).encode(), "more")])
    Ignores.at(here, baseline=path).apply(moved)
    assert (left(moved), moved.ignored) == (["more"], 1)


def test_a_baseline_holds_no_secret(here: Path) -> None:
    fakes = Fakes(5)
    key_id, secret = fakes.key_id(), fakes.secret()
    result = scan([Blob(f"id = {key_id}\nsecret = {secret}".encode(), f"{secret}.txt")])
    text = baseline.written(result)
    assert secret not in text
    assert json.loads(text) == {
        "schema": "unleak.baseline/1",
        "findings": [
            {
                "fingerprint": result.findings[0].fingerprint,
                "detector": "aws_secret",
                "key_id": key_id,
                "path": "****.txt",
            }
        ],
    }
    with pytest.raises(CouldNotLook, match="cannot write"):
        baseline.write(result, here / "no" / "such" / "folder")


BROKEN = {
    "": "no JSON",
    "[" * 100_000: "no JSON",
    "[]": "no baseline",
    "{}": "no baseline",
    '{"schema": "unleak.findings/1"}': "no baseline",
    '{"schema": "unleak.baseline/2", "findings": []}': "another version",
    '{"schema": "unleak.baseline/1"}': "no list",
    '{"schema": "unleak.baseline/1", "findings": [{}]}': "finding 1 has no fingerprint",
    '{"schema": "unleak.baseline/1", "findings": ["x"]}': "finding 1 has no fingerprint",
    '{"schema": "unleak.baseline/1", "findings": [{"fingerprint": "x"}]}': "finding 1 has no fingerprint",
}


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_or_newer_baseline_ignores_nothing_but_stops(here: Path, text: str) -> None:
    (here / "b").write_text(text)
    with pytest.raises(Misuse, match=BROKEN[text]):
        Ignores.at(here, baseline=here / "b")
    with pytest.raises(Misuse, match="there is no baseline"):
        Ignores.at(here, baseline=here / "c")


# --- comments

COMMENTS = {
    "# unleak:allow": True,
    "// Unleak:Allow because it is a fake": True,
    "<!-- gitleaks:allow -->": True,
    "# pragma: allowlist secret": True,
    "# pragma:allowlist secret": True,
    "# pragma: whitelist secret": True,
    "# unleak:allowed": False,
    "# unleak: allowance": False,
    "# pragma: no cover": False,
    "# allow": False,
}


@pytest.mark.parametrize("comment", COMMENTS)
def test_comments_that_count(here: Path, comment: str) -> None:
    assert bool(ALLOW.search(comment.encode())) is COMMENTS[comment]
    result = scan([Blob(pair_text(Fakes(6), f"  {comment}").encode(), "a")])
    Ignores.at(here).apply(result)
    assert (result.findings == []) is COMMENTS[comment]


def test_what_is_allowed_in_one_place_is_told_in_the_others(here: Path) -> None:
    result = scan(
        [Blob(pair_text(Fakes(6), comment).encode(), path) for path, comment in (("a", "# unleak:allow"), ("b", ""))]
    )
    Ignores.at(here).apply(result)
    assert (left(result), result.ignored) == (["b"], 0)
