"""A rotation to every kind of consumer: the new secret is with them, and nowhere else."""

import dataclasses
import json
from pathlib import Path

import pytest
from github_secrets_world import TOKEN, github

from conftest import Site
from rotate_world import READABLE, begin, in_secret, keys_of
from unleak.engine.story import story_of
from unleak.model.entry import Entry
from unleak.report import render
from unleak.report.text import to_text
from unleak.report.words import sentence


def test_the_new_secret_is_in_no_record_report_output_or_error(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    credentials, entries = tmp_path / "credentials", list[Entry]()
    credentials.write_text("[app]\naws_access_key_id = old\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    babbles = "command:cat; env; cat /proc/$$/cmdline >&2; exit 9"
    with github() as repository:
        monkeypatch.setenv("GITHUB_API_URL", repository.url)
        consumers = [make(site) for make in READABLE.values()]
        world = dataclasses.replace(site.world(with_secret=False), on_entry=entries.append)
        made, approved = begin(site, *consumers, "profile:app", "github:acme/app", babbles, world=world)
        assert approved
        assert made.go_on() == 1, "the command refuses it"
        new = in_secret(site)
        assert repository.secrets["AWS_SECRET_ACCESS_KEY"] == new["AWS_SECRET_ACCESS_KEY"]
    secret = new["AWS_SECRET_ACCESS_KEY"]
    assert secret in credentials.read_text()
    assert new["AWS_ACCESS_KEY_ID"] in keys_of(site)
    story = story_of(world, made.incident)
    world.record.close()
    texts = [render.to_html(story), render.to_markdown(story), render.to_json(story), to_text(story)]
    texts += [repr(made), *(repr(e) + sentence(e.event) for e in entries)]
    files = [p.read_bytes() for p in Path(site.config.home).rglob("*") if p.is_file()]
    said = capfd.readouterr()
    haystack = "\n".join([*texts, said.out, said.err]).encode() + b"\n".join(files)
    assert files
    assert b"ended with 9" in haystack
    for form in (secret, json.dumps(secret)[1:-1], secret[:20], TOKEN):
        assert form.encode() not in haystack
