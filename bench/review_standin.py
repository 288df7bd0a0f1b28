# ruff: noqa: INP001, T201  a script that prints
"""The embedded AWS for `bench/review.py`: with limits like AWS's."""

import re
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from unleak.standin.errors import error_answer
from unleak.standin.server import CONTROL, Standin

_SCOPE = re.compile(r"Credential=(\w+)/\d+/([\w-]+)/([\w-]+)/aws4_request")
_BURST_SECONDS = 2.0
_SPEAK_XML = frozenset(
    [
        "autoscaling",
        "cloudformation",
        "ec2",
        "elasticbeanstalk",
        "email",
        "iam",
        "rds",
        "redshift",
        "s3",
        "ses",
        "sns",
        "sts",
    ]
)


class Limited(Standin):
    """A bucket of tokens for each credential, region and service, as EC2 documents its own."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit, self._lock = limit, threading.Lock()
        self._tokens: dict[tuple[str, ...], tuple[float, float]] = defaultdict(
            lambda: (limit * _BURST_SECONDS, time.monotonic())
        )

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        scope = _SCOPE.search(str(environ.get("HTTP_AUTHORIZATION", "")))
        is_control = str(environ.get("PATH_INFO", "")).startswith(CONTROL)
        if is_control or scope is None or not self._limit or not environ.get("HTTP_USER_AGENT", "").count("unleak"):
            return super()._application(environ, start_response)
        if self._takes(scope.groups()):
            return super()._application(environ, start_response)
        protocol = "query" if scope[3] in _SPEAK_XML else "json"
        code = "RequestLimitExceeded" if scope[3] == "ec2" else "ThrottlingException"
        answer = error_answer(code, 400, scope[3], protocol, "Rate exceeded", str(uuid.uuid4()))
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        head = [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body))),
                ("x-amzn-ErrorType", code)]  # fmt: skip
        start_response("400 Error", head)
        return [answer.body]

    def _takes(self, key: tuple[str, ...]) -> bool:
        with self._lock:
            tokens, at = self._tokens[key]
            now = time.monotonic()
            tokens = min(tokens + (now - at) * self._limit, self._limit * _BURST_SECONDS)
            self._tokens[key] = (max(tokens - 1, 0) if tokens >= 1 else tokens, now)
            return tokens >= 1


def main() -> None:
    with Limited(int(sys.argv[1])) as standin:
        print(standin.url, flush=True)
        standin.wait()


if __name__ == "__main__":
    main()
