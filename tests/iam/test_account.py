import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from account_file import ADMIN, ROOT, account, allow, arn, document, group, managed, role, user
from unleak.iam.account import Kind, NotDetails, parse_details

WHOLE = account(
    user("ci", allow("s3:GetObject"), attached=(ADMIN,), GroupList=["devs"], boundary=arn("policy/fence")),
    group("devs", allow("sqs:*")),
    role("ops", ROOT, InstanceProfileList=[{"Arn": arn("instance-profile/ops")}]),
    managed(arn("policy/fence"), document(allow("s3:*")), document(allow("*"))),
)
EMPTY: dict[str, list[Any]] = {name: [] for name in WHOLE}


def encoded(thing: Any) -> Any:
    """Every document URL-encoded, as the API itself answers."""
    if isinstance(thing, dict):
        if "Statement" in thing:
            return quote(json.dumps(thing))
        return {key: encoded(value) for key, value in thing.items()}
    return [encoded(item) for item in thing] if isinstance(thing, list) else thing


def pages() -> list[dict[str, Any]]:
    """One entry on each page."""
    return [{**EMPTY, name: [thing]} for name, things in WHOLE.items() for thing in things]


SAME = [
    ("one answer", json.dumps(WHOLE)),
    ("with a mark of its byte order", "\ufeff" + json.dumps(WHOLE, indent=2) + "\n"),
    ("documents as the API encodes them", json.dumps(encoded(WHOLE))),
    ("a list of pages", json.dumps(pages())),
    ("pages one after the other", "\n\n".join(json.dumps({**p, "IsTruncated": True}) for p in pages()[:-1])
     + json.dumps(pages()[-1])),
]  # fmt: skip


@pytest.mark.parametrize(("what", "text"), SAME, ids=[s[0] for s in SAME])
def test_the_same_account_however_it_was_saved(what: str, text: str) -> None:
    details = parse_details(text)
    assert details.unread == (), what
    ci = details.holder("ci", Kind.USER)
    assert ci is not None
    assert ci is details.holder(arn("user/ci"))
    assert (ci.groups, ci.attached, ci.boundary) == (("devs",), (ADMIN,), arn("policy/fence"))
    assert details.roles[arn("role/ops")].profiles == (arn("instance-profile/ops"),)
    assert set(details.managed) == {ADMIN, arn("policy/fence")}
    fence, wider = (details.managed_policy(arn("policy/fence"), version) for version in ("", "v2"))
    assert fence is not None
    assert wider is not None
    assert [len(p.naming("ec2:runinstances")) for p in (fence, wider)] == [0, 1]


def test_a_managed_policy_is_parsed_once() -> None:
    details = parse_details(json.dumps(WHOLE))
    assert details.managed_policy(ADMIN) is details.managed_policy(ADMIN)
    assert details.managed_policy("arn:aws:iam::aws:policy/NotThere") is None


NO_DETAILS = [
    "",
    "no JSON",
    "[]",
    "{}",
    '{"Users": []}',
    "[1]",
    '{"UserDetailList": {}}',
    json.dumps(WHOLE)[:-3],
    "[" * 99_999,
]


@pytest.mark.parametrize("text", NO_DETAILS, ids=lambda t: t[:20])
def test_what_is_no_such_file_is_refused(text: str) -> None:
    with pytest.raises(NotDetails):
        parse_details(text)


HOLES = [
    ({**WHOLE, "IsTruncated": True}, "ends before the account does"),
    ({**WHOLE, "NextToken": "abc"}, "ends before the account does"),
    ({n: v for n, v in WHOLE.items() if n != "Policies"}, "no Policies in the file"),
    ({**WHOLE, "UserDetailList": [{"UserName": "no-arn"}]}, "an entry of UserDetailList"),
    ({**WHOLE, "RoleDetailList": ["text"]}, "an entry of RoleDetailList"),
]


@pytest.mark.parametrize(("raw", "said"), HOLES, ids=[h[1] + str(n) for n, h in enumerate(HOLES)])
def test_what_is_missing_is_said(raw: dict[str, Any], said: str) -> None:
    assert any(said in line for line in parse_details(json.dumps(raw)).unread)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Arn", "UserName", "UserPolicyList", "Tags", "GroupList", "PolicyName"]), inner
        )
    ),
)


@given(JSON)
def test_whatever_stands_in_a_list_is_read_or_said(entry: Any) -> None:
    details = parse_details(json.dumps({**EMPTY, "UserDetailList": [entry]}))
    assert len(details.users) + len(details.unread) == 1
