"""Which secret belongs to which id, in the shapes that people and programs write."""

import re

import pytest
from planted import Fakes

from unleak.model.finding import Confidence
from unleak.scan.locate import locate_by_re
from unleak.scan.matcher import pairs_in
from unleak.scan.pairing import Pair

# A, B, C: ids of users' keys. S: id of a session. a, b, c, s: secrets. t: a session token. h: a SHA-1 of git.
# Expected: one word for each finding.
SHAPES = {
    "credentials file, two profiles": (
        """
[default]
aws_access_key_id = <A>
aws_secret_access_key = <a>

[production]
region = eu-central-1
aws_access_key_id = <B>
aws_secret_access_key = <b>
""",
        "Aa Bb",
    ),
    "credentials file, two profiles, secret first, without a line between": (
        """
aws_secret_access_key = <a>
aws_access_key_id = <A>
aws_secret_access_key = <b>
aws_access_key_id = <B>
aws_secret_access_key = <c>
aws_access_key_id = <C>
""",
        "Aa Bb Cc",
    ),
    "Terraform": (
        """
provider "aws" {
  region     = "us-east-1"
  access_key = "<A>"
  secret_key = "<a>"
}
""",
        "Aa",
    ),
    "shell exports": ("export AWS_ACCESS_KEY_ID=<A>\nexport AWS_SECRET_ACCESS_KEY=<a>\naws s3 ls\n", "Aa"),
    "shell, one line": ("AWS_ACCESS_KEY_ID=<A> AWS_SECRET_ACCESS_KEY=<a> aws s3 ls\n", "Aa"),
    "JSON": ('{\n  "AccessKeyId": "<A>",\n  "Status": "Active",\n  "SecretAccessKey": "<a>"\n}\n', "Aa"),
    "JSON on one line, two keys": ('[{"id":"<A>","secret":"<a>"},{"id":"<B>","secret":"<b>"}]', "Aa Bb"),
    "JSON on one line, two keys, secret first": ('[{"secret":"<a>","id":"<A>"},{"secret":"<b>","id":"<B>"}]', "Aa Bb"),
    "YAML": ("aws:\n  accessKeyId: <A>\n  secretAccessKey: <a>\n", "Aa"),
    "YAML, names and values": (
        """
env:
  - name: AWS_ACCESS_KEY_ID
    value: "<A>"
  - name: AWS_SECRET_ACCESS_KEY
    value: "<a>"
""",
        "Aa",
    ),
    "Python, keyword arguments on one line": (
        "s3 = boto3.client('s3', aws_access_key_id='<A>', aws_secret_access_key='<a>')\n",
        "Aa",
    ),
    "Python, two clients": (
        """
one = boto3.client('s3', aws_access_key_id='<A>', aws_secret_access_key='<a>')
two = boto3.client('s3', aws_access_key_id='<B>', aws_secret_access_key='<b>')
""",
        "Aa Bb",
    ),
    ".env": ("DEBUG=1\nAWS_ACCESS_KEY_ID=<A>\nAWS_SECRET_ACCESS_KEY=<a>\n", "Aa"),
    "the console's CSV": ("Access key ID,Secret access key\n<A>,<a>\n", "Aa"),
    "the console's CSV in a diff": ("@@ -0,0 +1,2 @@\n+Access key ID,Secret access key\n+<A>,<a>\n", "Aa"),
    "s3fs": ("<A>:<a>\n", "Aa"),
    "a URL": ("s3://<A>:<a>@bucket/key\n", "Aa"),
    "CSV with the secret on its own line in a diff": ("+<A>\n+<a>\n", "Aa"),
    "secret before id": ("secret_key: <a>\naccess_key: <A>\n", "Aa"),
    "ids first, secrets below": ("id1 = <A>\nid2 = <B>\nsecret1 = <a>\nsecret2 = <b>\n", "Aa Bb"),
    "session credentials, three parts": (
        "export AWS_ACCESS_KEY_ID=<S>\nexport AWS_SECRET_ACCESS_KEY=<s>\nexport AWS_SESSION_TOKEN=<t>\n",
        "Sst",
    ),
    "session credentials as STS answers": (
        '{"Credentials": {"AccessKeyId": "<S>", "SecretAccessKey": "<s>", "SessionToken": "<t>"}}',
        "Sst",
    ),
    "a session beside a user's key": (
        """
[user]
aws_access_key_id=<A>
aws_secret_access_key=<a>
[session]
aws_access_key_id=<S>
aws_secret_access_key=<s>
aws_session_token=<t>
""",
        "Aa Sst",
    ),
    "a session's id and token, no secret": ("id: <S>\ntoken: <t>\n", "St"),
    "a user's key and a token that is not its own": ("id: <A>\nsecret: <a>\ntoken: <t>\n", "Aa t"),
    "lone labelled secret": ("aws_secret_access_key = <a>\n", "a"),
    "lone secret, labelled sk": ("ak = ...\nsk = '<a>'\n", "a"),
    "lone token": ("token = <t>\n", "t"),
    "lone id": ("the old key was <A>, it is gone\n", "A"),
    "lone unlabelled value": ("checksum <a>\n", ""),
    "two ids with one secret": ("old: <B>\nnew: <A>\nsecret: <a>\n", "Aa B"),
    "one id with two secrets": ("id: <A>\nsecret: <a>\nold_secret: <b>\n", "Aa b"),
    "id and git SHA-1 nearby": ("aws_access_key_id = <A>\ncommit = <h>\nsecret of <h>\n", "A"),
    "unlabelled secret next to id": ("<A>\n<a>\n", "Aa"),
    "unlabelled secret far from id": ("<A>\n" + "\n" * 6 + "<a>\n", "A"),
    "labelled secret not quite near": ("<A>\n" + "\n" * 25 + "secret <a>\n", "Aa"),
    "labelled secret too far": ("<A>\n" + "\n" * 31 + "secret <a>\n", "A a"),
    "a labelled secret before an unlabelled one that is nearer": ("<A>\n<b>\nsecret: <a>\n", "Aa"),
    "an id that is mentioned far above": ("# the key is <A>\n" + "\n" * 100 + "key: <A>\nsecret: <a>\n", "Aa"),
    "an id that is mentioned far above, unlabelled": ("# see <A>\n" + "\n" * 100 + "<A> <a>\n", "Aa"),
    "the same pair twice": ("id <A>\nsecret <a>\n" + "\n" * 100 + "id <A>\nsecret <a>\n", "Aa"),
    "a secret that stands again alone": ("id <A>\nsecret <a>\n" + "\n" * 100 + "secret <a>\n", "Aa"),
    "a lone id above a pair": ("# instead of <B>\n\n\n\n\nid: <A>\nsecret: <a>\n", "Aa B"),
}


def values(seed: int) -> dict[str, str]:
    fakes = Fakes(seed)
    made = {name: fakes.key_id() for name in "ABC"} | {name: fakes.secret() for name in "abcs"}
    return made | {"S": fakes.key_id("ASIA"), "t": fakes.token(), "h": fakes.sha1()}


def filled(shape: str, by_name: dict[str, str]) -> bytes:
    return re.sub("<(.)>", lambda m: by_name[m.group(1)], shape).encode()


def pairs_of(data: bytes) -> list[Pair]:
    return [p for p in pairs_in(data, locate_by_re) if isinstance(p, Pair)]


def words(data: bytes, by_name: dict[str, str]) -> list[str]:
    """Each finding as the names of its parts."""
    names = {value.encode(): name for name, value in by_name.items()}
    return sorted("".join(names[c.value] for c in found.parts) for found in pairs_of(data))


@pytest.mark.parametrize(("shape", "expected"), SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_each_secret_goes_to_its_id(shape: str, expected: str, line_end: str) -> None:
    for seed in range(10):
        by_name = values(seed)
        data = filled(shape.replace("\n", line_end), by_name)
        assert words(data, by_name) == sorted(expected.split()), data.decode()


@pytest.mark.parametrize(
    ("shape", "line", "confidence"),
    [
        ("\n\nid = <A>\nsecret = <a>\n", 4, Confidence.HIGH),
        ("\n<A>\n<a>\n", 3, Confidence.MEDIUM),
        ("id = <A>\n" + "\n" * 20 + "secret = <a>\n", 22, Confidence.MEDIUM),
        ("\nid = <A>", 2, Confidence.HIGH),
        ("\n\nsecret = <a>", 3, Confidence.MEDIUM),
        ("token = <t>", 1, Confidence.HIGH),
    ],
)
def test_the_line_is_that_of_the_secret(shape: str, line: int, confidence: Confidence) -> None:
    (found,) = pairs_of(filled(shape, values(1)))
    assert (found.main.line, found.confidence) == (line, confidence)


def test_many_keys_on_one_line_take_no_longer_than_on_many() -> None:
    fakes = Fakes(2)
    made = {fakes.key_id(): fakes.secret() for _ in range(2000)}
    data = ",".join(f'{{"id":"{key_id}","secret":"{secret}"}}' for key_id, secret in made.items()).encode()
    found = {p.key_id.value.decode(): p.secret.value.decode() for p in pairs_of(data) if p.key_id and p.secret}
    assert found == made
