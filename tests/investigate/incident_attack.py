"""The attacker: what he holds, where he calls from, and what is true about it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from incident_calls import RECONNAISSANCE, call, on_behalf
from incident_people import Credential, Role, User
from incident_scribe import Place
from incident_town import AGENTS, BROWSER, REGIONS, Account, Person, Town
from incident_truth import Origin, Record, TruthCredential

DEEPEST = 6
_NO_IAM = {"token", "federated"}
_TAKES_ROLES = {"key", "token", "role"}
_ODD_AGENTS = (
    "python-requests/2.32.3",
    "aws-sdk-js/2.1692.0 linux/v18.20.4 promise",
    "[S3 Browser/11.6.7]",
    "curl/8.5.0",
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A credential in the attacker's hands. `place` is set where it is used from one place only.

    `unique`: its principal id in the trail belongs to no other credential.
    """

    credential: Credential
    depth: int
    place: Place | None = None
    unique: bool = False


class Attack:
    def __init__(self, town: Town, victim: Person, *, shared: bool, missing: str) -> None:
        self.town = town
        self.rng = town.rng
        self.s = town.scribe
        self.victim = victim
        self.missing = missing
        self.now = town.leaked_at + timedelta(seconds=town.rng.randint(20, 1500))
        self.bad: dict[str, TruthCredential] = {}
        self.undecidable: set[str] = set()
        self.attacker_principals: set[str] = set()
        self.abused: set[str] = {victim.user.arn}
        self.standing: dict[str, str] = {}
        self.removed: dict[str, str] = {}
        self.accounts_of_standing: dict[str, str] = {}
        self.owners: dict[str, str] = {}
        self.protected: set[str] = set()
        self.blackouts: list[tuple[datetime, datetime, str]] = []
        self.shown: list[Place] = []
        agents = [self.rng.choice((*AGENTS, *_ODD_AGENTS)) for _ in range(2)]
        count = 1 if shared and self.rng.random() < 0.6 else self.rng.randint(1, 3)
        addresses = [town.nat] if shared else []
        while len(addresses) < count:
            addresses.append(self.fresh_address())
        self.places = [Place(a, self.rng.choice(agents), town.region) for a in addresses]
        self.created: list[Person] = []
        leaked = victim.keys[0]
        self.holds = [Hold(leaked, 0)]
        self.bad[leaked.key_id] = TruthCredential("leaked", None, "leaked")
        for place in self.places:
            self.use(self.holds[0], 2, place)

    def fresh_address(self) -> str:
        if self.rng.random() < 0.1:
            return f"2a06:98c0:{self.s.hexes(4)}:{self.s.hexes(4)}::{self.rng.randrange(1, 99)}"
        return self.town.address()

    @property
    def over(self) -> bool:
        return self.now > self.town.end - timedelta(hours=5)

    def step(self, least: float = 4, most: float = 90) -> datetime:
        """Time passes; most attacks are made by a program."""
        self.now += timedelta(seconds=self.rng.uniform(least, most))
        return self.now

    def place(self, hold: Hold | None = None) -> Place:
        if hold is not None and hold.place is not None:
            return hold.place
        region = self.town.region if self.rng.random() < 0.8 else self.rng.choice(REGIONS)
        return replace(self.rng.choice(self.places), region=region)

    def own_place(self) -> Place | None:
        """An address that nobody else has, and from which the trail already shows a credential of the attacker."""
        own = [p for p in self.shown if p.address != self.town.nat]
        return self.rng.choice(own) if own else None

    def browser(self, hold: Hold | None = None) -> Place:
        return replace(self.place(hold), agent=BROWSER)

    def actor(self, *, iam: bool = False, takes_roles: bool = False, user: bool = False, room: int = 1) -> Hold | None:
        """Some credential that may do this now, the newest ones more often. `user`: one that is an IAM user's key."""
        fit = [
            h for h in self.holds
            if h.credential.expires > self.now + timedelta(minutes=20)
            and h.depth + room <= DEEPEST
            and not (iam and h.credential.kind in _NO_IAM)
            and not (takes_roles and h.credential.kind not in _TAKES_ROLES)
            and not (user and h.credential.kind not in {"key", "root"})
        ]  # fmt: skip
        if not fit:
            return None
        return fit[-1] if self.rng.random() < 0.4 else self.rng.choice(fit)

    def account(self, number: str) -> Account:
        return next(a for a in self.town.accounts if a.number == number)

    def write(self, by: Hold, action: str, request: Any = None, response: Any = None, **more: Any) -> None:
        """An accepted call of the attacker."""
        place = self.browser(by) if by.credential.kind in {"console", "web"} else self.place(by)
        if by.credential.kind in {"console", "web"}:
            more["sessionCredentialFromConsole"] = "true"
        self.s.write(self.step(), by.credential.identity, place, action, request, response, **more)

    def gain(
        self, credential: Credential, parent: Hold | None, origin: Origin, how: str, *, place: Place | None = None,
        unique: bool = False, uses: int = 2, keep: bool = True, depth: int | None = None,
    ) -> Hold:  # fmt: skip
        """From now on it is the attacker's."""
        key = parent.credential.key_id if parent else None
        hold = Hold(credential, depth if depth is not None else (parent.depth + 1 if parent else 1), place, unique)
        self.bad[credential.key_id] = TruthCredential(origin, key, how)
        self.use(hold, self.rng.randint(0, uses) if uses else 0)
        if keep and credential.account != self.missing:
            self.holds.append(hold)
        if credential.arn not in self.attacker_principals:
            self.abused.add(credential.arn)
        return hold

    def use(self, hold: Hold, count: int, place: Place | None = None) -> None:
        """He looks around. A call shows its address as his, unless somebody else could have made it."""
        for _ in range(count):
            where = place or self.place(hold)
            if hold.credential.kind in {"console", "web"}:
                where = replace(where, agent=BROWSER)
            at = self.step(1, 20)
            call(self.s, hold.credential, at, where, RECONNAISSANCE)
            known = self.bad[hold.credential.key_id]
            if known.origin != "stolen" and hold.place is None and hold.credential.account != self.missing:
                self.shown.append(where)
        if count and self.rng.random() < 0.05:
            key = on_behalf(self.s, hold.credential, "athena", self.step(), "s3:GetObject", self.town.region)
            self.undecidable.add(key)
        if count and self.rng.random() < 0.1:
            place = self.place(hold)
            self.s.denied(
                self.step(1, 9), hold.credential.identity, place, "iam:AttachUserPolicy", {"userName": "audit"}
            )

    @staticmethod
    def at(record: Record) -> datetime:
        return datetime.fromisoformat(record["eventTime"])

    def stands(self, arn: str, how: str, account: str, owner: str = "") -> None:
        """`owner`: the ARN of the user whose key this is."""
        self.standing.setdefault(arn, how)
        self.owners[arn] = owner
        self.accounts_of_standing[arn] = account

    def trusts(self, role: Role, by: Hold, statement: str) -> None:
        """He changes who may assume a role: the old callers stay."""
        old = f'{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{role.account}:root"}},"Action":"sts:AssumeRole"}}'
        policy = f'{{"Version":"2012-10-17","Statement":[{old},{statement}]}}'
        self.write(by, "iam:UpdateAssumeRolePolicy", {"roleName": role.name, "policyDocument": policy})
        self.stands(role.arn, "changed: UpdateAssumeRolePolicy", role.account)
        self.abused.add(role.arn)

    def other_user(self, account: Account, *, away: bool = False) -> Person | None:
        """A benign user. `away`: his own calls never come from an address of the attacker."""
        mine = {p.address for p in self.places}
        fit = [
            p for p in account.people
            if p is not self.victim and p.user.name != "root" and not (away and p.home.address in mine)
        ]  # fmt: skip
        return self.rng.choice(fit) if fit else None

    def new_user(self, by: Hold) -> User:
        """He creates a user, with every right."""
        account = by.credential.account
        name = self.rng.choice(("support", "backup", "svc-monitor", "terraform-ci", "aws-health")) + self.s.hexes(4)
        user = self.town.user(account, name)
        made = {
            "arn": user.arn,
            "userName": name,
            "userId": user.id,
            "path": "/",
            "createDate": self.s.expiration(self.now),
        }
        self.write(by, "iam:CreateUser", {"userName": name}, {"user": made})
        policy = {"userName": name, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
        self.write(by, "iam:AttachUserPolicy", policy)
        self.attacker_principals.add(user.arn)
        self.stands(user.arn, "created: CreateUser", account)
        self.created.append(Person(user, [], self.place()))
        return user
