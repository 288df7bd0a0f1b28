"""What routes are given: the service, and the parts of a request that many share."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import AfterValidator, AliasGenerator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

from unleak.web.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Asked = Annotated[Service, Depends(_service)]
IncidentId = Annotated[str, Path(pattern=r"^inc-[0-9a-f]{10}$", description="As lists of incidents have it.")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]

_FIRST, _LAST = 2006, 2999


def _in_the_time_of_aws(when: datetime) -> datetime:
    if not _FIRST <= when.year <= _LAST:
        raise ValueError("that is no time of AWS")
    return when.astimezone(UTC)


Time = Annotated[AwareDatetime, AfterValidator(_in_the_time_of_aws)]


class Body(BaseModel):
    """A misspelt field is an error, not a default."""

    model_config = ConfigDict(extra="forbid")


class Document(BaseModel):
    """An answer that names its schema. It is `schema_` here, since pydantic has a `schema` of its own."""

    model_config = ConfigDict(alias_generator=AliasGenerator(serialization_alias=lambda name: name.removesuffix("_")))
