"""What others say, without the secret that they were given."""

from base64 import b64encode
from urllib.parse import quote

from unleak.model.credential import Credentials


def scrubbed(text: str, pair: Credentials) -> str:
    """The secret as it is, and as it may be written otherwise."""
    secret = pair.secret.reveal()
    encoded = b64encode(secret.encode()).decode()
    for form in (secret, quote(secret, safe=""), encoded, encoded.rstrip("=")):
        text = text.replace(form, "****")
    return text
