"""AWS's refusals, in the shape and with the code that each service uses."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from xml.sax.saxutils import escape


class Refusal(StrEnum):
    UNKNOWN_KEY = "unknown key"
    BAD_SIGNATURE = "bad signature"
    BAD_BODY = "bad body"
    NO_TOKEN = "no token"  # noqa: S105  a refusal's name
    BAD_TOKEN = "bad token"  # noqa: S105  a refusal's name
    EXPIRED = "expired"
    SKEWED = "skewed"
    MALFORMED = "malformed"
    LATE = "late"
    MISSING = "missing"
    DENIED = "denied"


_CODES: dict[Refusal, dict[str, tuple[str, int]]] = {
    Refusal.UNKNOWN_KEY: {
        "s3": ("InvalidAccessKeyId", 403),
        "ec2": ("AuthFailure", 401),
        "json": ("UnrecognizedClientException", 400),
        "rest-json": ("UnrecognizedClientException", 403),
        "": ("InvalidClientTokenId", 403),
    },
    Refusal.BAD_SIGNATURE: {
        "s3": ("SignatureDoesNotMatch", 403),
        "ec2": ("AuthFailure", 401),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "": ("SignatureDoesNotMatch", 403),
    },
    Refusal.BAD_BODY: {
        "s3": ("XAmzContentSHA256Mismatch", 400),
        "ec2": ("AuthFailure", 401),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "": ("SignatureDoesNotMatch", 403),
    },
    Refusal.NO_TOKEN: {
        "s3": ("InvalidAccessKeyId", 403),
        "ec2": ("AuthFailure", 401),
        "json": ("UnrecognizedClientException", 400),
        "rest-json": ("UnrecognizedClientException", 403),
        "": ("InvalidClientTokenId", 403),
    },
    Refusal.BAD_TOKEN: {
        "s3": ("InvalidToken", 400),
        "ec2": ("AuthFailure", 401),
        "json": ("UnrecognizedClientException", 400),
        "rest-json": ("UnrecognizedClientException", 403),
        "": ("InvalidClientTokenId", 403),
    },
    Refusal.EXPIRED: {
        "s3": ("ExpiredToken", 400),
        "ec2": ("RequestExpired", 400),
        "json": ("ExpiredTokenException", 400),
        "rest-json": ("ExpiredTokenException", 403),
        "": ("ExpiredToken", 403),
    },
    Refusal.SKEWED: {
        "s3": ("RequestTimeTooSkewed", 403),
        "ec2": ("AuthFailure", 401),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "": ("SignatureDoesNotMatch", 403),
    },
    Refusal.MALFORMED: {
        "s3": ("AuthorizationHeaderMalformed", 400),
        "ec2": ("AuthFailure", 401),
        "json": ("IncompleteSignatureException", 400),
        "rest-json": ("IncompleteSignatureException", 403),
        "": ("IncompleteSignature", 400),
    },
    Refusal.LATE: {
        "s3": ("AccessDenied", 403),
        "ec2": ("AuthFailure", 401),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "": ("SignatureDoesNotMatch", 403),
    },
    Refusal.MISSING: {
        "s3": ("AccessDenied", 403),
        "ec2": ("MissingParameter", 400),
        "json": ("MissingAuthenticationTokenException", 400),
        "rest-json": ("MissingAuthenticationTokenException", 403),
        "": ("MissingAuthenticationToken", 403),
    },
    Refusal.DENIED: {
        "s3": ("AccessDenied", 403),
        "ec2": ("UnauthorizedOperation", 403),
        "json": ("AccessDeniedException", 400),
        "rest-json": ("AccessDeniedException", 403),
        "": ("AccessDenied", 403),
    },
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. `error` is AWS's code, empty for success."""

    status: int
    body: bytes
    content_type: str
    error: str = ""
    message: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def refuse(kind: Refusal, service: str, protocol: str, message: str, request_id: str) -> Answer:
    style = service if service in {"s3", "ec2"} else protocol if "json" in protocol else ""
    code, status = _CODES[kind][style]
    if kind is Refusal.DENIED and service == "sns":
        code = "AuthorizationError"
    answer = error_answer(code, status, service, protocol, message, request_id)
    if service != "sqs" or "json" not in protocol:
        return answer
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html
    of_query, _ = _CODES[kind][""]
    return replace(answer, headers=(("x-amzn-query-error", f"{of_query};Sender"),))


def error_answer(code: str, status: int, service: str, protocol: str, message: str, request_id: str) -> Answer:
    if "json" in protocol:
        body = json.dumps({"__type": code, "message": message, "Message": message})
        return Answer(status, body.encode(), "application/x-amz-json-1.1", code, message)
    text = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if service == "s3":
        body = f"<Error>{text}<RequestId>{request_id}</RequestId></Error>"
    elif service == "ec2":
        body = f"<Response><Errors><Error>{text}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    else:
        tail = f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        body = f"<ErrorResponse><Error><Type>Sender</Type>{text}</Error>{tail}"
    return Answer(status, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode(), "text/xml", code, message)
