"""Sessions from credentials: assumed roles, chains, other accounts, GetSessionToken and GetFederationToken."""

from datetime import datetime, timedelta

from incident_attack import Attack, Hold
from incident_mint import assume_role, federation_token, session_token, sign_in
from incident_people import Credential, federated_of, session_of
from incident_scribe import Place


def _session_name(a: Attack) -> tuple[str, bool]:
    """A name of its own, or one that rightful callers of the same role use too."""
    if a.rng.random() < 0.3:
        a.town.decoys.add("sessions of the same role and name")
        return a.rng.choice(("application", "GitHubActions", "collector")), False
    return f"session-{a.s.hexes(8)}", True


def assume_a_role(a: Attack) -> bool:
    by = a.actor(takes_roles=True)
    return by is not None and _assume(a, by) is not None


def _assume(a: Attack, by: Hold) -> Hold | None:
    roles = a.account(by.credential.account).roles
    name, unique = _session_name(a)
    role, place = a.rng.choice(roles), a.place(by)
    session = assume_role(a.s, by.credential, role, name, a.step(), place)
    return a.gain(session, by, "minted", "AssumeRole", place=by.place, unique=unique)


def chain_roles(a: Attack) -> bool:
    by = a.actor(takes_roles=True, room=2)
    if by is None:
        return False
    hold: Hold | None = by
    for _ in range(a.rng.randint(2, 6)):
        if hold and hold.depth < 6:
            hold = _assume(a, hold)
    return True


def hop_to_another_account(a: Attack) -> bool:
    """Of the two events one may be missing; then only what stands in the other one can tie them."""
    by = a.actor(takes_roles=True)
    others = [x for x in a.town.accounts if by and x.number != by.credential.account]
    if by is None or not others:
        return False
    other = a.rng.choice(others)
    copies = a.rng.choice(("both", "both", "caller", "role"))
    # A caller without a key is known by his address, or by a principal id that only he has.
    place = a.place(by)
    if copies == "role":
        own = a.own_place() if by.place is None else None
        if other.number == a.missing or own is None:
            copies = "both"
        else:
            place = own
    name, at = f"hop-{a.s.hexes(8)}", a.step()
    session = assume_role(a.s, by.credential, a.rng.choice(other.roles), name, at, place, copies=copies)
    known = by if copies != "role" or by.unique else None
    a.gain(session, known, "minted", "AssumeRole", place=by.place, unique=True, depth=by.depth + 1)
    return True


def swarm(a: Attack) -> bool:
    """Hundreds of sessions by a program."""
    by = a.actor(takes_roles=True)
    if by is None:
        return False
    role = a.rng.choice(a.account(by.credential.account).roles)
    for n in range(a.rng.randint(100, 400)):
        at = a.step(0.5, 2)
        session = assume_role(a.s, by.credential, role, f"w{n}-{a.s.hexes(4)}", at, a.place(by))
        a.gain(session, by, "minted", "AssumeRole", place=by.place, uses=a.rng.choice((0, 0, 1)), keep=n % 50 == 0)
    return True


def get_session_token(a: Attack) -> bool:
    by = a.actor(user=True)
    if by is None or by.credential.user is None:
        return False
    hours = 1 if by.credential.kind == "root" else a.rng.choice((1, 12, 36))
    token = session_token(a.s, by.credential, by.credential.user, a.step(), a.place(by), hours)
    a.gain(token, by, "minted", "GetSessionToken")
    return True


def federate(a: Attack) -> bool:
    """The console by a federation token: the keys that it then uses are given out by no event."""
    by = a.actor(user=True, room=2)
    if by is None or by.credential.user is None:
        return False
    name = a.rng.choice(("admin", "support", "root")) + a.s.hexes(4)
    token = federation_token(a.s, by.credential, by.credential.user, name, a.step(), a.place(by))
    hold = a.gain(token, by, "minted", "GetFederationToken")
    if a.rng.random() < 0.75:
        at = _sign_in(a, hold)
        for _ in range(a.rng.randint(1, 3)):
            key = a.s.key_id(token.account, "ASIA")
            web = federated_of(by.credential.user, name, key, at + timedelta(seconds=1), 10, "web")
            _browse(a, web, hold)
    return True


def role_to_console(a: Attack) -> bool:
    """The same with a role's session, which has a name of its own."""
    by = a.actor(takes_roles=True, room=2)
    if by is None:
        return False
    role = a.rng.choice(a.account(by.credential.account).roles)
    name = f"console-{a.s.hexes(8)}"
    session = assume_role(a.s, by.credential, role, name, a.step(), a.place(by))
    hold = a.gain(session, by, "minted", "AssumeRole", place=by.place, unique=False)
    at = _sign_in(a, hold)
    key = a.s.key_id(session.account, "ASIA")
    _browse(a, session_of(role, name, key, at + timedelta(seconds=1), 3600, "web"), hold)
    return True


def _sign_in(a: Attack, hold: Hold) -> datetime:
    place = Place(a.place(hold).address, "Python-urllib/3.12", a.town.region)
    who = hold.credential.identity
    bare = {k: v for k, v in who.items() if k != "accessKeyId"} if a.rng.random() < 0.3 else who
    extra = {"MobileVersion": "No", "MFAUsed": "No"}
    a.s.write(
        a.step(), bare, place, "signin:GetSigninToken", None, {"GetSigninToken": "Success"}, additionalEventData=extra
    )
    at = a.step(1, 5)
    sign_in(a.s, who, hold.credential.account, at, a.browser(hold))
    return at


def _browse(a: Attack, web: Credential, hold: Hold) -> None:
    a.step(2, 5)
    a.gain(web, hold, "minted", "ConsoleLogin", place=hold.place, uses=0)
    a.use(a.holds[-1] if a.holds[-1].credential is web else Hold(web, hold.depth + 1, hold.place), a.rng.randint(1, 4))
