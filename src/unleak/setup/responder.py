"""The roles that unleak assumes: what it may do is what its units declare, and never anything to itself."""

from collections.abc import Iterable, Iterator
from typing import Any

from unleak.engine import permissions
from unleak.setup.asked import Asked
from unleak.setup.things import Document, Policy, Role, Thing

RESPONDER, ORGANIZATION = "unleak-responder", "unleak-organization"
_READS = ("iam:Get", "iam:List", "iam:Simulate", "iam:Generate")
_READS_QUEUE = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]


def responder(asked: Asked, queue: str = "") -> Iterator[Thing]:
    """Of the account that leaks. `queue`: the ARN of one that it reads."""
    policies = list(_responding(asked))
    yield from (_policy(RESPONDER, name, document) for name, document in policies)
    yield _role(asked, RESPONDER, "What unleak responds to leaked keys with", policies, queue)


def organization(asked: Asked, queue: str = "") -> Iterator[Thing]:
    """Of the management account, which locks members; it responds there only where that was asked for."""
    policies: list[tuple[str, Document]] = [("locks", permissions.organization_policy())]
    policies += _responding(asked) if asked.in_management else ()
    yield from (_policy(ORGANIZATION, name, document) for name, document in policies)
    yield _role(
        asked, ORGANIZATION, "What unleak lists and locks the members of the organization with", policies, queue
    )


def statement(effect: str, actions: list[str], resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": actions, "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _responding(asked: Asked) -> Iterator[tuple[str, Document]]:
    """As `unleak setup policy` prints them, each within IAM's limit."""
    yield "contains", permissions.responder_policy()
    yield from _numbered("evicts", permissions.evictor_policies())
    if asked.rotates:
        yield "rotates", permissions.rotation_policy()
    if asked.reviews:
        yield from _numbered("reviews", permissions.review_policies())
    if asked.notifies:
        yield "notifies", permissions.notify_policy()


def _numbered(name: str, documents: Iterable[Document]) -> Iterator[tuple[str, Document]]:
    for number, one in enumerate(documents, 1):
        yield f"{name}-{number}" if number > 1 else name, one


def _policy(role: str, name: str, of: Document) -> Policy:
    return Policy(_id(role, name), f"{role}-{name}", f"What unleak needs: {name}", of, _id(role))


def _role(asked: Asked, name: str, text: str, policies: list[tuple[str, Document]], queue: str) -> Role:
    own: dict[str, Document] = {}
    if writes := _writes(policies):
        own["leaves-itself-alone"] = _itself(asked, name, writes)
    if queue:
        own["reads-its-queue"] = document(statement("Allow", _READS_QUEUE, queue))
    return Role(_id(name), name, text, _trust(asked), own)


def _trust(asked: Asked) -> Document:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html"""
    trusted: Any = list(asked.trusted) if len(asked.trusted) > 1 else asked.trusted[0]
    own: dict[str, Any] = {"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"}
    if asked.external_id:
        own["Condition"] = {"StringEquals": {"sts:ExternalId": asked.external_id}}
    return document(own)


def _itself(asked: Asked, name: str, writes: list[str]) -> Document:
    """Whoever gets hold of its session shall not widen it: what it may write in IAM, it may not write to itself."""
    iam = f"arn:{asked.partition}:iam::<Account>"
    return document(
        statement("Deny", writes, [f"{iam}:role/{name}", f"{iam}:policy/{name}-*"], Sid="LeavesItselfAlone")
    )


def _writes(policies: list[tuple[str, Document]]) -> list[str]:
    allowed = {a for _, of in policies for s in of["Statement"] for a in s["Action"]}
    return sorted(a for a in allowed if a.startswith("iam:") and not a.startswith(_READS))


def _id(*names: str) -> str:
    return "".join(part.capitalize() for name in names for part in name.removeprefix("unleak-").split("-"))
