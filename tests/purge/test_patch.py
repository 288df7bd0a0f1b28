"""What stands in the source in the place of a key."""

import pytest
import yaml
from purge_world import Key

from unleak.model.credential import SecretKey
from unleak.purge.needles import Needles
from unleak.purge.patch import python, terraform, workflow

KEY = Key(3)
NEEDLES = Needles([SecretKey(KEY.id), SecretKey(KEY.secret)])
_PAIR = f'aws_access_key_id="{KEY.id}", aws_secret_access_key="{KEY.secret}"'

CALLS = {
    f'c = boto3.client("s3", {_PAIR})\n': 'c = boto3.client("s3")\n',
    f'c = boto3.client("s3", {_PAIR}, region_name="x")\n': 'c = boto3.client("s3", region_name="x")\n',
    f"c = boto3.Session({_PAIR})\n": "c = boto3.Session()\n",
    f'c = f(\n    "s3",\n    aws_access_key_id="{KEY.id}",\n    aws_secret_access_key="{KEY.secret}",\n)\n': (
        'c = f(\n    "s3",\n)\n'
    ),
    f'c = f("é", aws_access_key_id=name,\n  aws_secret_access_key="{KEY.secret}")\n': 'c = f("é")\n',
    f'aws_secret_access_key = "{KEY.secret}"\n': f'aws_secret_access_key = "{KEY.secret}"\n',
    f'c = f(secret="{KEY.secret}")\n': f'c = f(secret="{KEY.secret}")\n',
    "no python at all (\n": "no python at all (\n",
}


@pytest.mark.parametrize(("source", "wanted"), CALLS.items(), ids=range(len(CALLS)))
def test_python(source: str, wanted: str) -> None:
    assert python.edited(source.encode(), NEEDLES).decode() == wanted


def test_python_of_windows() -> None:
    source = f'f(\r\n  1,\r\n  aws_secret_access_key="{KEY.secret}",\r\n)\r\n'
    assert python.edited(source.encode(), NEEDLES) == b"f(\r\n  1,\r\n)\r\n"


def test_terraform() -> None:
    kept = 'resource "x" "y" {\n  token = "t"\n}\n'
    block = f'provider "aws" {{\n  region = "x"\n  access_key = "{KEY.id}"\n  secret_key = "{KEY.secret}"\n}}\n'
    made = terraform.edited((kept + block + kept).encode(), NEEDLES).decode()
    assert made == kept + 'provider "aws" {\n  region = "x"\n}\n' + kept


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_workflow(end: str) -> None:
    source = f"""on: push
env:
  AWS_ACCESS_KEY_ID: {KEY.id}
  AWS_SECRET_ACCESS_KEY: {KEY.secret}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: aws s3 ls
""".replace("\n", end)
    made = workflow.edited(source.encode(), NEEDLES)
    read = yaml.safe_load(made)
    assert not NEEDLES.held_in(made)
    assert made.count(b"\r\n") == (made.count(b"\n") if end == "\r\n" else 0)
    assert "env" not in read
    assert read["permissions"] == {"id-token": "write", "contents": "read"}
    assert [next(iter(step)) for step in read["jobs"]["deploy"]["steps"]] == ["uses", "run"]
    assert "role-to-assume" in read["jobs"]["deploy"]["steps"][0]["with"]
