"""A review as one page: the same that the terminal tells, and nothing of it runs."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from unleak.model.evidence import Fact
from unleak.model.review import Age, Judged, Review, Thing, Unseen, Weight
from unleak.report.review import to_html

HOME, OTHER = "1111" * 3, "9999" * 3
LEAK = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NASTY = (
    "<script>alert(1)</script>",
    "\" onload='x' style=\"background:url(//evil.example)",
    "{{ 7*7 }}{% raw %}</style></title>",
    "a\x1b[2J\u202eb\ud800\x00",
    "<!--<svg/onload=x>]]>",
)


class Tags(HTMLParser):
    """Every tag, and every attribute with its value."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= set(attrs)


def review(text: str = "backdoor", number: int = 1, accounts: tuple[str, ...] = (HOME,)) -> Review:
    """Something in every part, called so."""
    thing = Thing(HOME, "us-east-1", f"arn:aws:iam::{HOME}:user/{text}", "AWS::IAM::User", text, LEAK, text,
                  Weight.HIGH, (text, "it lets a stranger in"))  # fmt: skip
    old = replace(thing, created_at=None, weight=Weight.MEDIUM)
    judged = [
        Judged(thing, Age.BY_INCIDENT, "event", text, text),
        Judged(thing, Age.SINCE_LEAK),
        Judged(old, Age.UNDATED),
        Judged(replace(old, weight=Weight.NONE), Age.OLDER),
    ]
    fact = Fact(f"arn:aws:ec2:us-east-1:{HOME}:instance/{text}", text, text, text, "event", LEAK, text)
    return Review(
        accounts, LEAK, tuple(judged) * number, (Unseen("kms", HOME, "us-east-1", text, text),) * number,
        (Unseen("apprunner", HOME, "eu-north-1", text),), ("us-east-1",), ((HOME, "me-south-1"),), ("eu-west-1",),
        (fact,) * number, (text,), 99, 1, 3.0,
    )  # fmt: skip


def test_each_part_has_its_place_and_what_is_in_it() -> None:
    page = to_html(review())
    parts = dict(re.findall(r'<section id="(\w+)".*?>(.*?)</section>', page, re.DOTALL))
    assert list(parts) == ["ours", "since", "older", "types", "unmet", "gaps", "know"]
    assert [name for name in parts if "backdoor" in parts[name]] == ["ours", "since", "older", "unmet", "gaps", "know"]
    assert "it lets a stranger in" in parts["ours"]
    assert "IAM User" in parts["types"]
    assert "(2)" not in parts["older"], "what nobody need look at is only counted"
    assert HOME not in parts["ours"].split("<tbody>")[0]


def test_of_many_accounts_each_thing_tells_its_own() -> None:
    page = to_html(review(accounts=(HOME, OTHER)))
    assert f'<td class="mono">{HOME}</td>' in page


def test_nothing_seen_is_no_green() -> None:
    page = to_html(Review((HOME,), None, unseen=(Unseen("iam_users", HOME, "global", "is not permitted"),)))
    assert "not all could be seen" in page
    assert "Nobody said when the key leaked" in page
    assert "is not permitted" in page


@pytest.mark.parametrize("text", NASTY)
def test_what_an_attacker_named_is_text(text: str) -> None:
    tags, plain = Tags(to_html(review(text))), Tags(to_html(review()))
    assert tags.tags == plain.tags
    assert {name for name, _ in tags.attributes} == {name for name, _ in plain.attributes}
    assert not tags.tags & {"script", "iframe", "img", "link", "object", "form"}
    assert all(v and v.startswith("#") for n, v in tags.attributes if n == "href")
    page = to_html(review(text))
    assert all(c.isprintable() or c == "\n" for c in page)
    assert "url(" not in page.split("</style>")[0]


def test_however_much_there_is_the_page_is_small_and_says_what_it_leaves_out() -> None:
    page = to_html(review("表" * 900, 3000))
    assert len(page.encode()) < 300_000
    assert re.search(r"and 2,\d{3} more things: the JSON has all of them", page)
