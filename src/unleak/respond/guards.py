"""What is asked before every change: the stop switch, a legal hold, the hourly limit, and whether it is ourselves."""

from datetime import timedelta

from unleak.model.errors import AccessDenied, NotNow, NotPossible
from unleak.model.incident import Incident
from unleak.model.plan import NO_PRINCIPALS, Step, TargetKind
from unleak.respond.units import ACTIONS
from unleak.respond.world import World


def allow(world: World, incident: Incident, step: Step, *, undoing: bool = False) -> None:
    """Before every change: the stop switch, a legal hold, the hourly limit, and never ourselves."""
    if world.config.stop:
        raise NotPossible("the stop switch is on: nothing is changed", "unset UNLEAK_STOP, or `stop` in unleak.toml")
    if incident.is_held and ACTIONS[step.unit].deletes and not undoing:
        why = incident.hold.why if incident.hold else ""
        raise NotPossible(f"a legal hold forbids to delete anything ({why})", "`unleak incident hold --off` ends it")
    since = world.clock.now() - timedelta(hours=1)
    touched = world.record.targets_touched_since(since) | {step.target.id}
    is_leaked = step.target.id == incident.key_id  # whatever else was touched, this one must go
    if step.target.kind not in NO_PRINCIPALS and not is_leaked and len(touched) > world.config.principals_per_hour:
        raise NotNow(
            f"{len(touched) - 1} principals and keys were touched within an hour: that is the limit",
            "if this is right, raise principals_per_hour and run again",
        )
    _spare_ourselves(world, incident, step)


def _spare_ourselves(world: World, incident: Incident, step: Step) -> None:
    """Never the key, user or role that unleak signs with; another key of the same user is no part of it.

    But a key that leaked may switch itself off, where its owner has nothing else and says so.
    """
    target, me = step.target, world.aws.caller_in(step.target.account)
    if world.with_leaked and step.unit == "deactivate_key" and target.id == incident.key_id:
        return
    mine = target.id in {me.arn, me.key_id}
    if mine and world.with_leaked:
        raise AccessDenied(f"the leaked key cannot contain its own user {target.name}", "have an administrator do it")
    if mine or (target.kind is TargetKind.ROLE and f":assumed-role/{target.name}/" in me.arn):
        raise NotPossible(
            f"{target.name} is the identity that unleak runs as",
            "use the credentials of a responder of its own, so that containing this does not lock you out",
        )
