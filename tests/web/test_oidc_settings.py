"""`[service.oidc]` and `service.url` of unleak.toml: what they mean, and what is told of a mistake."""

from pathlib import Path

import pytest

from unleak.config import load_config
from unleak.model.errors import Misuse
from unleak.model.role import Role
from unleak.oidc_settings import OidcSettings
from unleak.service_config import ServiceSettings

SECRET = "p1anted-and-long-enough"
WHOLE = """
[service]
url = "https://unleak.example.com"
[service.oidc]
issuer = "https://sso.example.com/realms/main"
client_id = "unleak"
client_secret_env = "OIDC"
default_role = "viewer"
admins = ["anna@example.com"]
[service.oidc.roles]
shop = "responder"
[service.oidc.accounts]
shop = ["111122223333"]
"""


def _loaded(tmp_path: Path, text: str) -> ServiceSettings:
    (tmp_path / "unleak.toml").write_text(text)
    return load_config(tmp_path / "unleak.toml", {"OIDC": SECRET, "SHORT": "0123456789abcde"}).listening.service


def test_each_setting_arrives_and_the_secret_never_prints(tmp_path: Path) -> None:
    found = _loaded(tmp_path, WHOLE)
    assert found.url == "https://unleak.example.com"
    assert found.oidc == OidcSettings(
        "https://sso.example.com/realms/main",
        "unleak",
        SECRET,
        roles={"shop": Role.RESPONDER},
        accounts={"shop": ("111122223333",)},
        admins=("anna@example.com",),
        default_role=Role.VIEWER,
    )
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('url = "https://unleak.example.com"', 'url = "http://unleak.example.com"', "service.url is no https address"),
        (
            'url = "https://unleak.example.com"',
            'url = "https://unleak.example.com/"',
            "service.url is no https address",
        ),
        ('url = "https://unleak.example.com"', "url = 1", "service.url is no https address"),
        ("issuer = ", "issuers = ", "unknown setting service.oidc.issuers"),
        ("https://sso", "http://sso", "service.oidc.issuer is an https address"),
        ("https://sso", "https://user@sso", "service.oidc.issuer is an https address"),
        ("/realms/main", "/realms?main", "service.oidc.issuer is an https address"),
        ('client_id = "unleak"', "", "service.oidc.client_id is missing"),
        ('"OIDC"', '"NOT_THERE"', "names NOT_THERE, which is not set"),
        ('"OIDC"', '"SHORT"', "has fewer than 16 characters"),
        ('client_secret_env = "OIDC"', "", "has fewer than 16 characters"),
        ('default_role = "viewer"', 'default_role = "king"', "default_role is no role"),
        ('"responder"', '["responder"]', "roles.shop is no role"),
        ('shop = "responder"', 'shopping = "responder"', "accounts.shop has no role"),
        ('["111122223333"]', "[]", "accounts.shop is a list of accounts"),
        ('["111122223333"]', '["11112222333"]', "accounts.shop is a list of accounts"),
        ('["anna@example.com"]', '"anna@example.com"', "admins is a list of texts"),
        ("admins =", 'scopes = "email"\nadmins =', "scopes lacks openid"),
        ("admins =", "name_claim = 1\nadmins =", "name_claim is a text"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    assert was in WHOLE
    with pytest.raises(Misuse, match=told) as raised:
        _loaded(tmp_path, WHOLE.replace(was, becomes, 1))
    assert SECRET not in str(raised.value) + raised.value.hint


def test_one_that_lets_nobody_in_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="lets nobody in"):
        _loaded(
            tmp_path, f'[service.oidc]\nissuer = "https://x.example"\nclient_id = "x"\nclient_secret = "{SECRET}"\n'
        )
