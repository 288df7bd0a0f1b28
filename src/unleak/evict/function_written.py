"""Which parts of a function an attacker changed, and how they are written again as a version has them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from unleak.aws.client import Client
from unleak.aws.function_code import code_of
from unleak.aws.function_versions import CODE, LATEST, SETTINGS, FunctionState, state_of
from unleak.model.clock import Clock
from unleak.model.errors import NotPossible, Unreachable
from unleak.model.incident import Incident
from unleak.model.plan import Target

_NAMED = {
    "layers": "Layers", "role": "Role", "handler": "Handler", "environment": "Environment", "vpcConfig": "VpcConfig",
}  # fmt: skip
_PATIENCE, _PAUSE = timedelta(minutes=5), timedelta(seconds=3)


def spoilt(incident: Incident, target: Target) -> tuple[tuple[str, ...], datetime | None]:
    """The parts, and since when. A call that changed one setting may have changed others that have no name of their
    own in the trail: they are meant too.
    """
    standing = incident.descent.standing if incident.descent else ()
    known = {"code", "settings", *_NAMED}
    deeds = [f for f in standing if f.arn == target.id and f.deed == "changed" and f.part in known]
    parts = {f.part for f in deeds}
    names = [CODE] if "code" in parts else []
    if parts - {"code"}:
        names += [s for s in SETTINGS if s not in _NAMED.values() or s in {_NAMED.get(p) for p in parts}]
    return tuple(names), min((f.at for f in deeds), default=None)


def holds_a_key(state: FunctionState, key_ids: Collection[str]) -> bool:
    variables = state.parts["Environment"]["Variables"].values()
    return any(key_id in value for value in variables for key_id in key_ids)


def write(clock: Clock, client: Client, name: str, number: str, names: Collection[str]) -> None:
    """These parts as that version has them. One update at a time: AWS refuses the next while one is in progress.

    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
    """
    if CODE in names:
        code = code_of(client, name, number)
        client.update_function_code(FunctionName=name, **code, **_unchanged(clock, client, name))
    settings = [n for n in names if n != CODE]
    if settings:
        parts = state_of(client, name, number).parts
        told: dict[str, Any] = {n: parts[n] for n in settings}
        client.update_function_configuration(FunctionName=name, **told, **_unchanged(clock, client, name))
    _unchanged(clock, client, name)


def _unchanged(clock: Clock, client: Client, name: str) -> dict[str, str]:
    """Waits until the last update is through; what is written then is written over just that."""
    end = clock.now() + _PATIENCE
    while (told := client.get_function_configuration(FunctionName=name, Qualifier=LATEST)).get(
        "LastUpdateStatus"
    ) == "InProgress":
        if clock.now() > end:
            raise Unreachable(f"{name} is still being updated", "run again")
        clock.sleep_until(clock.now() + _PAUSE)
    if told.get("LastUpdateStatus") == "Failed":
        raise NotPossible(f"{name} could not be updated", "look at the function's last update")
    return {"RevisionId": told["RevisionId"]} if told.get("RevisionId") else {}
