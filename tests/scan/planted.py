"""Fake credentials, made at run time: none stands in the source, where a scanner would find it."""

import random
import string

_BASE32 = string.ascii_uppercase + "234567"
_BASE64 = string.ascii_letters + string.digits + "+/"


class Fakes:
    """The same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def key_id(self, prefix: str = "AKIA") -> str:
        return prefix + self._some(_BASE32, 16)

    def secret(self) -> str:
        return self._some(_BASE64, 40)

    def token(self) -> str:
        return "IQoJb3JpZ2lu" + self._some(_BASE64, 200) + "=="

    def sha1(self) -> str:
        return self._some("0123456789abcdef", 40)

    def _some(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))
