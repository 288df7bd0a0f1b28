"""Why something could not be looked at, in a few words; and when there is nothing to look at.

A service is not there where AWS says that the account has no subscription to it, or where a region that botocore does
not know the service to be in gives no answer or knows no such operation. All else is a gap, and told as one.
"""

from unleak.aws.services import may_be_offered
from unleak.model.errors import AccessDenied, AwsError, CouldNotLook, CredentialRefused, NotFound, Unreachable

_NO_SUBSCRIPTION = {"SubscriptionRequiredException", "OptInRequired", "SubscriptionRequired"}
_NO_SUCH_OPERATION = {"UnknownOperationException", "UnknownOperation", "InvalidAction", "NotImplemented"}
_NO_HOST = ("EndpointConnectionError", "ConnectTimeoutError")
_LONGEST = 140


class NotThere(CouldNotLook):
    """The service is not in this region, or not this account's: nothing can stand there."""


def not_there(error: CouldNotLook, service: str, region: str) -> NotThere | None:
    """None where it cannot be known: then nothing was seen."""
    if not isinstance(error, AwsError):
        return None
    if error.code in _NO_SUBSCRIPTION:
        return NotThere(f"the account is not subscribed to {service}")
    no_answer = isinstance(error, Unreachable) and any(name in str(error) for name in _NO_HOST)
    if (no_answer or error.code in _NO_SUCH_OPERATION) and not may_be_offered(service, region):
        return NotThere(f"{service} is not offered in this region")
    return None


def why(error: CouldNotLook) -> str:
    """The same words for the same reason, so that they can be told once for many places."""
    action, _, said = str(error).partition(": ")
    text = said.lower()
    if isinstance(error, AccessDenied):
        if "service control policy" in text:
            return f"a service control policy denies {action}"
        if "resource control policy" in text or "resource-based policy" in text:
            return f"a policy of the resource denies {action}"
        return f"{action} is not permitted"
    if isinstance(error, CredentialRefused):
        return f"the responder's credential was refused ({error.code}): the region may not be enabled"
    if isinstance(error, NotFound):
        return f"{action}: it is not there ({error.code})"
    if isinstance(error, Unreachable):
        return f"{action}: no answer, or AWS was busy"
    if isinstance(error, AwsError):
        return f"{action} failed: {error.code}"
    return str(error)[:_LONGEST]
