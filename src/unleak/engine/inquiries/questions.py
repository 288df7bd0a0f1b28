"""Questions as they are written down: what differs from the defaults, as JSON."""

from collections.abc import Mapping
from typing import Any

from unleak.config import Config
from unleak.engine.inquiries.kind import Kind
from unleak.investigate.trail.opened import EVENT_HISTORY
from unleak.model.errors import Misuse
from unleak.store.codec import from_plain, to_plain


def options_of(kind: Kind, question: Any) -> dict[str, Any]:
    default = to_plain(kind.question())
    return {name: value for name, value in to_plain(question).items() if value != default[name]}


def question_of(kind: Kind, options: Mapping[str, Any]) -> Any:
    """Raises Misuse where another version wrote it, and this one does not understand it."""
    known = to_plain(kind.question())
    try:
        if unknown := set(options) - set(known):
            raise ValueError(unknown)  # noqa: TRY301  told below
        return from_plain({**known, **options}, kind.question)
    except Exception as error:
        raise Misuse(f"this question of {kind.id} is not understood", "ask it anew") from error


def accounts_in(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that a question names."""
    return (*options.get("accounts", ()), *filter(None, (options.get("account"),)))


def check_trails(config: Config, options: Mapping[str, Any]) -> None:
    """From elsewhere only the trails of this service are named: any other name would have it read a file or a bucket
    that the bearer of a token chose. Raises Misuse.
    """
    known = {*config.trails, EVENT_HISTORY}
    if any(name not in known for name in options.get("trails", ())):
        there = (
            "`trails` in unleak.toml are the others" if not config.trails else f"there are {', '.join(config.trails)}"
        )
        raise Misuse("that is no trail of this service", f"name {EVENT_HISTORY}, or leave it out; {there}")
