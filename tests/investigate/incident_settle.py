"""Who lives in a town, and who owns the key that leaks."""

from collections.abc import Callable

from incident_calls import APPLICATION, call
from incident_mint import access_key
from incident_people import User, key_of
from incident_residents import (
    application,
    busy,
    calls,
    colleague,
    developer,
    machine,
    minutes,
    new_person,
    root,
    vendor,
)
from incident_services import autoscaling, function, identity_center, pipeline, tasks
from incident_town import Account, Person, Town

_KINDS: tuple[Callable[[Town, Account], object], ...] = (
    application, application, developer, developer, machine, machine, function, function, tasks, pipeline,
    identity_center, autoscaling, vendor, colleague, root,
)  # fmt: skip


def settle(town: Town) -> None:
    """At least one developer, so that the office's address is in benign use from early on."""
    for account in town.accounts:
        account.roles += [town.role(account.number, town.name("role")) for _ in range(town.rng.randint(2, 3))]
        account.roles.append(town.role(account.number, f"admin-{town.scribe.hexes(4)}", "/ops/"))
    developer(town, town.home)
    size = town.rng.choice((3, 6, 10, 16, 24)) + town.rng.randint(0, 3)
    for _ in range(size):
        account = town.home if town.rng.random() < 0.6 else town.rng.choice(town.accounts)
        town.rng.choice(_KINDS)(town, account)
    while len(town.scribe.records) < 380:
        application(town, town.home)


def owner(town: Town, *, legitimate_after: bool) -> Person:
    """The victim: an application at addresses that nobody else has, or a key that nobody used, or the root user."""
    rng, home = town.rng, town.home
    if not legitimate_after and rng.random() < 0.08:
        user = User(home.number, "root", home.number)
        return Person(user, [key_of(user, town.scribe.key_id(home.number, "AKIA"), town.start)], town.place())
    person = new_person(town, home, town.name("app"), town.place())
    if legitimate_after:
        busy(town, home, person, [*town.times(12, end=town.leaked_at), *town.times(25, town.leaked_at)])
        town.decoys.add("the application goes on using the leaked key")
    elif rng.random() < 0.6:
        busy(town, home, person, town.times(20, end=town.leaked_at))
    if rng.random() < 0.35:
        _other_key(town, person)
    return person


def _other_key(town: Town, person: Person) -> None:
    """The same user's second key lives somewhere else, and has not leaked."""
    key = key_of(person.user, town.scribe.key_id(person.user.account, "AKIA"), town.start)
    person.keys.append(key)
    calls(town.scribe, key, town.times(10), town.place(), APPLICATION)
    town.decoys.add("the user's other key")


def administrator(town: Town, account: Account) -> Person:
    """Who responds: from an address that nobody else has, seen before the leak."""
    person = new_person(town, account, town.person_name(), town.place())
    calls(town.scribe, person.keys[0], town.times(6, end=town.leaked_at), person.home, ("iam:ListUsers", "iam:GetUser"))
    return person


def rotated(town: Town, admin: Person, victim: Person) -> None:
    """The administrator makes a new key for the victim, and the application goes on with it."""
    if victim.user.name == "root":
        return
    at = minutes(town, town.end, -70, -60)
    key = access_key(town.scribe, admin.keys[0], victim.user, at, admin.home)
    for _ in range(3):
        call(town.scribe, key, minutes(town, at, 5, 50), victim.home, APPLICATION)
    town.decoys.add("an administrator gives the victim a new key")
