"""AWS's errors as ours: each with a sentence, and what to do next."""

from typing import Any

from botocore import exceptions as boto

from unleak.model.errors import (
    AccessDenied,
    AwsError,
    CouldNotLook,
    CredentialRefused,
    NoCredentials,
    NotFound,
    Unreachable,
)

DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "Client.UnauthorizedOperation",
    "AuthorizationError",
    "AuthorizationErrorException",
    "403",
}
REFUSED = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "AuthFailure",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidToken",
    "TokenRefreshRequired",
}
BUSY = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "SlowDown",
}
_MISSING_SUFFIXES = (
    "NotFound", "NotFoundException", "NotFoundFault", "NoSuchEntity", "NoSuchEntityException", "DoesNotExist",
    ".NonExistentQueue", "InvalidDocument",
)  # fmt: skip
_SERVER_ERROR = 500


def translate(error: Exception, doing: str) -> CouldNotLook:
    """`doing` is the IAM action, `iam:GetUser`."""
    if isinstance(error, boto.ClientError):
        return _client_error(error, doing)
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError | boto.CredentialRetrievalError):
        return NoCredentials(
            "there are no AWS credentials to work with",
            "set AWS_PROFILE or --profile, or the AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of a responder",
        )
    if isinstance(error, boto.ProfileNotFound):
        return NoCredentials(str(error), "`aws configure list-profiles` shows which there are")
    if isinstance(error, boto.HTTPClientError | boto.ConnectionError | boto.EndpointConnectionError):
        return Unreachable(
            f"{doing}: no answer from AWS ({type(error).__name__})",
            "check the network, the region and AWS_ENDPOINT_URL; running again goes on where this stopped",
        )
    return CouldNotLook(f"{doing}: {error}", "run again with the same arguments; report it if it stays")


def _client_error(error: Any, doing: str) -> AwsError:
    detail, meta = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code, message = str(detail.get("Code", "")), str(detail.get("Message", ""))
    kind, hint = _kind(code, int(meta.get("HTTPStatusCode", 0)), doing)
    request_id = str(meta.get("RequestId") or error.response.get("RequestId") or "")
    return kind(f"{doing}: {message or code} ({code})", hint, code=code, request_id=request_id)


def _kind(code: str, status: int, doing: str) -> tuple[type[AwsError], str]:
    if code in DENIED:
        return AccessDenied, f"grant {doing} to the identity that unleak runs as, or use another --profile"
    if code in REFUSED:
        return (
            CredentialRefused,
            "the credential was not accepted: look at its status, and at the clock of this machine",
        )
    if code in BUSY or status >= _SERVER_ERROR:
        return Unreachable, "AWS is busy: running again goes on where this stopped"
    if code.endswith(_MISSING_SUFFIXES) or code in {"NoSuchBucket", "404"}:
        return NotFound, ""
    return AwsError, ""
