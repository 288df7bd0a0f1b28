# ruff: noqa: INP001, T201  a script that prints
"""How long a review of a whole organisation takes: time, calls, calls throttled, peak memory.

    python bench/review.py [--accounts 20] [--regions 17] [--limit 20] [--json FILE]

The stand-in runs in a process of its own, and turns away what comes faster than `--limit` requests a second in one
service, region and account, as AWS does (0: it takes everything). Peak memory is that of the reviewing process alone.
It answers one request at a time and takes most of the time: what AWS would take is told by the calls.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from unleak.aws.accounts import Accounts
from unleak.config import Config, OrganizationAccess
from unleak.engine.permissions import review_policies
from unleak.model.credential import Credentials, SecretKey
from unleak.model.review import Review
from unleak.review import CHECKS
from unleak.review.run import Wish, review

REGIONS = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-southeast-1", "ap-southeast-2",
)  # fmt: skip
"""Those that every account has from the beginning."""
ROLE, MANAGEMENT, FIRST = "unleak-review", "100000000001", 200000000001
KEY_ID, SECRET = "AKIA" + "REVIEWER" + "22222222", "r" * 40
USERS, ROLES = 5, 5
_IMAGE = {
    "ami_id": "ami-12c6146b", "name": "bench", "description": "bench", "owner_id": "801119661308", "public": True,
    "virtualization_type": "hvm", "architecture": "x86_64", "state": "available", "platform": None,
    "image_type": "machine", "hypervisor": "xen", "root_device_name": "/dev/sda1", "root_device_type": "standard",
    "sriov": "simple", "creation_date": "2026-01-01T00:00:00.000Z",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=20)
    parser.add_argument("--regions", type=int, default=len(REGIONS))
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    regions = REGIONS[: asked.regions]
    with tempfile.TemporaryDirectory() as folder, _serving(asked.limit, Path(folder)) as url:
        begun = time.monotonic()
        _make(url, _world(asked.accounts, regions))
        print(f"{asked.accounts} accounts in {len(regions)} regions made in {time.monotonic() - begun:.0f} s")
        found = _review(url, Path(folder), regions)
    told = _told(found)
    print(*(f"{name:<38}{value}" for name, value in told.items()), sep="\n")
    print("gaps by reason:", *Counter(u.why.partition(" failed: ")[2] or u.why for u in found.unseen).most_common(5))
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=2), encoding="utf-8")


@contextmanager
def _serving(limit: int, folder: Path) -> Iterator[str]:
    """Without the thousand images that every region has there else."""
    images = folder / "images.json"
    images.write_text(json.dumps([_IMAGE]), encoding="utf-8")
    command = [sys.executable, str(Path(__file__).parent / "review_standin.py"), str(limit)]
    environ = {**os.environ, "MOTO_AMIS_PATH": str(images)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101  it is a pipe
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def _make(url: str, world: Mapping[str, Any]) -> None:
    request = urllib.request.Request(f"{url}/_standin/world", json.dumps(world).encode(), method="POST")  # noqa: S310
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).read()


def _world(accounts: int, regions: tuple[str, ...]) -> dict[str, Any]:
    """An organisation; the identity that reviews is a user of its management account."""
    members = [str(FIRST + n) for n in range(accounts - 1)]
    content = {number: _account(regions) for number in (MANAGEMENT, *members)}
    content[MANAGEMENT]["users"]["security"] = {
        "managed": ["arn:aws:iam::aws:policy/AdministratorAccess"],
        "keys": [{"id": KEY_ID, "secret": SECRET}],
    }
    return {"accounts": content, "organization": {"management": MANAGEMENT, "members": members}}


def _account(regions: tuple[str, ...]) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{MANAGEMENT}:root"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    policies = {f"review-{n}": policy for n, policy in enumerate(review_policies())}
    return {
        "users": {f"user-{n}": {"keys": [{"days_old": 90}]} for n in range(USERS)},
        "roles": {f"role-{n}": {"trust": document} for n in range(ROLES)}
        | {ROLE: {"trust": document, "policies": policies}},
        "instances": [{"region": region} for region in regions],
        "secrets": {"app/key": "value"},
        "parameters": {"/app/key": "value"},
    }


def _review(url: str, home: Path, regions: tuple[str, ...]) -> Review:
    plain = Config(home=home, regions=regions)
    config = replace(plain, organization=OrganizationAccess(role=ROLE, management=MANAGEMENT))
    aws = Accounts(config, endpoint=url, identity=Credentials(KEY_ID, SecretKey(SECRET)))
    last = [time.monotonic()]

    def tell(done: int, total: int, _: str) -> None:
        if time.monotonic() - last[0] > 30:  # noqa: PLR2004  seconds
            last[0] = time.monotonic()
            print(f"  {done:,} of {total:,} looks", file=sys.stderr)

    wish = Wish(tuple(sorted(aws.members)), CHECKS, key_id="AKIA" + "LEAKED" * 2 + "2222", tell=tell)
    return review(wish, aws, datetime.now(UTC))


def _told(found: Review) -> Mapping[str, Any]:
    return {
        "accounts": len(found.accounts),
        "regions": len(found.regions),
        "seconds": round(found.seconds, 1),
        "calls": found.calls,
        "calls an account and region": round(found.calls / len(found.accounts) / len(found.regions), 1),
        "calls a second": round(found.calls / found.seconds, 1),
        "throttled": found.throttled,
        "peak memory (MB)": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000),
        "things": len(found.judged),
        "gaps": len(found.unseen),
        "of these busy or without an answer": sum("no answer" in u.why for u in found.unseen),
    }


if __name__ == "__main__":
    main()
