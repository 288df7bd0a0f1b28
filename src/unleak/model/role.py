"""What a bearer of a token, and a person who is signed in, may do."""

from enum import StrEnum


class Role(StrEnum):
    """Each may what those before it may."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    APPROVER = "approver"
    ADMIN = "admin"

    def may(self, least: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(least)
