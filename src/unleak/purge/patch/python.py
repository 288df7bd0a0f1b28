"""Python: `boto3.client("s3", aws_access_key_id="...")` without its keys."""

import ast

from unleak.purge.needles import Needles

_NAMES = frozenset({"aws_access_key_id", "aws_secret_access_key", "aws_session_token"})
_Span = tuple[int, int]


def edited(source: bytes, needles: Needles) -> bytes:
    """Without these arguments of every call that is given a secret in plain; unchanged where that is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return source
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    spans: list[_Span] = []
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and any(_holds(k, needles) for k in call.keywords):
            spans += [_span(k, starts) for k in call.keywords if k.arg in _NAMES]
    made = source
    for start, end in sorted(set(spans), reverse=True):
        made = _cut(made, start, end)
    try:
        ast.parse(made)
    except (SyntaxError, ValueError):
        return source
    return made


def _holds(keyword: ast.keyword, needles: Needles) -> bool:
    value = keyword.value
    return (
        keyword.arg in _NAMES
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and needles.held_in(value.value.encode(errors="surrogatepass"))
    )


def _span(keyword: ast.keyword, starts: list[int]) -> _Span:
    end_line, end = keyword.value.end_lineno or keyword.lineno, keyword.value.end_col_offset or 0
    return starts[keyword.lineno - 1] + keyword.col_offset, starts[end_line - 1] + end


def _cut(source: bytes, start: int, end: int) -> bytes:
    """With the comma behind it, or else the one before; and the line, where nothing else stands on it."""
    rest = source[end:].lstrip(b" \t")
    if rest.startswith(b","):
        end = len(source) - len(rest) + 1
    else:
        before = source[:start].rstrip()
        if before.endswith(b","):
            start = len(before) - 1
    while source[end : end + 1] in {b" ", b"\t"}:
        end += 1
    line_start = source.rfind(b"\n", 0, start) + 1
    if not source[line_start:start].strip():
        if source[end : end + 2] == b"\r\n":
            return source[:line_start] + source[end + 2 :]
        if source[end : end + 1] == b"\n":
            return source[:line_start] + source[end + 1 :]
    return source[:start] + source[end:]
