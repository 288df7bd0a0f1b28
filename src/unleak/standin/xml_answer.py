"""Answers of the query protocol, for what the stand-in answers itself."""

from typing import Any
from xml.sax.saxutils import escape

IAM = "https://iam.amazonaws.com/doc/2010-05-08/"
STS = "https://sts.amazonaws.com/doc/2011-06-15/"


def to_xml(operation: str, result: dict[str, Any], request_id: str, namespace: str) -> bytes:
    """Lists become `<member>`s; what is None is left out."""
    body = f"<{operation}Result>{_elements(result)}</{operation}Result>"
    meta = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return f'<{operation}Response xmlns="{namespace}">{body}{meta}</{operation}Response>'.encode()


def _elements(tree: Any) -> str:
    if isinstance(tree, dict):
        return "".join(f"<{k}>{_elements(v)}</{k}>" for k, v in tree.items() if v is not None)
    if isinstance(tree, list):
        return "".join(f"<member>{_elements(v)}</member>" for v in tree)
    return escape(str(tree).lower() if isinstance(tree, bool) else str(tree))
