"""Which better end a key's calls point to, and that what is advised can be used as it stands."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from unleak.iam.policy import parse_policy
from unleak.model.call import Call
from unleak.rotate.advice import advise, as_text
from unleak.rotate.ends import ENDS
from unleak.rotate.uses import Runs, runs_of_consumer, uses_in, where_runs

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ACCOUNT = "111122223333"

AGENTS = [
    ("Boto3/1.35.1 md/Botocore#1.35.1 ua/2.0 os/linux#5.10 exec-env/AWS_Lambda_python3.12", Runs.LAMBDA),
    ("aws-sdk-go-v2/1.30 os/linux lang/go exec-env/AWS_ECS_FARGATE", Runs.ECS),
    ("Boto3/1.35 md/Botocore#1.35 os/linux#6.1.79-99.164.amzn2023.x86_64", Runs.EC2),
    ("aws-cli/2.17 exec-env/AWS_Lambda_x md/kernel amzn2", Runs.LAMBDA),
    ("aws-sdk-nodejs/3.0 exec-env/GitHubActions", Runs.GITHUB),
    ("configure-aws-credentials-for-github-actions", Runs.GITHUB),
    ("aws-cli/2.17 os/macos#23.5.0 md/arch#arm64", Runs.PERSON),
    ("aws-cli/2.15 Python/3.11 Windows/10 exe/AMD64", Runs.PERSON),
    ("console.amazonaws.com", Runs.PERSON),
    ("APN/1.0 HashiCorp/1.0 Terraform/1.9", Runs.ELSEWHERE),
    ("", Runs.ELSEWHERE),
]


@pytest.mark.parametrize(("agent", "runs"), AGENTS)
def test_where_a_program_runs_is_told_by_its_agent(agent: str, runs: Runs) -> None:
    assert where_runs(agent) is runs


def call(agent: str, action: str, address: str = "192.0.2.7", at: datetime = NOW) -> Call:
    return Call("e", "r", at, "us-east-1", action, "AKIA", "arn", ACCOUNT, address, agent)


def test_calls_are_put_together_by_program_and_place() -> None:
    cli, function = AGENTS[6][0], AGENTS[0][0]
    calls = [call(cli, "s3:ListBuckets"), call(cli, "s3:ListObjects", at=NOW + timedelta(hours=1)),
             call(function, "sqs:SendMessage", "198.51.100.1")]  # fmt: skip
    first, second = uses_in(calls)
    assert (first.program, first.runs, first.calls, first.last_at) == (
        "aws-cli", Runs.PERSON, 2, NOW + timedelta(hours=1),
    )  # fmt: skip
    assert first.actions == ("s3:ListAllMyBuckets", "s3:ListBucket"), "as IAM calls them"
    assert (second.program, second.addresses) == ("Boto3", ("198.51.100.1",))


def test_each_place_is_advised_its_own_end_with_what_it_does() -> None:
    calls = [call(AGENTS[0][0], "sqs:SendMessage"), call(AGENTS[6][0], "ec2:DescribeInstances"),
             call(AGENTS[6][0], "sts:GetCallerIdentity")]  # fmt: skip
    advice = {a.runs: a for a in advise(uses_in(calls), ["github:acme/app", "secretsmanager:prod/app"])}
    assert set(advice) == {Runs.LAMBDA, Runs.PERSON, Runs.GITHUB}
    assert advice[Runs.LAMBDA].policy["Statement"][0]["Action"] == ["sqs:SendMessage"]
    assert advice[Runs.PERSON].policy["Statement"][0]["Action"] == ["ec2:DescribeInstances"]
    assert advice[Runs.GITHUB].because == ("github:acme/app holds the key",)


def test_where_nothing_is_known_the_advice_is_for_any_machine() -> None:
    (only,) = advise([], [])
    assert only.runs is Runs.ELSEWHERE
    assert only.policy["Statement"][0]["Action"] == ["SERVICE:ACTION"]


def test_every_place_has_an_end_whose_trust_is_a_policy() -> None:
    assert set(ENDS) == set(Runs)
    for end in ENDS.values():
        assert end.reference.startswith("https://docs.")
        if end.trust:
            document = json.dumps({"Version": "2012-10-17", "Statement": [end.trust]})
            assert parse_policy(json.loads(document)).statements


def test_the_text_names_the_account_and_no_placeholder_for_it() -> None:
    text = as_text("AKIA", ACCOUNT, advise(uses_in([call(a, "s3:ListBuckets") for a, _ in AGENTS]), ["codebuild:x"]))
    assert "ACCOUNT" not in text
    assert f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com" in text
    assert "management events of 90 days" in text
    assert runs_of_consumer("command:x") is None
