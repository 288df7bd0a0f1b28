"""`*` and `?` in policies, and the characters that stand for themselves."""

import re
from collections.abc import Callable
from functools import lru_cache

# Marks are noncharacters: Unicode keeps them for use inside a program, no text contains them.
_LITERAL = {ord("*"): "\ufdd0", ord("?"): "\ufdd1"}
_PLAIN = {0xFDD0: "*", 0xFDD1: "?"}
_STARS = re.compile(r"\*+")


def literal(text: str) -> str:
    """Marks wildcard characters as meaning themselves; understood by `wildcard`, removed by `plain`."""
    return text.translate(_LITERAL)


def plain(text: str) -> str:
    return text.translate(_PLAIN)


def example(pattern: str) -> str:
    """A text that the pattern matches; one that a narrower pattern matches only by chance."""
    return plain(_STARS.sub("unleak-any", pattern).replace("?", "x"))


@lru_cache(maxsize=16_384)
def wildcard(*patterns: str) -> Callable[[str], object]:
    """A matcher of whole texts: `*` any characters, `?` exactly one. Its answer is truthy where any pattern matches.

    It takes time linear in the text for each star, whatever the pattern: policies may be an attacker's.
    """
    if "*" in patterns:
        return lambda _: True
    exact = frozenset(plain(p) for p in patterns if "*" not in p and "?" not in p)
    wild = "|".join(_expression(p) for p in patterns if "*" in p or "?" in p)
    if not wild:
        return exact.__contains__
    match = re.compile(wild, re.DOTALL).fullmatch
    return (lambda text: text in exact or match(text)) if exact else match


def _expression(pattern: str) -> str:
    """What stands between two stars is matched where it first occurs, and never again elsewhere."""
    first, *rest = (_without_star(part) for part in _STARS.split(pattern))
    if not rest:
        return first
    return first + "".join(f"(?>.*?{part})" for part in rest[:-1]) + ".*" + rest[-1]


def _without_star(part: str) -> str:
    return re.escape(part).replace(r"\?", ".").replace("\ufdd0", r"\*").replace("\ufdd1", r"\?")
