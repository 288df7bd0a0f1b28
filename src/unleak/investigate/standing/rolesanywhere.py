"""Roles Anywhere: certificates that become sessions of roles.

https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/Welcome.html
"""

from unleak.investigate.standing.field import here
from unleak.investigate.standing.row import CHANGED, CREATED, DELETED, Row

_ANCHOR, _PROFILE = "RolesAnywhere::TrustAnchor", "RolesAnywhere::Profile"
_ANCHOR_BY_ID = here("rolesanywhere", "trust-anchor/{trustAnchorId}")
_PROFILE_BY_ID = here("rolesanywhere", "profile/{profileId}")
_MADE_ANCHOR = ("{>trustAnchor.trustAnchorArn}", here("rolesanywhere", "trust-anchor/{>trustAnchor.trustAnchorId}"))

ROWS: tuple[Row, ...] = (
    Row("rolesanywhere:CreateTrustAnchor", _ANCHOR, CREATED, _MADE_ANCHOR, "{name}"),
    Row("rolesanywhere:UpdateTrustAnchor", _ANCHOR, CHANGED, _ANCHOR_BY_ID, "source changed", key="source"),
    Row("rolesanywhere:DeleteTrustAnchor", _ANCHOR, DELETED, _ANCHOR_BY_ID),
    Row("rolesanywhere:EnableTrustAnchor", _ANCHOR, CHANGED, _ANCHOR_BY_ID, "enabled", mark="enabled"),
    Row("rolesanywhere:DisableTrustAnchor", _ANCHOR, CHANGED, _ANCHOR_BY_ID, "disabled", mark="disabled"),
    Row("rolesanywhere:CreateProfile", _PROFILE, CREATED, "{>profile.profileArn}", "{name} for {roleArns}"),
    Row("rolesanywhere:UpdateProfile", _PROFILE, CHANGED, _PROFILE_BY_ID, "for {roleArns}", key="roles"),
    Row("rolesanywhere:DeleteProfile", _PROFILE, DELETED, _PROFILE_BY_ID),
    Row("rolesanywhere:EnableProfile", _PROFILE, CHANGED, _PROFILE_BY_ID, "enabled", mark="enabled"),
    Row("rolesanywhere:DisableProfile", _PROFILE, CHANGED, _PROFILE_BY_ID, "disabled", mark="disabled"),
    Row(
        "rolesanywhere:ImportCrl", "RolesAnywhere::CRL", CREATED, "{>crl.crlArn}", "list of revoked certificates {name}"
    ),
    Row("rolesanywhere:DeleteCrl", "RolesAnywhere::CRL", DELETED, here("rolesanywhere", "crl/{crlId}")),
    Row(
        "rolesanywhere:DisableCrl", "RolesAnywhere::CRL", CHANGED, here("rolesanywhere", "crl/{crlId}"),
        "list of revoked certificates disabled", mark="disabled",
    ),
    Row(
        "rolesanywhere:EnableCrl", "RolesAnywhere::CRL", CHANGED, here("rolesanywhere", "crl/{crlId}"),
        "list of revoked certificates enabled", mark="enabled",
    ),
)  # fmt: skip
