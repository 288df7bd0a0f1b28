"""A site whose account is a member of an organisation, and whose responder reaches the management account."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from conftest import Site, next_account
from unleak.aws.accounts import Accounts
from unleak.config import AccountAccess, Config
from unleak.drill.stage import RESPONDER, build
from unleak.engine.permissions import organization_policy, responder_policies
from unleak.model.credential import Credentials, SecretKey
from unleak.standin.server import Standin
from unleak.standin.worlds import make_world

ROLE = "unleak-organization"


def organized(standin: Standin, folder: Path, *, root_sessions: bool = True, lacks: str = "") -> Site:
    """`lacks`: a permission that neither the responder nor its role in the management account has."""
    management, member = next_account(), next_account()
    world = {"accounts": {management: {}, member: {}},
             "organization": {"management": management, "members": [member]}}  # fmt: skip
    roots = make_world(standin.gate, standin.url, world).roots
    role = f"arn:aws:iam::{management}:role/{ROLE}"
    plain = Config(home=folder / member, regions=("us-east-1",))
    config = replace(plain, accounts={management: AccountAccess(role_arn=role)})
    admins = {n: Accounts(plain, endpoint=standin.url, identity=Credentials(r.key_id, SecretKey(r.secret)))
              for n, r in roots.items()}  # fmt: skip
    site = Site(standin, build(admins[member], *(_without(p, lacks) for p in responder_policies())), config)
    above = admins[management].client(management, "iam")
    if root_sessions:
        above.enable_organizations_root_credentials_management()
        above.enable_organizations_root_sessions()
    _let_in(above, f"arn:aws:iam::{member}:user/{RESPONDER}", _without(organization_policy(), lacks))
    admins[member].client(member, "iam").put_user_policy(
        UserName=RESPONDER, PolicyName="reach", PolicyDocument=_allow("sts:AssumeRole", role)
    )
    return site


def management_of(site: Site) -> str:
    return next(iter(site.config.accounts))


def _let_in(iam: Any, responder: str, policy: dict[str, Any]) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": responder}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document)
    iam.put_role_policy(RoleName=ROLE, PolicyName="own", PolicyDocument=json.dumps(policy))


def _without(policy: dict[str, Any], permission: str) -> dict[str, Any]:
    statements = [{**s, "Action": [a for a in s["Action"] if a != permission]} for s in policy["Statement"]]
    return {**policy, "Statement": statements}


def _allow(action: str, on: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": on}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
