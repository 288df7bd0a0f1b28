"""Trust anchors and profiles of IAM Roles Anywhere: whoever holds a certificate of the anchor gets a role's session.

https://docs.aws.amazon.com/rolesanywhere/latest/userguide/introduction.html
"""

from unleak.review.listing import Listing, Listings

CHECK = Listings(
    "roles_anywhere",
    "Trust anchors and profiles of Roles Anywhere",
    (
        Listing("AWS::RolesAnywhere::TrustAnchor", "rolesanywhere:ListTrustAnchors", "trustAnchors", "trustAnchorArn",
                name="name", created="createdAt", detail=("enabled",)),
        Listing("AWS::RolesAnywhere::Profile", "rolesanywhere:ListProfiles", "profiles", "profileArn", name="name",
                created="createdAt", detail=("enabled", "roleArns", "durationSeconds")),
        Listing("AWS::RolesAnywhere::CRL", "rolesanywhere:ListCrls", "crls", "crlArn", name="name",
                created="createdAt", detail=("enabled",)),
    ),
)  # fmt: skip
