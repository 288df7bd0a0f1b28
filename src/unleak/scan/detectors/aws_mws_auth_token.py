"""What a seller gave a developer for the Marketplace Web Service."""

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, begins, written
from unleak.scan.lazy import lazy

_FEWEST_DIFFERENT = 8
_IN_TURNS = lazy(r"(?:[0-9][a-f])+|(?:[a-f][0-9])+")
# The UUID that documentation of UUIDs shows.
_SHOWN = "550e8400e29b41d4a716446655440000"


def _confirm(value: bytes) -> bool:
    """No placeholder: those count up, take letters and digits in turns, or repeat a few of them."""
    digits = value.decode("ascii").lower().removeprefix("amzn.mws.").replace("-", "")
    return (
        len(set(digits)) >= _FEWEST_DIFFERENT
        and not digits.isdecimal()
        and not _IN_TURNS.fullmatch(digits)
        and digits != _SHOWN
    )


DETECTOR = Detector(
    id="aws_mws_auth_token",
    title="Amazon MWS auth token",
    severity=Severity.HIGH,
    vendor="Amazon Web Services",
    family="API Token",
    description="What a seller gave a developer: with that developer's access key, it reads and changes the seller's "
    "orders, prices and payments. Amazon's Marketplace Web Service ended on 31 March 2024; Amazon Pay "
    "exchanges the token for one of its own.",
    security_note="It opens nothing without the developer's key, which often stands beside it.",
    mitigation="The seller withdraws it in Seller Central, where it was given out. Deal with the access key that "
    "stands beside it.",
    references=(
        "https://docs.developer.amazonservices.com/en_US/dev_guide/DG_RequiredRequestParameters.html",
        "https://developer.amazon.com/docs/amazon-pay-registration/token-exchange.html",
    ),
    pattern=lazy(
        begins(rb"A-Za-z0-9")
        + rb"(amzn\.mws\.(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}))(?![A-Za-z0-9-])"
    ),
    confirm=_confirm,
    label=lazy(rb"(?i)mws|auth"),
    anchor=Anchor(rb"amzn\.mws\.[0-9a-fA-F]{8}-", lazy(rb"amzn\.mws\.[0-9a-fA-F]{8}-"), before=32, after=48),
    prefixes=(b"amzn.mws.",),
    examples=(
        written("define('MWS_AUTH_TOKEN', 'amzn.mws.", "c27b04fd-9e63-d158-8a71-06be35f2d94c');"),
        written("&MWSAuthToken=amzn.mws.", "c27b04fd-9e63-d158-8a71-06be35f2d94c&MarketplaceId=ATVPDKIKX0DER"),
    ),
    counter_examples=(
        "&MWSAuthToken=amzn.mws.4ea38b7b-f563-7709-4bae-87aeaEXAMPLE&Action=GetOrder",
        "token: amzn.mws.12345678-1234-1234-1234-123456789012",
        "token: amzn.mws.550e8400-e29b-41d4-a716-446655440000",
        "token: amzn.mws.1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d",
        "token: amzn.mws.00000000-0000-0000-0000-000000000000",
    ),
)
