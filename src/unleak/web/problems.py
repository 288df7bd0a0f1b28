"""Every refusal as JSON: a word for programs, a sentence for people, and what to do next."""

from unleak.intake.notice import Reason, Refused
from unleak.model.errors import Busy, CouldNotLook, Misuse, NotNow, NotPossible, RecordConflict, UnleakError

SCHEMA = "unleak.problem/1"

_OF_REASONS = {
    Reason.NOT_CONFIGURED: 404,
    Reason.NO_SUCH_SENDER: 404,
    Reason.NOT_SIGNED: 401,
    Reason.UNKNOWN_KEY: 401,
    Reason.BAD_SIGNATURE: 401,
    Reason.KEYS_UNREACHABLE: 503,
    Reason.TOO_OLD: 400,
    Reason.REPLAYED: 200,
    Reason.TOO_LARGE: 413,
    Reason.TOO_MANY: 429,
    Reason.TOO_SLOW: 408,
    Reason.NOT_JSON: 400,
    Reason.NOT_UNDERSTOOD: 422,
    Reason.STORE_UNREACHABLE: 503,
}
_OF_KINDS: tuple[tuple[type[UnleakError], int, str], ...] = (
    (Misuse, 422, "misuse"),
    (RecordConflict, 409, "moved_on"),
    (Busy, 409, "busy"),
    (NotNow, 409, "not_now"),
    (NotPossible, 422, "not_possible"),
    (CouldNotLook, 503, "could_not_look"),
)


class NotAllowed(UnleakError):
    """The bearer is nobody (`status` 401), or may not do this (403)."""

    def __init__(self, status: int, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.status = status


class NotThere(UnleakError):
    """There is no such thing, or not for this bearer: the answer is the same."""


def problem(error: UnleakError) -> tuple[int, dict[str, str]]:
    """The HTTP status and the document."""
    status, reason = _kind(error)
    return status, {"schema": SCHEMA, "reason": reason, "said": str(error), "next": error.hint}


def _kind(error: UnleakError) -> tuple[int, str]:
    if isinstance(error, Refused):
        return _OF_REASONS[error.reason], error.reason.value
    if isinstance(error, NotAllowed):
        return error.status, "nobody" if error.status == 401 else "not_allowed"  # noqa: PLR2004  HTTP's own numbers
    if isinstance(error, NotThere):
        return 404, "not_there"
    return next(((status, reason) for kind, status, reason in _OF_KINDS if isinstance(error, kind)), (500, "failed"))
