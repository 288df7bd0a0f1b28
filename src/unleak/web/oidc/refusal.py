"""Why somebody was not signed in."""

from enum import StrEnum

from unleak.model.errors import UnleakError


class Why(StrEnum):
    """The word in the log."""

    NOT_BEGUN = "not_begun"
    STATE = "state"
    DENIED = "denied"
    ISSUER = "issuer"
    UNREACHABLE = "unreachable"
    CODE = "code"
    ID_TOKEN = "id_token"  # noqa: S105  a word of the log, no password
    NAME = "name"
    UNVERIFIED = "unverified"
    NO_ROLE = "no_role"
    TOO_MANY = "too_many"


_STATUS = {Why.UNREACHABLE: 503, Why.TOO_MANY: 429}
_OF_THE_PERSON = {Why.DENIED, Why.NAME, Why.UNVERIFIED, Why.NO_ROLE}


class NotSignedIn(UnleakError):
    """`detail` and `who` are for the log. None of its words hold what the browser or the provider has sent."""

    def __init__(self, why: Why, message: str, hint: str, *, detail: str = "", who: str = "") -> None:
        super().__init__(message, hint)
        self.why, self.detail, self.who = why, detail, who

    @property
    def status(self) -> int:
        return _STATUS.get(self.why, 403 if self.why in _OF_THE_PERSON else 400)
