"""The whole product with planted secrets: none of them in any output, report, exception or byte of the record."""

import dataclasses
from pathlib import Path

from conftest import Site
from unleak.engine.local import open_incident, run
from unleak.engine.story import story_of
from unleak.model.entry import Entry
from unleak.model.plan import Mode
from unleak.report import render
from unleak.report.text import to_text
from unleak.report.words import sentence


def _plant(site: Site) -> list[str]:
    """Sessions of each kind, and a password in a call: what the trail will hold."""
    sts = site.stage.admin.leaked(site.stage.victim, "sts")
    session = sts.get_session_token()["Credentials"]
    role = sts.assume_role(RoleArn=site.stage.reader_arn, RoleSessionName="attacker")["Credentials"]
    made = [part for c in (session, role) for part in (c["SecretAccessKey"], c["SessionToken"])]
    return [site.stage.victim.secret.reveal(), *made]


def test_no_planted_secret_leaves(site: Site, capfd: object) -> None:
    planted = _plant(site)
    entries: list[Entry] = []
    world = dataclasses.replace(site.world(), on_entry=entries.append)
    incident = open_incident(world, site.alert(), Mode.DISABLE, "a test")
    incident, plan = run(world, incident.id)
    assert plan.contained
    witness = world.vault.witness_of(site.stage.victim.key_id)
    assert witness is not None
    assert witness.token is not None
    planted += [witness.secret.reveal(), witness.token.reveal(), site.stage.responder.secret.reveal()]
    story = story_of(world, incident, plan)
    world.record.close()
    texts = [render.to_html(story), render.to_markdown(story), render.to_json(story), to_text(story), repr(incident)]
    texts += [repr(world.vault), repr(world.aws), *(repr(e) + sentence(e.event) for e in entries)]
    files = [p.read_bytes() for p in Path(site.config.home).rglob("*") if p.is_file()]
    captured = capfd.readouterr()  # type: ignore[attr-defined]
    haystack = "\n".join([*texts, captured.out, captured.err]).encode() + b"\n".join(files)
    assert files
    for secret in planted:
        assert secret.encode() not in haystack
        assert secret[:24].encode() not in haystack
