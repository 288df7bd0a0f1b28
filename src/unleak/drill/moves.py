"""An attacker's moves in a line each: an operation by its name, who calls it, and what is asked."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from unleak.drill.technique import Loot, Move

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CLIENTS = {"monitoring": "cloudwatch", "states": "stepfunctions", "servicequotas": "service-quotas"}
"""Where botocore's name is not IAM's."""
Answer = Mapping[str, Any]


def call(
    action: str,
    holder: str = "key",
    *,
    region: str = "",
    then: Callable[[Loot, Answer], None] = lambda _loot, _answer: None,
    wanted: bool = True,
    note: str = "",
    **asked: Any,
) -> Move:
    """`action` is service:Operation, maybe with words behind it. `{account}`, `{bucket}` and what the attacker has
    noted are filled in wherever they stand in what is `asked`.
    """
    service, operation = action.split(" ", maxsplit=1)[0].split(":")
    method = _WORD.sub("_", operation).lower()

    def do(loot: Loot) -> None:
        made = loot.client(holder, _CLIENTS.get(service, service), region)
        then(loot, getattr(made, method)(**filled(asked, loot)))

    return Move(holder, action, do, wanted, note)


def holds(name: str) -> Callable[[Loot, Answer], None]:
    """The credential in the answer is in the attacker's hands from then on."""

    def keep(loot: Loot, answer: Answer) -> None:
        loot.keep(name, dict(answer.get("Credentials") or answer["AccessKey"]))

    return keep


def notes(name: str, *path: str | int) -> Callable[[Loot, Answer], None]:
    """What stands there in the answer, when it is seen first."""

    def note(loot: Loot, answer: Answer) -> None:
        found: Any = answer
        for step in path:
            found = found[step]
        loot.seen.setdefault(name, str(found))

    return note


def filled(asked: Any, loot: Loot) -> Any:
    """Raises KeyError for what the attacker never saw."""
    if isinstance(asked, dict):
        return {key: filled(value, loot) for key, value in asked.items()}
    if isinstance(asked, list):
        return [filled(value, loot) for value in asked]
    if not isinstance(asked, str):
        return asked
    known = {**loot.seen, "account": loot.stage.account, "bucket": loot.stage.bucket}
    return re.sub(r"\{([a-z_]+)\}", lambda found: known[found[1]], asked)
