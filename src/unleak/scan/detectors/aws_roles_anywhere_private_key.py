"""A private key whose certificate AWS takes for a role."""

import base64

from unleak.model.finding import Severity
from unleak.scan.detector import Anchor, Detector, written
from unleak.scan.lazy import lazy

_CONTEXT = (
    rb"(?:[Rr]oles[-_ ]?[Aa]nywhere|ROLES[-_ ]?ANYWHERE"
    rb"|[Tt]rust(?:_anchor_arn|-anchor-arn|AnchorArn)|TRUST_ANCHOR_ARN|aws(?:_signing_helper|-signing-helper))"
)
# The part of the context that is found fastest: behind a letter that few words have.
_SPOKEN_OF = rb"ywhere|YWHERE|_anchor_arn|-anchor-arn|AnchorArn|_ANCHOR_ARN|_signing_helper|-signing-helper"
_BEGIN = rb"-----BEGIN (?:(?:RSA|EC) )?PRIVATE KEY-----"
_END = rb"-----END (?:(?:RSA|EC) )?PRIVATE KEY-----"
_BLOCK = _BEGIN + rb"(?:[A-Za-z0-9+/=\s]|\\[nr]){80,8192}" + _END
_BETWEEN = rb"(?:(?!" + _CONTEXT + rb")[\s\S]){0,4096}?"
_AROUND = lazy(_BEGIN + rb"|" + _END + rb"|\\[nr]|\s")
_SEQUENCE, _LONG_FORM, _MOST_LENGTH_BYTES = 0x30, 0x80, 3

_LINES = (
    "MHcCAQEEID3TkswC0LJA35VuUwYxgzKs+5A9svpw" + "MWoFk9Ivso3woAoGCCqGSM49",
    "AwEHoUQDQgAEHL10HbzP1Uojp+p56Kj6810w0o7u" + "P+z/41KAnIwm4Twwnj0lkNxO",
    "jgJRcqGpMj+pMp4ogBYAnwCN7OLZui2qRw==",
)
_SHOWN = "-----BEGIN EC " + "PRIVATE KEY-----\n" + "\n".join(_LINES) + "\n-----END EC " + "PRIVATE KEY-----\n"


def _confirm(value: bytes) -> bool:
    """Its base64 is whole: one ASN.1 sequence, from the first byte to the last."""
    try:
        key = base64.b64decode(_AROUND.sub(b"", value), validate=True)
    except ValueError:
        return False
    if len(key) <= 1 + _MOST_LENGTH_BYTES or key[0] != _SEQUENCE:
        return False
    if key[1] < _LONG_FORM:
        return len(key) == 2 + key[1]
    count = key[1] - _LONG_FORM
    return count <= _MOST_LENGTH_BYTES and len(key) == 2 + count + int.from_bytes(key[2 : 2 + count], "big")


DETECTOR = Detector(
    id="aws_roles_anywhere_private_key",
    title="Private key for IAM Roles Anywhere",
    severity=Severity.HIGH,
    vendor="Amazon Web Services",
    family="Private Key",
    description="With its certificate, which is public, it gets sessions of the roles that a profile of IAM Roles "
    "Anywhere names, until the certificate expires or is revoked. Found where IAM Roles Anywhere is spoken of near the "
    "key; keys behind a passphrase are not reported.",
    security_note="A certificate often lives for a year, and the key of its authority makes more of them. A session "
    "that it got lives on for up to 12 hours.",
    mitigation="Revoke the certificate and import the list (`aws rolesanywhere import-crl`), or disable the trust "
    "anchor (`aws rolesanywhere disable-trust-anchor`). Then revoke the sessions of the roles in its profile.",
    references=(
        "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/credential-helper.html",
        "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html",
        "https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ImportCrl.html",
    ),
    pattern=lazy(rb"(?:" + _CONTEXT + _BETWEEN + rb"|(?=" + _BLOCK + _BETWEEN + _CONTEXT + rb"))(" + _BLOCK + rb")"),
    confirm=_confirm,
    label=lazy(rb"(?i)private_?-?key"),
    anchor=Anchor(_BEGIN, lazy(_SPOKEN_OF + rb"|" + _BEGIN), before=4400, after=13_000),
    examples=(
        f"aws_signing_helper credential-process --private-key key.pem\n\n# key.pem\n{_SHOWN}",
        f"{_SHOWN}\nTRUST_ANCHOR_ARN=arn:aws:rolesanywhere:eu-west-1:005618349270:trust-anchor/x",
        written('ROLES_ANYWHERE_KEY="', _SHOWN.replace("\n", r"\n"), '"'),
    ),
    counter_examples=(
        f"the key of a web server\n{_SHOWN}",
        f"rolesanywhere\n{_SHOWN.replace(_LINES[1], '...')}",
        f"rolesanywhere\n{_SHOWN.replace('EC PRIV', 'ENCRYPTED PRIV')}",
        written("rolesanywhere\n", "\n" * 5000, _SHOWN),
    ),
)
