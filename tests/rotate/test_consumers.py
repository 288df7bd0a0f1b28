"""Each kind of consumer: what it holds, what it is given, what of it is left alone, and what it refuses."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from github_secrets_world import TOKEN, github

from conftest import Site
from rotate_world import READABLE, client, in_a_service, place_of
from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.model.clock import WallClock
from unleak.model.credential import Credentials, SecretKey
from unleak.model.errors import CouldNotLook, Misuse, NotPossible, UnleakError, Unreachable
from unleak.model.plan import Tri
from unleak.rotate.consumers import KINDS, parse_consumer
from unleak.rotate.consumers.consumer import NewKey, Place
from unleak.rotate.consumers.fields import Fields, fields_among

NEW = Credentials("AKIA" + "NEWNEWNEWNEWNEW2", SecretKey("n/w+" * 10))
MADE = NewKey(NEW.key_id, datetime.now(UTC))
NOWHERE = Place(Accounts(Config.nowhere()), "111122223333", WallClock())

FORMS = [
    "secretsmanager:prod/app", "secretsmanager:prod/app#id,secret@eu-west-1", "ssm:/a/id,/a/secret", "ssm:/a#id,secret",
    "ssm:/a@us-gov-west-1", "lambda:orders", "lambda:orders:ID,SECRET@eu-west-1", "ecs:web/shop/app", "ecs:web/shop",
    "codebuild:nightly@eu-west-1", "profile:build bot", "github:acme/app", "github:acme/app:prod",
    "command:vault kv put secret/app -",
]  # fmt: skip
NO_FORMS = [
    "", "prod/app", "secretsmanager:", "vault:x", "secretsmanager:a#id", "secretsmanager:a#i,s,x", "ssm:/a,",
    "ssm:/a,/b#i,s", "lambda:f:ID", "ecs:shop", "ecs:a/b/c/d", "github:acme", "github:a/b/c", "command: ",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_a_consumer_is_named_as_it_is_written(text: str) -> None:
    assert parse_consumer(text).text == text


@pytest.mark.parametrize("text", NO_FORMS)
def test_what_names_none_is_misuse(text: str) -> None:
    with pytest.raises(Misuse):
        parse_consumer(text)


def test_each_kind_says_how_it_is_written() -> None:
    assert len({k.kind for k in KINDS}) == len(KINDS)
    assert all(k.form.startswith(f"{k.kind}:") for k in KINDS)
    page = (Path(__file__).parents[2] / "docs" / "rotate.md").read_text()
    assert all(f"| `{k.kind}:" in page for k in KINDS)


NAMES = [
    (["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"], ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
    (["accessKeyId", "secretAccessKey"], ("accessKeyId", "secretAccessKey")),
    (["S3_ACCESS_KEY", "S3_SECRET_KEY", "SECRET"], ("S3_ACCESS_KEY", "S3_SECRET_KEY")),
    (["AccessKey", "SecretKey", "Token"], ("AccessKey", "SecretKey")),
    (["s3_access_key", "s3_secret", "x"], ("s3_access_key", "s3_secret")),
    (["A_ACCESS_KEY", "A_SECRET_KEY", "B_ACCESS_KEY", "B_SECRET_KEY"], None),
    (["A_ACCESS_KEY", "B_SECRET_KEY"], None),
    (["database"], None),
    ([], None),
]


@pytest.mark.parametrize(("names", "expected"), NAMES)
def test_a_pair_is_told_by_its_names_or_not_at_all(names: list[str], expected: tuple[str, str] | None) -> None:
    if expected is None:
        with pytest.raises(NotPossible, match="cannot be told"):
            fields_among(names, None, "it")
        assert fields_among(names, Fields("a", "b"), "it") == Fields("a", "b")
    else:
        assert fields_among(names, None, "it") == Fields(*expected)


@pytest.mark.parametrize("kind", READABLE)
def test_what_can_be_read_back_is_given_the_pair_and_nothing_else_changes(kind: str, site: Site) -> None:
    consumer, place, old = parse_consumer(READABLE[kind](site)), place_of(site), site.stage.victim
    assert consumer.check(place, old.key_id) is Tri.YES
    assert consumer.check(place, NEW.key_id) is Tri.NO
    assert consumer.held(place) == old
    assert consumer.confirm(place, MADE) is Tri.NO
    for _ in range(2):
        consumer.hand_over(place, NEW)
    assert consumer.confirm(place, MADE) is Tri.YES
    assert consumer.held(place) == NEW
    assert consumer.check(place, old.key_id) is Tri.NO
    kept = json.dumps(_environments(site))
    assert kept.count('"prod"') == (kind in {"lambda", "codebuild"})
    assert old.key_id not in kept


def _environments(site: Site) -> list[object]:
    functions = client(site, "lambda").list_functions()["Functions"]
    projects = client(site, "codebuild").batch_get_projects(names=["nightly"])["projects"]
    return [*(f["Environment"] for f in functions), *(p["environment"] for p in projects)]


def test_a_service_gets_a_new_revision_with_all_else_as_it_was(site: Site) -> None:
    consumer, ecs = parse_consumer(in_a_service(site)), client(site, "ecs")
    consumer.hand_over(place_of(site), NEW)
    before, after = (ecs.describe_task_definition(taskDefinition=f"web:{n}")["taskDefinition"] for n in (1, 2))
    assert after["taskRoleArn"] == before["taskRoleArn"]
    assert [c["name"] for c in after["containerDefinitions"]] == ["side", "app"]
    found = {v["name"]: v["value"] for v in after["containerDefinitions"][1]["environment"]}
    assert found == {"AWS_ACCESS_KEY_ID": NEW.key_id, "AWS_SECRET_ACCESS_KEY": NEW.secret.reveal(), "STAGE": "prod"}
    assert ecs.describe_services(cluster="web", services=["shop"])["services"][0]["taskDefinition"].endswith("web:2")


MISSING = ["secretsmanager:no", "ssm:/no", "ssm:/no/id,/no/secret", "lambda:no", "ecs:web/no", "codebuild:no"]


@pytest.mark.parametrize("text", MISSING)
def test_what_is_not_there_is_told_before_a_key_is_made(text: str, site: Site) -> None:
    client(site, "ecs").create_cluster(clusterName="web")
    with pytest.raises(UnleakError):
        parse_consumer(text).check(place_of(site), "AKIA")


def test_a_plain_text_is_not_overwritten_by_json(site: Site) -> None:
    client(site, "secretsmanager").create_secret(Name="plain", SecretString="a password")
    with pytest.raises(NotPossible, match="no JSON object"):
        parse_consumer("secretsmanager:plain").check(place_of(site), "AKIA")


@pytest.fixture
def credentials_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "aws" / "credentials"
    file.parent.mkdir()
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    return file


BEFORE = """# mine
[default]
aws_access_key_id = AKIAOTHER
aws_secret_access_key=other  # odd

[build]
; the old one
region = eu-west-1
AWS_ACCESS_KEY_ID=AKIAOLD
aws_secret_access_key = old
aws_session_token = gone

[last]
"""


def test_a_profile_is_changed_and_every_other_line_kept(credentials_file: Path) -> None:
    credentials_file.write_text(BEFORE)
    credentials_file.chmod(0o644)
    consumer = parse_consumer("profile:build")
    assert consumer.check(NOWHERE, "AKIAOLD") is Tri.YES
    for _ in range(2):
        consumer.hand_over(NOWHERE, NEW)
    assert consumer.held(NOWHERE) == NEW
    assert consumer.confirm(NOWHERE, MADE) is Tri.YES
    text = credentials_file.read_text()
    assert stat.S_IMODE(credentials_file.stat().st_mode) == 0o600
    kept = [line for line in BEFORE.splitlines() if not line.lower().startswith("aws") or "other" in line.lower()]
    assert [line for line in text.splitlines() if line in kept] == kept
    assert "gone" not in text
    assert "AKIAOLD" not in text
    assert [p.name for p in credentials_file.parent.iterdir()] == ["credentials"]


def test_a_link_to_the_credentials_stays_a_link(credentials_file: Path, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.write_text("[build]\n")
    credentials_file.symlink_to(real)
    parse_consumer("profile:build").hand_over(NOWHERE, NEW)
    assert credentials_file.is_symlink()
    assert NEW.key_id in real.read_text()


def test_a_profile_that_is_not_there_is_told(credentials_file: Path) -> None:
    with pytest.raises(NotPossible, match="cannot be read"):
        parse_consumer("profile:build").check(NOWHERE, "AKIA")
    credentials_file.write_text("[other]\n")
    with pytest.raises(NotPossible, match="no such profile"):
        parse_consumer("profile:build").check(NOWHERE, "AKIA")


def test_a_command_gets_the_pair_in_its_environment_and_on_its_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shell = (
        f'cat > {out}; printf "\\n%s %s %s" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN" >> {out}'
    )
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of the responder")
    consumer = parse_consumer(f"command:{shell}")
    consumer.hand_over(NOWHERE, NEW)
    given, said = out.read_text().split("\n")
    assert json.loads(given) == {"AWS_ACCESS_KEY_ID": NEW.key_id, "AWS_SECRET_ACCESS_KEY": NEW.secret.reveal()}
    assert said == f"{NEW.key_id} {NEW.secret.reveal()} "
    assert consumer.confirm(NOWHERE, MADE) is Tri.COULD_NOT_LOOK


@pytest.mark.parametrize("said", ["$AWS_SECRET_ACCESS_KEY", "$(printf %s $AWS_SECRET_ACCESS_KEY | base64)"])
def test_a_command_that_fails_is_a_refusal_and_what_it_said_holds_no_secret(said: str) -> None:
    with pytest.raises(NotPossible) as refused:
        parse_consumer(f'command:echo "not {said}" >&2; exit 7').hand_over(NOWHERE, NEW)
    assert "ended with 7: not ****" in str(refused.value)


@pytest.mark.parametrize("how", ["fold -w 10", "od -An -tx1", "rev", "cut -c 5-20"])
def test_pieces_of_a_secret_hide_all_that_was_said(how: str) -> None:
    with pytest.raises(NotPossible) as refused:
        parse_consumer(f"command:printf %s $AWS_SECRET_ACCESS_KEY | {how} >&2; exit 7").hand_over(NOWHERE, NEW)
    assert str(refused.value).endswith("ended with 7: (not shown: it may hold the secret)")


def test_a_command_that_does_not_read_its_input_may_succeed() -> None:
    parse_consumer("command:true").hand_over(NOWHERE, NEW)


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("github:acme/app", "/repos/acme/app/actions/secrets"),
        ("github:acme/app:prod", "/repos/acme/app/environments/prod/secrets"),
    ],
)
def test_github_gets_what_only_it_can_open(text: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = parse_consumer(text)
    with github(folder) as repository:
        monkeypatch.setenv("GITHUB_API_URL", repository.url)
        assert consumer.check(NOWHERE, "AKIA") is Tri.COULD_NOT_LOOK
        assert consumer.confirm(NOWHERE, MADE) is Tri.NO
        consumer.hand_over(NOWHERE, NEW)
        assert repository.secrets == {"AWS_ACCESS_KEY_ID": NEW.key_id, "AWS_SECRET_ACCESS_KEY": NEW.secret.reveal()}
        assert consumer.confirm(NOWHERE, MADE) is Tri.YES
        later = NewKey(NEW.key_id, datetime.now(UTC) + timedelta(hours=1))
        assert consumer.confirm(NOWHERE, later) is Tri.NO
        assert consumer.held(NOWHERE) is None


REFUSED = [(403, NotPossible), (404, NotPossible), (422, NotPossible), (429, Unreachable), (503, Unreachable)]


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize(("status", "error"), REFUSED)
def test_githubs_refusals(status: int, error: type[UnleakError], monkeypatch: pytest.MonkeyPatch) -> None:
    with github() as repository:
        monkeypatch.setenv("GITHUB_API_URL", repository.url)
        repository.refuses = [status]
        with pytest.raises(error):
            parse_consumer("github:acme/app").hand_over(NOWHERE, NEW)


def test_without_a_token_or_an_answer_nobody_could_look(monkeypatch: pytest.MonkeyPatch) -> None:
    consumer = parse_consumer("github:acme/app")
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    with pytest.raises(CouldNotLook, match="no token"):
        consumer.check(NOWHERE, "AKIA")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    with pytest.raises(Unreachable):
        consumer.check(NOWHERE, "AKIA")
    monkeypatch.setenv("GITHUB_API_URL", "http://elsewhere.example")
    with pytest.raises(Misuse):
        consumer.check(NOWHERE, "AKIA")


def test_a_secret_or_a_repository_that_is_not_there(monkeypatch: pytest.MonkeyPatch, token: None) -> None:
    del token
    with github() as repository:
        monkeypatch.setenv("GITHUB_API_URL", repository.url)
        del repository.secrets["AWS_ACCESS_KEY_ID"]
        for text in ("github:acme/app", "github:acme/other"):
            with pytest.raises(NotPossible):
                parse_consumer(text).check(NOWHERE, "AKIA")
