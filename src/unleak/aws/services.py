"""Which services there are."""

from functools import cache

import botocore.session
from botocore.exceptions import UnknownRegionError


@cache
def _prefixes() -> frozenset[str]:
    """As actions name them: by what their requests are signed for, or by their endpoint."""
    session = botocore.session.get_session()
    models = (session.get_service_model(name) for name in session.get_available_services())
    return frozenset(p for m in models for p in (m.signing_name, m.endpoint_prefix))


@cache
def _names() -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_available_services())


def is_service(prefix: str) -> bool:
    """Whether actions of IAM begin with it, `s3`. Seconds, once, for a name that botocore has not as its own."""
    return prefix in _names() or prefix in _prefixes()


@cache
def may_be_offered(service: str, region: str) -> bool:
    """False only where botocore knows regions of this service in the region's partition, and this one is none of them:
    then no answer, or an unknown operation, means that there is nothing to ask.
    """
    session = botocore.session.get_session()
    try:
        partition = session.get_partition_for_region(region)
    except UnknownRegionError:
        return True
    known = session.get_available_regions(service, partition_name=partition)
    return not known or region in known
