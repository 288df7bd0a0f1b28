"""Rules in gitleaks' format: each construct once, then large blobs, files that go wrong, and places in history."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Fakes

from unleak.model.errors import Misuse
from unleak.model.finding import Confidence, Finding, Place, Severity
from unleak.model.value import replace
from unleak.scan.blob import Blob
from unleak.scan.rules.load import load_rules
from unleak.scan.rules.rule_set import RuleSet

RULES = r"""
title = "ours"
minVersion = "v8.25.0"

[[rules]]
id = "plain"
description = "A token of Acme."
regex = '''acme_[a-z0-9]{8}'''
keywords = ["ACME_"]
tags = ["token", "acme"]

[[rules]]
id = "go-syntax"
regex = '''(?i)\b(?P<name>zz[[:alpha:]]{2}\pN{2,3})\z'''

[[rules]]
id = "first-group"
regex = '''(?:one=(\w{6})|two=(\w{6}))'''
keywords = ["one=", "two="]
[[rules.allowlists]]
stopwords = ["SAMPLE"]

[[rules]]
id = "second-group"
regex = '''pair=(\w+):(\w+)'''
secretGroup = 2
keywords = ["pair"]
[rules.allowlist]
regexes = ['''^y+$''']

[[rules]]
id = "random"
regex = '''rnd=(\S+)'''
entropy = 3.0
keywords = ["rnd"]

[[rules]]
id = "no-keywords"
regex = '''q{5}[0-9]'''

[[rules]]
id = "by-path"
path = '''(?i)\.p12$'''

[[rules]]
id = "in-path"
regex = '''k=[0-9]{4}'''
path = '''(^|/)only\.txt$'''
keywords = ["k="]

[[rules]]
id = "whole-match"
regex = '''m=([0-9]+) [a-z]+'''
keywords = ["m="]
[[rules.allowlists]]
regexTarget = "match"
regexes = ['''fine$''']

[[rules]]
id = "whole-line"
regex = '''l=[0-9]+'''
keywords = ["l="]
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''^# ''']

[[rules]]
id = "both"
regex = '''b=[0-9]+'''
keywords = ["b="]
[[rules.allowlists]]
condition = "AND"
paths = ['''\.md$''']
regexes = ['''b=0+''']

[[rules]]
id = "by-commit"
regex = '''c=[0-9]+'''
keywords = ["c="]
[[rules.allowlists]]
commits = ["ABCDEF"]

[[rules]]
id = "generic-word"
regex = '''(?:^|\s)\w*_(\w{8})\b'''
keywords = ["_"]

[[rules]]
id = "many-lines"
regex = '''\nBEGIN[\s\S]*?END\n'''
keywords = ["begin"]

[[rules]]
id = "long"
regex = '''w{4,}'''
keywords = ["www"]

[[rules]]
id = "inside"
regex = '''\Bv{3}[0-9]'''

[[rules]]
id = "wide"
regex = '''z.{2}z9'''

[[rules]]
id = "targeted"
regex = '''t=[0-9]+'''
keywords = ["t="]

[[allowlists]]
description = "for one"
targetRules = ["targeted"]
regexes = ['''t=1$''']

[[allowlists]]
paths = ['''(?i)^vendor/''', '''\.LOCK$''']
"""

FINDS: dict[str, tuple[str, str, list[tuple[str, int]]]] = {
    "a keyword is small or capital": ("a", "x ACME_\nacme_abcd1234", [("plain", 2)]),
    "Go's syntax": ("a", "zzab12\n-ZZab12", [("go-syntax", 2)]),
    "the first group that is there": ("a", "one=abcdef two=ghijkl", [("first-group", 1)] * 2),
    "a stopword": ("a", "one=sample one=Sample two=simple", [("first-group", 1)]),
    "a group that is named": ("a", "pair=yy:xx pair=xx:yy", [("second-group", 1)]),
    "entropy, of the group": ("a", "rnd=abababababababab\nrnd=abcdefgh12345678\nrnd=abcdefgh", [("random", 2)]),
    "no keywords": ("a", "qqqqq1", [("no-keywords", 1)]),
    "no keywords, in what is no ASCII": ("a", "é qqqqq1", [("no-keywords", 1)]),
    "no keywords, over what is no ASCII": ("a", "zééz9", [("wide", 1)]),
    "by path alone": ("dir/x.P12", "", [("by-path", 1)]),
    "in one path": ("dir/only.txt", "k=1234", [("in-path", 1)]),
    "not in another": ("dir/lonely.txt", "k=1234", []),
    "in a path that is not known": ("", "k=1234", [("in-path", 1)]),
    "allowed as a match": ("a", "m=1 fine\nm=1 bad", [("whole-match", 2)]),
    "allowed as a line": ("a", "# l=1\nl=2\n #l=3", [("whole-line", 2), ("whole-line", 3)]),
    "allowed with its path": ("a.md", "b=00 b=11", [("both", 1)]),
    "not allowed without its path": ("a.mdx", "b=00", [("both", 1)]),
    "not allowed where the path is not known": ("", "b=00", [("both", 1)]),
    "commits are for history": ("a", "c=1", [("by-commit", 1)]),
    "generic, beside what is not": ("a", "acme_abcd1234 x\nother_abcd1234", [("plain", 1), ("generic-word", 2)]),
    "lines in front do not count": ("a", "1\n2\nBEGIN\n\nEND\n", [("many-lines", 3)]),
    "an allow list for one rule": ("a", "t=1\nt=2", [("targeted", 2)]),
    "an allow list for all": ("vendor/a", "acme_abcd1234", []),
    "a flag stays on in what is joined behind it": ("a.lock", "acme_abcd1234", []),
}


def write(folder: Path, text: str, name: str = "rules.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(name="rules", scope="module")
def rules_fixture(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return load_rules(write(tmp_path_factory.mktemp("rules"), RULES))


def found(rules: RuleSet, data: bytes, path: str = "a") -> list[tuple[str, int]]:
    """Where the prefilter lets it."""
    blob = Blob(data, path)
    findings = list(rules.findings_in(blob))
    assert not findings or rules.may_hold(data, path)
    return [(f.detector, p.line) for f in findings for p in f.places]


@pytest.mark.parametrize(("path", "text", "expected"), FINDS.values(), ids=FINDS)
def test_each_construct(rules: RuleSet, path: str, text: str, expected: list[tuple[str, int]]) -> None:
    assert found(rules, text.encode(), path) == expected


def test_bytes_that_are_no_text_are_read_around(rules: RuleSet) -> None:
    data = b"\xff\xfe\x00 rnd=abcdefgh12345678 \xc3\nqqqqq1\xe9 pair=yy:\xe9x\n\xf0\x9fm=1 bad"
    assert found(rules, data) == [("random", 1), ("no-keywords", 2), ("whole-match", 3)]


def test_every_rule_loads_and_is_described(rules: RuleSet) -> None:
    assert rules.told == []
    assert rules.of_paths == ["by-path"]
    assert len(rules.detectors) == 18
    plain = rules.detectors["plain"]
    assert (plain.description, plain.family, plain.severity) == ("A token of Acme.", "token, acme", Severity.HIGH)


def test_a_finding_says_where_and_never_what(rules: RuleSet) -> None:
    secret = Fakes(1).secret()
    data = f"\nrnd={secret}\n".encode()
    (finding,) = rules.findings_in(Blob(data, "a", "oid", first_line=100))
    assert finding.places == (Place("a", 101, commit="oid"),)
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.MEDIUM)
    assert (finding.credentials, finding.secret_sha256, finding.has_secret) == (None, None, False)
    assert secret not in repr(finding)
    assert secret[:10] not in repr(finding)


def test_the_fingerprint_goes_with_the_rule_and_the_secret(rules: RuleSet) -> None:
    def prints(text: str) -> list[str]:
        return [f.fingerprint for f in rules.findings_in(Blob(text.encode(), "a"))]

    assert prints("one=abcdef")[0] == prints("\n\n x two=abcdef")[0]
    assert prints("one=abcdef") != prints("one=abcdeg")
    assert prints("l=12") != prints("b=12")


def test_a_comment_on_the_line_is_heard(rules: RuleSet) -> None:
    comment = "gitleaks" + ":allow"
    text = f"l=1 # {comment}\nl=2\n# {comment}\nl=3"
    assert [f.places[0].allowed for f in rules.findings_in(Blob(text.encode(), "a"))] == [True, False, False]


FILLERS = {"lines": "x" * 62 + "\n", "one line": "x", "one line, no ASCII": "é"}


@pytest.mark.parametrize("shift", [*range(-36, 4), 40_000])
@pytest.mark.parametrize("filler", FILLERS.values(), ids=FILLERS)
@pytest.mark.parametrize("wanted", [b"\nBEGIN x\nEND\nacme_abcd1234\n", b"-acme_abcd1234 wwwwwwww _vvv1 "])
def test_nothing_is_lost_or_found_twice_between_pieces(rules: RuleSet, wanted: bytes, filler: str, shift: int) -> None:
    above = (filler.encode() * (128 << 10))[: (128 << 10) + shift]
    below = filler.encode() * 2000
    line = above.count(b"\n") + 1
    lines = [("many-lines", line + 1), ("plain", line + 3)]
    words = [("plain", line), ("long", line), ("inside", line)]
    assert found(rules, above + wanted + below) == (lines if b"\n" in wanted else words)


@settings(deadline=None, max_examples=300)
@given(pieces=st.lists(st.one_of(st.sampled_from(["acme_", "one=", "abcdef", "\n", "\x00", "é"]), st.text(max_size=4))))
def test_the_prefilter_never_says_no_too_early(rules: RuleSet, pieces: list[str]) -> None:
    found(rules, "".join(pieces).encode("utf-8", "surrogatepass"))


def test_the_prefilter_says_no(tmp_path: Path) -> None:
    rules = load_rules(write(tmp_path, RULES))
    assert not rules.may_hold(b"nothing of interest", "a")
    assert not rules.may_hold(b"", "a.p13")


WRONG: dict[str, tuple[str, str]] = {
    "no TOML": ("rules = [", "is not valid TOML"),
    "no rules": ("title = 'x'", "there are no rules"),
    "gitleaks' own rules": ("[extend]\nuseDefault = true", "there are no rules"),
    "no id": ("[[rules]]\nregex = 'x'", "a rule has no id"),
    "neither regex nor path": ("[[rules]]\nid = 'x'", "rule x: it has neither regex nor path"),
    "lookahead": ("[[rules]]\nid = 'x'\nregex = '(?=a)'", "rule x, regex: RE2 does not take this pattern"),
    "a bad path": ("[[rules]]\nid = 'x'\npath = '('", "rule x, path: RE2"),
    "a group too many": ("[[rules]]\nid = 'x'\nregex = '(a)'\nsecretGroup = 2", "rule x: secretGroup is 2, but .* 1"),
    "no number": ("[[rules]]\nid = 'x'\nregex = 'a'\nentropy = 'b'", "rule x: entropy must be a number"),
    "not finite": ("[[rules]]\nid = 'x'\nregex = 'a'\nsecretGroup = inf", "rule x: secretGroup must be a number"),
    "a rule of ours": ("[[rules]]\nid = 'aws_secret'\nregex = 'a'", "rule aws_secret: a detector of unleak"),
    "an empty allow list": ("[[rules]]\nid = 'x'\nregex = 'a'\n[rules.allowlist]", "rule x, allowlist: it allows noth"),
    "a bad allow list": (
        "[[rules]]\nid = 'x'\nregex = 'a'\n[[rules.allowlists]]\nregexes = ['(']",
        "rule x, allowlists, regexes: RE2",
    ),
    "a condition": (
        "[[rules]]\nid = 'x'\nregex = 'a'\n[rules.allowlist]\npaths=['a']\ncondition='XOR'",
        "condition is",
    ),
    "a target": ("[[rules]]\nid = 'x'\nregex = 'a'\n[rules.allowlist]\npaths=['a']\nregexTarget='x'", "regexTarget is"),
    "a target rule": ("[[rules]]\nid='x'\nregex='a'\n[[allowlists]]\npaths=['a']\ntargetRules=['y']", "no rule y"),
    "itself extended": ("[extend]\npath = 'rules.toml'", "comes back"),
    "nothing extended": ("[extend]\npath = 'missing.toml'", "cannot read .*missing.toml"),
}


@pytest.mark.parametrize(("text", "why"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(Misuse, match=why) as refused:
        load_rules(write(tmp_path, text))
    assert refused.value.hint


def test_a_folder_is_no_file_of_rules(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="cannot read"):
        load_rules(tmp_path)


def test_what_is_not_heeded_is_told(tmp_path: Path) -> None:
    text = """
    minVersion = "v9.0"
    prefilter = "x"
    [extend]
    useDefault = true
    url = "there"
    [[rules]]
    id = "x"
    regex = "x=[0-9]"
    tokenEfficiency = 2.5
    required = [{ id = "y", withinLines = 3 }]
    [[rules.allowlists]]
    paths = ["a"]
    days = 3
    [[rules]]
    id = "x"
    regex = "y=[0-9]"
    [[rules]]
    id = "y"
    regex = "z=[0-9]"
    skipReport = true
    [[rules]]
    id = "their-rule"
    entropy = 2
    """
    rules = load_rules(write(tmp_path, text))
    assert found(rules, b"x=1 y=1 z=1", "b") == [("x", 1)]
    wanted = ("rule x: tokenEfficiency", "rule x: required", "rule x, allowlists: days", "rule x: is there twice",
              "rule y: skipReport", "rule their-rule: it changes a rule", "extend.useDefault", "extend.url",
              "prefilter", "minVersion")  # fmt: skip
    assert all(any(w in told for told in rules.told) for w in wanted)
    assert len(rules.told) == len(wanted)


def test_rules_extend_those_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    write(tmp_path / "below", "[[rules]]\nid = 'deep'\nregex = 'd=[0-9]'\nkeywords = ['d=']", "deep.toml")
    base = """
    [extend]
    path = "deep.toml"
    [[rules]]
    id = "kept"
    description = "theirs"
    regex = "k=[0-9]"
    keywords = ["k="]
    [[rules.allowlists]]
    regexes = ["1"]
    [[rules]]
    id = "dropped"
    regex = "r=[0-9]"
    """
    write(tmp_path / "below", base, "base.toml")
    own = """
    [extend]
    path = "below/base.toml"
    disabledRules = ["dropped", "missing"]
    [[rules]]
    id = "kept"
    description = "ours"
    regex = "[ko]=[0-9]"
    keywords = ["o="]
    [[rules.allowlists]]
    regexes = ["2"]
    """
    rules = load_rules(write(tmp_path, own))
    assert found(rules, b"d=1\nr=1\nk=1\nk=2\no=3") == [("deep", 1), ("kept", 5)]
    assert found(rules, b"k=4") == [("kept", 1)]
    assert rules.detectors["kept"].description == "ours"
    assert [t.rpartition(": ")[2] for t in rules.told] == ["there is no rule missing"]


def in_history(rules: RuleSet, text: bytes) -> Finding:
    (finding,) = rules.findings_in(Blob(text, "", "0" * 40))
    return finding


@pytest.mark.parametrize(
    ("text", "places", "kept"),
    [
        (b"k=1234", [("only.txt", "a"), ("other.txt", "a"), ("vendor/only.txt", "a")], ["only.txt"]),
        (b"c=1", [("x", "abcdef"), ("y", "abcde0")], ["y"]),
        (b"b=00", [("x.md", "a"), ("x", "a")], ["x.md", "x"]),
        (b"acme_abcd1234", [("x.LOCK", "a")], []),
        (b"k=1234", [("object 0", None)], ["object 0"]),
    ],
)
def test_places_are_judged_once_they_are_known(
    rules: RuleSet, text: bytes, places: list[tuple[str, str | None]], kept: list[str]
) -> None:
    seen = tuple(Place(path, 1, commit=commit) for path, commit in places)
    left = rules.placed(replace(in_history(rules, text), places=seen))
    assert [p.path for p in left.places] == kept if left else not kept


def test_findings_of_others_stay_as_they_are(rules: RuleSet) -> None:
    other = replace(in_history(rules, b"k=1234"), detector="aws_secret", places=(Place("vendor/x", 1, "a"),))
    assert rules.placed(other) is other
