"""AWS throttles, fails, is silent or refuses, on any call: tried again where that helps, and never called green."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from conftest import Site
from unleak.aws.accounts import Accounts
from unleak.engine.local import open_incident, run
from unleak.model.alert import Ground
from unleak.model.incident import Incident
from unleak.model.plan import Mode, OutcomeKind, Plan

OPERATIONS = (
    "AttachUserPolicy", "GetAccessKeyLastUsed", "GetLoginProfile", "GetPolicy", "GetPolicyVersion", "GetRolePolicy",
    "GetUser", "GetUserPolicy", "ListAccessKeys", "ListAttachedRolePolicies", "ListAttachedUserPolicies",
    "ListGroupsForUser", "ListServiceSpecificCredentials", "ListUserPolicies", "LookupEvents", "PutRolePolicy",
    "PutUserPolicy", "SimulatePrincipalPolicy", "UpdateAccessKey",
)  # fmt: skip
ONLY_INFORM = {"GetLoginProfile", "ListUserPolicies", "SimulatePrincipalPolicy", "ListGroupsForUser", "GetUserPolicy"}
"""Without these a containment is still proven: they save what was there, or add the simulator's word to a proof."""


class _Body:
    """As urllib3 gives it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


def _answers(code: str, status: int) -> Callable[[Any], AWSResponse]:
    def answer(request: Any) -> AWSResponse:
        if b"Amz-Target" in str(request.headers).encode() or request.headers.get("X-Amz-Target"):
            body, kind = json.dumps({"__type": code, "message": "a test"}).encode(), "application/x-amz-json-1.1"
        else:
            body = (
                f"<ErrorResponse><Error><Code>{code}</Code><Message>a test</Message></Error></ErrorResponse>".encode()
            )
            kind = "text/xml"
        return AWSResponse(request.url, status, {"content-type": kind}, _Body(body))

    return answer


def _silence(request: Any) -> AWSResponse:
    raise ReadTimeoutError(endpoint_url=request.url, error=None)


FAULTS: dict[str, Callable[[Any], AWSResponse]] = {
    "throttled": _answers("Throttling", 400),
    "failing": _answers("InternalFailure", 500),
    "silent": _silence,
    "refused": _answers("AccessDenied", 403),
}


@dataclass(slots=True)
class Fault:
    """How often it strikes; -1: always."""

    operation: str
    answer: Callable[[Any], AWSResponse]
    left: int = -1
    struck: int = 0

    def before_send(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        if not event_name.endswith(f".{self.operation}") or self.left == 0:
            return None
        self.left -= 1
        self.struck += 1
        return self.answer(request)


@contextmanager
def _at_fault(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    original = Accounts._boto_client
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)

    def make(self: Accounts, *arguments: Any) -> Any:
        client = original(self, *arguments)
        client.meta.events.register(f"before-send.*.{fault.operation}", fault.before_send)
        return client

    monkeypatch.setattr(Accounts, "_boto_client", make)
    yield
    monkeypatch.undo()


def _contain(site: Site, called: Callable[[str], None] | None = None) -> tuple[Incident, Plan]:
    world = site.world(with_secret=False, watcher=called)
    incident = open_incident(world, site.alert(Ground.PERSON), Mode.DISABLE, "a test")
    return run(world, incident.id)


def _attack(site: Site) -> None:
    sts = site.stage.admin.leaked(site.stage.victim, "sts")
    sts.assume_role(RoleArn=site.stage.reader_arn, RoleSessionName="attacker")


def _is_contained_in_truth(site: Site, incident: Incident) -> bool:
    """As an administrator sees it."""
    iam, own = site.stage.admin.client(site.stage.account, "iam"), incident.name_of("revoke-sessions")
    keys = [k["Status"] for k in iam.list_access_keys(UserName="aws-victim")["AccessKeyMetadata"]]
    attached = {p["PolicyName"] for p in iam.list_attached_user_policies(UserName="aws-victim")["AttachedPolicies"]}
    inline = iam.list_user_policies(UserName="aws-victim")["PolicyNames"]
    on_role = iam.list_role_policies(RoleName="data-reader")["PolicyNames"]
    return keys == ["Inactive"] and any("Quarantine" in a for a in attached) and own in inline and own in on_role


def test_the_list_of_calls_is_what_a_containment_makes(site: Site) -> None:
    _attack(site)
    called: set[str] = set()
    _, plan = _contain(site, called.add)
    assert plan.contained
    assert {a.split(":")[1] for a in called} == {*OPERATIONS, "AssumeRole", "GetCallerIdentity"} - {"AssumeRole"}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("kind", ["throttled", "failing", "silent"])
def test_what_goes_away_is_tried_again(site: Site, monkeypatch: pytest.MonkeyPatch, operation: str, kind: str) -> None:
    _attack(site)
    fault = Fault(operation, FAULTS[kind], left=2)
    with _at_fault(fault, monkeypatch):
        incident, plan = _contain(site)
    assert fault.struck == 2
    assert plan.contained, plan.by_hand
    assert _is_contained_in_truth(site, incident)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("kind", ["throttled", "refused"])
def test_what_stays_is_never_called_contained(
    site: Site, monkeypatch: pytest.MonkeyPatch, operation: str, kind: str
) -> None:
    _attack(site)
    fault = Fault(operation, FAULTS[kind])
    with _at_fault(fault, monkeypatch):
        incident, plan = _contain(site)
    assert fault.struck
    if plan.contained:
        assert operation in ONLY_INFORM
        assert _is_contained_in_truth(site, incident)
    else:
        assert plan.by_hand
    done = [a for a in incident.actions.values() if a.outcome and a.outcome.kind is OutcomeKind.DONE]
    assert all(a.step.unit != "deactivate_key" or operation != "UpdateAccessKey" for a in done)
