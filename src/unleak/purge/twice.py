"""Base64 in which a value stands that is encoded already: a Secret of Kubernetes with a registry's login in it, a
command for PowerShell. What was decoded and changed is encoded again, sign for sign as long, so that no offset moves.

Any run of signs is decoded at each place where a group of four may begin: as a whole it is encoded again to the very
same signs, but for those of what was changed. Nothing that is not understood is touched.
"""

import base64
import re
from collections.abc import Callable, Collection

_GAPS = b"\r\n\t \"',>"
_STANDARD, _URL = b"+/", b"-_"
_GROUP = 4
_RUNS = {
    signs: re.compile(rb"[A-Za-z0-9%s][A-Za-z0-9%s\r\n\t \x22',>]*={0,2}" % (re.escape(signs), re.escape(signs)))
    for signs in (_STANDARD, _URL)
}
Replace = Callable[[bytes], bytes]
"""Of decoded bytes, as many bytes."""


def replaced_within(data: bytes, forms: Collection[bytes], replace: Replace) -> bytes:
    """`forms`: what stands in a run that is worth decoding."""
    for signs, runs in _RUNS.items():
        data = runs.sub(lambda found, signs=signs: _run(found.group(), signs, forms, replace), data)  # type: ignore[misc]
    return data


def _run(run: bytes, signs: bytes, forms: Collection[bytes], replace: Replace) -> bytes:
    """What stands between its pieces stays."""
    whole = run.translate(None, _GAPS)
    if not any(form in whole for form in forms):
        return run
    body = whole.rstrip(b"=")
    for start in range(_GROUP):
        body = body[:start] + _encoded_again(body[start:], signs, replace)
    rest = iter(body + whole[len(body) :])
    return bytes(c if c in _GAPS else next(rest) for c in run)


def _encoded_again(part: bytes, signs: bytes, replace: Replace) -> bytes:
    """The end is left alone where its last bits are none of base64's."""
    if len(part) % _GROUP == 1 or _encoded(_decoded(part, signs), signs) != part:
        whole = len(part) - len(part) % _GROUP
        part, end = part[:whole], part[whole:]
    else:
        end = b""
    plain = _decoded(part, signs)
    changed = replace(plain)
    return (part if changed == plain or len(changed) != len(plain) else _encoded(changed, signs)) + end


def _decoded(part: bytes, signs: bytes) -> bytes:
    return base64.b64decode(part + b"=" * (-len(part) % _GROUP), altchars=signs)


def _encoded(plain: bytes, signs: bytes) -> bytes:
    return base64.b64encode(plain, altchars=signs).rstrip(b"=")
