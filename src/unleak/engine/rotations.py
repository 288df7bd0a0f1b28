"""A rotation is asked for, on the command line or through the API: shown first, then approved as anything else."""

from unleak.engine.decisions import write
from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.entry import Requested
from unleak.model.errors import Misuse, NotNow
from unleak.model.incident import Incident
from unleak.model.plan import Step, Target, TargetKind
from unleak.respond import World
from unleak.rotate.asked import CONSUMERS, FREES, options_of
from unleak.rotate.consumers import parse_consumer
from unleak.scan.words import without_secret


def ask_to_rotate(
    world: World, incident: Incident, consumers: tuple[str, ...], frees: str, *, who: str, why: str
) -> Step:
    """The step as it was asked for before, or as it is now; other consumers are another round of it. Raises Misuse for
    what is no consumer, and NotNow while nobody knows whose key it is.
    """
    last, options = last_request(incident), options_of(consumers, frees)
    if last is not None and (not consumers or _same(last, options)):
        return last.step
    if not consumers:
        raise Misuse("nobody said who is to get the new key", "name each with --to")
    for text in consumers:
        without_secret(text)
    if incident.owner is None:
        raise NotNow(f"whose key {incident.key_id} is is not known yet", "ask again once it was looked at")
    key = Target(TargetKind.KEY, incident.key_id, incident.owner.account)
    step = Step("rotate_key", key, last.step.round + 1 if last else 1)
    write(world, incident, Requested(step, who, without_secret(why), options))
    return step


def check_from_elsewhere(incident: Incident, consumers: tuple[str, ...]) -> None:
    """Raises Misuse for what is meant on one machine: whoever asks from elsewhere would have the service's own changed,
    or a command of theirs run there; and for what is no key of a user.
    """
    for text in consumers:
        if parse_consumer(text).is_local:
            raise Misuse(f"{without_secret(text)} is on a machine of yours", "run `unleak rotate` there")
    if kind_of(incident.key_id) is not KeyKind.LONG_TERM:
        raise Misuse(f"{incident.key_id} is no access key of a user", "only those are rotated")


def last_request(incident: Incident) -> Requested | None:
    mine = [r for r in incident.requested.values() if r.step.unit == "rotate_key"]
    return max(mine, key=lambda r: r.step.round, default=None)


def _same(request: Requested, options: dict[str, str]) -> bool:
    return {k: request.options.get(k, "") for k in (CONSUMERS, FREES)} == {k: options[k] for k in (CONSUMERS, FREES)}
