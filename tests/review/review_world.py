"""An account in the stand-in that is reviewed by somebody who has exactly what the checks declare."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conftest import next_account
from unleak.aws.accounts import Accounts
from unleak.aws.client import Watcher
from unleak.config import Config
from unleak.engine.permissions import review_policies
from unleak.model.credential import Credentials, SecretKey
from unleak.model.evidence import Fact
from unleak.model.review import Judged, Review
from unleak.review import CHECKS
from unleak.review.run import Wish, review
from unleak.standin.server import Standin

BY_ID = {check.id: check for check in CHECKS}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`admin` may do everything; `reader` is who reviews."""

    standin: Standin
    account: str
    admin: Accounts
    reader: Accounts
    config: Config
    keys: Credentials

    def client(self, service: str, region: str = "us-east-1") -> Any:
        return self.admin.client(self.account, service, region)

    def look(self, *names: str, regions: Sequence[str] = ("us-east-1",), **wish: Any) -> Review:
        checks = tuple(BY_ID[name] for name in names) or CHECKS
        asked = Wish((self.account,), checks, regions=tuple(regions), workers=4, **wish)
        return review(asked, self.reader, self.standin.gate.clock.now())


def reviewed(standin: Standin, folder: Path, *, deny: Any = None, watcher: Watcher | None = None) -> Reviewed:
    """`deny`: statements that the reader is denied by, beside what it may."""
    account = next_account()
    config = Config(home=folder / account)
    root = standin.gate.add_account(account)
    keys = Credentials(root.key_id, SecretKey(root.secret))
    admin = Accounts(config, endpoint=standin.url, identity=keys)
    iam = admin.client(account, "iam")
    iam.create_user(UserName="reader")
    for number, policy in enumerate(review_policies()):
        made = iam.create_policy(PolicyName=f"review-{number}", PolicyDocument=json.dumps(policy))["Policy"]["Arn"]
        iam.attach_user_policy(UserName="reader", PolicyArn=made)
    if deny:
        document = {"Version": "2012-10-17", "Statement": deny}
        iam.put_user_policy(UserName="reader", PolicyName="deny", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    own = Credentials(key["AccessKeyId"], SecretKey(key["SecretAccessKey"]))
    reader = Accounts(config, endpoint=standin.url, identity=own, watcher=watcher)
    return Reviewed(standin, account, admin, reader, config, own)


def named(found: Review, name: str) -> Judged:
    """The one thing of this name. Raises where there are more or fewer."""
    (one,) = (j for j in found.judged if j.thing.name == name)
    return one


def fact(arn: str, kind: str, deed: str = "created", detail: str = "", event: str = "event-1") -> Fact:
    return Fact(arn, kind, deed, detail, "AKIA" + "LEAKEDKEY" + "2222222", datetime(2026, 11, 23, tzinfo=UTC), event)


Looks = Callable[..., Review]
