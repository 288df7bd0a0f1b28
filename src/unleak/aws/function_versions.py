"""A Lambda function as it is now and as it was published: its code by its hash, its settings as they are written.

Only what was published is kept. https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from unleak.aws.client import Client
from unleak.model.errors import NotPossible

LATEST = "$LATEST"
CODE = "Code"


@dataclass(frozen=True, slots=True)
class Published:
    """`code` is the hash of it; `at`: it was last changed, or published, no later."""

    number: int
    at: datetime
    code: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class FunctionState:
    """Parts by the names of the calls that write them: CODE, and settings. An environment holds secrets: never shown,
    and never kept.
    """

    code: str
    size: int
    modified: str
    parts: Mapping[str, Any] = field(repr=False)
    unread: frozenset[str] = frozenset()

    def differs(self, other: "FunctionState", names: Collection[str]) -> tuple[str, ...]:
        """Of these parts, those that are not the same in both. Raises NotPossible where Lambda does not tell."""
        for name in names:
            if name in self.unread | other.unread:
                raise NotPossible(f"{name.lower()} cannot be read", "grant the use of the function's KMS key")
        return tuple(n for n in names if self.parts.get(n) != other.parts.get(n))


def published(client: Client, name: str) -> list[Published]:
    """Newest first. Raises NotFound where the function is gone."""
    listed = client.pages("list_versions_by_function", "Versions", FunctionName=name)
    found = [
        Published(int(v["Version"]), _moment(v["LastModified"]), v["CodeSha256"], v.get("Description", ""))
        for v in listed
        if v["Version"] != LATEST
    ]
    return sorted(found, key=lambda p: -p.number)


def _moment(text: str) -> datetime:
    """`2026-11-23T12:33:12.000+0000`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def state_of(client: Client, name: str, qualifier: str = LATEST) -> FunctionState:
    told = client.get_function_configuration(FunctionName=name, Qualifier=qualifier)
    parts = {part: read(told) for part, read in SETTINGS.items()}
    unread = frozenset({"Environment"}) if (told.get("Environment") or {}).get("Error") else frozenset()
    code = told["CodeSha256"]
    return FunctionState(code, int(told.get("CodeSize", 0)), told["LastModified"], {CODE: code, **parts}, unread)


def _inner(field_: str, *names: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda told: {n: (told.get(field_) or {})[n] for n in names if n in (told.get(field_) or {})}


def _network(told: Mapping[str, Any]) -> dict[str, list[str]]:
    found = told.get("VpcConfig") or {}
    return {n: sorted(found.get(n) or ()) for n in ("SubnetIds", "SecurityGroupIds")}


SETTINGS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "Role": lambda t: t.get("Role"),
    "Handler": lambda t: t.get("Handler"),
    "Runtime": lambda t: t.get("Runtime"),
    "Layers": lambda t: [layer["Arn"] for layer in t.get("Layers") or ()],
    "Environment": lambda t: {"Variables": dict((t.get("Environment") or {}).get("Variables") or {})},
    "VpcConfig": _network,
    "KMSKeyArn": lambda t: t.get("KMSKeyArn") or "",
    "FileSystemConfigs": lambda t: [dict(f) for f in t.get("FileSystemConfigs") or ()],
    "ImageConfig": lambda t: dict((t.get("ImageConfigResponse") or {}).get("ImageConfig") or {}),
    "DeadLetterConfig": lambda t: {"TargetArn": (t.get("DeadLetterConfig") or {}).get("TargetArn") or ""},
    "TracingConfig": _inner("TracingConfig", "Mode"),
    "EphemeralStorage": _inner("EphemeralStorage", "Size"),
    "LoggingConfig": _inner("LoggingConfig", "LogFormat", "ApplicationLogLevel", "SystemLogLevel", "LogGroup"),
    "SnapStart": _inner("SnapStart", "ApplyOn"),
    "Timeout": lambda t: t.get("Timeout"),
    "MemorySize": lambda t: t.get("MemorySize"),
}
"""How each setting of UpdateFunctionConfiguration is written, of what GetFunctionConfiguration tells: what is not there
is written as AWS wants nothing written.

https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html
"""
