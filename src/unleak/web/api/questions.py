"""What may be asked of a long look from elsewhere: nothing here names a file, a folder or a bucket of the bearer's
choice. Fields are those of the kinds' own questions, in `engine/inquiries`.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from unleak.web.api.asked import Body, Time

Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Accounts = Annotated[tuple[Account, ...], Field(max_length=500)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Names = Annotated[tuple[Name, ...], Field(max_length=100)]


class AskInvestigation(Body):
    """`trails`: some of those that the service is configured with, or `event-history`; none means all of them."""

    what: Literal["investigation"]
    trails: Names = ()
    leaked_at: Time | None = None
    since: Time | None = None
    until: Time | None = None
    account: Account | Literal[""] = ""
    verify: bool = False


class AskReview(Body):
    """`trails`: they are asked what the key brought about; none: the record is."""

    what: Literal["review"]
    trails: Names = ()
    accounts: Accounts = ()
    organization: bool = False
    since: Time | None = None
    regions: Names = ()
    checks: Names = ()


class AskData(Body):
    """`versions`: AWS is asked what was there before."""

    what: Literal["data"]
    trails: Names = ()
    leaked_at: Time | None = None
    account: Account | Literal[""] = ""
    versions: bool = True


class AskBill(Body):
    """Cost Explorer takes a cent a question: one for each account, and one for each cost with `by_resource`."""

    what: Literal["bill"]
    since: Time | None = None
    accounts: Accounts = ()
    by_resource: bool = False


Wanted = Annotated[AskInvestigation | AskReview | AskData | AskBill, Field(discriminator="what")]
