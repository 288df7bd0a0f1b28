"""Would a containment work tonight? Each account, its permissions, regions and trail; nothing is changed.

IAM's simulator says what the responder may do; where it may not be asked, that is said.
"""

import platform
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from unleak.engine.permissions import organization_policy, responder_policy
from unleak.model.errors import AwsError, CouldNotLook, Misuse, UnleakError
from unleak.model.plan import Tri
from unleak.model.readiness import Checked, Readiness
from unleak.respond import World
from unleak.store.readiness import ReadinessStore

_AT_ONCE = 100
_CALLS_OF_A_CONTAINMENT = 40
"""As `make bench-respond` counts them, from the alert to the last change."""
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class Check:
    """An errand: look at this account, since `who` asks. `mark` makes it another one than the last time."""

    account: str
    who: str = ""
    mark: str = ""


def look_at_readiness(world: World, only: tuple[str, ...] = ()) -> list[Readiness]:
    """One finding for each thing in each account, and for what they share."""
    found = list(_shared(world))
    if any(f.verdict is not Tri.YES and f.what == "identity" for f in found):
        return found
    for account in only:
        if not world.aws.reaches(account):
            raise Misuse(
                f"account {account} is not reached", "name a role for it in unleak.toml; `unleak setup check` alone"
            )
    for account in only or _accounts(world):
        found += _account(world, account)
    return found


def run_check(world: World, asked: Check) -> str:
    """By somebody who has asked nobody yet: what a long-lived process remembers is no answer. In words, what it is."""
    fresh = replace(world, aws=world.aws.anew())
    try:
        found = look_at_readiness(fresh, (asked.account,))
    except UnleakError as error:
        verdict = Tri.NO if isinstance(error, Misuse) else Tri.COULD_NOT_LOOK
        found = [Readiness(asked.account, "access", verdict, str(error), error.hint)]
    keep_readiness(fresh, found, (asked.account,), asked.who)
    return f"account {asked.account} was looked at"


def keep_readiness(world: World, found: list[Readiness], only: tuple[str, ...], who: str) -> None:
    """In the place of what was known of these accounts. Where nobody could look into any, that is known of all that
    were to be looked into.
    """
    store, shared = ReadinessStore(world.record), [f for f in found if not f.account]
    looked = {f.account for f in found if f.account}
    accounts = looked or {*only} or {*world.config.accounts, *store.checks()}
    now, place = world.clock.now(), platform.node()
    store.keep_checks([
        Checked(account, now, who, place, (*shared, *(f for f in found if f.account == account)))
        for account in sorted(accounts)
    ])  # fmt: skip


def _accounts(world: World) -> list[str]:
    return sorted({world.aws.caller.account, *world.config.accounts, *_members(world)})


def _members(world: World) -> frozenset[str]:
    try:
        return world.aws.members
    except UnleakError:
        return frozenset()


def _shared(world: World) -> Iterator[Readiness]:
    yield _tried("", "identity", lambda: f"runs as {world.aws.caller.arn}")
    where = "PostgreSQL" if world.record.is_shared else str(world.record.folder)
    yield _tried("", "record", lambda: f"{len(world.record.incident_ids())} incidents in {where}")
    ahead = abs(world.aws.clock_offset)
    if ahead > timedelta(minutes=4):
        yield Readiness(
            "", "clock", Tri.NO, f"{ahead.total_seconds():.0f} s away from AWS's", "set this machine's clock"
        )
    if world.config.stop:
        yield Readiness(
            "",
            "stop switch",
            Tri.NO,
            "it is on: nothing would be changed",
            "unset UNLEAK_STOP, or `stop` in unleak.toml",
        )
    if world.config.organization is not None:
        yield _tried("", "organisation", lambda: f"{len(world.aws.members)} accounts")


def _account(world: World, account: str) -> Iterator[Readiness]:
    reached = _tried(account, "access", lambda: f"as {world.aws.caller_in(account).arn}")
    yield reached
    if reached.verdict is not Tri.YES:
        return
    yield from _permissions(world, account)
    yield _tried(account, "regions", lambda: f"{len(world.aws.regions(account))} regions to look at")
    yield _tried(account, "trail", lambda: _trail(world, account))
    yield _tried(account, "duration", lambda: _duration(world, account))


def _permissions(world: World, account: str) -> Iterator[Readiness]:
    policy = organization_policy() if _is_management(world, account) else responder_policy()
    wanted = sorted({a for s in policy["Statement"] for a in s["Action"]})
    me = _principal_of(world, account)
    try:
        missing = list(_denied(world, account, me, wanted))
    except CouldNotLook as error:
        hint = (
            "grant iam:SimulatePrincipalPolicy and iam:GetRole to the responder, or compare with `unleak setup policy`"
        )
        yield Readiness(account, "permissions", Tri.COULD_NOT_LOOK, str(error), hint)
        return
    if missing:
        listed = ", ".join(missing[:6]) + (f" and {len(missing) - 6} more" if missing[6:] else "")
        yield Readiness(
            account, "permissions", Tri.NO, f"missing: {listed}", "attach what `unleak setup policy` prints"
        )
    else:
        yield Readiness(account, "permissions", Tri.YES, f"all {len(wanted)} (simulated)")


def _is_management(world: World, account: str) -> bool:
    organization = world.config.organization
    return organization is not None and organization.management == account and account != world.aws.caller.account


def _principal_of(world: World, account: str) -> str:
    """The simulator takes users and roles; a session's ARN leaves the path of its role out."""
    arn = world.aws.caller_in(account).arn
    if ":assumed-role/" not in arn:
        return arn
    return str(world.aws.client(account, "iam").get_role(RoleName=arn.split("/")[1])["Role"]["Arn"])


def _denied(world: World, account: str, who: str, wanted: list[str]) -> Iterator[str]:
    iam = world.aws.client(account, "iam")
    for start in range(0, len(wanted), _AT_ONCE):
        asked = wanted[start : start + _AT_ONCE]
        found = iam.pages("simulate_principal_policy", "EvaluationResults", PolicySourceArn=who, ActionNames=asked)
        allowed = {r["EvalActionName"].lower() for r in found if r["EvalDecision"] == "allowed"}
        yield from (a for a in asked if a.lower() not in allowed)


def _trail(world: World, account: str) -> str:
    """The event history is there without a trail, for 90 days; what is older, and what objects were read, is not."""
    client = world.aws.client(account, "cloudtrail")
    client.lookup_events(MaxResults=1)
    try:
        trails = client.describe_trails()["trailList"]
    except AwsError:
        return "the event history can be read; whether a trail keeps more is not known (cloudtrail:DescribeTrails)"
    kept = f"{len(trails)} trails keep more" if trails else "no trail keeps more than its 90 days"
    return f"the event history can be read; {kept}"


def _duration(world: World, account: str) -> str:
    sts, took = world.aws.client(account, "sts"), []
    for _ in range(_SAMPLES):
        began = time.monotonic()
        sts.get_caller_identity()
        took.append(time.monotonic() - began)
    seconds = statistics.median(took) * _CALLS_OF_A_CONTAINMENT
    return f"about {max(1, round(seconds))} s to contain; the proof takes seconds by trial, 5 minutes by state"


def _tried(account: str, what: str, look: Callable[[], str]) -> Readiness:
    try:
        return Readiness(account, what, Tri.YES, look())
    except UnleakError as error:
        verdict = Tri.NO if what == "access" else Tri.COULD_NOT_LOOK
        return Readiness(account, what, verdict, str(error), error.hint)
