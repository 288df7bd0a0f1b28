"""A form of ours as the same document that the API takes: what is empty was not said."""

from typing import TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, ValidationError

from unleak.model.errors import Misuse

Form = TypeVar("Form", bound=BaseModel)
_MOST_FIELDS = 40


async def form_of(request: Request, kind: type[Form]) -> Form:
    """Raises Misuse, in words for the person who filled it in."""
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode(), max_num_fields=_MOST_FIELDS, strict_parsing=bool(body))
    except ValueError as error:
        raise Misuse("the form could not be read", "send it from its page") from error
    said: dict[str, object] = {name: text.replace("\r\n", "\n") for name, text in pairs if text.strip()}
    for name, about in kind.model_fields.items():
        if name in said and str(about.annotation).startswith("tuple"):
            said[name] = tuple(str(said[name]).split())
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:5])
        raise Misuse(f"the form is not complete: {wrong}", "go back and fill it in") from error
