"""A participant in a real browser: from the link of the invitation to limits set and a calendar connected."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from scheduler.app.people.inviting import invite
from scheduler.settings import Google as GoogleSettings
from scheduler.settings import Settings
from tests.browser import visiting
from tests.doubles.google import CLIENT, SECRET, Google
from tests.doubles.server import serving
from tests.site import SAMPLE, Stand, standing

GROUP = "pair-hana-jack"  # whose calendars are known


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    """Google, where whoever comes consents."""
    double = Google()
    with serving(double):
        for who in ("amara", "chen"):
            double.add_person(f"{who}@example.org")
        yield double


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory, google: Google) -> Iterator[Stand]:
    """The sample, published, by a service that is registered at Google."""
    registered = GoogleSettings(
        api_endpoint=google.endpoint,
        auth_uri=google.auth_uri,
        token_uri=google.token_uri,
        revoke_uri=google.revoke_uri,
        client_id=CLIENT,
        client_secret=SecretStr(SECRET),
    )
    settings = Settings().model_copy(update={"google": registered})
    with standing(tmp_path_factory.mktemp("participant") / "data", settings=settings) as stand:
        yield stand


@pytest.mark.parametrize(("person", "script"), [("amara", True), ("chen", False)])
def test_from_the_invitation_to_a_calendar(
    chromium: Browser, stand: Stand, google: Google, person: str, script: bool
) -> None:
    """In one sitting, with JavaScript and without, on a phone."""
    google.oauth.consents = f"{person}@example.org"
    link = invite(stand.site, SAMPLE, person)
    phone = {"width": 360, "height": 740}
    with visiting(chromium, stand.address, viewport=phone, locale="en-GB", java_script_enabled=script) as page:
        page.goto(link)
        page.locator("main button").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your meetings")
        _confirms(page)
        _sets_limits(page)
        _connects(page)
    [account] = [each for each in stand.app().accounts.all() if each.person == person]
    assert account.address == f"{person}@example.org"
    assert not google.count("POST", "/events")


def test_another_time_is_asked_for_by_keys_alone(chromium: Browser, stand: Stand) -> None:
    """Choose with the arrows, send with Enter: it says what was done, and it is so."""
    [event] = [each for each in stand.app().store.events() if each.group == GROUP]
    was = {each.session: each.start for each in event.occurrences}
    with visiting(chromium, stand.address, stand.person("hana"), locale="en-GB") as page:
        page.goto(f"/p/{SAMPLE}/me/hana/meetings/{GROUP}/6")
        page.get_by_role("radio").first.focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        chosen = page.locator("input[name=to]:checked").get_attribute("value")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("moves to")
        page.get_by_role("button", name="Undo").first.wait_for()
    [event] = [each for each in stand.app().store.events() if each.group == GROUP and not each.cancelled]
    now = {each.session: each.start for each in event.occurrences}
    assert chosen == (now[6].isoformat() if now[6] else None)
    assert {number for number in was if was[number] != now[number]} == {6}


def _confirms(page: Page) -> None:
    page.get_by_role("button", name="Confirm").first.click()
    expect(page.get_by_role("status")).to_contain_text("you come")


def _sets_limits(page: Page) -> None:
    page.get_by_role("link", name="Limits").click()
    page.locator("#hours").fill("Mon-Fri 9-17, not 12-13")
    page.locator("p.save button:visible").first.click()
    expect(page.locator("div.told[role=status]")).to_contain_text("Saved.")


def _connects(page: Page) -> None:
    page.get_by_role("link", name="Calendars").click()
    page.get_by_role("button", name="Google").or_(page.get_by_role("link", name="Google")).click()
    expect(page.get_by_text("What is stored")).to_be_visible()
    page.get_by_role("button", name="Go to Google").click()
    expect(page.get_by_role("status")).to_contain_text("Connected", timeout=15_000)
