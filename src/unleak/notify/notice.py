"""A message, worked out: its subject, its text, and the facts behind it. The same for every channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from unleak.model.incident import Incident
from unleak.model.occasion import Kind, Occasion
from unleak.notify.due import Due
from unleak.notify.safe import Exact, quoted, safe
from unleak.report.story import Story
from unleak.scan.formats.masking import masked_text

_MOST = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """`subject` is one line. `text` and `subject` are safe to show anywhere; what is in `story` and `occasions` is as
    the record has it, an attacker's words among them. `is_test`: nothing happened.
    """

    mark: str
    kind: Kind
    at: datetime
    subject: str
    text: str
    story: Story
    occasions: tuple[Occasion, ...] = ()
    authors: tuple[str, ...] = ()
    is_test: bool = False


def notice_of(due: Due, incident: Incident, story: Story, now: datetime) -> Notice:
    """`story` tells how the incident stands now."""
    names: dict[str, object] = {
        "story": story,
        "kind": due.kind,
        "items": due.occasions[:_MOST],
        "left": len(due.occasions[_MOST:]),
        "number": len(due.occasions),
        "commands": _commands(due, story),
        "authors": authors_of(incident)[:_MOST],
        "most": _MOST,
    }
    return Notice(
        mark=due.mark,
        kind=due.kind,
        at=now,
        subject=masked_text(_rendered("subject.txt", names)),
        text=masked_text(_rendered("notice.txt", names)),
        story=story,
        occasions=due.occasions,
        authors=authors_of(incident),
    )


def for_committer(notice: Notice) -> tuple[str, str]:
    """Subject and text for who committed it: calm, and nothing of the account that they need not know."""
    names: dict[str, object] = {"story": notice.story, "is_test": notice.is_test}
    return _rendered("committer_subject.txt", names), masked_text(_rendered("committer.txt", names))


def trial_notice(now: datetime, mark: str) -> Notice:
    """Says that nothing happened."""
    story = Story(
        "test", "AKIA................", "", "", "unknown", "This is a test: nothing happened.", "observe",
        now, now, None, None, None, (), (), (), False, (), (), (), (), (), (), (),  # noqa: FBT003
    )  # fmt: skip
    text = _rendered("test.txt", {})
    return Notice(mark, Kind.OPENED, now, "unleak: a test, nothing happened", text, story, is_test=True)


def authors_of(incident: Incident) -> tuple[str, ...]:
    """`Name <address>` of the commits in which the key lay, as git has it: whoever commits chooses both."""
    return tuple(dict.fromkeys(p.author for a in incident.alerts for p in a.places if p.author))


def _commands(due: Due, story: Story) -> Sequence[Exact]:
    """What to run now, to be copied."""
    show = Exact(f"unleak incident show {story.incident_id}")
    match due.kind:
        case Kind.OPENED | Kind.WAITS | Kind.ESCALATED:
            steps = [quoted(o.step) for o in due.occasions[:_MOST] if o.step]
            approve = [Exact(f"unleak incident approve {story.incident_id} {s} --why '...'") for s in steps if s]
            return (show, *approve, Exact(f"unleak respond {story.key_id}")) if approve else (show,)
        case Kind.FAILED:
            return show, Exact(f"unleak respond {story.key_id}")
        case Kind.ABUSE:
            return show, Exact(f"unleak investigate {story.key_id}"), Exact(f"unleak evict {story.key_id} --plan")
        case Kind.CONTAINED | Kind.RESTORED:
            return (Exact(f"unleak incident report {story.incident_id}"),)
        case Kind.ACTED:
            return (show,)


@cache
def _environment() -> Environment:
    """Every value passes `safe`: none can be forgotten."""
    made = Environment(  # noqa: S701  plain text, made harmless by `safe`
        loader=PackageLoader("unleak.notify"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=safe,
    )
    made.filters["when"] = _when
    return made


def _rendered(template: str, names: dict[str, object]) -> str:
    return _environment().get_template(template).render(names).strip()


def _when(value: datetime | None) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if value else "not known"
