"""Pages hold longer words, run from right to left, and offer a reader's own clock without taking it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import overflow, visiting
from tests.pseudo import LONG, MIRRORED, spoken
from tests.site import Stand, standing

TALL_ROWS = """() => [...document.querySelectorAll('tbody tr')].filter(row => row.checkVisibility()
  && [...row.cells].every(cell => cell.innerText.trim().length <= 24 && !cell.querySelector('form, ul, p'))
  && row.getBoundingClientRect().height > 60).map(row => row.innerText)"""
CHEN = "/p/spring/me/chen"
PAGES = {
    "coordinator": (
        "",
        "/people",
        "/coverage",
        "/fairness",
        "/groups/pair-amara-chen",
        "/changes",
        "/plan",
        "/settings",
    ),
    "chen": ("/me/chen/meetings", "/me/chen/limits", "/me/chen/calendars", "/groups/pair-amara-chen/times"),
}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, in languages that nobody speaks too."""
    with spoken(), standing(tmp_path_factory.mktemp("languages") / "data") as served:
        yield served


@pytest.fixture(scope="module")
def cookies(stand: Stand) -> dict[str, str]:
    """A session for each who reads."""
    return {"coordinator": stand.coordinator(), "chen": stand.person("chen")}


@pytest.mark.parametrize("language", [LONG, MIRRORED])
def test_pages_hold_longer_words(stand: Stand, chromium: Browser, cookies: dict[str, str], language: str) -> None:
    """Nothing is wider than a phone, and no short row of a table grows tall."""
    wide, tall = [], []
    for who, paths in PAGES.items():
        with visiting(chromium, stand.address, cookies[who], locale=language) as page:
            for path in paths:
                page.goto(f"/p/spring{path}")
                assert "lórém" in page.inner_text("main"), path
                for width in (320, 360, 1280):
                    page.set_viewport_size({"width": width, "height": 740})
                    if overflow(page) > 0:
                        wide.append((path, width, overflow(page)))
                page.set_viewport_size({"width": 360, "height": 740})
                tall += [(path, row) for row in page.evaluate(TALL_ROWS)]
    assert wide == []
    assert tall == []


def test_a_page_from_right_to_left_is_mirrored(stand: Stand, chromium: Browser, cookies: dict[str, str]) -> None:
    """The name of the site is on the right, and headings begin there."""
    desk = {"width": 1280, "height": 740}
    with visiting(chromium, stand.address, cookies["chen"], locale=MIRRORED, viewport=desk) as page:
        page.goto(f"{CHEN}/meetings")
        assert page.get_attribute("html", "dir") == "rtl"
        brand = page.locator(".brand").bounding_box()
        assert brand is not None
        assert brand["x"] > 640
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "rtl"


def test_a_german_page_says_nothing_in_english(stand: Stand, chromium: Browser, cookies: dict[str, str]) -> None:
    """Not even the words around its times."""
    with visiting(chromium, stand.address, cookies["chen"], locale="de-AT") as page:
        page.goto(f"{CHEN}/meetings")
        assert page.get_attribute("html", "lang") == "de"
        text = page.inner_text("body")
        assert "New York" in text
        assert [word for word in (" the ", " you ", "Tue ", "Times shown") if word in text] == []


def test_the_browser_s_clock_is_offered_and_never_taken(
    stand: Stand, chromium: Browser, cookies: dict[str, str]
) -> None:
    """Whoever takes the offer gets it, and is not asked again."""
    with visiting(chromium, stand.address, cookies["chen"], locale="en-GB", timezone_id="Europe/Berlin") as page:
        page.goto(f"{CHEN}/meetings")
        offer = page.get_by_role("link", name="Your browser is in Berlin. See times in Berlin?")
        assert offer.is_visible()
        assert "Times shown in: New York" in page.inner_text("footer")
        offer.click()
        page.get_by_role("button", name="Save").click()
        page.wait_for_url(f"**{CHEN}/meetings")
        assert "Times shown in: Berlin" in page.inner_text("footer")
        assert not page.locator("#clock-offer").is_visible()


def test_whose_clock_is_the_same_is_offered_nothing(stand: Stand, chromium: Browser) -> None:
    """They see it already."""
    with visiting(chromium, stand.address, stand.person("amara"), locale="en-GB", timezone_id="Europe/London") as page:
        page.goto("/p/spring/me/amara/meetings")
        page.wait_for_load_state("networkidle")
        assert not page.locator("#clock-offer").is_visible()
