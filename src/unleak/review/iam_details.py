"""Users, roles, groups and policies as IAM tells them at once: a thousand a page, where else each would cost calls."""

from collections.abc import Iterator
from typing import Any

from unleak.review.check import Place

_LARGEST_PAGE = 1000
_FIELDS = {
    "User": "UserDetailList",
    "Role": "RoleDetailList",
    "Group": "GroupDetailList",
    "LocalManagedPolicy": "Policies",
}


def details(place: Place, kind: str) -> Iterator[dict[str, Any]]:
    """`kind` is one of IAM's filters."""
    yield from place.client("iam").items(
        "get_account_authorization_details", _FIELDS[kind], Filter=[kind], PaginationConfig={"PageSize": _LARGEST_PAGE}
    )
