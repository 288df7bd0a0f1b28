"""The accounts and everybody in them who has nothing to do with the attack."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incident_people import Credential, Role, User
from incident_scribe import Place, Scribe

REGIONS = ("us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1")
AGENTS = (
    "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.5.0 md/arch#x86_64 lang/python#3.11.8 cfg/retry-mode#standard",
    "aws-cli/2.31.2 md/awscrt#0.27.6 ua/2.1 os/macos#24.6.0 md/arch#arm64 lang/python#3.13.7 md/command#login",
    "Boto3/1.35.70 md/Botocore#1.35.70 ua/2.0 os/linux#5.15 md/arch#x86_64 lang/python#3.12.6 Botocore/1.35.70",
    "Boto3/1.28.57 md/Botocore#1.31.57 ua/2.0 os/windows#10 md/arch#amd64 lang/python#3.9.13 Botocore/1.31.57",
    "aws-sdk-go-v2/1.32.3 os/linux lang/go#1.23.1 md/GOOS#linux md/GOARCH#amd64 api/sts#1.26.2",
    "aws-sdk-java/2.26.12 Linux/5.10.217 OpenJDK_64-Bit_Server_VM/21.0.3 io/sync http/Apache",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.66.0",
)
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)


@dataclass(slots=True)
class Person:
    """A user with what he uses: `home` is where he always calls from."""

    user: User
    keys: list[Credential]
    home: Place
    logins: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Machine:
    """`sessions`: its role's credentials, one after the other, each with what the application minted with them."""

    id: str
    role: Role
    home: Place
    sessions: list[tuple[Credential, list[Credential]]] = field(default_factory=list)


@dataclass(slots=True)
class Function:
    name: str
    role: Role
    home: Place
    sessions: list[Credential] = field(default_factory=list)

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.home.region}:{self.role.account}:function:{self.name}"


@dataclass(slots=True)
class Project:
    """Of CodeBuild."""

    name: str
    role: Role
    region: str


@dataclass(slots=True)
class Account:
    """`roles` may be assumed by whoever may assume at all; the others only by their service or identity provider."""

    number: str
    roles: list[Role] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    task_roles: list[Role] = field(default_factory=list)
    stack_roles: list[Role] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    sso_roles: list[Role] = field(default_factory=list)


class Town:
    """Whose names and addresses are never given out twice."""

    def __init__(self, rng: random.Random, scribe: Scribe, leaked_at: datetime) -> None:
        self.rng = rng
        self.scribe = scribe
        self.leaked_at = leaked_at
        self.start = leaked_at - timedelta(days=rng.uniform(3, 10))
        self.end = leaked_at + timedelta(days=rng.uniform(1.2, 3))
        self.region = rng.choice(REGIONS)
        self._used: set[str] = set()
        self.accounts = [Account(self.number()) for _ in range(rng.choice((1, 1, 2, 2, 3)))]
        self.nat = self.address()
        self.portal = Place(self.address(), "aws-sdk-java/2.46.14 md/io#sync ua/2.1 api/STS#2.46.x", self.region)
        self.names = list(_NAMES)
        rng.shuffle(self.names)
        self.decoys: set[str] = set()
        # Keys with which a service went on with somebody's rights: whose they are, and since when.
        self.on_behalf: list[tuple[str, str, datetime]] = []

    @property
    def home(self) -> Account:
        return self.accounts[0]

    def number(self) -> str:
        return self._once(lambda: f"{self.rng.randrange(10**11, 10**12)}")

    def address(self) -> str:
        first = self.rng.choice((3, 18, 34, 45, 52, 54, 80, 91, 103, 146, 185))
        return self._once(lambda: f"{first}.{'.'.join(str(self.rng.randrange(1, 255)) for _ in range(3))}")

    def name(self, kind: str) -> str:
        """Of its kind, and never given out before."""
        return self._once(lambda: f"{kind}-{self.rng.choice(_WORDS)}-{self.rng.randrange(100)}")

    def _once(self, make: Callable[[], str]) -> str:
        while (made := make()) in self._used:
            pass
        self._used.add(made)
        return made

    def agent(self) -> str:
        return self.rng.choice(AGENTS)

    def place(self, address: str = "", region: str = "") -> Place:
        return Place(address or self.address(), self.agent(), region or self.region)

    def user(self, account: str, name: str) -> User:
        return User(account, name, self.scribe.principal_id(account, "AIDA"))

    def role(self, account: str, name: str, path: str = "/") -> Role:
        return Role(account, name, self.scribe.principal_id(account, "AROA"), path)

    def instance_id(self) -> str:
        return f"i-0{self.scribe.hexes(16)}"

    def times(self, count: int, start: datetime | None = None, end: datetime | None = None) -> list[datetime]:
        first = start or self.start
        span = ((end or self.end) - first).total_seconds()
        return [first + timedelta(seconds=x) for x in sorted(self.rng.random() * span for _ in range(count))]

    def person_name(self) -> str:
        return self.names.pop() if self.names else self.name("user")


_WORDS = ("orders", "billing", "search", "media", "events", "reports", "audit", "cache", "mail", "data", "web", "batch")
_NAMES = (
    "alice", "bob", "carol", "dan", "erin", "frank", "grace", "heidi", "ivan", "judy", "karl", "lena", "mallory.b",
    "nina", "oscar", "peggy", "quentin", "rita", "sybil", "trent", "ursula", "victor", "walter", "xenia", "yves", "zoe",
)  # fmt: skip
