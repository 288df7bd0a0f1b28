"""Many credentials in one file: every secret goes to its own id, and none to another's, in whatever layout."""

import json
from collections.abc import Callable

import pytest
from planted import Fakes

from unleak.model.finding import Finding
from unleak.scan.blob import Blob
from unleak.scan.locate import locate_by_re
from unleak.scan.scanner import findings_in

Couples = list[tuple[str, str]]
Layout = Callable[[Couples], str]

# Of one record; `{n}` is its number, `{i}` its id and `{s}` its secret.
RECORDS = {
    "keys sorted by name": "- access_key: {i}\n  bucket: b\n  name: n\n  region: r\n  zone: z\n  secret_key: {s}\n",
    "keys sorted by name, secret first": "- a_secret: {s}\n  bucket: b\n  name: n\n  zone: z\n  x: 1\n  the_key: {i}\n",
    "far apart, the next one near": "id = {i}\n" + "x = 1\n" * 8 + "secret = {s}\n",
    "far apart, the next one near, secret first": "secret = {s}\n" + "x = 1\n" * 8 + "id = {i}\n",
    "a paragraph each": "[p{n}]\naws_access_key_id = {i}\naws_secret_access_key = {s}\n\n",
    "nothing between records": "aws_access_key_id={i}\naws_secret_access_key={s}\n",
    "nothing between records, secret first": "aws_secret_access_key={s}\naws_access_key_id={i}\n",
    "columns between": "{i},eu-west-1,2026-01-01,arn:aws:iam::123456789012:user/u{n},{s}\n",
    "a hash between": "{i},0123456789abcdef0123456789abcdef01234567,{s}\n",
    "secret before id in a row": "u{n},{s},{i}\n",
    "variables with defaults": 'variable "access_{n}" {{\n  default = "{i}"\n}}\nvariable "secret_{n}" {{\n'
    '  default = "{s}"\n}}\n',
    "names and values": "- name: AWS_ACCESS_KEY_ID\n  value: {i}\n- name: AWS_SECRET_ACCESS_KEY\n  value: {s}\n",
    "a value a line": "{i}\n{s}\n",
    "a value a line, secret first": "{s}\n{i}\n",
    "a table": "| u{n} | {i} | {s} |\n",
    "a log": "12:00:{n:02} created {i} for u{n}\n12:00:{n:02} DEBUG secret={s}\n",
    "two names in the environment": "T{n}_AWS_ACCESS_KEY_ID={i}\nT{n}_AWS_SECRET_ACCESS_KEY={s}\n",
}


def repeated(record: str) -> Layout:
    return lambda couples: "".join(record.format(n=n, i=i, s=s) for n, (i, s) in enumerate(couples))


def wide_json(couples: Couples, *, secret_first: bool = False) -> str:
    between = {f"k{n}": n for n in range(12)}
    rows: list[dict[str, object]] = [{"id": i, **between, "secret": s} for i, s in couples]
    if secret_first:
        rows = [dict(reversed(row.items())) for row in rows]
    return json.dumps(rows, indent=2)


def in_lists(couples: Couples, start: str, item: str, end: str) -> str:
    ids, secrets = ("".join(item.format(value) for value in column) for column in zip(*couples, strict=True))
    return start.format("keys") + ids + end + start.format("secrets") + secrets + end


def numbered(couples: Couples) -> str:
    ids = [f"AWS_KEY_{n}={i}\n" for n, (i, _) in enumerate(couples)]
    return "".join([*ids, *(f"AWS_SECRET_{n}={s}\n" for n, (_, s) in enumerate(couples))])


def named(couples: Couples) -> str:
    """Ids from first to last, then secrets from last to first."""
    names = [f"TEAM{chr(65 + n % 26)}{chr(65 + n // 26)}" for n in range(len(couples))]
    ids = [f"{name}_AWS_ACCESS_KEY_ID={i}\n" for name, (i, _) in zip(names, couples, strict=True)]
    secrets = [f"{name}_AWS_SECRET_ACCESS_KEY={s}\n" for name, (_, s) in zip(names, couples, strict=True)]
    return "".join([*ids, *reversed(secrets)])


def rotated(couples: Couples) -> str:
    """A diff: of two neighbours the first goes and the second comes."""
    lines = ["diff --git a/keys b/keys\n"]
    for n in range(0, len(couples) - 1, 2):
        (old, gone), (new, come) = couples[n : n + 2]
        lines.append(f"@@ -{n} +{n} @@\n-id={old}\n+id={new}\n-secret={gone}\n+secret={come}\n")
    return "".join(lines)


LAYOUTS: dict[str, Layout] = {
    **{name: repeated(record) for name, record in RECORDS.items()},
    "wide records": wide_json,
    "wide records, secret first": lambda c: wide_json(c, secret_first=True),
    "lists, an item a line": lambda c: in_lists(c, "{} = [\n", "    '{}',\n", "]\n"),
    "lists in YAML": lambda c: in_lists(c, "{}:\n", "  - {}\n", ""),
    "lists, JSON in lines": lambda c: json.dumps({"ids": [i for i, _ in c], "secrets": [s for _, s in c]}, indent=1),
    "lists, JSON on one line": lambda c: json.dumps({"ids": [i for i, _ in c], "secrets": [s for _, s in c]}),
    "lists, commas": lambda c: (
        in_lists(c, "AWS_{}=", "{},", "\n").replace("keys", "KEYS").replace("secrets", "SECRETS")
    ),
    "numbered, ids first": numbered,
    "named, ids first": named,
}


def made(count: int, seed: int = 1) -> Couples:
    fakes = Fakes(seed)
    return [(fakes.key_id(), fakes.secret()) for _ in range(count)]


def pairs_of(text: str) -> set[tuple[str | None, str]]:
    found = findings_in(Blob(text.encode(), "x"), locate_by_re)
    known = [f for f in found if isinstance(f, Finding) and f.key_id]
    return {(f.key_id, f.credentials.secret.reveal()) for f in known if f.credentials}


@pytest.mark.parametrize("count", [2, 5, 30])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_pair_is_right_and_none_is_wrong(layout: Layout, count: int) -> None:
    for seed in (1, 2):
        couples = made(count, seed)
        text = layout(couples)
        assert pairs_of(text) == {(i, s) for i, s in couples if i in text}


# Layouts in which something is missing, or something stands between: A, B with a, b are pairs; z is somebody else's.
UNEVEN = {
    "a row without an id": ("access,secret\n,<z>\n<A>,<a>\n<B>,<b>\n", "Aa Bb"),
    "rows without secrets": ("access,secret\n<C>,\n<A>,<a>\n<B>,<b>\n", "Aa Bb"),
    "a paragraph without a secret": (
        "[c]\naws_access_key_id = <C>\n\n[a]\naws_access_key_id = <A>\naws_secret_access_key = <a>\n",
        "Aa",
    ),
    "grep with lines around": (
        "a.env-7-AWS_KEY_ID=<A>\na.env:8:AWS_SECRET=<a>\n--\nb.env-17-AWS_KEY_ID=<B>\nb.env:18:AWS_SECRET=<b>\n",
        "Aa Bb",
    ),
    "grep, secrets first": (
        "a.env:7:AWS_SECRET=<a>\na.env-8-AWS_KEY_ID=<A>\n--\nb.env:17:AWS_SECRET=<b>\nb.env-18-AWS_KEY_ID=<B>\n",
        "Aa Bb",
    ),
    "another's secret between": (
        "AWS_ACCESS_KEY_ID=<A>\nTWITTER_SECRET=<z>\nAWS_SECRET_ACCESS_KEY=<a>\n",
        "Aa",
    ),
    "another's secret before": (
        "DJANGO_SECRET=<z>\nAWS_ACCESS_KEY_ID=<A>\nREGION=x\nBUCKET=y\nAWS_SECRET_ACCESS_KEY=<a>\n",
        "Aa",
    ),
    "a pair and another's secret": (
        "AWS_ACCESS_KEY_ID=<A>\nAWS_SECRET_ACCESS_KEY=<a>\nTWITTER_SECRET=<z>\n",
        "Aa",
    ),
}


@pytest.mark.parametrize(("layout", "expected"), UNEVEN.values(), ids=UNEVEN)
def test_what_is_missing_or_somebody_else_s_shifts_no_pair(layout: str, expected: str) -> None:
    for seed in (1, 2, 3):
        fakes = Fakes(seed)
        values = {name: fakes.key_id() for name in "ABC"} | {name: fakes.secret() for name in "abz"}
        text = layout
        for name, value in values.items():
            text = text.replace(f"<{name}>", value)
        assert pairs_of(text) == {(values[word[0]], values[word[1]]) for word in expected.split()}


@pytest.mark.parametrize("count", [2, 4, 10])
def test_what_goes_and_what_comes_in_a_diff_is_kept_apart(count: int) -> None:
    couples = made(count)
    assert pairs_of(rotated(couples)) == set(couples)
