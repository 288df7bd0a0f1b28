"""What can go wrong, each with a sentence, what to do next, and its exit code.

Exit codes: 0 nothing left to do, 1 findings or a person is needed, 2 misuse, 3 could not look.
"""


class UnleakError(Exception):
    """`str(error)` is one clear sentence; `hint` says what to do next."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Misuse(UnleakError):
    """The call itself is wrong; nothing was done."""

    exit_code = 2


class CouldNotLook(UnleakError):
    """The answer could not be had. Never the same as 'no'."""


class RecordConflict(UnleakError):
    """Somebody else appended to this incident first: fold again."""


class NotPossible(UnleakError):
    """AWS has no way to make this change here (a service-linked role, a full quota): a person is needed."""

    exit_code = 1


class NotNow(UnleakError):
    """A limit of our own: it may be done later."""

    exit_code = 1


class Busy(UnleakError):
    """Another process is responding to this incident."""

    exit_code = 1


class NoCredentials(CouldNotLook):
    """There are no AWS credentials to work with."""


class AwsError(CouldNotLook):
    """AWS refused or failed a call. `code` is AWS's own; `request_id` finds the call again in CloudTrail."""

    def __init__(self, message: str, hint: str = "", *, code: str = "", request_id: str = "") -> None:
        super().__init__(message, hint)
        self.code = code
        self.request_id = request_id


class AccessDenied(AwsError):
    """The caller is known, but may not do this."""


class CredentialRefused(AwsError):
    """The credential itself was not accepted: unknown, inactive, deleted, expired or wrongly signed."""


class NotFound(AwsError):
    """The thing that was asked about does not exist."""


class Unreachable(AwsError):
    """No answer: network, time-out, throttling or AWS's own failure. Trying again later may help."""
