"""What the attacker created, changed or shared, and whether a later call removed it.

One file a family of services: `ROWS` say what an action does to a thing. What no row covers is told by `uncovered`.
Nothing is asked of AWS: what an answer here calls removed is what the trail tells, and no proof.
"""

from collections.abc import Iterable, Mapping

from unleak.iam.our_deny import is_aws_quarantine
from unleak.investigate.standing import (
    automation,
    building,
    containers,
    deliveries,
    detection,
    ec2_images,
    ec2_instances,
    ec2_network,
    ec2_rules,
    iam,
    iam_credentials,
    identity_center,
    kms,
    lambda_functions,
    logging,
    messaging,
    organization,
    rds,
    rolesanywhere,
    s3,
    secrets,
    ssm,
)
from unleak.investigate.standing.field import pick
from unleak.investigate.standing.fold import fold
from unleak.investigate.standing.row import Own, Row
from unleak.investigate.standing.trace import PRINCIPALS, Deed, Standing, Trace
from unleak.model.call import Call

__all__ = ["PRINCIPALS", "REMOVERS", "ROWS", "Deed", "Row", "Standing", "Trace", "standing", "traces", "uncovered"]

ROWS: tuple[Row | Own, ...] = (
    *iam.ROWS, *iam_credentials.ROWS, *rolesanywhere.ROWS, *identity_center.ROWS, *organization.ROWS,
    *ec2_instances.ROWS, *ec2_rules.ROWS, *ec2_network.ROWS, *ec2_images.ROWS,
    *lambda_functions.ROWS, *s3.ROWS, *logging.ROWS, *detection.ROWS, *kms.ROWS, *secrets.ROWS, *ssm.ROWS, *rds.ROWS,
    *containers.ROWS, *building.ROWS, *deliveries.ROWS, *messaging.ROWS, *automation.ROWS,
)  # fmt: skip


def _by_action() -> Mapping[str, tuple[Row | Own, ...]]:
    found: dict[str, tuple[Row | Own, ...]] = {}
    for row in ROWS:
        for action in row.actions:
            found[action] = (*found.get(action, ()), row)
    return found


_BY_ACTION = _by_action()
REMOVERS: frozenset[str] = frozenset(action for row in ROWS if row.removes for action in row.actions)
"""Actions whose calls, by anybody, may end or mark a fact."""
_ELSEWHERE = frozenset({"sts", "signin"})
"""Sign-ins and sessions leave nothing but credentials, which the chain follows."""


def traces(call: Call) -> tuple[Trace, ...]:
    """What an accepted call did; nothing for one that was refused, or whose fields do not say to what."""
    if not call.accepted:
        return ()
    return tuple(dict.fromkeys(trace for row in _BY_ACTION.get(call.action, ()) for trace in row.read(call)))


def uncovered(call: Call) -> bool:
    """An accepted call that wrote, and of which `traces` tells nothing: not to be lost."""
    return call.accepted and not call.read_only and call.service not in _ELSEWHERE and not traces(call)


def standing(attacker: Iterable[Call], later: Iterable[Call]) -> list[Standing]:
    """Every fact of the attacker's calls, in the order of time, ended by those of either.

    `later` are calls of `REMOVERS` by anybody, in any order; one that is in both is the attacker's. The quarantine that
    AWS attaches in the name of the key's user is not the attacker's.
    """
    return fold(traces, (call for call in attacker if not _is_quarantine(call)), later)


def _is_quarantine(call: Call) -> bool:
    arn = pick(call.request, "policyArn")
    return call.action == "iam:AttachUserPolicy" and isinstance(arn, str) and is_aws_quarantine(arn)
