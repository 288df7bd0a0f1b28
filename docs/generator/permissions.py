"""Which unit needs which permission: the policies, read the other way round."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from generator.page import page, table, wrapped
from unleak.aws.accounts import LISTS_MEMBERS
from unleak.engine import permissions
from unleak.inspect.authorization import PERMISSIONS as OF_REACH
from unleak.notify.channels import CHANNELS
from unleak.respond import ACTIONS, CHECKS
from unleak.review import CHECKS as REVIEW_CHECKS
from unleak.rotate.consumers import KINDS
from unleak.rotate.copies import PERMISSIONS as OF_COPIES


def pages() -> dict[str, str]:
    return {"permissions.md": page("Permissions", _all())}


def _all() -> Iterator[str]:
    yield from wrapped(
        "Who needs which permission, and which policy of `unleak setup policy` has it. What is left out of a policy is "
        "not done, or told as *could not look*. The policies themselves: [the responder's](policy.md), "
        "[the review's](review.md#the-policy)."
    )
    users, policies = _users(), _policies()
    for service, named in groupby(sorted(users), key=lambda permission: permission.partition(":")[0]):
        yield from ("", f"## {service}", "")
        rows = ((f"`{p}`", ", ".join(users[p]), ", ".join(policies.get(p, ())) or "none") for p in named)
        yield from table("Permission", "Needed by", "In the policy of", rows=rows)


def _users() -> Mapping[str, list[str]]:
    """Permission to the units that need it, as links."""
    found: dict[str, list[str]] = defaultdict(list)
    for who, needs in _needing():
        for permission in dict.fromkeys(needs):
            found[permission].append(who)
    return found


def _needing() -> Iterator[tuple[str, Iterable[str]]]:
    yield from ((f"[{c.id}](checks.md)", c.permissions) for c in CHECKS.values())
    yield from ((f"[{a.id}](actions/{a.id}.md)", a.permissions) for a in ACTIONS.values())
    yield from ((f"[{c.id}](review.md#{c.id})", c.permissions) for c in REVIEW_CHECKS)
    yield from ((f"[{k.kind}](consumers.md#{k.kind})", k.permissions) for k in KINDS)
    yield from ((f"[{c.kind}](channels.md#{c.kind})", c.permissions) for c in CHANNELS.values())
    yield "[inspect](../inspect.md)", OF_REACH
    yield "[rotate](../rotate.md)", OF_COPIES
    yield "[organization](../configuration.md#identity)", (LISTS_MEMBERS,)


def _policies() -> Mapping[str, list[str]]:
    """Permission to the options of `unleak setup policy` whose policy has it."""
    printed: Mapping[str, Iterable[Mapping[str, Any]]] = {
        "the responder": (permissions.responder_policy(),),
        "`--organization`": (permissions.organization_policy(),),
        "`--evict`": permissions.evictor_policies(),
        "`--rotation`": (permissions.rotation_policy(),),
        "`--notify`": (permissions.notify_policy(),),
        "`--review`": permissions.review_policies(),
    }
    found: dict[str, list[str]] = defaultdict(list)
    for name, policies in printed.items():
        for permission in {a for p in policies for s in p["Statement"] for a in s["Action"]}:
            found[permission].append(name)
    return found
