"""How a labelled file is written down, as a row of a table, and made, with fake credentials of its own.

A row's text has places for fakes. A letter names a credential: `<A>` is its id, `<a>` its secret, `<A*>` its session
token. S, T and U are sessions, with tokens of 200, 1,000 and 2,500 characters; the secrets of X, Y and Z have both a
slash and a plus, that of Y begins with a slash and that of Z ends in a plus. `<a|url>` is the secret written as `url`
says. `<hex:40>` is something else that is random.

A row's `expected` has one word a credential: "Aa" an id with its secret, "Ss*" with its token too, "A" the id alone,
"a" the secret alone.
"""

import base64
import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote
from uuid import UUID

from planted import Fakes

_TOKEN_LENGTHS: Final = {"S": 200, "T": 1000, "U": 2500}
_AWKWARD: Final = "XYZ"
_TOKEN_BEGINS: Final = "IQoJb3JpZ2lu"
_BASE32: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ALNUM: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_OTHERS: Final = ("bedrock", "bedrock_short", "mws", "appsync", "ses")
_EXPECTED: Final = re.compile(r"([A-Z]?)([a-z]?)(\*?)")

# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
_DOC_TOKEN: Final = (
    "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT+FvwqnKwRcOIfrRh3c/LTo6UDdyJwOOvEVPvLXCrrrUtdnniCEXAMPLE/"
    "IvU1dYUg2RVAJBanLiHb4IgRmpRV3zrkuWJOgQs8IZZaIv2BXIa2R4Olgk"
)

FIXED: Mapping[str, str] = {
    "esc": "\x1b",
    "nul": "\0",
    "tab": "\t",
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
    "doc_id": "AKIA" + "IOSFODNN7" + "EXAMPLE",
    "doc_secret": "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCY" + "EXAMPLEKEY",
    # https://docs.aws.amazon.com/cli/latest/reference/iam/create-access-key.html and others
    "doc_id2": "AKIA" + "I44QH8DHB" + "EXAMPLE",
    "doc_secret2": "je7MtGbClwBF/2Zp9Utk/" + "h3yCo8nvb" + "EXAMPLEKEY",
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    "doc_session": "ASIA" + "IOSFODNN7" + "EXAMPLE",
    "doc_token": _DOC_TOKEN,
    "base62": _ALNUM,
    "base64_alphabet": _ALNUM + "+/",
    "placeholder_id": "AKIA" + "X" * 16,
    "counted_id": "AKIA" + "0123456789ABCDEF",
    "letters": "abcdefghijklmnopqrstuvwxyz" + "ABCDEFGHIJKLMN",
}

WRITINGS: Mapping[str, Callable[[str], str]] = {
    "url": lambda v: quote(v, safe=""),
    "url_twice": lambda v: quote(quote(v, safe=""), safe=""),
    "php_json": lambda v: v.replace("/", r"\/"),
    "html_json": lambda v: v.replace("+", r"\u002B").replace("/", r"\u002F"),
    "entities": lambda v: v.replace("+", "&#43;").replace("/", "&#x2F;"),
    "b64": lambda v: base64.b64encode(v.encode()).decode(),
    "b64_line": lambda v: base64.b64encode(v.encode() + b"\n").decode(),
    "hex": lambda v: v.encode().hex(),
}

_THINGS: Final = (
    *FIXED,
    *_OTHERS,
    *("hex", "upper_hex", "digits", "alnum", "lower_alnum", "name_like", "base64_of", "base64_begun", "base64_lines"),
    *("png", "font", "mappings", "uuid", "unique_id", "jwt"),
)
_PLACE: Final = re.compile(rf"<(?:([A-Za-z]\*?)|({'|'.join(_THINGS)})(?::(\w+))?)(?:\|(\w+))?>")


@dataclass(frozen=True, slots=True)
class Credential:
    """What is found, or should be. At least one part is there."""

    key_id: str | None
    secret: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A file and what a scanner should find in it. Nothing is expected of what is harmless.

    `others` are keys that are no pairs: of Bedrock, MWS, AppSync and SES. `also` are ids that may be found, or not.
    """

    name: str
    file: str
    data: bytes = field(repr=False)
    expected: frozenset[Credential]
    others: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    @property
    def harmless(self) -> bool:
        return not self.expected and not self.others


@dataclass(frozen=True, slots=True)
class Row:
    """`wrap` makes the file's bytes of the text's: an encoding, an archive."""

    file: str
    text: str
    expected: str = ""
    wrap: Callable[[bytes], bytes] = bytes


def make(name: str, row: Row, seed: int) -> Shape:
    """Raises ValueError where the text's credentials are not those that are expected."""
    filled = _Filled(Dice(seed ^ zlib.crc32(name.encode())))
    data = row.wrap(_PLACE.sub(filled.of, row.text.removeprefix("\n")).encode())
    expected = frozenset(filled.credential(word) for word in row.expected.split())
    if filled.used != filled.expected:
        raise ValueError(f"{name}: the text has {sorted(filled.used)}, expected are {sorted(filled.expected)}")
    return Shape(name, row.file, data, expected, frozenset(filled.others), frozenset(filled.also))


class Dice(Fakes):
    """Random things other than key pairs; each method is the name of a place in a text."""

    def awkward_secret(self, letter: str) -> str:
        while not {"/", "+"} <= set(secret := self.secret()):
            pass
        return {"Y": "/" + secret[1:], "Z": secret[:-1] + "+"}.get(letter, secret)

    def session_token(self, length: int) -> str:
        """As STS writes them: base64 that begins with the word `origin`."""
        return (_TOKEN_BEGINS + base64.b64encode(self.noise(length)).decode())[: length - 2] + "=="

    def noise(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def hex(self, length: str) -> str:
        return self._some("0123456789abcdef", int(length))

    def upper_hex(self, length: str) -> str:
        return self.hex(length).upper()

    def digits(self, length: str) -> str:
        return self._some("0123456789", int(length))

    def alnum(self, length: str) -> str:
        return self._some(_ALNUM, int(length))

    def lower_alnum(self, length: str) -> str:
        return self._some("abcdefghijklmnopqrstuvwxyz0123456789", int(length))

    def name_like(self, length: str) -> str:
        """As base64 for URLs is written: letters, digits, `-` and `_`."""
        return self._some(_ALNUM + "-_", int(length))

    def base64_of(self, count: str) -> str:
        return base64.b64encode(self.noise(int(count))).decode()

    def base64_begun(self, begin: str, count: str) -> str:
        return base64.b64encode(bytes.fromhex(begin) + self.noise(int(count))).decode()

    def base64_lines(self, count: str) -> str:
        return base64.encodebytes(self.noise(int(count))).decode().rstrip()

    def png(self, count: str) -> str:
        return self.base64_begun("89504e470d0a1a0a0000000d49484452", count)

    def font(self, count: str) -> str:
        """With what looks like a key id inside it, as one letter in a hundred million does."""
        head = self.base64_begun("774f463200010000", count).rstrip("=")
        return head + "q7" + self.key_id() + "x" + self.base64_of(count)

    def mappings(self, count: str) -> str:
        """As in a source map: a few letters of base64 a place, between commas and semicolons."""
        places = ("A" + self._some(_ALNUM + "+/", self._random.randint(3, 7)) for _ in range(int(count)))
        return "".join(place + self._random.choice(",,,,,,;") for place in places)

    def uuid(self) -> str:
        return str(UUID(bytes=self.noise(16), version=4))

    def unique_id(self, prefix: str) -> str:
        """Of an IAM user, role or the like: one character longer than a key id."""
        return prefix + self._some(_BASE32, 17)

    def jwt(self) -> str:
        head = _unpadded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
        body = _unpadded(json.dumps({"sub": self.uuid(), "exp": 1790000000, "scope": "secret:read"}).encode())
        return f"{head}.{body}.{_unpadded(self.noise(32))}"

    def bedrock(self) -> str:
        name = f"BedrockAPIKey-{self.lower_alnum('4')}-at-{self.digits('12')}:{self.base64_of('32')}"
        return "ABSK" + base64.b64encode(name.encode()).decode()

    def bedrock_short(self, key_id: str) -> str:
        """What a signed address looks like in it."""
        address = (
            f"bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key_id}"
            f"%2F20261101%2Fus-east-1%2Fbedrock%2Faws4_request&X-Amz-Date=20261101T090000Z&X-Amz-Expires=43200"
            f"&X-Amz-Security-Token={quote(self.session_token(600), safe='')}&X-Amz-Signature={self.hex('64')}"
            f"&X-Amz-SignedHeaders=host&Version=1"
        )
        return "bedrock-api-key-" + base64.b64encode(address.encode()).decode()

    def mws(self) -> str:
        return "amzn.mws." + self.uuid()

    def appsync(self) -> str:
        return "da2-" + self.lower_alnum("26")

    def ses(self) -> str:
        """A password for SMTP: one byte for the version, then a signature."""
        return self.base64_begun("04", "32")


class _Filled:
    """Puts fakes into a text and remembers which."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._parts: dict[str, str] = {}
        self.used: set[str] = set()
        self.expected: set[str] = set()
        self.others: set[str] = set()
        self.also: set[str] = set()

    def of(self, place: re.Match[str]) -> str:
        part, thing, argument, writing = place.groups()
        if part:
            self.used.add(part)
        value = self._part(part) if part else self._thing(thing, argument)
        return WRITINGS[writing](value) if writing else value

    def credential(self, word: str) -> Credential:
        parts = _EXPECTED.fullmatch(word)
        if parts is None:
            raise ValueError(f"not a credential: {word}")
        key_id, secret, token = parts.groups()
        wanted = [key_id, secret, f"{key_id}*" if token else ""]
        self.expected.update(w for w in wanted if w)
        return Credential(*(self._part(w) if w else None for w in wanted))

    def _part(self, part: str) -> str:
        if part not in self._parts:
            self._parts[part] = self._new(part)
        return self._parts[part]

    def _new(self, part: str) -> str:
        letter = part[0].upper()
        if part.endswith("*"):
            return self._dice.session_token(_TOKEN_LENGTHS[letter])
        if part.islower():
            return self._dice.awkward_secret(letter) if letter in _AWKWARD else self._dice.secret()
        return self._dice.key_id("ASIA" if letter in _TOKEN_LENGTHS else "AKIA")

    def _thing(self, name: str, argument: str | None) -> str:
        if name in FIXED:
            return FIXED[name]
        if name == "bedrock_short":
            argument = self._dice.key_id("ASIA")
            self.also.add(argument)
        made: str = getattr(self._dice, name)(*([argument] if argument else []))
        if name in _OTHERS:
            self.others.add(made)
        return made


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
