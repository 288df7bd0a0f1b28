"""Every technique of the library is played: it succeeds, is stopped, is seen in the trail, and taken out again.

The full compromise has a test of its own, in which all is put right.
"""

import re
from pathlib import Path

import pytest
from techniques_world import played, together

from conftest import next_account
from unleak.drill.technique import Technique
from unleak.drill.techniques import TECHNIQUES
from unleak.model.plan import Tri
from unleak.standin.server import Standin

_BY_ID = {t.id: t for t in TECHNIQUES}
_PAGE = Path(__file__).parents[2] / "docs" / "extend" / "drill.md"
_READING = ("enumerated_by_a_bot", "session_minted", "federated_session", "secrets_read", "texts_sent",
            "models_unwatched", "member_removed")  # fmt: skip
_GROUPS = (
    _READING,
    ("key_for_a_colleague", "credential_for_one_service", "password_for_a_colleague", "user_made", "role_made",
     "provider_made"),
    ("roles_chained", "role_opened", "colleague_locked_out", "trail_stopped", "guards_off", "door_opened"),
    ("rights_attached", "policy_rewritten"),
    ("function_with_a_role", "schedule_made", "instance_role_stolen", "unused_region", "mining", "containers_run"),
    ("function_rewritten", "command_on_a_machine", "machine_entered", "image_shared"),
    ("bucket_opened", "bucket_copied_away", "disk_shared", "database_shared", "secret_opened"),
    ("key_deletion_is_not_enough", "recovery_removed", "data_destroyed", "encryption_key_destroyed", "mail_sent"),
    ("denies_taken_away",),
)  # fmt: skip
"""Those whose stages and names do not meet."""


def _example() -> Technique:
    """Of the page that says how to write one."""
    text = re.search(r"```python\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    assert text is not None
    named: dict[str, object] = {}
    exec(text[1], named)  # noqa: S102  our own page
    technique = named["TECHNIQUE"]
    assert isinstance(technique, Technique)
    return technique


def test_every_technique_is_in_one_group() -> None:
    grouped = [one for group in _GROUPS for one in group]
    assert sorted([*grouped, "full_compromise"]) == sorted(_BY_ID)


@pytest.mark.parametrize("group", _GROUPS, ids=lambda group: group[0])
def test_it_succeeds_is_contained_seen_and_taken_out(group: tuple[str, ...], standin: Standin, tmp_path: Path) -> None:
    techniques = [_BY_ID[one] for one in group]
    if group is _READING:
        techniques.append(_example())
    scored = played(standin, next_account(), tmp_path, together(techniques))
    assert scored.passed, scored.why


@pytest.mark.parametrize("group", [_READING])
def test_without_containment_none_passes(group: tuple[str, ...], standin: Standin, tmp_path: Path) -> None:
    scored = played(standin, next_account(), tmp_path, together(_BY_ID[one] for one in group), contain=False)
    assert (scored.attacked, scored.contained) == (Tri.YES, Tri.NO)
    moves = {f"after: {m.holder}: {m.action}: accepted" for one in group for m in _BY_ID[one].moves if m.wanted}
    again = {line for line in scored.why if line.endswith(": accepted")}
    for one in group:
        own = {f"after: {m.holder}: {m.action}: accepted" for m in _BY_ID[one].moves if m.wanted}
        assert own & again, f"{one} is stopped by nobody, and yet refused"
    assert again <= moves
