"""As people use it, in a real browser: a leak unfolds on the screen, is decided on, and is seen to hold."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_world import SCREENS, Reader, chromium, needs_chromium, picture, reader
from playwright.sync_api import Browser, expect
from service_world import House, Served, house_in, wait_for
from test_service_journey import gitleaks_report, key_status

from conftest import Site, site_in
from database_world import postgres_fixture, record_url_fixture  # noqa: F401  fixtures
from unleak.drill.technique import Loot, make
from unleak.drill.techniques.key_deletion_is_not_enough import TECHNIQUE
from unleak.model.entry import Intended
from unleak.model.finding import Confidence, Finding, Place, Severity
from unleak.model.plan import Tri
from unleak.standin.server import Standin
from unleak.store.inbox import Inbox
from unleak.store.record import Record
from unleak.store.sightings import Look, Sighting, finding_id

pytestmark = needs_chromium
expect.set_options(timeout=30_000)
LOOKS = [("desktop", "light"), ("phone", "dark")]
if SCREENS:
    LOOKS += [("desktop", "dark"), ("phone", "light")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def home(standin: Standin, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(standin, tmp_path_factory.mktemp("home"))


def careful_house(site: Site, record_url: str, folder: Path) -> Iterator[House]:
    """It only quarantines by itself: the rest waits for a person."""
    for made in house_in(site, folder, record_url):
        settings = folder / "unleak.toml"
        settings.write_text(settings.read_text().replace('mode = "disable"', 'mode = "quarantine"'))
        yield made


@pytest.fixture
def house(site: Site, tmp_path: Path) -> Iterator[House]:
    yield from careful_house(site, f"sqlite:///{tmp_path / 'record' / 'unleak.db'}", tmp_path)


@pytest.fixture
def house_on_either(site: Site, record_url: str, tmp_path: Path) -> Iterator[House]:
    yield from careful_house(site, record_url, tmp_path)


def attack(loot: Loot) -> list[str]:
    """Of what the attacker wants, what is accepted."""
    return [m.action for m in TECHNIQUE.moves if m.wanted and make(m, loot).accepted is Tri.YES]


def approve_all(one: Reader, house: House, incident: str) -> None:
    """Each change is looked at, and approved; what comes of it may bring another."""
    for _ in range(12):
        one.go(f"/incidents/{incident}")
        if not one.page.locator("#waits a.button").count():
            return
        one.page.locator("#waits a.button").first.click()
        expect(one.page.locator(".diff")).to_be_visible()
        one.page.fill("#why-yes", "it is ours, and it leaked")
        one.page.click("#decide > form button")
        expect(one.page.get_by_role("status").first).to_contain_text("Approved")
        wait_for(lambda: not working(house, incident))


def working(house: House, incident: str) -> bool:
    record = Record(house.environment["UNLEAK_DATABASE"])
    found = record.incident(incident)
    record.close()
    return any(a.approval and a.outcome is None for a in found.actions.values())


def test_a_leak_unfolds_is_decided_on_and_held(house_on_either: House, browser: Browser) -> None:
    house = house_on_either
    site, served = house.site, house.serve()
    loot = Loot(site.stage.admin, site.stage, {"key": site.stage.victim})
    everything = [m.action for m in TECHNIQUE.moves if m.wanted]
    assert attack(loot) == everything

    sam = reader(browser, served.url)
    sam.sign_in(house.token("approver"))
    expect(sam.page.locator("main")).to_contain_text("No incident yet")
    [incident] = served.hook("scanner", gitleaks_report(site)).json()["incidents"]
    row = sam.page.locator(f"a[href='/incidents/{incident}']")
    expect(row).to_be_visible()  # without being loaded again
    picture(sam, "incidents-desktop-light")
    row.click()
    expect(sam.page.locator("#waits a.button").first).to_be_visible()
    expect(sam.page.locator("#measures")).to_contain_text("attach AWSCompromisedKeyQuarantine")
    expect(sam.page.locator("#credentials")).to_contain_text("minted: GetSessionToken")

    site.stage.admin.client(site.stage.account, "iam").update_access_key(
        UserName="aws-victim", AccessKeyId=site.stage.victim.key_id, Status="Inactive"
    )
    assert "ec2:DescribeInstances" in attack(loot)  # the key is off, its session is not: that is not enough
    approve_all(sam, house, incident)
    expect(sam.page.locator("#measures .badge.good").nth(2)).to_be_visible()  # it comes by itself, live
    site.standin.gate.clock.advance(330)
    expect(sam.page.locator("section.head")).to_contain_text("are stopped, and seen so", timeout=60_000)
    assert attack(loot) == []
    picture(sam, "incident-desktop-light")
    with sam.page.expect_download() as download:
        sam.page.get_by_role("link", name="HTML").click()
    assert site.stage.victim.key_id in download.value.path().read_text()
    assert sam.said == []
    assert site.stage.victim.secret.reveal() not in sam.page.content() + served.path.read_text()


def contained(house: House, served: Served) -> str:
    [incident] = served.hook("scanner", gitleaks_report(house.site)).json()["incidents"]
    token = house.token("approver")
    served.api("POST", f"/incidents/{incident}/mode", token, {"mode": "disable", "why": "a test"})
    wait_for(lambda: key_status(house.site) == "Inactive")
    return str(incident)


def test_the_glass_is_broken_and_closes_again(house: House, browser: Browser) -> None:
    served = house.serve()
    incident = contained(house, served)
    sam = reader(browser, served.url, "phone", "dark")
    sam.sign_in(house.token("approver"))
    sam.go(f"/incidents/{incident}")
    sam.page.get_by_text("Break glass: let the leaked key").click()
    sam.page.fill("#hours", "1")
    sam.page.fill("#allow", "s3:GetObject")
    sam.page.fill("#addresses", "192.0.2.10")
    sam.page.fill("#why-glass", "payments are down")
    sam.page.get_by_role("button", name="Ask for it").click()
    decide = sam.page.locator("#waits li", has_text="payments are down").get_by_role("link")
    decide.click()
    picture(sam, "step-phone-dark")
    sam.page.fill("#why-yes", "go")
    sam.page.click("#decide > form button")
    wait_for(lambda: key_status(house.site) == "Active")
    expect(sam.page.locator("#measures")).to_contain_text("Active")
    house.site.standin.gate.clock.advance(3700)
    wait_for(lambda: key_status(house.site) == "Inactive")
    expect(sam.page.locator("#timeline")).to_contain_text("taking back break_glass")
    assert sam.said == []


def test_two_approvers_race_and_one_change_is_made(house: House, browser: Browser) -> None:
    served = house.serve()
    [incident] = served.hook("scanner", gitleaks_report(house.site)).json()["incidents"]
    both = [reader(browser, served.url), reader(browser, served.url)]
    for one in both:
        one.sign_in(house.token("approver"))
        one.go(f"/incidents/{incident}")
        one.page.locator("#waits li", has_text="Inactive").get_by_role("link").click()
        one.page.fill("#why-yes", "me first")
    for one in both:
        one.page.click("#decide > form button", no_wait_after=True)
    for one in both:  # whoever comes second hears that it is decided, or that it has moved on
        expect(one.page.locator("main")).to_contain_text(re.compile("Approved|does not wait|moved on"))
    wait_for(lambda: key_status(house.site) == "Inactive")
    record = Record(house.environment["UNLEAK_DATABASE"])
    done = [e.event for e in record.entries(incident) if isinstance(e.event, Intended)]
    record.close()
    assert sum(i.step.unit == "deactivate_key" for i in done) == 1


def test_a_viewer_sees_all_and_may_do_nothing(house: House, browser: Browser) -> None:
    served = house.serve()
    [incident] = served.hook("scanner", gitleaks_report(house.site)).json()["incidents"]
    kim = reader(browser, served.url)
    kim.sign_in(house.token("viewer"))
    kim.go(f"/incidents/{incident}")
    expect(kim.page.locator("#waits a.button").first).to_be_visible()
    assert kim.page.locator("main form").count() == 0
    kim.page.locator("#waits a.button").first.click()
    expect(kim.page.locator("main")).to_contain_text("An approver decides")
    send = "(p) => fetch(p, {method: 'POST', body: new URLSearchParams({text: 'x', why: 'x'})}).then(r => r.status)"
    for deed in ("note", "mode", "approve", "close"):
        assert kim.page.evaluate(send, f"/incidents/{incident}/{deed}") == 403
    kim.go("/people")
    expect(kim.page.locator("main")).to_contain_text("You may not do this")


@pytest.fixture(scope="module")
def lived_in(home: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Served, str]]:
    """An incident with all that a page may show."""
    folder = tmp_path_factory.mktemp("lived-in")
    for house in careful_house(home, f"sqlite:///{folder / 'record' / 'unleak.db'}", folder):
        served = house.serve()
        attack(Loot(home.stage.admin, home.stage, {"key": home.stage.victim}))
        incident = contained(house, served)
        note = {"text": "answer AWS's support case", "due": "2030-01-01T12:00:00Z"}
        served.api("POST", f"/incidents/{incident}/notes", house.token("responder"), note)
        yield house, served, incident


def scanned(house: House) -> dict[str, str]:
    """Pages of a repository, of what was found in it, and of an account that was checked."""
    account, now = house.site.stage.account, house.site.standin.gate.clock.now()
    place = Place(
        "services/payments/settings.py", 12, "c" * 40, "Dana <dana@acme.example>", "2026-11-23T04:00:00+00:00"
    )
    key_id = house.site.stage.victim.key_id
    one = Finding("aws_secret", Severity.CRITICAL, Confidence.HIGH, "a" * 32, key_id, account, places=(place,))
    look = Look("acme/shop", "1", "all of it", now, now, whole=True, gap="a damaged object", seen=(Sighting(one),))
    record = Record(house.environment["UNLEAK_DATABASE"])
    Inbox(record).note(look)
    record.close()
    house.run("setup", "check", "--account", account, may=frozenset({0, 1}))  # other tests move AWS's clock on
    return {
        "findings": "/findings", "finding": f"/findings/{finding_id('acme/shop', 'a' * 32)}",
        "repositories": "/repositories", "accounts": "/accounts", "account": f"/accounts/{account}",
    }  # fmt: skip


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_every_page_can_be_read_by_everybody(
    lived_in: tuple[House, Served, str], browser: Browser, size: str, scheme: str
) -> None:
    house, served, incident = lived_in
    ada = reader(browser, served.url, size, scheme)  # type: ignore[arg-type]
    ada.go("/signin")
    problems = [f"signin: {v}" for v in ada.violations()]
    picture(ada, f"signin-{size}-{scheme}")
    ada.sign_in(house.token("admin"))
    ada.go(f"/incidents/{incident}")
    done = ada.page.locator("#measures th a").first
    steps = {"step": str(done.get_attribute("href"))}
    parts = {name: f"/incidents/{incident}/{name}" for name in ("timeline", "credentials", "things")}
    pages = {"incidents": "/incidents", "incident": f"/incidents/{incident}", **parts, **steps, "people": "/people"}
    pages |= scanned(house)
    for name, path in {**pages, "missing": "/incidents/inc-0000000000"}.items():
        ada.go(path)
        for summary in ada.page.locator("details > summary").all():
            summary.click()
        problems += [f"{name}: {v}" for v in ada.violations()]
        problems += [f"{name}: wider than the screen"] if ada.is_too_wide() else []
        picture(ada, f"{name}-{size}-{scheme}")
    assert problems == []
    assert [s for s in ada.said if "404" not in s] == []


def test_all_but_what_is_live_works_without_a_script(lived_in: tuple[House, Served, str], browser: Browser) -> None:
    house, served, incident = lived_in
    old = reader(browser, served.url, script=False)
    old.sign_in(house.token("approver"))
    old.go(f"/incidents/{incident}")
    old.page.get_by_text("Note what you know").click()
    old.page.fill("#text", "seen without a script")
    old.page.get_by_role("button", name="Note", exact=True).click()
    expect(old.page.locator("#waits")).to_contain_text("seen without a script")
    expect(old.page.locator("#timeline time").first).to_contain_text("UTC")


def test_the_keyboard_alone_is_enough(lived_in: tuple[House, Served, str], browser: Browser) -> None:
    house, served, incident = lived_in
    page = (ada := reader(browser, served.url)).page
    ada.sign_in(house.token("viewer"))
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == f"/incidents/{incident}":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/incidents/{incident}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
