"""The story in a terminal: what holds, what does not, what a person must do."""

from datetime import UTC, datetime

from unleak.report.story import Story

_MARKS = {"holds": "HOLDS  ", "fails": "FAILS  ", "unknown": "UNKNOWN", "refused": "REFUSED", "lifted": "LIFTED "}
_MOST_CALLS = 25


def to_text(story: Story) -> str:
    lines = [f"{story.incident_id}  {story.status.upper()}", story.headline, ""]
    lines += [f"  account {story.account or 'unknown'}, {story.owner or 'owner unknown'}, mode {story.mode}"]
    lines += _measures(story)
    if len(story.keys) > 1:
        lines += ["", "Credentials it made"]
    lines += [
        f"  {'  ' * k.depth}{k.key_id}  {k.how} as {_clean(k.principal)}: {k.accepted} accepted, {k.denied} denied"
        for k in story.keys[1:]
    ]
    if story.created:
        lines += ["", "What it created", *(f"  {kind} {name} in {region}" for kind, name, region in story.created)]
    if story.calls:
        lines += ["", f"What it did ({len(story.calls)} calls)", *_calls(story)]
    if story.pending:
        lines += ["", "Waits for a person"]
    for w in story.pending:
        approve = f"unleak incident approve {story.incident_id} '{w.step_id}' --why '...'"
        lines += [f"  {_clean(w.what)}", f"    needs {_clean(w.needs)}", f"    {approve}"]
    lines += _notes(story)
    lines += ["", "What a person must still do", *(f"  - {_clean(line)}" for line in story.by_hand)]
    lines += [f"  - could not look: {_clean(line)}" for line in story.unknown]
    if story.may_restore_at and story.measures:
        when = f"{story.may_restore_at:%Y-%m-%d %H:%M} UTC"
        lines += ["", f"Sessions may live until {when}: till then the denies stay (then: unleak incident restore)."]
    if story.look_again_at:
        lines += ["", f"Run it again after {_clock(story.look_again_at)} UTC: what is UNKNOWN now is known then."]
    return "\n".join(map(_clean, lines))


def _notes(story: Story) -> list[str]:
    lines = ["", "Notes"] if story.notes else []
    for note in story.notes:
        due = f"{note.how_soon} ({note.due:%Y-%m-%d %H:%M} UTC): " if note.due else ""
        lines.append(f"  - {due}{_clean(note.text)} ({_clean(note.who)})")
    return lines


def _measures(story: Story) -> list[str]:
    lines = ["", "What was done"] if story.measures else []
    for m in story.measures:
        since = f" since {_clock(m.since)}" if m.since else ""
        lines.append(f"  {_MARKS[m.state]}{since}  {_clean(m.what)}")
        if m.proof:
            lines.append(f"           {_clean(m.proof)}")
        if m.state in {"holds", "unknown", "fails"}:
            lines.append(f"           {_clean(m.step_id)}")
    return lines


def to_plan_text(story: Story) -> str:
    """What `unleak respond` would change, in order; nothing was changed and nothing is kept."""
    lines = [f"plan for {story.key_id} of {story.owner or 'an unknown owner'}: nothing is changed", ""]
    for number, w in enumerate(story.pending, 1):
        needs = f"mode {w.from_mode} or an approval" if w.from_mode else w.needs
        lines += [f"{number}. {_clean(w.what)}", f"   needs   {_clean(needs)}", f"   breaks  {_clean(w.breaks)}"]
        lines += [f"   undone  {_clean(w.undo)}"]
    if not story.pending:
        lines.append("NO PLAN COULD BE MADE" if story.unknown else "nothing would be changed")
    lines += [f"could not look: {_clean(line)}" for line in story.unknown if "not in hand" not in line]
    lines += ["", "A secret is not tried for a plan. After the changes the trail is read, and every role, session, key"]
    lines.append("and machine found in it is contained as well.")
    if story.pending:
        lines += ["", f"next: unleak respond {story.key_id} --mode disable, with --secret-from PATH or --reason '...'"]
    return "\n".join(lines)


def _calls(story: Story) -> list[str]:
    rows = [
        f"  {_clock(c.at)}  …{c.key_id[-4:]}  {_clean(c.action):<34} {_clean(c.outcome):<28} {_clean(c.address)}"
        for c in story.calls[-_MOST_CALLS:]
    ]
    hidden = len(story.calls) - len(rows)
    return [f"  ({hidden} earlier calls: see the report)", *rows] if hidden else rows


def _clock(when: datetime | None) -> str:
    return when.astimezone(UTC).strftime("%H:%M:%S") if when else ""


def _clean(text: str) -> str:
    """Text from a trail is an attacker's: it must not steer the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
