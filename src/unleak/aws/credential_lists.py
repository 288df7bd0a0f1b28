"""Lists that botocore does not page by itself."""

from collections.abc import Iterator
from typing import Any

from unleak.aws.client import Client


def service_credentials(iam: Client, **whose: Any) -> Iterator[dict[str, Any]]:
    """Service-specific credentials of one user (`UserName`) or of all (`AllUsers`)."""
    asked = dict(whose)
    while True:
        answer = iam.list_service_specific_credentials(**asked)
        yield from (dict(c) for c in answer["ServiceSpecificCredentials"])
        if not answer.get("IsTruncated"):
            return
        asked["Marker"] = answer["Marker"]
