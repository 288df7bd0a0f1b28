"""Users, keys and passwords that the attacker makes."""

from dataclasses import replace
from datetime import datetime, timedelta

from incident_attack import Attack, Hold
from incident_mint import access_key, console_session, failed_sign_in, sign_in
from incident_people import User, signed_in, token_of
from incident_scribe import Place
from incident_town import AGENTS


def create_user(a: Attack) -> bool:
    by = a.actor(iam=True)
    if by is None:
        return False
    user = a.new_user(by)
    for _ in range(a.rng.choice((1, 1, 2))):
        _new_key(a, by, user)
    if a.rng.random() < 0.3:
        _password(a, by, user, "CreateLoginProfile")
    if a.rng.random() < 0.15:
        _covers_tracks(a, by, user)
    return True


def _new_key(a: Attack, by: Hold, user: User) -> Hold:
    key = access_key(a.s, by.credential, user, a.step(), _place(a, by))
    a.stands(key.key_id, "created: CreateAccessKey", user.account, user.arn)
    return a.gain(key, by, "created", "CreateAccessKey")


def _place(a: Attack, by: Hold) -> Place:
    return a.browser(by) if by.credential.kind in {"console", "web"} else a.place(by)


def _covers_tracks(a: Attack, by: Hold, user: User) -> None:
    """He deletes what he made; what he minted with it before lives on."""
    names = [h.credential.key_id for h in a.holds if h.credential.user == user and h.credential.kind == "key"]
    for name in names:
        a.write(by, "iam:DeleteAccessKey", {"userName": user.name, "accessKeyId": name})
        a.removed[name] = a.standing.pop(name)
    a.holds = [h for h in a.holds if h.credential.user != user]
    a.write(by, "iam:DeleteUser", {"userName": user.name})
    a.removed[user.arn] = a.standing.pop(user.arn)
    a.created = [p for p in a.created if p.user != user]


def key_for_another(a: Attack) -> bool:
    """A key of a benign user: only this key is bad, the user's own goes on."""
    by = a.actor(iam=True)
    person = a.other_user(a.account(by.credential.account)) if by else None
    if by is None or person is None:
        return False
    _new_key(a, by, person.user)
    a.town.decoys.add("the old key of a user who got a second one")
    return True


def key_for_victim(a: Attack) -> bool:
    by = a.actor(iam=True)
    if by is None or by.credential.account != a.victim.user.account or a.victim.user.name == "root":
        return False
    _new_key(a, by, a.victim.user)
    return True


def cycle(a: Attack) -> bool:
    """The victim makes a user, who makes a key for the victim, who makes one for the user again."""
    first = next((h for h in a.holds if h.depth == 0), None)
    if first is None or first.credential.kind == "root":
        return False
    user = a.new_user(first)
    hold = first
    for n in range(a.rng.randint(3, 5)):
        hold = _new_key(a, hold, a.victim.user if n % 2 else user)
    return True


def set_password(a: Attack) -> bool:
    """For a benign user: one without a password gets one, another's is changed."""
    by = a.actor(iam=True)
    person = a.other_user(a.account(by.credential.account), away=True) if by else None
    if by is None or person is None or any(at > a.now - timedelta(minutes=10) for at in person.logins):
        return False
    _password(a, by, person.user, "UpdateLoginProfile" if person.logins else "CreateLoginProfile")
    if person.logins:
        failed_sign_in(a.s, person.user, a.now + timedelta(hours=3), person.home)
        a.town.decoys.add("the user himself cannot sign in any more")
    return True


def _password(a: Attack, by: Hold, user: User, how: str) -> None:
    made = {"userName": user.name, "createDate": a.s.expiration(a.now), "passwordResetRequired": False}
    answer = {"loginProfile": made} if how == "CreateLoginProfile" else None
    a.write(by, f"iam:{how}", {"userName": user.name, "passwordResetRequired": False}, answer)
    if user.arn not in a.attacker_principals:
        a.stands(user.arn, f"changed: {how}", user.account)
        a.abused.add(user.arn)
    if by.depth + 1 > 6:
        return
    where = a.browser()
    if a.rng.random() < 0.3:
        failed_sign_in(a.s, user, a.step(), where)
    at = a.step()
    sign_in(a.s, signed_in(user), user.account, at, where)
    _console(a, by, user, at, where)
    if a.rng.random() < 0.4:
        _command_line(a, user, where)


def _console(a: Attack, by: Hold, user: User, at: datetime, where: Place) -> None:
    for n in range(a.rng.randint(1, 3)):
        session = console_session(a.s, user, at if n == 0 else a.step(300, 900))
        hold = a.gain(session, by, "minted", "ConsoleLogin", uses=0)
        a.use(hold, a.rng.randint(1, 4), where)


def _command_line(a: Attack, user: User, browser: Place) -> None:
    """`aws login`: from the console's session to keys for the command line. No event gives these out either."""
    who = signed_in(user) | {"sessionContext": {"attributes": {"mfaAuthenticated": "false"}}}
    where = replace(browser, agent=next(x for x in AGENTS if x.startswith("aws-cli/2.31")))
    request = {"client_id": "arn:aws:signin:::devtools/same-device"}
    done = {"success": "true", "x-amzn-vpce-id": ""}
    asked = {**request, "scope": "openid", "redirect_uri": "http://127.0.0.1:53037/oauth/callback"}
    a.s.write(a.step(), who, browser, "signin:AuthorizeOAuth2Access", asked, additionalEventData=done)
    a.s.write(a.step(1, 4), who, where, "signin:CreateOAuth2Token", request, additionalEventData=done)
    key = token_of(user, a.s.key_id(user.account, "ASIA"), a.now, 1)
    hold = a.gain(key, None, "minted", "CreateOAuth2Token", uses=0, keep=False)
    a.use(hold, a.rng.randint(1, 3), where)


def service_specific(a: Attack) -> bool:
    """A password for one service. It has an id of its own, and no secret key."""
    by = a.actor(iam=True)
    if by is None or by.credential.kind == "root":
        return False
    person = a.other_user(a.account(by.credential.account))
    user = person.user if person and a.rng.random() < 0.5 else a.new_user(by)
    name = a.s.key_id(user.account, "ACCA")
    service = a.rng.choice(("bedrock", "codecommit", "cassandra"))
    made = {
        "serviceSpecificCredentialId": name, "serviceName": f"{service}.amazonaws.com", "userName": user.name,
        "status": "Active", "createDate": a.s.expiration(a.now), "serviceUserName": f"{user.name}-at-{user.account}",
    }  # fmt: skip
    request = {"userName": user.name, "serviceName": f"{service}.amazonaws.com"}
    a.write(by, "iam:CreateServiceSpecificCredential", request, {"serviceSpecificCredential": made})
    a.stands(name, "created: CreateServiceSpecificCredential", user.account, user.arn)
    credential = replace(by.credential, key_id=name, arn=user.arn, account=user.account)
    a.gain(credential, by, "created", "CreateServiceSpecificCredential", uses=0, keep=False)
    return True
