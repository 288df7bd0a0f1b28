"""A function's code, fetched as AWS offers it and checked against its hash, in the words in which it is written again.

https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, HTTPClientError
from botocore.httpsession import URLLib3Session
from botocore.utils import get_environ_proxies

from unleak.aws.client import Client
from unleak.model.errors import CouldNotLook, Unreachable

LARGEST = 50 * 1024**2
"""A larger package is not taken in one request. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
_AWS = (".amazonaws.com", ".amazonaws.com.cn")
_OK, _SECONDS = 200, 60


def code_of(client: Client, name: str, number: str) -> dict[str, Any]:
    """What UpdateFunctionCode takes to write this version's code: the package, or the image by its digest."""
    told = client.get_function(FunctionName=name, Qualifier=number)
    configuration, code = told["Configuration"], told.get("Code", {})
    kinds = {"Architectures": configuration["Architectures"]} if configuration.get("Architectures") else {}
    if configuration.get("PackageType") == "Image":
        return {"ImageUri": str(code.get("ResolvedImageUri") or code["ImageUri"]), **kinds}
    package = _fetched(code, client.endpoint)
    if b64encode(hashlib.sha256(package).digest()).decode() != configuration["CodeSha256"]:
        raise CouldNotLook(f"the code of version {number} of {name} did not arrive as it was published", "run again")
    return {"ZipFile": package, **kinds}


def _fetched(code: Mapping[str, Any], endpoint: str) -> bytes:
    """From AWS alone, or from where its API is said to be; the address is a key to the code, and is not repeated."""
    address = str(code.get("Location", ""))
    place = urlsplit(address)
    is_aws = place.scheme == "https" and str(place.hostname).endswith(_AWS)
    if not is_aws and (place.scheme, place.netloc) != urlsplit(endpoint)[:2]:
        raise CouldNotLook("the code of a function is not where AWS keeps it", "fetch it by hand")
    session = URLLib3Session(timeout=_SECONDS, proxies=get_environ_proxies(address))
    try:
        answer = session.send(AWSRequest(method="GET", url=address, stream_output=True).prepare())
        package: bytes = answer.raw.read(LARGEST + 1)
    except (BotoCoreError, HTTPClientError, OSError) as error:
        what = f"the code of a function could not be fetched ({type(error).__name__})"
        raise Unreachable(what, "run again") from None
    finally:
        session.close()
    if answer.status_code != _OK:
        raise Unreachable(f"the code of a function could not be fetched ({answer.status_code})", "run again")
    return package
