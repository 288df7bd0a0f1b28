"""An account of the stand-in in which a template stands, and somebody who may only assume its role."""

import json
from dataclasses import replace
from typing import Any

from conftest import Site
from unleak.aws.accounts import Accounts
from unleak.config import AccountAccess, Config
from unleak.model.credential import Credentials, SecretKey, Vault
from unleak.respond import World
from unleak.setup.asked import Asked
from unleak.setup.cloudformation import cloudformation
from unleak.setup.template import template_of
from unleak.store.record import Record

RUNNER, EXTERNAL_ID = "runner", "acme-7"
UNMADE = {"AWS::Events::ApiDestination", "AWS::Events::Connection", "AWS::Events::EventBusPolicy",
         "AWS::CloudFormation::StackSet", "AWS::SQS::QueuePolicy"}  # fmt: skip
"""What the engine behind the stand-in makes nothing of; it is tried by other means."""


def runner_of(site: Site) -> Credentials:
    return runner_in(site.stage.admin, site.stage.account)


def runner_in(admin: Accounts, account: str) -> Credentials:
    """Who runs unleak: its one right is to assume roles."""
    iam = admin.client(account, "iam")
    iam.create_user(UserName=RUNNER)
    may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/unleak-*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_user_policy(UserName=RUNNER, PolicyName="assumes", PolicyDocument=document)
    made = iam.create_access_key(UserName=RUNNER)["AccessKey"]
    return Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]))


def asked_for(site: Site, **more: Any) -> Asked:
    return Asked((f"arn:aws:iam::{site.stage.account}:user/{RUNNER}",), EXTERNAL_ID, **more)


def deploy(
    admin: Accounts, account: str, template: dict[str, Any], region: str = "us-east-1", **given: str
) -> list[str]:
    """The types of what was made: what its condition leaves out has none."""
    cloud = admin.client(account, "cloudformation", region)
    resources = {k: v for k, v in template["Resources"].items() if v["Type"] not in UNMADE}
    parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()]
    cloud.create_stack(
        StackName="unleak",
        TemplateBody=json.dumps({**template, "Resources": resources}),
        Parameters=parameters,
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    assert cloud.describe_stacks(StackName="unleak")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    made = cloud.list_stack_resources(StackName="unleak")["StackResourceSummaries"]
    return sorted(r["ResourceType"] for r in made if r["ResourceType"])


def deployed(site: Site) -> World:
    """A world whose identity has nothing but the template's role, in the account and at home."""
    runner = runner_of(site)
    deploy(site.stage.admin, site.stage.account, cloudformation(template_of(asked_for(site))))
    arn = f"arn:aws:iam::{site.stage.account}:role/unleak-responder"
    access = {site.stage.account: AccountAccess(role_arn=arn, external_id=EXTERNAL_ID)}
    return world_as(site, runner, replace(site.config, accounts=access))


def world_as(site: Site, who: Credentials, config: Config) -> World:
    accounts = Accounts(config, endpoint=site.standin.url, identity=who)
    return World(config, Record(config.record_url), accounts, site.clock(), Vault(site.stage.victim))


def resolved(value: Any, account: str) -> Any:
    """With the account's number where CloudFormation would put it."""
    if isinstance(value, dict) and set(value) == {"Fn::Sub"}:
        return str(value["Fn::Sub"]).replace("${AWS::AccountId}", account)
    if isinstance(value, dict):
        return {k: resolved(v, account) for k, v in value.items()}
    return [resolved(v, account) for v in value] if isinstance(value, list) else value
