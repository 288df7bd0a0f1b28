"""Which services there are."""

from functools import cache

import botocore.session


@cache
def _prefixes() -> frozenset[str]:
    """As actions name them: by what their requests are signed for, or by their endpoint."""
    session = botocore.session.get_session()
    models = (session.get_service_model(name) for name in session.get_available_services())
    return frozenset(p for m in models for p in (m.signing_name, m.endpoint_prefix))


def is_service(prefix: str) -> bool:
    """Whether actions of IAM begin with it, `s3`. Seconds for a name that botocore has not as its own."""
    return prefix in botocore.session.get_session().get_available_services() or prefix in _prefixes()
