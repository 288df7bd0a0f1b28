"""From outside: trust given to a strange account, to an identity provider, to certificates; Identity Center."""

from collections.abc import Callable
from datetime import timedelta

from incident_attack import Attack, Hold
from incident_calls import RECONNAISSANCE, call
from incident_mint import assume_role, outside_session, saml_session, service_session, web_session
from incident_people import Role, session_of
from incident_scribe import Place, stamp
from incident_services import sso_session


def _role(a: Attack, by: Hold) -> Role:
    return a.rng.choice(a.account(by.credential.account).roles)


def strange_account(a: Attack) -> bool:
    """Who then assumes the role has no key in any trail at hand: the account tells."""
    by = a.actor(iam=True)
    if by is None:
        return False
    role, number = _role(a, by), a.town.number()
    everybody = a.rng.random() < 0.2 and not _has_strangers(a, role)
    whom = "*" if everybody else f"arn:aws:iam::{number}:root"
    a.trusts(role, by, f'{{"Effect":"Allow","Principal":{{"AWS":"{whom}"}},"Action":"sts:AssumeRole"}}')
    caller = a.s.principal_id(number, a.rng.choice(("AIDA", "AROA")))
    caller = caller if caller.startswith("AIDA") else f"{caller}:dev"
    for _ in range(a.rng.randint(1, 3)):
        where = a.place() if a.rng.random() < 0.5 else Place(a.fresh_address(), a.town.agent(), a.town.region)
        name = a.rng.choice((f"x{a.s.hexes(6)}", "application"))
        session = outside_session(a.s, number, caller, role, name, a.step(20, 600), where)
        a.gain(session, by, "minted", "UpdateAssumeRolePolicy", place=where)
    a.town.decoys.add("the old callers of a role whose trust was changed")
    return True


def _has_strangers(a: Attack, role: Role) -> bool:
    """Whether rightful callers come from other accounts: then an open door would make all of them suspect."""
    asked = (r["requestParameters"] or {} for r in a.s.records if r["userIdentity"].get("type") == "AWSAccount")
    return any(x.get("roleArn") == role.arn for x in asked)


def new_role(a: Attack) -> bool:
    """A role of his own, which trusts the account or a strange one."""
    by = a.actor(iam=True, room=2)
    if by is None:
        return False
    number, outside = a.town.number(), a.rng.random() < 0.4 or by.credential.kind not in {"key", "role"}
    role = _made_role(a, by, f"arn:aws:iam::{number if outside else by.credential.account}:root")
    where, at = a.place(by), a.step(15, 60)
    if outside:
        caller = a.s.principal_id(number, "AIDA")
        a.gain(outside_session(a.s, number, caller, role, "ops", at, where), by, "minted", "CreateRole", place=where)
    else:
        session = assume_role(a.s, by.credential, role, f"s{a.s.hexes(8)}", at, where)
        a.gain(session, by, "minted", "AssumeRole", place=by.place, unique=True)
    return True


def _made_role(a: Attack, by: Hold, whom: str) -> Role:
    role = a.town.role(by.credential.account, f"support-{a.s.hexes(6)}")
    kind = "Federated" if "provider/" in whom else "AWS"
    policy = f'{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"{kind}":"{whom}"}}}}]}}'
    made = {"arn": role.arn, "roleName": role.name, "roleId": role.id, "path": "/", "createDate": a.s.expiration(a.now)}
    request = {"roleName": role.name, "assumeRolePolicyDocument": policy}
    a.write(by, "iam:CreateRole", request, {"role": made})
    a.attacker_principals.add(role.arn)
    a.stands(role.arn, "created: CreateRole", role.account)
    return role


def web_provider(a: Attack) -> bool:
    host = f"login.{a.s.hexes(6)}.example.net"

    def create(by: Hold) -> str:
        arn = f"arn:aws:iam::{by.credential.account}:oidc-provider/{host}"
        request = {"url": f"https://{host}", "clientIDList": ["sts.amazonaws.com"]}
        a.write(by, "iam:CreateOpenIDConnectProvider", request, {"openIDConnectProviderArn": arn})
        return arn

    return _provider(a, create, host)


def saml_provider(a: Attack) -> bool:
    def create(by: Hold) -> str:
        name = f"idp-{a.s.hexes(6)}"
        arn = f"arn:aws:iam::{by.credential.account}:saml-provider/{name}"
        a.write(
            by, "iam:CreateSAMLProvider", {"name": name, "sAMLMetadataDocument": "<xml/>"}, {"sAMLProviderArn": arn}
        )
        return arn

    return _provider(a, create, "")


def _provider(a: Attack, create: Callable[[Hold], str], host: str) -> bool:
    """One hand makes the provider and lets it in; who comes through it is his."""
    by = a.actor(iam=True)
    if by is None or by.place is not None:
        return False
    arn = create(by)
    a.stands(arn, f"created: {'CreateOpenIDConnectProvider' if host else 'CreateSAMLProvider'}", by.credential.account)
    if a.rng.random() < 0.3:
        role = _made_role(a, by, arn)
    else:
        role = _role(a, by)
        a.trusts(role, by, f'{{"Effect":"Allow","Principal":{{"Federated":"{arn}"}},"Action":"sts:AssumeRoleWith*"}}')
    how = "AssumeRoleWithWebIdentity" if host else "AssumeRoleWithSAML"
    for _ in range(a.rng.randint(1, 2)):
        where, at, name = a.place(), a.step(15, 120), a.rng.choice(("GitHubActions", f"w{a.s.hexes(5)}"))
        if host:
            session = web_session(a.s, host, "someone", role, name, at, where)
        else:
            session = saml_session(a.s, arn, "someone", role, name, at, where)
        a.gain(session, by, "minted", how)
    return True


def roles_anywhere(a: Attack) -> bool:
    """Whoever has a certificate of his authority gets a role."""
    by = a.actor(iam=True)
    if by is None:
        return False
    role, region = _role(a, by), a.town.region
    stem = f"arn:aws:rolesanywhere:{region}:{role.account}"
    anchor, profile = f"{stem}:trust-anchor/{a.s.uuid()}", f"{stem}:profile/{a.s.uuid()}"
    made = {"trustAnchorArn": anchor, "trustAnchorId": anchor[-36:], "name": "corp", "enabled": True}
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "(a certificate)"}}
    a.write(by, "rolesanywhere:CreateTrustAnchor", {"name": "corp", "source": source}, {"trustAnchor": made})
    a.stands(anchor, "created: CreateTrustAnchor", role.account)
    request = {"name": "corp", "roleArns": [role.arn], "durationSeconds": 3600}
    made = {"profileArn": profile, "profileId": profile[-36:], "roleArns": [role.arn], "name": "corp", "enabled": True}
    a.write(by, "rolesanywhere:CreateProfile", request, {"profile": made})
    a.stands(profile, "created: CreateProfile", role.account)
    a.trusts(role, by, '{"Effect":"Allow","Principal":{"Service":"rolesanywhere.amazonaws.com"},"Action":"sts:*"}')
    _certified(a, by, role, anchor, profile)
    return True


def _certified(a: Attack, by: Hold, role: Role, anchor: str, profile: str) -> None:
    name, at, where = a.s.hexes(40), a.step(15, 90), a.place()
    session = session_of(role, name, a.s.key_id(role.account, "ASIA"), at, 3600)
    if a.rng.random() < 0.5:
        session = service_session(a.s, "rolesanywhere", role, name, at, a.town.region)
    given = {"accessKeyId": session.key_id, "sessionToken": a.s.token(), "expiration": stamp(at + timedelta(hours=1))}
    user = {"arn": session.identity["arn"], "assumedRoleId": f"{role.id}:{name}"}
    one = {"credentials": given, "assumedRoleUser": user, "roleArn": role.arn, "packedPolicySize": 5}
    request = {"trustAnchorArn": anchor, "profileArn": profile, "roleArn": role.arn, "durationSeconds": 3600}
    who = {"type": "Unknown", "principalId": "", "arn": "", "accountId": "", "accessKeyId": "", "userName": ""}
    answer = {"credentialSet": [one], "subjectArn": anchor.replace("trust-anchor", "subject")}
    a.s.write(at, who, where, "rolesanywhere:CreateSession", request, answer, account=role.account)
    a.gain(session, by, "minted", "CreateSession")


def identity_center(a: Attack) -> bool:
    """A user in the directory, an assignment, and in by the portal. The keys used are not always those given out."""
    by = a.actor(iam=True)
    roles = a.account(by.credential.account).sso_roles if by else []
    if by is None or not roles or by.credential.account != a.town.home.number:
        return False
    role, name, user_id = a.rng.choice(roles), f"it{a.s.hexes(4)}@example.org", a.s.uuid()
    store = f"d-{role.name[-10:]}"
    answer = {"userId": user_id, "identityStoreId": store}
    a.write(by, "identitystore:CreateUser", {"identityStoreId": store, "userName": name}, answer)
    a.stands(f"arn:aws:identitystore:::user/{user_id}", "created: CreateUser", role.account)
    permission = f"arn:aws:sso:::permissionSet/ssoins-{role.name[-16:]}/ps-{a.s.hexes(16)}"
    request = {
        "instanceArn": f"arn:aws:sso:::instance/ssoins-{role.name[-16:]}", "targetId": role.account,
        "principalId": user_id, "targetType": "AWS_ACCOUNT", "permissionSetArn": permission, "principalType": "USER",
    }  # fmt: skip
    status = {"accountAssignmentCreationStatus": {"status": "IN_PROGRESS", "principalId": user_id}}
    a.write(by, "sso:CreateAccountAssignment", request, status)
    where = a.place()
    session = sso_session(a.town, role, name, user_id, a.step(15, 90), where)
    session.identity["onBehalfOf"] = {"userId": user_id}
    a.gain(session, by, "minted", "CreateAccountAssignment", uses=1)
    if a.rng.random() < 0.5:
        key = a.s.key_id(role.account, "ASIA")
        other = session_of(role, name, key, session.born, 12 * 3600)
        other.identity["onBehalfOf"] = {"userId": user_id}
        a.gain(other, by, "minted", "CreateAccountAssignment", uses=0)
        call(a.s, other, a.step(), where, RECONNAISSANCE)
    return True
