"""`[[notify]]` of unleak.toml: what it means, and what is told of a mistake."""

from datetime import timedelta
from pathlib import Path

import pytest

from unleak.config import Config, load_config
from unleak.model.errors import Misuse
from unleak.model.occasion import Kind
from unleak.notify.channels import CHANNELS
from unleak.notify_settings import OF_KIND

SECRET = "https://hooks.example.com/p1anted"


def _loaded(tmp_path: Path, text: str, **environ: str) -> Config:
    (tmp_path / "unleak.toml").write_text(text)
    return load_config(tmp_path / "unleak.toml", environ)


def test_each_kind_has_its_defaults(tmp_path: Path) -> None:
    text = """
[[notify]]
name = "on-call"
kind = "apprise"
url_env = "PAGER"
occasions = ["escalated", "abuse"]
escalate = [60, 5]

[[notify]]
name = "tickets"
kind = "webhook"
url = "https://tickets.example.com"
secret_env = "HOOK"

[[notify]]
name = "hub"
kind = "security_hub"

[[notify]]
name = "committers"
kind = "committer"
url_env = "SMTP"
domains = ["Example.com"]
"""
    found = _loaded(tmp_path, text, PAGER=SECRET, HOOK="s3cret").notify
    pager, tickets, hub, committers = found
    assert pager.values["url"] == SECRET
    assert pager.occasions == {Kind.ESCALATED, Kind.ABUSE}
    assert pager.escalate == (timedelta(minutes=5), timedelta(hours=1))
    assert tickets.occasions == frozenset(Kind)
    assert tickets.escalate == (timedelta(minutes=15), timedelta(hours=1))
    assert hub.values == {"region": ""}
    assert committers.domains == ("example.com",)
    assert committers.occasions == {Kind.OPENED}
    assert committers.missing == ("SMTP",)  # told when it is used: a containment runs without it
    assert "p1anted" not in repr(found)
    assert "s3cret" not in repr(found)


HOOK = '[[notify]]\nname = "a"\nkind = "webhook"\nurl_env = "U"\nsecret_env = "S"\n'
WRONG: dict[str, tuple[str, str]] = {
    "no list": ("notify = 1", "list of tables"),
    "no name": ('[[notify]]\nkind = "webhook"', "no proper name"),
    "a name that is none": ('[[notify]]\nname = "../x"\nkind = "webhook"', "no proper name"),
    "two of one name": (HOOK + HOOK, "named a"),
    "no kind": ('[[notify]]\nname = "a"', "no such kind"),
    "another kind": ('[[notify]]\nname = "a"\nkind = "pigeon"', "no such kind"),
    "an unknown setting": (HOOK + 'colour = "red"', "unknown setting colour"),
    "a setting of another kind": (HOOK + 'domains = ["a.b"]', "unknown setting domains"),
    "nothing to sign with": ('[[notify]]\nname = "a"\nkind = "webhook"\nurl = "https://x"', "no secret"),
    "a url that is a number": ('[[notify]]\nname = "a"\nkind = "apprise"\nurl = 1', "url is a text"),
    "no domains": ('[[notify]]\nname = "a"\nkind = "committer"\nurl_env = "U"', "domains is a list"),
    "all the world": ('[[notify]]\nname = "a"\nkind = "committer"\nurl_env = "U"\ndomains = []', "domains is a list"),
    "an occasion that is none": (HOOK + 'occasions = ["birthday"]', "occasions is a list"),
    "no occasion": (HOOK + "occasions = []", "occasions is a list"),
    "an occasion in no list": (HOOK + 'occasions = "waits"', "occasions is a list"),
    "minutes in words": (HOOK + 'escalate = ["15m"]', "list of minutes"),
    "minutes that are past": (HOOK + "escalate = [-1]", "list of minutes"),
    "a minute that is no number": (HOOK + "escalate = [true]", "list of minutes"),
    "a year": (HOOK + "escalate = [525600]", "list of minutes"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Misuse, match=said) as error:
        _loaded(tmp_path, text)
    assert error.value.hint


def test_nobody_is_told_by_default(tmp_path: Path) -> None:
    assert _loaded(tmp_path, "").notify == ()
    assert _loaded(tmp_path, HOOK + "escalate = []").notify[0].escalate == ()


def test_the_settings_are_those_of_the_channels() -> None:
    assert set(OF_KIND) == set(CHANNELS)
    for kind, (needs, may) in OF_KIND.items():
        assert set(CHANNELS[kind].settings) == needs | may
        assert CHANNELS[kind].references


def test_the_page_names_every_kind_occasion_and_setting() -> None:
    page = (Path(__file__).parents[2] / "docs" / "notify.md").read_text(encoding="utf-8")
    settings = {setting for channel in CHANNELS.values() for setting in channel.settings}
    for word in (*CHANNELS, *Kind, *settings, "name", "occasions", "escalate"):
        assert f"`{word}`" in page, word
