"""Operations of IAM that moto lacks, as methods of its own response class: it reads requests and writes answers.

Boundaries of users, the policy simulator, service-specific credentials, the credential report, central root access.
"""

import base64
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.iam.exceptions import (
    DeleteConflictException,
    IAMException,
    LimitExceededException,
    NotFoundException,
    ReportNotPresentException,
)
from moto.iam.models import IAMBackend, User, iam_backends
from moto.iam.responses import IamResponse
from moto.organizations.models import organizations_backends

from unleak.standin import simulator
from unleak.standin.credential_report import report
from unleak.standin.iam_paging import page_all
from unleak.standin.sessions import RootKey, new_key_id, new_secret
from unleak.standin.snapshot import snapshot

_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_ACCESS_ROLE = "OrganizationAccountAccessRole"
_MOST_CREDENTIALS = 2
_FEATURES = ("RootCredentialsManagement", "RootSessions")
_BEDROCK = "bedrock.amazonaws.com"


class _Code(IAMException):
    """An error of any code."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def _own(method: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    setattr(IamResponse, method.__name__, method)
    return method


def _boundary_of(user: Any) -> dict[str, str] | None:
    arn = getattr(user, "permissions_boundary_arn", None)
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn} if arn else None


_user: Any = User
_user.permissions_boundary = property(_boundary_of)
_moto_create_user: Any = IamResponse.create_user
_moto_update_user: Any = IamResponse.update_user
_moto_delete_device: Any = IamResponse.delete_virtual_mfa_device


@_own
def create_user(self: Any) -> ActionResult:
    arn = self._get_param("PermissionsBoundary")
    _check_policy(self, arn)
    made: ActionResult = _moto_create_user(self)
    self.backend.get_user(self._get_param("UserName")).permissions_boundary_arn = arn
    return made


@_own
def update_user(self: Any) -> ActionResult:
    """A renamed user keeps its keys, and they bear its new name."""
    done: ActionResult = _moto_update_user(self)
    renamed = self.backend.get_user(self._get_param("NewUserName") or self._get_param("UserName"))
    for key in renamed.access_keys:
        key.user_name = renamed.name
    return done


@_own
def put_user_permissions_boundary(self: Any) -> ActionResult:
    user, arn = self.backend.get_user(self._get_param("UserName")), self._get_param("PermissionsBoundary")
    _check_policy(self, arn)
    user.permissions_boundary_arn = arn
    return EmptyResult()


@_own
def delete_user_permissions_boundary(self: Any) -> ActionResult:
    user = self.backend.get_user(self._get_param("UserName"))
    if not getattr(user, "permissions_boundary_arn", None):
        raise NotFoundException(f"The user with name {user.name} has no permissions boundary.")
    user.permissions_boundary_arn = None
    return EmptyResult()


def _check_policy(response: Any, arn: str | None) -> None:
    if arn and arn not in response.backend.managed_policies:
        raise NotFoundException(f"Scope ARN: {arn} does not exist or is not attachable.")


@_own
def simulate_principal_policy(self: Any) -> ActionResult:
    source = str(self._get_param("PolicySourceArn"))
    view = snapshot(self.current_account)
    holder = next((h for h in view.by_id.values() if h.arn == source), None)
    if holder is None:
        raise NotFoundException(f"The entity {source} cannot be found.")
    return ActionResult(simulator.simulate(_asked(self), holder, self.current_account))


@_own
def simulate_custom_policy(self: Any) -> ActionResult:
    return ActionResult(simulator.simulate(_asked(self), None, self.current_account))


def _asked(response: Any) -> simulator.Asked:
    """Raises IAMException where AWS does."""
    names = ("PolicyInputList", "PermissionsBoundaryPolicyInputList", "ActionNames", "ResourceArns", "ContextEntries")
    given = {name: response._get_param(name) or [] for name in names}  # noqa: SLF001  as its own methods do
    try:
        return simulator.read(given, response._get_param("ResourcePolicy"))  # noqa: SLF001  as above
    except simulator.BadInput as error:
        raise _Code("InvalidInput", str(error)) from error


@_own
def get_context_keys_for_custom_policy(self: Any) -> ActionResult:
    return ActionResult({"ContextKeyNames": simulator.context_keys(self._get_param("PolicyInputList") or [])})


@_own
def create_service_specific_credential(self: Any) -> ActionResult:
    user, service = self.backend.get_user(self._get_param("UserName")), str(self._get_param("ServiceName"))
    held = _credentials(user)
    if sum(c["ServiceName"] == service for c in held) >= _MOST_CREDENTIALS:
        raise LimitExceededException(f"Cannot exceed quota for ServiceSpecificCredentialsPerUser: {_MOST_CREDENTIALS}")
    account = self.current_account
    made = {
        "CreateDate": utcnow(),
        "ServiceName": service,
        "ServiceSpecificCredentialId": new_key_id(account, "ACCA"),
        "UserName": user.name,
        "Status": "Active",
    }
    if service == _BEDROCK:
        alias = f"BedrockAPIKey-{secrets.token_hex(2)}-at-{account}"
        secret = base64.b64encode(f"{alias}:{new_secret()}".encode()).decode()
        made |= {"ServiceCredentialAlias": alias, "ServiceCredentialSecret": f"ABSK{secret}"}
    else:
        made |= {"ServiceUserName": f"{user.name}-at-{account}", "ServicePassword": f"{new_secret()}="}
    held.append(made)
    return ActionResult({"ServiceSpecificCredential": made})


@_own
def list_service_specific_credentials(self: Any) -> ActionResult:
    name, service = self._get_param("UserName"), self._get_param("ServiceName")
    users = [self.backend.get_user(name)] if name else list(self.backend.users.values())
    shown = [
        {k: v for k, v in c.items() if k not in {"ServicePassword", "ServiceCredentialSecret"}}
        for user in users
        for c in _credentials(user)
        if not service or c["ServiceName"] == service
    ]
    return ActionResult({"ServiceSpecificCredentials": shown})


@_own
def update_service_specific_credential(self: Any) -> ActionResult:
    _credential(self)["Status"] = self._get_param("Status")
    return EmptyResult()


@_own
def delete_service_specific_credential(self: Any) -> ActionResult:
    found = _credential(self)
    _credentials(self.backend.get_user(found["UserName"])).remove(found)
    return EmptyResult()


def _credentials(user: Any) -> list[dict[str, Any]]:
    held: list[dict[str, Any]] = user.__dict__.setdefault("service_credentials", [])
    return held


def _credential(response: Any) -> dict[str, Any]:
    wanted = response._get_param("ServiceSpecificCredentialId")  # noqa: SLF001  as its own methods do
    user = response.backend.get_user(response._get_param("UserName"))  # noqa: SLF001  as above
    for one in _credentials(user):
        if one["ServiceSpecificCredentialId"] == wanted:
            return one
    raise NotFoundException(f"No such credential {wanted} exists")


@_own
def list_organizations_features(self: Any) -> ActionResult:
    return _features(self, set())


@_own
def enable_organizations_root_credentials_management(self: Any) -> ActionResult:
    return _features(self, {_FEATURES[0]})


@_own
def enable_organizations_root_sessions(self: Any) -> ActionResult:
    return _features(self, {_FEATURES[1]})


def _features(response: Any, added: set[str]) -> ActionResult:
    """Central root access, which only the management account switches on."""
    account = response.current_account
    organization = organizations_backends[account]["aws"].org if account in organizations_backends else None
    if organization is None or organization.master_account_id != account:
        raise _Code("OrganizationNotFoundException", "The request failed because your account is not a member of one.")
    held: set[str] = response.backend.__dict__.setdefault("root_features", set())
    held |= added
    return ActionResult({"OrganizationId": organization.id, "EnabledFeatures": sorted(held)})


def root_features(account: str) -> frozenset[str]:
    """What the management account `account` has switched on."""
    return frozenset(iam_backends[account]["aws"].__dict__.get("root_features", ()))


def furnish_member(account: str) -> None:
    """The role by which the management account comes into an account that it made may do everything there."""
    iam: IAMBackend = iam_backends[account]["aws"]
    if any(role.name == _ACCESS_ROLE for role in iam.roles.values()):
        iam.attach_role_policy(_ADMINISTRATOR, _ACCESS_ROLE)


def note_root_keys(account: str, keys: Iterable[RootKey]) -> None:
    """For the account's summary and the credential report."""
    iam: Any = iam_backends[account]["aws"]
    iam.root_keys = [(k.active, k.created) for k in keys]
    # moto has no way to set it
    iam.account_summary._account_access_keys_present = min(len(iam.root_keys), 1)  # noqa: SLF001


@_own
def get_credential_report(self: Any) -> ActionResult:
    if not self.backend.report_generated():
        raise ReportNotPresentException("Credential report not present")
    text = report(self.backend, getattr(self.backend, "root_keys", []))
    return ActionResult({"Content": text, "GeneratedTime": utcnow(), "ReportFormat": "text/csv"})


@_own
def delete_virtual_mfa_device(self: Any) -> ActionResult:
    serial = self._get_param("SerialNumber")
    if any(serial in user.mfa_devices for user in self.backend.users.values()):
        raise DeleteConflictException("The virtual MFA device is in use: deactivate it first.")
    done: ActionResult = _moto_delete_device(self)
    return done


page_all()
