"""Whose bait a key is. Asking AWS about bait sounds its owner's alarm; the account that an id tells costs nothing.

Accounts are facts of others, and known bait only: companies that lay out bait in accounts of their own stay unknown.
Sources: https://github.com/trufflesecurity/trufflehog/blob/main/pkg/detectors/aws/access_keys/canary.go for the first
two, https://github.com/mongodb/kingfisher/blob/main/src/validation/aws.rs for the third.
"""

from unleak.iam.key_id import account_of

_THINKST = (
    "052310077262",
    "171436882533",
    "266735846894",
    "534261010715",
    "595918472158",
    "717712589309",
    "730335385048",
    "819147034852",
    "893192397702",
    "992382622183",
)
_LIKE_THINKST = (
    "044858866125",
    "251535659677",
    "344043088457",
    "351906852752",
    "390477818340",
    "426127672474",
    "427150556519",
    "439872796651",
    "445142720921",
    "465867158099",
    "637958123769",
    "693412236332",
    "732624840810",
    "735421457923",
    "959235150393",
    "982842642351",
)
_THINKST_BY_ONE_SOURCE = ("528757803018", "538784191382", "729780141977")
_OWNERS = {
    **dict.fromkeys(_THINKST, "Thinkst (canarytokens.org)"),
    **dict.fromkeys(_LIKE_THINKST, "an imitation of canarytokens.org"),
    **dict.fromkeys(_THINKST_BY_ONE_SOURCE, "Thinkst (canarytokens.org), as one source has it"),
}
# https://github.com/RhinoSecurityLabs/pacu/blob/master/pacu/modules/iam__detect_honeytokens/main.py
_NAMES = {
    "user/canarytokens.com": "Thinkst (canarytokens.org)",
    "user/canarytokens.org": "Thinkst (canarytokens.org)",
    "user/SpaceCrab/": "SpaceCrab",
}


def canary_of(key_id: str, account_id: str | None) -> str:
    """Offline, by the account; "" where it is not known as anybody's bait. An account not given is read from the id."""
    return _OWNERS.get(account_id or account_of(key_id) or "", "")


def canary_named(arn: str) -> str:
    """By the account and name of the user that AWS has told: the alarm has sounded by then."""
    resource = arn.split(":", 5)[-1]
    by_name = (owner for name, owner in _NAMES.items() if resource.startswith(name))
    return _OWNERS.get(account_in(arn), "") or next(by_name, "")


def account_in(arn: str) -> str:
    """Empty where it names none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) > 5 else ""  # noqa: PLR2004  arn:partition:service:region:account:resource
