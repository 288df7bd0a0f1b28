"""Benign principals with their habits, each living from the start of the trail to its end."""

from dataclasses import replace
from datetime import datetime, timedelta

from incident_calls import APPLICATION, CONSOLE, DEVELOPER, call, on_behalf
from incident_mint import (
    assume_role,
    console_session,
    failed_sign_in,
    outside_session,
    service_session,
    session_token,
    sign_in,
)
from incident_people import Credential, Role, User, key_of, signed_in
from incident_scribe import Place, Scribe
from incident_town import BROWSER, Account, Machine, Person, Town


def calls(s: Scribe, by: Credential, times: list[datetime], place: Place, among: tuple[str, ...]) -> None:
    for at in times:
        call(s, by, at, place, among)


def minutes(town: Town, after: datetime, least: float, most: float) -> datetime:
    return after + timedelta(minutes=town.rng.uniform(least, most))


def new_person(town: Town, account: Account, name: str, home: Place) -> Person:
    user = town.user(account.number, name)
    key = key_of(user, town.scribe.key_id(account.number, "AKIA"), town.start)
    person = Person(user, [key], home)
    account.people.append(person)
    return person


def application(town: Town, account: Account) -> None:
    person = new_person(town, account, town.name("app"), town.place())
    busy(town, account, person, town.times(town.rng.randint(8, 40)))


def busy(town: Town, account: Account, person: Person, times: list[datetime]) -> None:
    """An application's calls; it takes a role every so often, under a name that it always uses."""
    s, key, steady = town.scribe, person.keys[0], town.rng.random() < 0.5
    role = town.rng.choice(account.roles)
    for at in times:
        if town.rng.random() < 0.12:
            name = "application" if steady else f"botocore-session-{int(at.timestamp())}"
            session = assume_role(s, key, role, name, at, person.home)
            calls(s, session, town.times(3, at, at + timedelta(minutes=50)), person.home, APPLICATION)
        elif town.rng.random() < 0.05:
            made = on_behalf(s, key, "athena", at, "s3:GetObject", person.home.region)
            town.on_behalf.append((made, person.user.arn, at))
        else:
            call(s, key, at, person.home, APPLICATION)


def developer(town: Town, account: Account) -> Person:
    """At the office, behind its NAT address; seen there early."""
    s, rng = town.scribe, town.rng
    person = new_person(town, account, town.person_name(), town.place(town.nat))
    calls(s, person.keys[0], [minutes(town, town.start, 1, 90)], person.home, DEVELOPER)
    calls(s, person.keys[0], town.times(rng.randint(5, 20)), person.home, DEVELOPER)
    for at in town.times(rng.randint(0, 3)):
        session = session_token(s, person.keys[0], person.user, at, person.home)
        calls(s, session, town.times(3, at, at + timedelta(hours=4)), person.home, DEVELOPER)
    if rng.random() < 0.5:
        visit_console(town, person, town.times(rng.randint(1, 4)))
    for at in town.times(rng.randint(0, 2)):
        session = assume_role(s, person.keys[0], rng.choice(account.roles), person.user.name, at, person.home)
        calls(s, session, town.times(3, at, at + timedelta(minutes=50)), person.home, DEVELOPER)
    return person


def visit_console(town: Town, person: Person, times: list[datetime]) -> None:
    s, place = town.scribe, replace(person.home, agent=BROWSER)
    for at in times:
        person.logins.append(at)
        if town.rng.random() < 0.2:
            failed_sign_in(s, person.user, at - timedelta(seconds=20), place)
        sign_in(s, signed_in(person.user), person.user.account, at, place)
        session = console_session(s, person.user, at)
        calls(s, session, town.times(4, at + timedelta(seconds=3), at + timedelta(minutes=40)), place, CONSOLE)


def root(town: Town, account: Account) -> None:
    person = Person(User(account.number, "root", account.number), [], town.place(town.nat))
    visit_console(town, person, town.times(town.rng.randint(1, 2)))


def machine(town: Town, account: Account) -> None:
    """An instance whose role's credentials are renewed every six hours, and used from its own address."""
    rng = town.rng
    box = Machine(town.instance_id(), town.role(account.number, town.name("ec2")), town.place())
    account.machines.append(box)
    takes = rng.choice(account.roles) if rng.random() < 0.4 else None
    seen, at = rng.random() < 0.7, minutes(town, town.start, 1, 300)
    while at < town.end:
        near = timedelta(hours=-8) < at - town.leaked_at < timedelta(hours=20)
        if near or rng.random() < 0.25:
            _renewed(town, box, at, takes, seen=seen)
        at += timedelta(hours=6)


def _renewed(town: Town, box: Machine, at: datetime, takes: Role | None, *, seen: bool) -> None:
    s = town.scribe
    session = machine_session(town, box, at, seen=seen)
    calls(s, session, town.times(2, at, at + timedelta(minutes=4)), box.home, APPLICATION)
    later = town.times(town.rng.randint(1, 4), at, at + timedelta(hours=6))
    calls(s, session, later, box.home, APPLICATION)
    children = []
    if takes:
        child = assume_role(s, session, takes, "application", later[-1], box.home)
        calls(s, child, town.times(2, later[-1], later[-1] + timedelta(minutes=30)), box.home, APPLICATION)
        children.append(child)
    box.sessions.append((session, children))


def machine_session(town: Town, box: Machine, at: datetime, *, seen: bool) -> Credential:
    """What the metadata service hands out. EC2 takes the role itself: that event is not in every trail."""
    return service_session(town.scribe, "ec2", box.role, box.id, at, box.home.region, 6 * 3600, seen=seen)


def vendor(town: Town, account: Account) -> None:
    """A monitoring service assumes a role from its own account."""
    number, place = town.number(), town.place()
    caller, role = town.scribe.principal_id(number, "AROA"), town.role(account.number, town.name("monitoring"))
    account.roles.append(role)
    for at in [minutes(town, town.start, 1, 300), *town.times(town.rng.randint(2, 9))]:
        session = outside_session(town.scribe, number, f"{caller}:collector", role, "collector", at, place)
        calls(town.scribe, session, town.times(2, at, at + timedelta(minutes=10)), place, DEVELOPER)


def colleague(town: Town, account: Account) -> None:
    """Somebody of one account who works in another one."""
    person = new_person(town, account, town.person_name(), town.place())
    other = town.rng.choice(town.accounts)
    calls(town.scribe, person.keys[0], town.times(6), person.home, DEVELOPER)
    for at in [minutes(town, town.start, 1, 300), *town.times(town.rng.randint(1, 5))]:
        role = town.rng.choice(other.roles)
        session = assume_role(town.scribe, person.keys[0], role, person.user.name, at, person.home)
        calls(town.scribe, session, town.times(3, at, at + timedelta(minutes=50)), person.home, DEVELOPER)
