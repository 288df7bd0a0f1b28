"""`unleak scan` as its user or a hook runs it: exit codes, channels, and what it must not skip in silence."""

import json
import os
import random
import shutil
import socket
import string
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DICE = random.Random(1)
KEY_ID = "AKIA" + "".join(DICE.choices(string.ascii_uppercase + "234567", k=16))
SECRET = "".join(DICE.choices(string.ascii_letters + string.digits + "+/", k=40))
PAIR = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"

Done = subprocess.CompletedProcess[bytes]


def unleak_scan(*arguments: str, cwd: Path, stdin: bytes = b"", env: dict[str, str] | None = None) -> Done:
    """Fails where it hangs, where a secret comes out, and where Python speaks instead of us."""
    command = [sys.executable, "-m", "unleak.cli.main", "scan", *arguments]
    done = subprocess.run(
        command, cwd=cwd, input=stdin, env=os.environ | (env or {}), capture_output=True, timeout=20, check=False
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert SECRET[:16].encode() not in done.stdout + done.stderr
    return done


def test_exit_code_0_and_words_where_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("harmless")
    done = unleak_scan(cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"nothing found in 1 file")


def test_exit_code_1_and_the_next_step_where_a_pair_is_found(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / ".env").write_text(PAIR)
    done = unleak_scan("deep", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, b"")
    assert f"CRITICAL  {KEY_ID}" in done.stdout.decode()
    assert "  deep/er/.env:2\n" in done.stdout.decode()
    assert f"  next: unleak respond {KEY_ID} --secret-from deep --mode disable\n" in done.stdout.decode()


def test_a_single_file_is_scanned_even_inside_git(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(PAIR)
    assert unleak_scan(".", cwd=tmp_path).returncode == 0
    assert unleak_scan(".git/config", cwd=tmp_path).returncode == 1
    assert unleak_scan(".git", cwd=tmp_path).returncode == 1


def test_a_file_with_the_name_of_standard_input_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "-").write_text(PAIR)
    assert unleak_scan("./-", cwd=tmp_path).returncode == 1


MISUSE = [
    ["nowhere"],
    ["a/file-is-no-folder"],
    ["--history", "--staged", "."],
    ["--history", "-"],
    ["--staged", "-"],
    ["--format", "xml", "."],
    ["--min-severity", "none", "."],
    ["--no-such-option"],
    [".", "."],
]


@pytest.mark.parametrize("arguments", MISUSE, ids=" ".join)
def test_exit_code_2_and_nothing_on_stdout_for_misuse(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "a").write_text(PAIR)
    done = unleak_scan(*arguments, cwd=tmp_path, stdin=PAIR.encode())
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr


def test_json_goes_to_stdout_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(PAIR)
    done = unleak_scan("--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, b"")
    document = json.loads(done.stdout)
    assert document["schema"] == "unleak.findings/1"
    assert [(f["key_id"], f["has_secret"]) for f in document["findings"]] == [(KEY_ID, True)]


def test_standard_input(tmp_path: Path) -> None:
    diff = "".join(f"+{line}\n" for line in PAIR.splitlines())
    done = unleak_scan("-", "--format", "json", cwd=tmp_path, stdin=diff.encode())
    assert done.returncode == 1
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["places"][0]["path"], finding["places"][0]["line"]) == ("(standard input)", 2)
    assert b"--secret-from -" in unleak_scan("-", cwd=tmp_path, stdin=diff.encode()).stdout
    assert unleak_scan("-", cwd=tmp_path).returncode == 0


def test_closed_standard_input_could_not_be_looked_at(tmp_path: Path) -> None:
    command = f'exec "{sys.executable}" -m unleak.cli.main scan - <&-'
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, timeout=20, check=False)
    assert done.returncode == 3
    assert b"standard input is closed" in done.stderr


def test_what_is_less_severe_is_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(KEY_ID)
    assert unleak_scan(cwd=tmp_path).returncode == 1
    done = unleak_scan("--min-severity", "medium", cwd=tmp_path)
    assert done.returncode == 0
    assert b"1 less severe left out" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_terminal_can_show_any_path(tmp_path: Path, encoding: str) -> None:
    for name in ("ünï\u4e2d", "\udcff"):
        (tmp_path / name).write_text(PAIR)
    for format_name in ("text", "json"):
        done = unleak_scan("--format", format_name, cwd=tmp_path, env={"PYTHONIOENCODING": encoding})
        assert done.returncode == 1
        done.stdout.decode(encoding)


# --- what could not be looked at: exit code 3, even beside findings, which are told all the same


def special(folder: Path, kind: str) -> Path:
    path = folder / kind
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(path))
    elif kind == "dangling":
        path.symlink_to("nowhere")
    elif kind == "loop":
        path.symlink_to(path)
    return path


@pytest.mark.parametrize("kind", ["fifo", "socket", "dangling", "loop"])
def test_what_is_asked_for_and_cannot_be_read_is_a_problem(tmp_path: Path, kind: str) -> None:
    path = special(tmp_path, kind)
    done = unleak_scan(path.name, "--format", "json", cwd=tmp_path)
    assert done.returncode == 3
    document = json.loads(done.stdout)
    assert (document["complete"], [p["where"] for p in document["problems"]]) == (False, [kind])


@pytest.mark.parametrize("kind", ["fifo", "socket"])
def test_a_fifo_or_socket_among_files_is_a_problem_and_the_rest_is_scanned(tmp_path: Path, kind: str) -> None:
    special(tmp_path, kind)
    (tmp_path / "z").write_text(PAIR)
    done = unleak_scan(cwd=tmp_path)
    assert done.returncode == 3
    assert f"COULD NOT LOOK everywhere:\n  {kind}: " in done.stdout.decode()
    assert KEY_ID in done.stdout.decode()


@pytest.mark.parametrize("kind", ["dangling", "loop"])
def test_links_among_files_are_not_followed(tmp_path: Path, kind: str) -> None:
    special(tmp_path, kind)
    assert unleak_scan(cwd=tmp_path).returncode == 0


def test_links_out_of_a_folder_are_not_followed_but_the_one_asked_for_is(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a").write_text(PAIR)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "inside" / "file").symlink_to(tmp_path / "outside" / "a")
    (tmp_path / "inside" / "up").symlink_to(tmp_path)
    assert unleak_scan("inside", cwd=tmp_path).returncode == 0
    assert unleak_scan("inside/folder", cwd=tmp_path).returncode == 1
    assert unleak_scan("inside/file", cwd=tmp_path).returncode == 1


def as_nobody(*arguments: str, cwd: Path) -> Done:
    """Root may read everything: to be refused, one must be somebody else, in the process that is already running."""
    code = (
        "import os, sys; from unleak.cli import main, plain_scan; import unleak.scan.tree, unleak.scan.formats.text"
        ", unleak.scan.ignore"
    )
    code += "; os.setgroups([]); os.setuid(65534); sys.argv = ['unleak', 'scan', *sys.argv[1:]]; main.main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=cwd, capture_output=True, timeout=20, check=False
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(("kind", "mode"), [("file", 0), ("folder", 0), ("folder", 0o444), ("folder", 0o111)])
def test_an_unreadable_file_or_folder_is_a_problem(tmp_path: Path, kind: str, mode: int) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "top" / "folder").mkdir(parents=True)
    (tmp_path / "top" / "folder" / "a").write_text(PAIR)
    (tmp_path / "top" / "file").write_text(PAIR)
    (tmp_path / "top" / kind).chmod(mode)
    for place in ("top", f"top/{kind}", *(["top/folder/a"] if kind == "folder" and mode != 0o111 else [])):
        done = as_nobody(place, cwd=tmp_path)
        assert done.returncode == 3, done.stderr.decode()
        assert b"ermission denied" in done.stdout + done.stderr


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no such file here")
def test_a_file_that_fails_while_it_is_read_is_a_problem(tmp_path: Path) -> None:
    done = unleak_scan("/proc/self/mem", cwd=tmp_path)
    assert done.returncode == 3
    assert b"/proc/self/mem: Input/output error" in done.stdout


def test_a_path_that_is_too_long_could_not_be_looked_at(tmp_path: Path) -> None:
    assert unleak_scan("x" * 5000, cwd=tmp_path).returncode == 3


# --- a commit hook is fast, and this repository holds no key

HEAVY = ("boto3", "botocore", "rich", "sqlalchemy", "cattrs", "jinja2", "moto", "flask")


def test_the_start_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(PAIR)
    code = "import sys; from unleak.cli.main import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, "scan", "a"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "unleak.scan.scanner" in done.stderr.split()
    assert {m.partition(".")[0] for m in done.stderr.split()}.isdisjoint(HEAVY)


@pytest.mark.parametrize("folder", ["src", "tests", "docs"])
def test_this_repository_holds_no_key(folder: str, tmp_path: Path) -> None:
    """But for compiled tests, in which pieces of text are joined."""
    shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    done = unleak_scan(folder, cwd=tmp_path)
    assert done.returncode == 0, done.stdout.decode()
