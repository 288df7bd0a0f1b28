"""Tries the leaked pair once, before containment: is it real, and which harmless reads does AWS accept from it?

What is accepted now can be seen refused later. A witness session (15 minutes, in memory only) does the same for the
sessions that a key can mint.
"""

from collections.abc import Iterator

from unleak.aws.trial import IDENTITY, PROBES, REFUSED_BY_QUARANTINE, Probe, try_with
from unleak.model.credential import Credentials, SecretKey, SessionToken
from unleak.model.errors import AwsError, CouldNotLook, Unreachable
from unleak.model.evidence import Evidence, KeyTried
from unleak.model.plan import Target, Tri
from unleak.unit import Context

_WITNESS_SECONDS = 900
# A session is tried with what no quarantine refuses: else its refusal would not prove that the session deny works.
_NEVER_REFUSED = tuple(p for p in PROBES if p.action not in REFUSED_BY_QUARANTINE)
_REFUSED_FIRST = (*(p for p in PROBES if p.action in REFUSED_BY_QUARANTINE), *_NEVER_REFUSED)


class TryCredential:
    id = "try_credential"
    title = "Try the leaked secret"
    permissions = ()

    def run(self, context: Context, target: Target) -> Iterator[Evidence]:
        """Raises CouldNotLook where the secret is not in hand, or AWS gave no clear answer."""
        leaked = context.vault.get(target.id)
        if leaked is None:
            raise CouldNotLook("the secret is not in hand: proof will be by state, not by trial", "")
        ours: list[str] = []
        identity = try_with(context.aws, leaked, IDENTITY)
        ours.append(identity.request_id)
        if identity.accepted is Tri.COULD_NOT_LOOK:
            raise Unreachable(f"AWS gave no clear answer to the leaked pair: {identity.code}", "run again")
        if identity.accepted is Tri.NO:
            yield KeyTried(target.id, accepted=False, code=identity.code, request_ids=_known(ours))
            return
        key_probe = _first_accepted(context, leaked, _REFUSED_FIRST, ours)
        session = _witness(context, leaked, ours)
        session_probe = _first_accepted(context, session, _NEVER_REFUSED, ours) if session else ""
        yield KeyTried(
            key_id=target.id,
            accepted=True,
            principal_arn=identity.arn,
            key_probe=key_probe,
            session_probe=session_probe,
            witness_key_id=session.key_id if session and leaked.token is None else "",
            request_ids=_known(ours),
        )


def _first_accepted(context: Context, credentials: Credentials, probes: tuple[Probe, ...], ours: list[str]) -> str:
    for probe in probes:
        trial = try_with(context.aws, credentials, probe)
        ours.append(trial.request_id)
        if trial.accepted is Tri.YES:
            return probe.action
    return ""


def _witness(context: Context, leaked: Credentials, ours: list[str]) -> Credentials | None:
    """A leaked session is its own: it is what must be refused afterwards."""
    if leaked.token is None:
        return _mint_witness(context, leaked, ours)
    context.vault.put_witness(leaked.key_id, leaked)
    return leaked


def _mint_witness(context: Context, leaked: Credentials, ours: list[str]) -> Credentials | None:
    """None where AWS does not give one: the proof is then by state."""
    try:
        answer = context.aws.leaked(leaked, "sts").get_session_token(DurationSeconds=_WITNESS_SECONDS)
    except AwsError as refusal:
        ours.append(refusal.request_id)
        return None
    except CouldNotLook:
        return None
    ours.append(str(answer["ResponseMetadata"].get("RequestId", "")))
    made = answer["Credentials"]
    session = Credentials(made["AccessKeyId"], SecretKey(made["SecretAccessKey"]), SessionToken(made["SessionToken"]))
    context.vault.put_witness(leaked.key_id, session)
    return session


def _known(ids: list[str]) -> tuple[str, ...]:
    return tuple(i for i in ids if i)


CHECK = TryCredential()
