"""What looks like the attack and is not: failed tries, AWS's own acts, travellers, and those who clean up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from incident_attack import Attack, Hold
from incident_calls import DEVELOPER, call
from incident_mint import assume_role, failed_sign_in, sign_in
from incident_people import signed_in
from incident_residents import calls, minutes, visit_console
from incident_scribe import Place, stamp
from incident_town import BROWSER, Person


def quarantine(a: Attack) -> None:
    """A minute after the leak AWS attaches its policy, under the victim's own identity."""
    user = a.victim.user
    if user.name == "root":
        return
    at, place = a.town.leaked_at + timedelta(seconds=67), Place("AWS Internal", "AWS Internal", "us-east-1")
    who = signed_in(user) | {"accessKeyId": a.s.key_id(user.account, "ASIA"), "invokedBy": "AWS Internal"}
    who["sessionContext"] = {"attributes": {"creationDate": stamp(at), "mfaAuthenticated": "false"}}
    policy = f"arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV{a.rng.choice((2, 3))}"
    a.s.write(at, who, place, "iam:AttachUserPolicy", {"userName": user.name, "policyArn": policy})
    a.town.decoys.add("AWS attaches its quarantine policy as the victim")


def failed_tries(a: Attack) -> None:
    """Refused mints make nothing, and nobody whom they aimed at is to blame."""
    by = a.rng.choice([h for h in a.holds if h.place is None and h.credential.expires > a.now] or a.holds[:1])
    if by.credential.expires <= a.now:
        return
    account = a.account(by.credential.account)
    role, person = a.rng.choice(account.roles), a.other_user(account)
    tries: list[tuple[str, dict[str, Any]]] = [
        ("sts:AssumeRole", {"roleArn": role.arn, "roleSessionName": "application"}),
        ("iam:UpdateAssumeRolePolicy", {"roleName": role.name, "policyDocument": '{"Statement":[]}'}),
        ("iam:CreateUser", {"userName": "support"}),
        ("lambda:CreateFunction20150331", {"functionName": "health", "role": role.arn}),
        ("ec2:RunInstances", {"instanceType": "p5.48xlarge", "iamInstanceProfile": {"name": role.name}}),
        ("sts:GetFederationToken", {"name": "admin"}),
    ]
    if person:
        name = {"userName": person.user.name}
        tries += [("iam:CreateAccessKey", name), ("iam:CreateLoginProfile", name), ("iam:UpdateLoginProfile", name)]
    for action, request in a.rng.sample(tries, a.rng.randint(1, 4)):
        a.s.denied(a.step(2, 30), by.credential.identity, a.place(by), action, request)
    a.town.decoys.add("refused mints")
    if person:
        _knocks(a, person)


def _knocks(a: Attack, person: Person) -> None:
    """He fails to sign in as somebody, who later signs in himself."""
    if person.user.arn in a.abused or person.home.address in {p.address for p in a.places}:
        return
    failed_sign_in(a.s, person.user, a.step(), a.browser())
    if a.rng.random() < 0.5:
        visit_console(a.town, person, [minutes(a.town, a.now, 30, 120)])
        # From here on his password is his own: no way may change it.
        person.logins.append(a.town.end)
    a.town.decoys.add("a failed sign-in as somebody else")


def traveller(a: Attack) -> None:
    """A developer at a new address after the leak, with his own key."""
    person = a.other_user(a.town.home)
    if person and person.keys:
        place = a.town.place()
        calls(a.s, person.keys[0], a.town.times(4, a.town.leaked_at), place, DEVELOPER)
        a.town.decoys.add("a traveller")


def victim_signs_in(a: Attack) -> None:
    """The victim looks for himself, from where he always is."""
    if a.victim.user.name != "root":
        visit_console(a.town, a.victim, a.town.times(1, a.town.leaked_at))
        a.town.decoys.add("the victim signs in to the console")


def respond(a: Attack, admin: Person) -> None:
    """Somebody looks through the same roles, and removes some of what the attacker made, or only switches it off."""
    by, at = Hold(admin.keys[0], 0), a.now + timedelta(minutes=a.rng.uniform(30, 150))
    for role in a.rng.sample(a.town.home.roles, 1):
        session = assume_role(a.s, by.credential, role, "application", at, admin.home)
        calls(a.s, session, a.town.times(3, at, at + timedelta(minutes=20)), admin.home, DEVELOPER)
    share = a.rng.choice((0.0, 0.4, 0.8))
    for arn in list(a.standing):
        at += timedelta(seconds=a.rng.uniform(3, 20))
        here = a.accounts_of_standing[arn] == a.town.home.number
        if here and arn in a.standing and a.rng.random() < share:
            _remove(a, admin, arn, at)
    if at < a.town.end - timedelta(hours=1):
        sign_in(a.s, signed_in(admin.user), admin.user.account, at, replace(admin.home, agent=BROWSER))
    call(a.s, by.credential, at + timedelta(minutes=1), admin.home, DEVELOPER)
    a.town.decoys.add("an administrator cleans up")


def _remove(a: Attack, admin: Person, arn: str, at: datetime) -> None:
    operation = a.standing[arn].partition(": ")[2]
    if operation == "UpdateFunctionCode":
        _code_back(a, admin, arn, at)
    elif operation == "CreateAccessKey" and a.rng.random() < 0.3:
        request = {"accessKeyId": arn, "status": "Inactive", "userName": a.owners[arn].rsplit("/", 1)[-1]}
        a.s.write(at, admin.keys[0].identity, admin.home, "iam:UpdateAccessKey", request)
    else:
        # A user is deleted after his keys, or not at all.
        for key in [k for k, owner in a.owners.items() if owner == arn and k in a.standing]:
            _delete(a, admin, key, at)
        _delete(a, admin, arn, at)


def _delete(a: Attack, admin: Person, arn: str, at: datetime) -> None:
    found = _undoing(arn, a.standing[arn].partition(": ")[2], a.owners[arn].rsplit("/", 1)[-1])
    if found:
        region = arn.split(":")[3] if arn.startswith("arn:") else ""
        place = replace(admin.home, region=region or admin.home.region)
        a.s.write(at, admin.keys[0].identity, place, *found)
        a.removed[arn] = a.standing.pop(arn)


def _undoing(arn: str, operation: str, owner: str) -> tuple[str, dict[str, Any]] | None:
    """The call that takes away what this operation made, if it has one here."""
    name = arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    if operation == "CreateUser" and ":iam:" not in arn:
        return None
    calls_by_operation: dict[str, tuple[str, dict[str, Any]]] = {
        "CreateAccessKey": ("iam:DeleteAccessKey", {"accessKeyId": arn, "userName": owner}),
        "CreateServiceSpecificCredential": (
            "iam:DeleteServiceSpecificCredential",
            {"serviceSpecificCredentialId": arn, "userName": owner},
        ),
        "CreateUser": ("iam:DeleteUser", {"userName": name}),
        "CreateRole": ("iam:DeleteRole", {"roleName": name}),
        "RunInstances": ("ec2:TerminateInstances", {"instancesSet": {"items": [{"instanceId": name}]}}),
        "CreateFunction": ("lambda:DeleteFunction20150331", {"functionName": name}),
        "CreateStack": ("cloudformation:DeleteStack", {"stackName": arn}),
        "CreateLoginProfile": ("iam:DeleteLoginProfile", {"userName": name}),
        "UpdateAssumeRolePolicy": ("iam:UpdateAssumeRolePolicy", {"roleName": name, "policyDocument": _old_trust(arn)}),
        "CreateOpenIDConnectProvider": ("iam:DeleteOpenIDConnectProvider", {"openIDConnectProviderArn": arn}),
        "CreateSAMLProvider": ("iam:DeleteSAMLProvider", {"sAMLProviderArn": arn}),
        "CreateTrustAnchor": ("rolesanywhere:DeleteTrustAnchor", {"trustAnchorId": name}),
    }
    return calls_by_operation.get(operation)


def _old_trust(arn: str) -> str:
    account = arn.split(":")[4] if arn.startswith("arn:") else ""
    old = f'{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"sts:AssumeRole"}}'
    return f'{{"Version":"2012-10-17","Statement":[{old}]}}'


def _code_back(a: Attack, admin: Person, arn: str, at: datetime) -> None:
    """Sessions from then on run the old code again, as far as anybody can tell."""
    place = replace(admin.home, region=arn.split(":")[3])
    request = {"functionName": arn, "publish": True, "dryRun": False}
    a.s.write(at, admin.keys[0].identity, place, "lambda:UpdateFunctionCode20150331v2", request, {"functionArn": arn})
    a.removed[arn] = a.standing.pop(arn)
    for made in a.town.home.functions:
        if made.arn == arn:
            late = {s.key_id for s in made.sessions if s.born > at - timedelta(minutes=3)}
            a.undecidable |= late
            for key in late:
                a.bad.pop(key, None)
