"""A thin skin over a boto3 client: same calls, our errors, and a note of every action that was called."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from unleak.aws.errors import translate
from unleak.aws.within import within

_TOKENS = ("nextToken", "NextToken", "Marker")
"""By which an answer that botocore cannot page says that there is more, and by which more is asked for."""
Watcher = Callable[[str], None]
"""Called with the IAM action of each call, `iam:GetUser`: conformance tests hold units to what they declare."""


class Client:
    """`client.get_user(UserName=…)` as boto3 has it. Raises errors of `unleak.model.errors`, never botocore's."""

    def __init__(
        self, boto_client: Any, watcher: Watcher | None = None, heard: Callable[[Any], None] = lambda _: None
    ) -> None:
        """`heard` is given every answer."""
        self._client = boto_client
        self._watcher = watcher
        self._heard = heard

    @property
    def region(self) -> str:
        return str(self._client.meta.region_name)

    @property
    def endpoint(self) -> str:
        """The URL that is talked to."""
        return str(self._client.meta.endpoint_url)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        call = getattr(self._client, method)
        action = self._action(method)

        def guarded(**arguments: Any) -> Any:
            if self._watcher:
                self._watcher(action)
            try:
                answer = call(**arguments)
                self._heard(answer)
            except (ClientError, BotoCoreError) as error:
                raise translate(error, action) from error
            return answer

        return guarded

    def pages(self, method: str, field: str, **arguments: Any) -> Iterator[Any]:
        """Every item of `field` over all pages."""
        action = self._action(method)
        if self._watcher:
            self._watcher(action)
        try:
            for page in self._client.get_paginator(method).paginate(**arguments):
                yield from page.get(field, ())
        except (ClientError, BotoCoreError) as error:
            raise translate(error, action) from error

    def items(self, method: str, path: str, **arguments: Any) -> Iterator[Any]:
        """Every item at `path` (`Reservations[].Instances`) over all pages, whether botocore can page or not."""
        action = self._action(method)
        if self._watcher:
            self._watcher(action)
        try:
            for page in self._pages(method, arguments):
                yield from within(page, path)
        except (ClientError, BotoCoreError) as error:
            raise translate(error, action) from error

    def _pages(self, method: str, arguments: dict[str, Any]) -> Iterator[Any]:
        if self._client.can_paginate(method):
            yield from self._client.get_paginator(method).paginate(**arguments)
            return
        meta = self._client.meta
        operation = meta.service_model.operation_model(meta.method_to_api_mapping[method])
        told = set(operation.output_shape.members) & set(operation.input_shape.members if operation.input_shape else ())
        call, name, token = getattr(self._client, method), next((t for t in _TOKENS if t in told), ""), None
        while True:
            page = call(**arguments, **({name: token} if token else {}))
            yield page
            token = page.get(name) if page.get("IsTruncated", True) else None
            if not token:
                return

    def _action(self, method: str) -> str:
        meta = self._client.meta
        service = meta.service_model.signing_name
        return f"{service}:{meta.method_to_api_mapping.get(method, method)}"
