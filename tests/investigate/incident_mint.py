"""Every way that AWS gives credentials out, as the trail shows it. Rightful callers and attackers use the same."""

from datetime import datetime, timedelta
from typing import Any

from incident_people import (
    Credential,
    Role,
    User,
    federated_of,
    key_of,
    service,
    service_place,
    session_arn,
    session_of,
    signed_in,
    token_of,
)
from incident_scribe import Place, Scribe


def _given(s: Scribe, key: str, at: datetime, seconds: int) -> dict[str, Any]:
    until = s.expiration(at + timedelta(seconds=seconds))
    return {"accessKeyId": key, "sessionToken": s.token(), "expiration": until}


def _assumed(s: Scribe, role: Role, name: str, key: str, at: datetime, seconds: int) -> dict[str, Any]:
    user = {"assumedRoleId": f"{role.id}:{name}", "arn": session_arn(role, name)}
    return {"credentials": _given(s, key, at, seconds), "assumedRoleUser": user}


def _resources(role: Role) -> list[dict[str, str]]:
    return [{"accountId": role.account, "type": "AWS::IAM::Role", "ARN": role.arn}]


def _asked(role: Role, name: str, seconds: int, **more: Any) -> dict[str, Any]:
    return {"roleArn": role.arn, "roleSessionName": name, "durationSeconds": seconds, **more}


def assume_role(
    s: Scribe,
    by: Credential,
    role: Role,
    name: str,
    at: datetime,
    place: Place,
    seconds: int = 3600,
    copies: str = "both",
) -> Credential:
    """Between accounts there are two events: the role's account does not see the caller's key. `copies` may be
    `both`, `caller` or `role`: which of them are at hand.
    """
    key = s.key_id(role.account, "ASIA")
    request, shared = _asked(role, name, seconds), s.uuid()
    answer = _assumed(s, role, name, key, at, seconds)
    more: dict[str, Any] = {"resources": _resources(role), "additionalEventData": None}
    across = by.account != role.account
    if across:
        more["sharedEventID"] = shared
    if copies != "role":
        s.write(at, by.identity, place, "sts:AssumeRole", request, answer, account=by.account, **more)
    if across and copies != "caller":
        who = {"type": "AWSAccount", "principalId": by.identity["principalId"], "accountId": by.account}
        s.write(at, who, place, "sts:AssumeRole", request, answer, account=role.account, **more)
    return session_of(role, name, key, at, seconds)


def outside_session(
    s: Scribe, account: str, principal_id: str, role: Role, name: str, at: datetime, place: Place
) -> Credential:
    """Assumed from an account whose trail nobody here has."""
    key = s.key_id(role.account, "ASIA")
    who = {"type": "AWSAccount", "principalId": principal_id, "accountId": account}
    s.write(
        at, who, place, "sts:AssumeRole", _asked(role, name, 3600), _assumed(s, role, name, key, at, 3600),
        account=role.account, resources=_resources(role), sharedEventID=s.uuid(),
    )  # fmt: skip
    return session_of(role, name, key, at, 3600)


def service_session(
    s: Scribe, by: str, role: Role, name: str, at: datetime, region: str, seconds: int = 3600, *, seen: bool = True
) -> Credential:
    """A service takes a role that was passed to it. `seen` False: the trail at hand has no event of that."""
    key = s.key_id(role.account, "ASIA")
    if seen:
        s.write(
            at, service(by), service_place(by, region), "sts:AssumeRole",
            {"roleArn": role.arn, "roleSessionName": name},
            _assumed(s, role, name, key, at, seconds), account=role.account, resources=_resources(role),
            sharedEventID=s.uuid(),
        )  # fmt: skip
    return session_of(role, name, key, at, seconds)


def web_session(
    s: Scribe, provider: str, subject: str, role: Role, name: str, at: datetime, place: Place
) -> Credential:
    """`provider` is the host of the identity provider."""
    key = s.key_id(role.account, "ASIA")
    arn = f"arn:aws:iam::{role.account}:oidc-provider/{provider}"
    who = {
        "type": "WebIdentityUser", "principalId": f"{arn}:sts.amazonaws.com:{subject}", "userName": subject,
        "identityProvider": arn,
    }  # fmt: skip
    answer = _assumed(s, role, name, key, at, 3600)
    answer |= {"subjectFromWebIdentityToken": subject, "provider": arn, "audience": "sts.amazonaws.com"}
    resources = [*_resources(role), {"accountId": role.account, "type": "AWS::IAM::OpenIDConnectProvider", "ARN": arn}]
    s.write(
        at, who, place, "sts:AssumeRoleWithWebIdentity", _asked(role, name, 3600), answer, account=role.account,
        resources=resources,
    )  # fmt: skip
    return session_of(role, name, key, at, 3600)


def saml_session(
    s: Scribe, provider_arn: str, subject: str, role: Role, name: str, at: datetime, place: Place, seconds: int = 3600
) -> Credential:
    key = s.key_id(role.account, "ASIA")
    qualifier = s.token()[20:47] + "="
    who = {
        "type": "SAMLUser",
        "principalId": f"{qualifier}:{subject}",
        "userName": subject,
        "identityProvider": qualifier,
    }
    request = _asked(role, name, seconds, principalArn=provider_arn, sAMLAssertionID=f"_{s.uuid()}")
    answer = _assumed(s, role, name, key, at, seconds)
    answer |= {"subject": subject, "subjectType": "persistent", "nameQualifier": qualifier}
    resources = [*_resources(role), {"accountId": role.account, "type": "AWS::IAM::SAMLProvider", "ARN": provider_arn}]
    s.write(at, who, place, "sts:AssumeRoleWithSAML", request, answer, account=role.account, resources=resources)
    return session_of(role, name, key, at, seconds)


def session_token(s: Scribe, by: Credential, user: User, at: datetime, place: Place, hours: int = 12) -> Credential:
    key = s.key_id(user.account, "ASIA")
    request = {"durationSeconds": hours * 3600} if s.rng.random() < 0.7 else None
    s.write(at, by.identity, place, "sts:GetSessionToken", request, {"credentials": _given(s, key, at, hours * 3600)})
    return token_of(user, key, at, hours)


def federation_token(s: Scribe, by: Credential, user: User, name: str, at: datetime, place: Place) -> Credential:
    key, hours = s.key_id(user.account, "ASIA"), 12
    policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    federated = {
        "federatedUserId": f"{user.account}:{name}", "arn": f"arn:aws:sts::{user.account}:federated-user/{name}",
    }  # fmt: skip
    answer = {"credentials": _given(s, key, at, hours * 3600), "federatedUser": federated, "packedPolicySize": 4}
    s.write(at, by.identity, place, "sts:GetFederationToken", {"name": name, "policy": policy}, answer)
    return federated_of(user, name, key, at, hours)


def access_key(s: Scribe, by: Credential, user: User, at: datetime, place: Place) -> Credential:
    """For oneself the request need not name the user."""
    key = s.key_id(user.account, "AKIA")
    request = None if by.user == user and s.rng.random() < 0.3 else {"userName": user.name}
    made = {"accessKeyId": key, "status": "Active", "userName": user.name, "createDate": s.expiration(at)}
    s.write(at, by.identity, place, "iam:CreateAccessKey", request, {"accessKey": made})
    return key_of(user, key, at)


def sign_in(s: Scribe, who: dict[str, Any], account: str, at: datetime, place: Place, *, success: bool = True) -> None:
    more: dict[str, Any] = {} if success else {"errorMessage": "Failed authentication"}
    s.write(
        at, {k: v for k, v in who.items() if k != "accessKeyId"}, place, "signin:ConsoleLogin", None,
        {"ConsoleLogin": "Success" if success else "Failure"}, account=account, eventType="AwsConsoleSignIn",
        additionalEventData={
            "LoginTo": "https://console.aws.amazon.com/console/home", "MobileVersion": "No", "MFAUsed": "No",
        },
        **more,
    )  # fmt: skip


def console_session(s: Scribe, user: User, at: datetime) -> Credential:
    """The console makes calls with temporary credentials of the user that no event gives out."""
    return token_of(user, s.key_id(user.account, "ASIA"), at, 12, "console")


def failed_sign_in(s: Scribe, user: User, at: datetime, place: Place) -> None:
    sign_in(s, {**signed_in(user), "accessKeyId": ""}, user.account, at, place, success=False)
