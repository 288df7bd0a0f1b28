"""What an attacker has left in other services than IAM, for each action that takes it out."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from conftest import Site
from deeds_world import did, named
from unleak.model.plan import Target, TargetKind

REGION = "us-east-1"
OUTSIDER = "999988887777"


def of(site: Site, service: str) -> Any:
    return site.stage.admin.client(site.stage.account, service, REGION)


def thing(site: Site, service: str, name: str) -> Target:
    return named(site, TargetKind.RESOURCE, service, name, REGION)


def _made_function(site: Site) -> Target:
    function = thing(site, "lambda", "function:worker")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("lambda_function.py", "def handler(event, context): ...")
    iam, trusts = of(site, "iam"), {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                                    "Action": "sts:AssumeRole"}  # fmt: skip
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trusts]})
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    of(site, "lambda").create_function(
        FunctionName="worker", Runtime="python3.12", Role=role, Handler="lambda_function.handler",
        Code={"ZipFile": code.getvalue()},
    )  # fmt: skip
    did(site, function, "Lambda::Function", "created", action="lambda:CreateFunction")
    return function


def _opened_function(site: Site) -> Target:
    function, client = _made_function(site), of(site, "lambda")
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=7)
    client.create_function_url_config(FunctionName="worker", AuthType="NONE")
    client.add_permission(FunctionName="worker", StatementId="in", Action="lambda:InvokeFunction",
                          Principal=OUTSIDER, SourceAccount=OUTSIDER)  # fmt: skip
    client.add_permission(FunctionName="worker", StatementId="rightful", Action="lambda:InvokeFunction",
                          Principal="s3.amazonaws.com")  # fmt: skip
    did(site, function, "Lambda::Url", "changed", "url", action="lambda:CreateFunctionUrlConfig")
    did(site, function, "Lambda::Function", "shared", "permission|in", action="lambda:AddPermission")
    return function


def _changed_url(site: Site) -> Target:
    function = _made_function(site)
    of(site, "lambda").create_function_url_config(FunctionName="worker", AuthType="NONE")
    did(site, function, "Lambda::Url", "changed", "url", action="lambda:UpdateFunctionUrlConfig")
    return function


def _opened_group(site: Site) -> Target:
    ec2 = of(site, "ec2")
    made = ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    group = thing(site, "ec2", f"security-group/{made}")
    ssh, web = ({"IpProtocol": "tcp", "FromPort": port, "ToPort": port,
                 "IpRanges": [{"CidrIp": cidr, "Description": "a test"}]} for port, cidr in
                ((22, "0.0.0.0/0"), (443, "10.0.0.0/8")))  # fmt: skip
    peer = {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "UserIdGroupPairs": [{"GroupId": made}]}
    ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[ssh, web, peer])
    did(site, group, "EC2::SecurityGroup", "changed", "ingress|6/22-22/0.0.0.0/0")
    did(site, group, "EC2::SecurityGroup", "changed", "ingress|icmp/-1--1/web")
    did(site, group, "EC2::SecurityGroup", "changed", "egress|udp/53-53/2001:db8::/32|gone")
    did(site, group, "EC2::SecurityGroup", "changed", "rule|sgr-unknown")
    return group


SPOILT_RESOURCES: dict[str, Callable[[Site], Target]] = {
    "disable_function": _opened_function,
    "delete_function": _made_function,
    "close_security_group": _opened_group,
}
SPOILT_OTHERWISE: dict[str, Callable[[Site], Target]] = {
    "disable_function, whose URL was changed": _changed_url,
}
"""Of actions that are above already: what they do in another case."""
