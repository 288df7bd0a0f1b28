"""Every check of the review keeps the promises of its shape: it is named as its file, and calls what it declares."""

import importlib
import re
from pathlib import Path

import botocore.session
import pytest
from policy_sentry.querying.actions import get_actions_for_service
from review_world import BY_ID, reviewed

from unleak.engine.permissions import responder_policy, review_policies
from unleak.review import CHECKS, inventory
from unleak.review.bedrock import _TABLE as OF_BEDROCK
from unleak.review.check import ReviewCheck, Scope
from unleak.review.databases import _TABLES as OF_DATABASES
from unleak.review.listing import Listing, Listings
from unleak.standin.server import Standin

LISTINGS = [
    *(listing for check in CHECKS if isinstance(check, Listings) for listing in check.table),
    *OF_BEDROCK,
    *OF_DATABASES,
]
READS = ("Get", "List", "Describe", "BatchGet", "Search", "Lookup", "GET")
# What a call needs, where the action is not called as the operation, or the service signs by another name.
NEEDS = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "tagging:GetResources": "tag:GetResources",
    "cloudcontrolapi:ListResources": "cloudformation:ListResources",
}
STANDIN_LACKS = re.compile("UnknownOperation|NotImplemented|InvalidAction")


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_a_check_is_named_as_its_file_and_titled(check: ReviewCheck) -> None:
    module = importlib.import_module(f"unleak.review.{check.id}")
    assert module.CHECK is check or check.id == inventory.CHECK.id
    assert module.__doc__
    assert check.title[0].isupper()
    assert not check.title.endswith(".")
    assert check.scope in Scope
    assert all(re.fullmatch(r"AWS::\w+::\w+", kind) for kind in check.types)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_permissions_are_real_actions_that_read(check: ReviewCheck) -> None:
    assert check.permissions
    for permission in check.permissions:
        service, operation = permission.split(":")
        assert permission in get_actions_for_service(service), permission
        assert operation.startswith(READS), permission


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one.action)
def test_a_listing_reads_what_aws_answers(listing: Listing) -> None:
    model = botocore.session.get_session().get_service_model(listing.boto_service)
    client = botocore.session.Session().create_client(
        listing.boto_service, "us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    operation = model.operation_model(client.meta.method_to_api_mapping[listing.method])
    assert set(listing.arguments) <= set(operation.input_shape.members)
    if not client.can_paginate(listing.method):
        more = {m for m in operation.output_shape.members if m.lower().endswith(("token", "marker"))}
        assert more <= {"nextToken", "NextToken", "Marker"}
    shape = operation.output_shape
    for name in listing.path.split("."):
        shape = shape.members[name.removesuffix("[]")]
        shape = shape.member if shape.type_name == "list" else shape
    fields = {listing.id, listing.name, listing.created, *listing.detail}
    if ":" not in listing.arn:
        fields.add(listing.arn)
    assert fields - {""} <= set(getattr(shape, "members", {}))
    if listing.created:
        assert shape.members[listing.created].type_name in {"timestamp", "string", "long"}


def test_every_check_is_registered_and_has_an_id_of_its_own() -> None:
    folder = Path(inventory.__file__).parent
    declaring = {f.stem for f in folder.glob("*.py") if re.search(r"^CHECK = ", f.read_text(), re.MULTILINE)}
    assert set(BY_ID) == declaring
    assert len(BY_ID) == len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_a_check_calls_only_what_it_declares_and_all_of_it_answers(
    check: ReviewCheck, standin: Standin, tmp_path: Path
) -> None:
    called: set[str] = set()
    site = reviewed(standin, tmp_path, watcher=called.add)
    site.reader.regions(site.account)
    called.clear()
    found = site.look(check.id)
    free = {"sts:GetCallerIdentity", "ec2:DescribeRegions"}
    assert {NEEDS.get(c, c) for c in called} - free <= set(check.permissions)
    assert called
    assert all(STANDIN_LACKS.search(u.why) for u in found.unseen), found.unseen
    assert not found.absent


def test_nobody_who_may_nothing_is_told_that_nothing_is_there(standin: Standin, tmp_path: Path) -> None:
    site = reviewed(standin, tmp_path, deny=[{"Effect": "Deny", "Action": "*", "Resource": "*"}])
    found = site.look()
    assert {u.check for u in found.unseen} == {"regions", *BY_ID}
    assert not found.judged
    assert all("not permitted" in u.why or STANDIN_LACKS.search(u.why) for u in found.unseen)


def test_the_policies_are_every_declaration_and_fit() -> None:
    policies = review_policies()
    granted = [a for policy in policies for s in policy["Statement"] for a in s["Action"]]
    assert sorted(granted) == sorted({"ec2:DescribeRegions", *(p for c in CHECKS for p in c.permissions)})
    assert all(len("".join(str(policy).split())) <= 6144 for policy in policies)
    own = {a for s in responder_policy()["Statement"] for a in s["Action"]}
    assert "secretsmanager:GetSecretValue" not in own
