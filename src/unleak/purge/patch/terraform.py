"""Terraform: the provider of AWS without its keys."""

import re

from unleak.purge.needles import Needles

_PROVIDER = re.compile(rb'(?m)^[ \t]*provider[ \t]+"aws"[ \t]*\{')
_KEYS = re.compile(rb'(?m)^[ \t]*(?:access_key|secret_key|token)[ \t]*=[ \t]*"[^"\n]*"[ \t]*(?:#.*|//.*)?\r?\n')


def edited(source: bytes, needles: Needles) -> bytes:
    """Of each provider block that holds a secret, without `access_key`, `secret_key` and `token`."""
    made, at = [], 0
    for block in _PROVIDER.finditer(source):
        end = _end(source, block.end())
        if block.start() < at or not needles.held_in(source[block.start() : end]):
            continue
        made += [source[at : block.end()], _KEYS.sub(b"", source[block.end() : end])]
        at = end
    return b"".join([*made, source[at:]])


def _end(source: bytes, start: int) -> int:
    """Behind the brace that closes the block; braces in texts are rare there, and only widen or narrow the search."""
    depth = 1
    for brace in re.finditer(rb"[{}]", source[start:]):
        depth += 1 if brace.group() == b"{" else -1
        if not depth:
            return start + brace.end()
    return len(source)
