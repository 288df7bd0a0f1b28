"""Sigma's field names as SQL over the columns of the index. What a rule file says gets into SQL only through here:
as a quoted literal, or as a name that was looked up or checked.
"""

import re
from collections.abc import Mapping
from itertools import combinations

_COLUMN: Mapping[str, str] = {
    "eventid": "event_id", "eventtime": "strftime(\"at\", '%Y-%m-%dT%H:%M:%SZ')", "eventsource": "source",
    "eventname": "name", "awsregion": "region", "sourceipaddress": "address", "useragent": "agent",
    "errorcode": "error", "errormessage": "error_message", "readonly": "CAST(read_only AS VARCHAR)",
    "useridentity.type": "kind", "useridentity.arn": "arn", "useridentity.accesskeyid": "key_id",
    "useridentity.principalid": "principal_id", "useridentity.accountid": "caller_account",
    "useridentity.username": "user_name", "useridentity.invokedby": "invoked_by",
    "useridentity.identityprovider": "identity_provider",
    "useridentity.sessioncontext.sessionissuer.arn": "issuer_arn",
    "useridentity.sessioncontext.sessionissuer.type": "issuer_type",
    "useridentity.sessioncontext.sessionissuer.username": "regexp_extract(issuer_arn, '[^/]+$')",
    "useridentity.sessioncontext.sessionissuer.accountid": "nullif(split_part(issuer_arn, ':', 5), '')",
    "useridentity.sessioncontext.attributes.creationdate": "session_since",
    "useridentity.sessioncontext.attributes.mfaauthenticated": "mfa",
    "useridentity.sessioncontext.sourceidentity": "source_identity",
    "sessioncredentialfromconsole": "from_console", "recipientaccountid": "account", "requestid": "request_id",
    "sharedeventid": "shared_id", "eventtype": "event_type", "eventcategory": "category",
    "requestparameters": "request", "responseelements": "response", "additionaleventdata": "additional",
    "serviceeventdetails": "details", "resources": "resources",
}  # fmt: skip
_INSIDE: Mapping[str, str] = {
    name: _COLUMN[name]
    for name in ("requestparameters", "responseelements", "additionaleventdata", "serviceeventdetails", "resources")
}
"""Fields that hold JSON: what follows the first dot is a path in it."""
_SEGMENT = re.compile(r"[A-Za-z0-9_@:/ -]{1,128}")
_DEEPEST = 8
_ALL_LISTS_TO = 3
TEXT = (
    "concat_ws(chr(10), name, source, error, error_message, region, address, agent, arn, request, response, additional)"
)
"""Where Sigma's keywords are looked for."""


def quoted(text: str) -> str:
    """An SQL string literal. ValueError if a database cannot hold the text."""
    if "\0" in text:
        raise ValueError("a value has a NUL character")
    text.encode()  # lone surrogates: UnicodeEncodeError is a ValueError
    return "'" + text.replace("'", "''") + "'"


def column(field: str) -> str | None:
    """The expression of a field that is one text, or None."""
    return _COLUMN.get(field.lower())


def inside(field: str) -> tuple[str, str] | None:
    """What stands at a path in JSON: as the expression of one text, and as that of a list of texts, for which lists on
    the way and at its end are entered. None if it is no path in one of our columns.
    """
    first, *path = field.split(".")
    if (held := _INSIDE.get(first.lower())) is None or not 0 < len(path) <= _DEEPEST:
        return None
    if not all(_SEGMENT.fullmatch(segment) for segment in path):
        return None
    direct, *entered = (f"TRY(json_extract_string({held}, {quoted(one)}))" for one in _paths(path))
    return direct, f"list_concat([{direct}]::VARCHAR[], {', '.join(f'{one}::VARCHAR[]' for one in entered)})"


def _paths(path: list[str]) -> list[str]:
    """The path as it stands, then with lists entered after any of its segments; of a deep one, after two at most."""
    most = len(path) if len(path) <= _ALL_LISTS_TO else 2
    places = [where for count in range(most + 1) for where in combinations(range(len(path)), count)]
    return ["$" + "".join(f'."{name}"{"[*]" * (at in where)}' for at, name in enumerate(path)) for where in places]
