"""What is printed holds no secret, wherever one stands: in an argument, a rule file, a name; found or ignored."""

import io
import os
import random
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from unleak.cli import main
from unleak.scan.detectors import DETECTORS
from unleak.scan.formats import NAMES

DICE = random.Random(3)
KEY_ID, OTHER_ID = ("AKIA" + "".join(DICE.choices(string.ascii_uppercase + "234567", k=16)) for _ in range(2))
# Fit for the name of a folder.
SECRET, OTHER = ("".join(DICE.choices(string.ascii_letters + string.digits, k=40)) for _ in range(2))
WHO = ("-c", "user.email=dev@example.com", "-c", "gc.auto=0")

Run = Callable[..., tuple[int, str]]


@pytest.fixture(name="unleak")
def unleak_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """`unleak` in a folder of its own, apart from the user's git: exit code, and all that it said."""
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: str = "") -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["unleak", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = 0
        try:
            main.main()
        except SystemExit as end:
            code = int(str(end.code))
        said = capfd.readouterr()
        return code, said.out + said.err

    return run


def hold(said: str, secret: str) -> bool:
    """Sixteen characters of it, anywhere but at its beginning, by which its kind is known."""
    starts = range(min(16, len(secret) - 16), len(secret) - 15, 4)
    return any(secret[at : at + 16] in said for at in starts)


# --- error messages

ARGUMENTS = [
    ["scan", f"aws_secret_access_key={SECRET}"],
    ["scan", "--range", f"secret={SECRET}..HEAD", "."],
    ["scan", "--since", f"secret={SECRET}", "."],
    ["scan", "--baseline", f"secret={SECRET}", "."],
    ["scan", "--write-baseline", f"nowhere/secret={SECRET}", "."],
    ["scan", "--rules", f"secret={SECRET}", "."],
    ["scan", "--output", f"nowhere/secret={SECRET}", "."],
    ["scan", "--format", f"secret={SECRET}", "."],
    ["scan", "--min-severity", f"secret={SECRET}", "."],
    ["scan", ".", f"secret={SECRET}"],
    ["scan", f"--secret={SECRET}"],
    ["scan", f"https://me:{SECRET}@localhost:1/x.git"],
    ["scan", f"file:///nowhere/secret={SECRET}"],
    ["scan", "--history", f"secret={SECRET}"],
    ["detectors", f"secret={SECRET}"],
    [f"secret={SECRET}"],
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=lambda a: " ".join(a).replace(SECRET, "..."))
def test_an_argument_that_is_told_again_is_masked(unleak: Run, tmp_path: Path, arguments: list[str]) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "a").write_text(f"key {KEY_ID}\n")
    code, said = unleak(*arguments)
    assert code in {2, 3}
    assert said
    assert not hold(said, SECRET), said


def test_what_git_says_to_a_hook_is_masked(unleak: Run, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    code, said = unleak("hook", "pre-push", "origin", "x", stdin=f"secret={SECRET}\n")
    assert code in {2, 3}
    assert not hold(said, SECRET), said


# --- rule files

BROKEN = {
    "a pattern that does not end": f'[[rules]]\nid = "a"\nregex = "(secret={SECRET}"\n',
    "a pattern with what RE2 lacks": f'[[rules]]\nid = "a"\nregex = "(?=x)secret={SECRET}"\n',
    "an unknown field": f'[[rules]]\nid = "a"\nregex = "a+"\n"secret={SECRET}" = 1\n',
    "an unknown table": f'["secret={SECRET}"]\nx = 1\n[[rules]]\nid = "a"\nregex = "a+"\n',
    "two of one name": f'[[rules]]\nid = "secret={SECRET}"\nregex = "a+"\n' * 2,
    "no TOML": f"secret = {SECRET} =\n",
}


@pytest.mark.parametrize("rules", BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_in_a_rule_file_is_told_without_secrets(unleak: Run, tmp_path: Path, rules: str) -> None:
    (tmp_path / "rules.toml").write_text(rules)
    (tmp_path / "a").write_text("b")
    _, said = unleak("scan", "--rules", "rules.toml", "a")
    assert "rules.toml" in said or "rule" in said
    assert not hold(said, SECRET), said


@pytest.mark.parametrize("format_name", NAMES)
def test_a_rule_that_quotes_a_secret_is_shown_without_it(unleak: Run, tmp_path: Path, format_name: str) -> None:
    rule = f'id = "acme"\ndescription = "like secret={SECRET}"\ntags = ["secret={SECRET}"]\n'
    (tmp_path / "rules.toml").write_text(f"[[rules]]\n{rule}regex = 'acme_[a-z]+'\n")
    (tmp_path / "a").write_text("acme_token\n")
    code, said = unleak("scan", "--rules", "rules.toml", "--format", format_name, "a")
    assert code == 1, said
    assert not hold(said, SECRET), said


# --- names

# An id is none; a password without a beginning of its own is known only beside its user.
OTHERWISE = {"aws_access_key_id", "aws_ses_smtp_password", "aws_codecommit_password"}
VALUES = {
    f"{d.id} {number}": (match.group(1).decode(), example)
    for d in DETECTORS
    if d.id not in OTHERWISE
    for number, example in enumerate(d.examples)
    if (match := d.pattern.search(example.encode())) and b"BedrockAPIKey" not in match.group(1)
}


@pytest.fixture(name="named", scope="session")
def named_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For each example a file, a branch and an author that are named after its value, where git and the disk allow."""
    folder = tmp_path_factory.mktemp("named")
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {"GIT_CONFIG_GLOBAL": os.devnull}

    def git(*arguments: str, check: bool = True) -> None:
        subprocess.run(["git", *WHO, *arguments], cwd=folder, env=env, capture_output=True, check=check)

    git("init", "-q", "-b", "main")
    git("-c", "user.name=Dev", "commit", "-q", "--allow-empty", "-m", "Begin")
    for number, (value, example) in enumerate(VALUES.values()):
        for name in (f"n_{value}.txt", value):
            path = folder / str(number) / name[:700]
            if max(map(len, path.parts)) < 255:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(example)
        git("add", ".")
        who = " ".join(value.split())[:700]
        git("-c", f"user.name=A {who}", "commit", "-q", "--allow-empty", "-m", f"Add {example}")
        git("branch", f"{number}-{value}", check=False)
        git("tag", f"v{number}-{value}"[:200], check=False)
    return folder


@pytest.mark.parametrize(
    "how", [[], ["--history"], ["--min-severity", "critical"]], ids=["tree", "history", "critical"]
)
def test_files_branches_and_authors_with_the_name_of_a_secret_are_masked(
    unleak: Run, named: Path, how: list[str]
) -> None:
    for name in NAMES:
        code, said = unleak("scan", *how, "--format", name, str(named))
        assert code == 1, said[-500:]
        shown = [of for of, (value, _) in VALUES.items() if hold(said, value)]
        assert not shown, f"{name} shows {shown}"


# --- what is ignored is as secret

PAIR = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}"
OTHER_PAIR = f"aws_access_key_id = {OTHER_ID}\naws_secret_access_key = {OTHER}\n"


@pytest.mark.parametrize("how", ["baseline", "key id", "comment", "fingerprint"])
@pytest.mark.parametrize("format_name", ["text", "json", "sarif"])
def test_a_folder_with_the_name_of_an_ignored_secret_is_masked(
    unleak: Run, tmp_path: Path, how: str, format_name: str
) -> None:
    allow = "  # unleak:allow" if how == "comment" else ""
    top = tmp_path / "top"
    (top / f"d_{SECRET}").mkdir(parents=True)
    (top / "known").write_text(f"{PAIR}{allow}\n")
    options: list[str] = []
    if how == "baseline":
        assert unleak("scan", "--write-baseline", "known.json", "top/known")[0] == 0
        options = ["--baseline", "known.json"]
    elif how == "key id":
        (top / ".unleakignore").write_text(f"{KEY_ID}\n")
    elif how == "fingerprint":
        _, said = unleak("scan", "--format", "csv", "top/known")
        (top / ".unleakignore").write_text(fingerprint(said))
    (top / f"d_{SECRET}" / "other").write_text(OTHER_PAIR)
    code, said = unleak("scan", *options, "--format", format_name, "top")
    assert code == 1, said
    assert OTHER_ID in said
    assert KEY_ID not in said
    assert not hold(said, SECRET), said


def fingerprint(table: str) -> str:
    """Of the only finding in it."""
    heads, row = (line.split(",") for line in table.splitlines()[:2])
    return row[heads.index("fingerprint")] + "\n"
