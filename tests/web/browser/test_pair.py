"""Two people in two browsers: from the first page to a booking, with and without scripts, and by the keyboard alone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SIZES, overflow, smallest_text, visiting
from tests.site import Stand, standing


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A service without any programme."""
    with standing(tmp_path_factory.mktemp("pairs") / "data", sample=False) as stand:
        yield stand


def begin(page: Page, *, name: str = "Amara", other: str = "Chen", hours: str = "Mon-Fri 9-17") -> str:
    """Fill in the first page's form; the link for the other person."""
    page.set_default_timeout(8_000)
    page.goto("/")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Where you are").fill("London")
    page.get_by_label("When you can meet").fill(hours)
    page.get_by_label("Their name").fill(other)
    page.get_by_role("button", name="See our times").click()
    return page.get_by_label(f"Link for {other}").input_value()


def come(page: Page, link: str, *, zone: str = "New York", hours: str = "Mon-Fri 8-16") -> None:
    """Come in by a link, and say when."""
    page.set_default_timeout(8_000)
    page.goto(link)
    page.locator("main button").click()
    page.get_by_label("Where you are").fill(zone)
    page.get_by_label("When you can meet").fill(hours)
    page.get_by_role("button", name="See our times").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_two_people_book_one_time(chromium: Browser, stand: Stand, scripts: bool) -> None:
    """One begins and sends a link, the other says when; both choose the same time, and only then it stands."""
    with (
        visiting(chromium, stand.address, locale="en-GB", java_script_enabled=scripts) as one,
        visiting(chromium, stand.address, locale="en-GB", java_script_enabled=scripts) as other,
    ):
        link = begin(one)
        one.get_by_role("button", name="See the times so far").click()
        expect(one.get_by_text("Chen has not said yet when they can")).to_be_visible()
        assert not one.get_by_role("button", name=re.compile("Book this time")).count()
        come(other, link)
        expect(other.locator("h2").first).to_have_text(re.compile(r"\w{3} \d\d:\d\d London"))
        one.reload()
        one.get_by_role("button", name=re.compile("Book this time")).first.click()
        expect(one.get_by_text("Nothing is sent until you press the button")).to_be_visible()
        said = one.locator("h1").inner_text()
        one.get_by_role("button", name="Choose this time").click()
        expect(one.get_by_text("Waiting for Chen")).to_be_visible()
        programme = one.url.split("/")[4]
        assert stand.app(programme).store.events() == ()
        other.reload()
        other.get_by_role("link", name="Look at it and book").click()
        expect(other.locator("h1")).to_have_text(said)
        other.get_by_role("button", name=re.compile(r"Book \d+ meetings")).click()
        expect(other.get_by_text("Booked.")).to_be_visible()
        [event] = stand.app(programme).store.events()
        one.reload()
        expect(one.get_by_text(re.compile(r"Undo until \w{3} \d\d:\d\d London"))).to_be_visible()
        expect(one.locator("h1")).to_have_text(said)
        one.get_by_role("button", name="Undo").click()
        expect(one.get_by_role("heading", name=re.compile("Best times"))).to_be_visible()
        [event] = stand.app(programme).store.events()
        assert event.cancelled


def test_the_keyboard_is_enough(chromium: Browser, stand: Stand) -> None:
    """From the link to the confirm page in eight keys, to "Booked" in twelve."""
    with (
        visiting(chromium, stand.address, locale="en-GB") as one,
        visiting(chromium, stand.address, locale="en-GB") as other,
    ):
        link = begin(one)
        come(other, link)
        other.get_by_role("button", name=re.compile("Book this time")).first.click()
        other.get_by_role("button", name="Choose this time").click()
        expect(other.get_by_text("Waiting for Amara")).to_be_visible()
        mine = other.url
        cookie = next(each["value"] for each in one.context.cookies() if each["name"] == "rondo")
        keys = 0
        with visiting(chromium, stand.address, locale="en-GB") as again:
            again.context.add_cookies([{"name": "rondo", "value": cookie, "url": stand.address}])
            again.goto(mine)
            while again.evaluate("document.activeElement.textContent.trim()") != "Look at it and book":
                again.keyboard.press("Tab")
                keys += 1
                assert keys < 12
            with again.expect_navigation():
                again.keyboard.press("Enter")
            keys += 1
            assert keys <= 8
            again.wait_for_function("document.activeElement.tagName === 'BUTTON'")  # it has the focus by itself, soon
            with again.expect_navigation():
                again.keyboard.press("Enter")
            expect(again.get_by_text("Booked.")).to_be_visible()
            assert keys + 1 <= 12


def test_nothing_typed_is_lost_and_the_first_error_has_the_focus(chromium: Browser, stand: Stand) -> None:
    """A bad form comes back with what was typed."""
    with visiting(chromium, stand.address, locale="en-GB") as page:
        page.goto("/")
        page.get_by_label("Your name").fill("Amara")
        page.get_by_label("Where you are").fill("EST")
        page.get_by_label("When you can meet").fill("whenever")
        page.get_by_role("button", name="See our times").click()
        assert page.get_by_label("Your name").input_value() == "Amara"
        assert page.get_by_label("When you can meet").input_value() == "whenever"
        assert page.evaluate("document.activeElement.id") == "zone"
        assert "America/New_York" in page.locator("#zone-wrong").inner_text()


def test_the_browsers_zone_is_offered_and_not_taken(chromium: Browser, stand: Stand) -> None:
    """Only whoever presses the button takes it."""
    with visiting(chromium, stand.address, locale="en-GB", timezone_id="Asia/Kolkata") as page:
        page.goto("/")
        assert page.get_by_label("Where you are").input_value() == ""
        page.get_by_role("button", name=re.compile("Your browser says Asia")).click()
        assert page.get_by_label("Where you are").input_value() in ("Asia/Kolkata", "Asia/Calcutta")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_of_a_pair_can_be_read_by_everybody(
    chromium: Browser, stand: Stand, axe: str, size: str, scheme: str
) -> None:
    """Axe finds nothing; nothing is wider than the window or smaller than 12 pixels; also where something is wrong."""
    width, height = SIZES[size]
    with visiting(
        chromium,
        stand.address,
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    ) as page:
        page.goto("/")
        check(page, axe)
        page.get_by_role("button", name="See our times").click()
        check(page, axe)
        link = begin(page)
        check(page, axe)
        page.get_by_role("button", name="See the times so far").click()
        check(page, axe)
        with visiting(chromium, stand.address, locale="en-GB") as other:
            come(other, link)
        page.reload()
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        check(page, axe)
        pair = page.url
        page.goto(pair.replace("/times", "/why?at=Tue%2003:00&relax=1"))
        check(page, axe)
        page.goto(pair)
        page.get_by_role("button", name=re.compile("Book this time")).first.click()
        expect(page.get_by_role("button", name="Choose this time")).to_be_visible()
        check(page, axe)
        for narrow in (320, 768):
            page.set_viewport_size({"width": narrow, "height": height})
            assert overflow(page) == 0


def check(page: Page, axe: str) -> None:
    """No violation, no overflow, no small text."""
    page.add_script_tag(content=axe)
    tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, {runOnly: tags}).then(told => told.violations)", tags)
    assert [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found] == []
    assert overflow(page) == 0
    assert smallest_text(page) >= 12
