"""A request on its way to moto: rewritten so that moto does just what the gate has decided, and nothing else.

Whatever could be read in two ways (a parameter twice, one in the query and one in the body, a bucket in the host) is
read once, by the gate.
"""

import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from unleak.standin.request import ApiCall
from unleak.standin.signature import PRESIGNED

Environ = dict[str, Any]
_FORM = "application/x-www-form-urlencoded"


def forwarded(environ: Mapping[str, Any], call: ApiCall, account: str, body: bytes) -> Environ:
    """`account` is the one whose resources the call is about."""
    made = {k: v for k, v in environ.items() if k not in {"HTTP_TRANSFER_ENCODING", "wsgi.input_terminated"}}
    scope = f"{account}/20260101/{call.region}/{call.signs_as}/aws4_request"
    made["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=-"
    made["HTTP_X_MOTO_ACCOUNT_ID"] = account
    if call.service == "s3":
        made["HTTP_HOST"] = f"{environ.get('SERVER_NAME', 'localhost')}:{environ.get('SERVER_PORT', 80)}"
    if call.protocol in {"query", "ec2"}:
        _as_form(made, call)
    elif "HTTP_X_AMZ_TARGET" in environ and call.is_named:
        _put_body(made, json.dumps(call.parameters).encode())
        made["QUERY_STRING"] = ""
    else:
        made.pop("HTTP_X_AMZ_TARGET", None)
        kept = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        made["QUERY_STRING"] = urlencode([(k, v) for k, v in kept if k not in PRESIGNED])
        if _FORM in str(made.get("CONTENT_TYPE", "")):
            made["CONTENT_TYPE"] = "binary/octet-stream"  # it would be read as a form, and be gone
        _put_body(made, body)
    return made


def _as_form(made: Environ, call: ApiCall) -> None:
    made.pop("HTTP_X_AMZ_TARGET", None)
    made["REQUEST_METHOD"], made["QUERY_STRING"], made["CONTENT_TYPE"] = "POST", "", _FORM
    _put_body(made, urlencode({"Action": call.operation, **call.fields}).encode())


def _put_body(made: Environ, body: bytes) -> None:
    made["wsgi.input"], made["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
