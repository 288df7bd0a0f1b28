"""Adds a trial to a look: a read that was accepted before must be refused now."""

from dataclasses import replace

from unleak.aws.trial import probe_named, try_with
from unleak.model.credential import Credentials
from unleak.model.plan import Look, Tri
from unleak.unit import Context


def with_trial(
    context: Context,
    seen: Look,
    credentials: Credentials | None,
    action: str,
    whose: str,
    *,
    moot_when_dead: bool = False,
) -> Look:
    """`action` was accepted before from these credentials, `whose` says whose they are. Without either, `seen` stays.

    A refusal for what the credential is (inactive, expired) proves nothing about a policy; `moot_when_dead` where it is
    containment that ends the credential, so that no trial with it can speak for or against any more.
    """
    probe = probe_named(action)
    if credentials is None or probe is None or seen.in_place is Tri.NO:
        return seen
    trial = try_with(context.aws, credentials, probe)
    ids = (trial.request_id,) if trial.request_id else ()
    if trial.accepted is Tri.YES:
        return replace(seen, refused=Tri.NO, request_ids=ids)
    if trial.accepted is Tri.NO and not trial.dead:
        detail = f"{probe.action}, accepted before with {whose}, is refused now ({trial.code})"
        return replace(seen, refused=Tri.YES, detail=detail, request_ids=ids)
    return replace(seen, request_ids=ids, moot=moot_when_dead and trial.dead)
