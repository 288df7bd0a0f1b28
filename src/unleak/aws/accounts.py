"""Which account, as whom, in which region."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config as BotoConfig
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader

from unleak import __version__
from unleak.aws.client import Client, Watcher
from unleak.aws.errors import translate
from unleak.aws.traffic import Traffic
from unleak.config import AccountAccess, Config
from unleak.model.credential import Credentials
from unleak.model.errors import AccessDenied, CouldNotLook

_BOTO = BotoConfig(
    retries={"mode": "standard", "total_max_attempts": 6},
    connect_timeout=5,
    read_timeout=20,
    user_agent_extra=f"unleak/{__version__}",
    max_pool_connections=32,
)
# A trial asks once: a refusal is the answer, and retries would blur when it was given.
_LOADER = Loader(include_default_search_paths=True)
"""Service models are read once for all sessions: most clients here live for one call."""
_TRIAL = BotoConfig(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=10)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who unleak is in an account."""

    account: str
    arn: str
    key_id: str = ""


LISTS_MEMBERS = "organizations:ListAccounts"
"""What discovering the accounts of an organisation needs, in its management account."""
_ACCOUNT_DIGITS = 12
_CLOCK_NOISE = timedelta(seconds=3)
# Where IAM and other services without a region leave their trail.
_GLOBAL = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}


class Accounts:
    """Clients for any account that the configuration reaches; the current identity's own account needs none.

    `endpoint` overrides AWS_ENDPOINT_URL, `identity` the current identity, and `headers` go with every call: the drill
    uses them.
    """

    def __init__(
        self,
        config: Config,
        *,
        endpoint: str = "",
        identity: Credentials | None = None,
        watcher: Watcher | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._config = config
        self._endpoint = endpoint or None
        self._identity = identity
        self._watcher = watcher
        self._headers = dict(headers or {})
        self._clients: dict[tuple[str, str, str], Client] = {}
        self._sessions: dict[str, Any] = {}
        self._callers: dict[str, Caller] = {}
        self.clock_offset = timedelta()
        """How far AWS's clock is ahead of this machine's, as of the last answer; zero where they agree."""
        self.traffic = Traffic()
        """What was asked since, over all clients."""
        self._lock = Lock()

    def anew(self) -> "Accounts":
        """The same, who has asked nobody yet."""
        return Accounts(
            self._config, endpoint=self._endpoint or "", identity=self._identity, watcher=self._watcher,
            headers=self._headers,
        )  # fmt: skip

    @cached_property
    def caller(self) -> Caller:
        """Raises NoCredentials or CredentialRefused where there is nobody to be."""
        return self._ask_caller(self._own_session())

    def caller_in(self, account: str) -> Caller:
        """Who unleak is in this account: where a role or profile is configured, somebody else than at home."""
        if self._access(account) is None:
            return self.caller
        with self._lock:
            if account not in self._callers:
                self._callers[account] = self._ask_caller(self._session(account))
            return self._callers[account]

    def client(self, account: str, service: str, region: str = "", *, fresh: bool = False) -> Client:
        """A client in `account` (12 digits). `fresh`: a new connection, so that no cached answer is read back."""
        access = self._config.accounts.get(account)
        where = region or (access.region if access else "") or self._config.region
        if fresh:
            return self._make(self._session(account), service, where)
        with self._lock:
            key = (account, service, where)
            if key not in self._clients:
                self._clients[key] = self._make(self._session(account), service, where)
            return self._clients[key]

    def leaked(self, credentials: Credentials, service: str, region: str = "") -> Client:
        """A fresh client that signs with a leaked credential, to see whether AWS still accepts it."""
        return Client(self._boto_client(_session_of(credentials), service, region or self._config.region, _TRIAL))

    def acting_as(self, credentials: Credentials, service: str, region: str = "") -> Client:
        """A client that signs with a session that a unit made for one task (AssumeRoot): what it may do is the task's
        business, not the responder's.
        """
        return Client(self._boto_client(_session_of(credentials), service, region or self._config.region, _BOTO))

    def reaches(self, account: str) -> bool:
        """Whether the configuration, or the current identity, leads into this account."""
        return self._access(account) is not None or account == self.caller.account

    def role_in(self, account: str) -> str:
        """The role that is configured for an account; empty where none is."""
        access = self._access(account)
        return access.role_arn if access else ""

    def regions(self, account: str) -> tuple[str, ...]:
        """Where to look: as configured, or what the account has enabled. Raises where AWS does not tell."""
        if self._config.regions:
            home = _GLOBAL.get(self.caller_in(account).arn.split(":")[1], "us-east-1")
            return tuple(sorted({*self._config.regions, home}))
        found = self.client(account, "ec2").describe_regions()["Regions"]
        return tuple(sorted(r["RegionName"] for r in found))

    def regions_enabled(self, account: str) -> Mapping[str, bool]:
        """Every region that there is, whatever is configured, and whether the account has enabled it: where it has not,
        nothing can stand.
        """
        found = self.client(account, "ec2").describe_regions(AllRegions=True)["Regions"]
        return {r["RegionName"]: r.get("OptInStatus") != "not-opted-in" for r in found}

    def _make(self, session: Any, service: str, region: str) -> Client:
        return Client(self._boto_client(session, service, region, _BOTO), self._watcher, self._hear_time)

    def _hear_time(self, answer: Any) -> None:
        """AWS writes its time on every answer, in whole seconds."""
        said = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
        try:
            ahead = parsedate_to_datetime(said) - datetime.now(UTC)
        except (TypeError, ValueError):
            return
        self.clock_offset = ahead if abs(ahead) > _CLOCK_NOISE else timedelta()

    def _boto_client(self, session: Any, service: str, region: str, how: BotoConfig) -> Any:
        def make() -> Any:
            made = session.create_client(service, region, endpoint_url=self._endpoint, config=how)
            made.meta.events.register("needs-retry", self.traffic.attempted)
            made.meta.events.register("before-sign.s3-control", _unprefixed)
            if self._headers:
                made.meta.events.register("before-sign.*", self._add_headers)
            return made

        return _boto(make, f"{service}:*")

    def _add_headers(self, request: Any, **_: object) -> None:
        for name, value in self._headers.items():
            request.headers[name] = value

    def _session(self, account: str) -> Any:
        if account not in self._sessions:
            access = self._access(account)
            self._sessions[account] = self._reach(account, access) if access else self._same_account(account)
        return self._sessions[account]

    def _access(self, account: str) -> AccountAccess | None:
        """As configured by its number, or as a member of the organisation."""
        organization = self._config.organization
        if account in self._config.accounts or organization is None or account == self.caller.account:
            return self._config.accounts.get(account)
        if account not in self.members:
            return None
        arn = f"arn:{self.caller.arn.split(':')[1]}:iam::{account}:role/{organization.role}"
        return AccountAccess(role_arn=arn, external_id=organization.external_id)

    @cached_property
    def members(self) -> frozenset[str]:
        """The active accounts of the configured organisation; none where none is configured.

        https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
        """
        organization = self._config.organization
        if organization is None:
            return frozenset()
        at = self._config.accounts.get(organization.management)
        session = self._reach(organization.management, at) if at else self._own_session()
        found = self._make(session, "organizations", self._config.region).pages("list_accounts", "Accounts")
        return frozenset(str(a["Id"]) for a in found if a.get("Status", "ACTIVE") == "ACTIVE")

    def _own_session(self) -> Any:
        if self._identity:
            return _session_of(self._identity)
        return _profile(self._config.profile)

    def _same_account(self, account: str) -> Any:
        if self.caller.account != account:
            raise AccessDenied(
                f"the key belongs to account {account}, but unleak runs in account {self.caller.account}",
                f'name a role or profile for it in unleak.toml ([accounts."{account}"]), or use its --profile',
            )
        return self._own_session()

    def _reach(self, account: str, access: AccountAccess) -> Any:
        session = _profile(access.profile) if access.profile else self._assume(access)
        found = self._ask_caller(session).account
        if found != account:
            raise CouldNotLook(f"the access configured for account {account} leads to {found}", "mend unleak.toml")
        return session

    def _assume(self, access: AccountAccess) -> Any:
        extra = {"ExternalId": access.external_id} if access.external_id else {}
        sts = self._make(self._own_session(), "sts", self._config.region)

        def assume() -> dict[str, str]:
            made = sts.assume_role(RoleArn=access.role_arn, RoleSessionName="unleak", **extra)["Credentials"]
            return {"access_key": made["AccessKeyId"], "secret_key": made["SecretAccessKey"],
                    "token": made["SessionToken"], "expiry_time": made["Expiration"].isoformat()}  # fmt: skip

        # A session ends after an hour, and a service runs for longer.
        renewed = RefreshableCredentials.create_from_metadata(assume(), assume, "assume-role")
        session = _profile("")
        session._credentials = renewed  # noqa: SLF001  botocore's own providers take a profile, which there is none of
        return session

    def _ask_caller(self, session: Any) -> Caller:
        found = self._make(session, "sts", self._config.region).get_caller_identity()
        signs_with = session.get_credentials()
        return Caller(found["Account"], found["Arn"], signs_with.access_key if signs_with else "")


def _unprefixed(request: Any, **_: object) -> None:
    """S3's control plane is asked at a host named after the account, which an endpoint that is an address has not."""
    parts = urlsplit(request.url)
    prefix, _, address = parts.netloc.partition(".")
    try:
        ipaddress.ip_address(address.partition(":")[0])
    except ValueError:
        return
    if prefix.isdecimal() and len(prefix) == _ACCOUNT_DIGITS:
        request.url = parts._replace(netloc=address).geturl()


def _session_of(credentials: Credentials) -> Any:
    session = _profile("")
    token = credentials.token.reveal() if credentials.token else None
    session.set_credentials(credentials.key_id, credentials.secret.reveal(), token)
    return session


def _profile(name: str) -> Any:
    """The AWS configuration's profile of this name; the default one where it is empty."""

    def make() -> Any:
        session = botocore.session.Session(profile=name or None)
        session.register_component("data_loader", _LOADER)
        if name:
            session.get_scoped_config()  # a profile that is not there is told now
        return session

    return _boto(make, "configuration")


def _boto(make: Callable[[], Any], doing: str) -> Any:
    try:
        return make()
    except (ClientError, BotoCoreError) as error:
        raise translate(error, doing) from error
