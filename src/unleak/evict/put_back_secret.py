"""Puts a secret back as it was: the mark AWSCURRENT is moved to the version before, or a deleted secret restored.

No value is read: versions are named by their ids.
"""

from unleak.aws.client import Client
from unleak.aws.secret_versions import CURRENT, Secret, SecretVersion, secret_of
from unleak.evict.asked import fact_of, is_attributed, not_attributed, options_of
from unleak.model.errors import NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_WINDOW = 30
"""Days until a secret that is deleted again is gone: the longest that AWS knows."""


class PutBackSecret:
    id = "put_back_secret"
    title = "Put the secret back as it was"
    permissions = (
        "secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds",
        "secretsmanager:UpdateSecretVersionStage", "secretsmanager:RestoreSecret", "secretsmanager:DeleteSecret",
    )  # fmt: skip
    breaking = True
    reversible = True
    deletes = False
    undone_by = "moving AWSCURRENT back; what was restored waits to be deleted again"
    by_hand = ByHand(
        console="Secrets Manager (region {region}) > {name}; versions can be moved with the AWS CLI only",
        cli="aws secretsmanager update-secret-version-stage --region {region} --secret-id {name} "
        "--version-stage AWSCURRENT --move-to-version-id BEFORE --remove-from-version-id PRESENT",
    )
    references = (
        "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html",
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_restore-secret.html",
    )

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible where neither the investigation nor a person says which version was before."""
        found = secret_of(_client(context, target), target.id)
        if found.deleted_at is not None:
            if not is_attributed(context, self.id, target):
                raise not_attributed(target)
            return _restoring(target)
        before, current = _before(context, target, found), found.current
        if current is not None and current.id == before.id:
            return None
        present = current.id if current is not None else ""
        return Change(
            summary=f"make version {before.id} of secret {_name(target)} the current one again",
            breaks="whatever uses the present value; if the attacker read the value before, it must be rotated anyhow",
            undo="make the present version the current one again",
            before={"current": present, "version": before.id},
            after={"current": before.id},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        client = _client(context, target)
        found = secret_of(client, target.id)
        if "deleted" in change.before:
            if found.deleted_at is not None:
                client.restore_secret(SecretId=found.arn)
            return Outcome(OutcomeKind.DONE, change.summary)
        _move(client, found, str(change.after["current"]), str(change.before["current"]))
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        found = secret_of(_client(context, target, fresh=True), target.id)
        if found.deleted_at is not None:
            return Look(Tri.NO, detail=f"{_name(target)} waits to be deleted")
        if change is None or "deleted" in change.before:
            return Look(Tri.YES, detail=f"{_name(target)} is there")
        current = found.current.id if found.current else "none"
        return Look(Tri.YES if current == change.after["current"] else Tri.NO, detail=f"version {current} is current")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        client = _client(context, target)
        found = secret_of(client, target.id)
        if "deleted" in change.before:
            if found.deleted_at is not None:
                return Outcome(OutcomeKind.ALREADY, f"{_name(target)} waits to be deleted")
            client.delete_secret(SecretId=found.arn, RecoveryWindowInDays=_WINDOW)
            return Outcome(OutcomeKind.DONE, f"{_name(target)} waits to be deleted again, for {_WINDOW} days")
        now, then, ours = (found.current.id if found.current else ""), change.before["current"], change.after["current"]
        if now == then:
            return Outcome(OutcomeKind.ALREADY, f"version {then} is current")
        if now != ours:
            return Outcome(OutcomeKind.ASK, f"{_name(target)} has another current version since: {now}")
        _move(client, found, str(then), str(ours))
        return Outcome(OutcomeKind.DONE, f"version {then} is current again")


def _restoring(target: Target) -> Change:
    return Change(
        summary=f"restore secret {_name(target)}, which waits to be deleted",
        breaks="nothing that is known",
        undo=f"schedule its deletion again, in {_WINDOW} days",
        before={"deleted": True},
        after={"deleted": False},
    )


def _move(client: Client, found: Secret, to: str, away_from: str) -> None:
    """Twice is once: where it is current already, nothing is asked. Raises NotPossible where another version is."""
    current = found.current.id if found.current else ""
    if current == to:
        return
    if current != away_from:
        raise NotPossible("the secret has another current version since this was shown", "look at it anew")
    taken = {"RemoveFromVersionId": away_from} if away_from else {}
    client.update_secret_version_stage(SecretId=found.arn, VersionStage=CURRENT, MoveToVersionId=to, **taken)


def _client(context: Context, target: Target, *, fresh: bool = False) -> Client:
    return context.aws.client(target.account, "secretsmanager", target.region, fresh=fresh)


def _name(target: Target) -> str:
    return target.id.split(":secret:", 1)[-1]


def _before(context: Context, target: Target, found: Secret) -> SecretVersion:
    """As a person says; else what is older than the attacker's first change that stands."""
    asked, fact = options_of(context, PutBackSecret.id, target).get("version", ""), fact_of(context, target)
    if asked:
        before = next((v for v in found.versions if v.id == asked), None)
    elif fact is not None:
        before = found.before(fact.at)
    else:
        raise not_attributed(target)
    if before is None:
        raise NotPossible(f"{_name(target)} has no version that is older", "write it again from its source")
    return before


ACTION = PutBackSecret()
