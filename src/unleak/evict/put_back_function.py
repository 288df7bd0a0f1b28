"""Puts a function back as it was: the code of the version that was published before is written again, and of its
settings those that the attacker changed.

What the attacker left is published first, so that it stays as evidence and can come back. Code and variables of the
environment pass through memory and are kept nowhere.
"""

from unleak.aws.client import Client
from unleak.aws.function_code import LARGEST
from unleak.aws.function_versions import CODE, FunctionState, Published, published, state_of
from unleak.evict.asked import not_attributed, options_of
from unleak.evict.function_written import holds_a_key, spoilt, write
from unleak.model.errors import NotFound, NotPossible
from unleak.model.plan import Change, Look, Outcome, OutcomeKind, Target, Tri
from unleak.unit import ByHand, Context

_AGAIN = "deploy it again from its source"


class PutBackFunction:
    id = "put_back_function"
    title = "Put the function back as it was"
    permissions = (
        "lambda:ListVersionsByFunction", "lambda:GetFunctionConfiguration", "lambda:GetFunction",
        "lambda:PublishVersion", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "iam:PassRole",
    )  # fmt: skip
    breaking = True
    reversible = True
    deletes = False
    undone_by = "writing what was found again: it was published as a version, which stays"
    by_hand = ByHand(
        console="Lambda (region {region}) > the function > Versions > the version before > Export; then Upload from",
        cli="aws lambda get-function --region {region} --function-name NAME --qualifier VERSION, fetch Code.Location, "
        "then update-function-code --zip-file",
    )
    references = (
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html",
        "https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html",
    )

    def propose(self, context: Context, target: Target) -> Change | None:
        """Raises NotPossible where nobody says what was changed, and where no version from before is there."""
        client, name = _lambda(context, target), _name(target)
        names, number = self._wanted(context, target, client)
        now, before = state_of(client, name), state_of(client, name, number)
        wrong = now.differs(before, names)
        if not wrong:
            return None
        if CODE in wrong and before.size > LARGEST:
            raise NotPossible(f"version {number} of {name} is larger than 50 MB", "put it back from a bucket, by hand")
        if "Environment" in wrong and holds_a_key(before, context.incident.credentials):
            raise NotPossible(
                f"the environment of version {number} of {name} holds a key of this incident",
                "set the variables by hand, with the new key; `unleak rotate` hands it over",
            )
        return Change(
            summary=f"put function {name} back to version {number}: {', '.join(wrong).lower()}",
            breaks="what was deployed since that version and not published; it stays stopped where it was stopped",
            undo="write what is there now again: it is published first, and that version stays",
            before={"code": now.code, "present": now.modified, "parts": list(wrong)},
            after={"version": number, "code": before.code, "parts": list(wrong)},
        )

    def apply(self, context: Context, target: Target, change: Change) -> Outcome:
        """Raises NotPossible where somebody has written since it was shown."""
        client, name, names = _lambda(context, target), _name(target), tuple(change.after["parts"])
        number = str(change.after["version"])
        before, now, kept = state_of(client, name, number), state_of(client, name), _kept(context, client, name, change)
        if not now.differs(before, names):
            return Outcome(OutcomeKind.DONE, change.summary)
        if kept is None or not _is_between(now, state_of(client, name, kept), before, names):
            if (now.code, now.modified) != (change.before["code"], change.before["present"]):
                raise NotPossible(f"{name} was written since this was shown", "look at it anew")
            client.publish_version(FunctionName=name, CodeSha256=now.code, Description=_mark(context))
        write(context.clock, client, name, number, now.differs(before, names))
        return Outcome(OutcomeKind.DONE, change.summary)

    def verify(self, context: Context, target: Target, change: Change | None) -> Look:
        if change is None:
            return Look(Tri.YES, detail="it stood so before us")
        client, name, number = _lambda(context, target, fresh=True), _name(target), str(change.after["version"])
        try:
            wrong = state_of(client, name).differs(state_of(client, name, number), change.after["parts"])
        except (NotFound, NotPossible) as error:
            return Look(Tri.COULD_NOT_LOOK, detail=f"{name}: {error}")
        if wrong:
            return Look(Tri.NO, detail=f"{name} is not as version {number} is: {', '.join(wrong).lower()}")
        return Look(Tri.YES, detail=f"{name} is as version {number} is")

    def undo(self, context: Context, target: Target, change: Change) -> Outcome:
        client, name, names = _lambda(context, target), _name(target), tuple(change.after["parts"])
        kept, now = _kept(context, client, name, change), state_of(client, name)
        if kept is None:
            return Outcome(OutcomeKind.ALREADY, f"nothing of {name} was written by us")
        found = state_of(client, name, kept)
        wrong = now.differs(found, names)
        if not wrong:
            return Outcome(OutcomeKind.ALREADY, f"{name} is as version {kept} is, which we found")
        if not _is_between(now, found, state_of(client, name, str(change.after["version"])), names):
            return Outcome(OutcomeKind.ASK, f"{name} was written since by somebody else")
        write(context.clock, client, name, kept, wrong)
        return Outcome(OutcomeKind.DONE, f"put {name} back as it was found: version {kept}")

    def _wanted(self, context: Context, target: Target, client: Client) -> tuple[tuple[str, ...], str]:
        """Which parts, and of which version: as a person says; else what the attacker changed, and the newest version
        that is older than that.
        """
        asked, (names, since) = options_of(context, self.id, target), spoilt(context.incident, target)
        if not asked.get("version") and since is None:
            raise not_attributed(target)
        _there(client, _name(target))
        versions = published(client, _name(target))
        if asked.get("version"):
            found = next((v for v in versions if str(v.number) == asked["version"]), None)
        else:
            found = _older(versions, context, target)
        if found is None:
            raise NotPossible(f"no such version of {_name(target)} was published before the attacker's change", _AGAIN)
        return names or (CODE,), str(found.number)


def _there(client: Client, name: str) -> FunctionState:
    try:
        return state_of(client, name)
    except NotFound as error:
        raise NotPossible(f"{name} was deleted, and its versions with it", _AGAIN) from error


def _older(versions: list[Published], context: Context, target: Target) -> Published | None:
    _, since = spoilt(context.incident, target)
    return next((v for v in versions if since is not None and v.at < since), None)


def _kept(context: Context, client: Client, name: str, change: Change) -> str | None:
    """The version by which we keep what was found. AWS publishes nothing anew where the newest is the same: then that
    is it.
    """
    later = [v for v in published(client, name) if v.number > int(change.after["version"])]
    ours = [v for v in later if v.description == _mark(context)]
    same = [v for v in later if v.code == change.before["code"]]
    return next((str(v.number) for v in (*ours, *same)), None)


def _is_between(now: FunctionState, found: FunctionState, before: FunctionState, names: tuple[str, ...]) -> bool:
    """All of it is as it was found or as it is to be: what a step that was interrupted leaves, and nobody else."""
    return not set(now.differs(found, names)) & set(now.differs(before, names))


def _mark(context: Context) -> str:
    return context.incident.name_of("found")


def _lambda(context: Context, target: Target, *, fresh: bool = False) -> Client:
    return context.aws.client(target.account, "lambda", target.region, fresh=fresh)


def _name(target: Target) -> str:
    return target.id.split(":function:", 1)[-1].split(":", 1)[0]


ACTION = PutBackFunction()
