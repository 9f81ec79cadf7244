"""Painting the week in a real browser: by mouse, by finger, by keys, in step with the words; and how the page looks."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SIZES, overflow, smallest_text, visiting
from tests.site import SAMPLE, Stand, standing

PAGE = f"/p/{SAMPLE}/me/amara/limits"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LEVELS = (
    """() => [...document.querySelectorAll("#week td")].map((cell) => cell.className.match(/l(\\d)/)[1]).join("")"""
)

RESTING = """() => new Promise((done) => {
  let last = -1, still = 0;
  const look = () => {
    still = scrollY === last ? still + 1 : 0;
    last = scrollY;
    still > 20 ? done(last) : requestAnimationFrame(look);
  };
  look();
})"""
"""Where the page is scrolled to when a swipe has run out."""


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, published."""
    with standing(tmp_path_factory.mktemp("limits") / "data") as stand:
        yield stand


@pytest.fixture(scope="module")
def cookie(stand: Stand) -> str:
    """Amara's session."""
    return stand.person("amara")


def opened(page: Page, text: str = "Mon-Fri 9-17") -> str:
    """The page with these hours in its field, in step; answers the levels of the week."""
    page.goto(PAGE)
    page.locator("#preferred").fill("")
    with page.expect_response(lambda answer: answer.url.endswith("/week")):
        page.locator("#hours").fill(text)
    page.wait_for_function("() => document.querySelectorAll('#week td.l1').length === 0")
    return levels(page)


def levels(page: Page) -> str:
    """The levels of all half hours, row by row."""
    return str(page.evaluate(LEVELS))


def changed(before: str, after: str) -> list[int]:
    """The numbers of the cells that differ."""
    return [number for number, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]


def middle(page: Page, day: int, half: int) -> tuple[float, float]:
    """Where a cell is in the window, by its column and its half hour."""
    box = page.locator(f"#week tbody tr:nth-child({half + 1}) td:nth-of-type({day + 1})").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_drag_over_three_by_two_changes_exactly_six(stand: Stand, chromium: Browser, cookie: str) -> None:
    """Bar 8; the words follow, and a stroke that shrinks gives back what it had painted."""
    with visiting(chromium, stand.address, cookie, locale="en-GB", viewport={"width": 1280, "height": 1400}) as page:
        before = opened(page)
        page.mouse.move(*middle(page, 0, 36))
        page.mouse.down()
        page.mouse.move(*middle(page, 4, 40), steps=3)
        page.mouse.move(*middle(page, 2, 37), steps=3)
        with page.expect_response(lambda answer: answer.url.endswith("/week")):
            page.mouse.up()
        assert changed(before, levels(page)) == [36 * 7 + day for day in range(3)] + [37 * 7 + day for day in range(3)]
        expect(page.locator("#hours")).to_have_value("Mon-Wed 09:00-17:00, 18:00-19:00; Thu-Fri 09:00-17:00")


def test_space_and_three_times_shift_and_down_change_four(stand: Stand, chromium: Browser, cookie: str) -> None:
    """Bar 8: the grid is one tab stop, and Escape takes a stroke back."""
    with visiting(chromium, stand.address, cookie, locale="en-GB", viewport={"width": 1280, "height": 1400}) as page:
        before = opened(page)
        assert page.locator("#week td[tabindex='0']").count() == 1
        assert page.locator("#week td[tabindex='-1']").count() == 7 * 48 - 1
        page.locator("#week td[tabindex='0']").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        for _ in range(3):
            page.keyboard.press("Shift+ArrowDown")
        assert changed(before, levels(page)) == [number * 7 + 1 for number in range(18, 22)]
        page.keyboard.press("Escape")
        assert levels(page) == before
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('#week')") is None


def test_a_finger_taps_scrolls_and_paints(stand: Stand, chromium: Browser, cookie: str) -> None:
    """Bar 9: a tap is one cell, a swipe scrolls and is none, and holding first paints."""
    with visiting(chromium, stand.address, cookie, locale="en-GB", **PHONE) as page:
        before = opened(page)
        page.locator("#week").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('#week').scrollIntoView()")
        page.touchscreen.tap(*middle(page, 5, 20))
        tapped = levels(page)
        assert changed(before, tapped) == [20 * 7 + 5]

        scrolled = page.evaluate("scrollY")
        drag(page, middle(page, 2, 30), middle(page, 2, 22))
        page.wait_for_function("was => scrollY > was + 50", arg=scrolled)
        assert levels(page) == tapped

        page.evaluate(RESTING)
        page.evaluate("document.querySelector('#week').scrollIntoView()")
        at = page.evaluate(RESTING)
        drag(page, middle(page, 1, 36), middle(page, 2, 38), holds=True)
        page.wait_for_function("() => !document.querySelector('#week.painting')")
        rows = (36, 37, 38)
        assert changed(tapped, levels(page)) == [row * 7 + day for row in rows for day in (1, 2)]
        assert page.evaluate("scrollY") == at


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *, holds: bool = False) -> None:
    """A finger goes down, moves and leaves; one that holds waits first until the page takes it for a brush."""
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", start)
    if holds:
        page.wait_for_selector("#week.painting")
    for step in range(1, 9):
        along = [first + (last - first) * step / 8 for first, last in zip(start, end, strict=True)]
        touch("touchMove", (along[0], along[1]))
    touch("touchEnd")


def test_three_levels_are_painted_with_three_brushes(stand: Stand, chromium: Browser, cookie: str) -> None:
    """Painting with "if needed" makes the other hours the preferred ones; saved, all is as it was painted."""
    with visiting(chromium, stand.address, cookie, locale="en-GB", viewport={"width": 1280, "height": 1400}) as page:
        opened(page)
        page.get_by_label("if needed").check()
        with page.expect_response(lambda answer: answer.url.endswith("/week")):
            page.mouse.click(*middle(page, 0, 18))
        expect(page.locator("#preferred")).to_have_value("Mon 09:30-17:00; Tue-Fri 09:00-17:00")
        shown = levels(page)
        page.get_by_role("button", name="Save").first.click()
        expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
        assert levels(page) == shown


def test_words_that_can_not_be_read_leave_the_week_as_it_is(stand: Stand, chromium: Browser, cookie: str) -> None:
    """A hint is told beside the field; once they can be read, the week follows."""
    with visiting(chromium, stand.address, cookie, locale="en-GB", viewport={"width": 1280, "height": 1400}) as page:
        before = opened(page)
        page.locator("#hours").fill("Mon-Fri 9-17, not lunch")
        expect(page.locator("#in-step")).to_contain_text("lunch")
        assert levels(page) == before
        page.locator("#hours").fill("Mon 9-10")
        expect(page.locator("#in-step")).to_be_empty()
        expect(page.locator("#week td.l2")).to_have_count(2)
        expect(page.locator("#shared")).to_contain_text(re.compile("share no time"))


def test_after_a_mistake_the_focus_is_on_the_first_one(stand: Stand, chromium: Browser, cookie: str) -> None:
    """Without a script, too; and hours in words are enough to be done."""
    with visiting(chromium, stand.address, cookie, locale="en-GB", java_script_enabled=False) as page:
        page.goto(PAGE)
        expect(page.locator(".brush")).to_be_hidden()
        page.locator("#gap").fill("ages")
        page.locator("#hours").fill("Mon-Fri 9-16")
        page.get_by_role("button", name="Save").first.click()
        expect(page.locator("#gap")).to_be_focused()
        expect(page.locator("#hours")).to_have_value("Mon-Fri 9-16")
        page.locator("#gap").fill("10m")
        page.locator("#hours").press("Enter")
        expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_page_is_for_everybody(
    stand: Stand, chromium: Browser, cookie: str, axe: str, size: str, scheme: str
) -> None:
    """Bars 1 to 4: axe finds nothing, nothing is wider than the window, text and targets are large enough."""
    width, height = SIZES[size]
    options: dict[str, Any] = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    with visiting(chromium, stand.address, cookie, locale="en-GB", bypass_csp=True, **options) as page:
        for saves in (False, True):
            page.goto(PAGE)
            if saves:
                page.locator("#hours").fill("whenever")
                page.get_by_role("button", name="Save").first.click()
                expect(page.get_by_role("alert")).to_be_visible()
            page.evaluate(axe)
            assert page.evaluate("axe.run().then((found) => found.violations.map((each) => each.id))") == []
            assert smallest_text(page) >= 12
            assert small_targets(page) == []
            for narrow in (width, 320, 768):
                page.set_viewport_size({"width": narrow, "height": height})
                assert overflow(page) == 0


def small_targets(page: Page) -> list[str]:
    """What is clicked or painted and is less than 24 pixels high or wide (WCAG 2.5.8)."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main button, main input, main select, main td")]
          .filter((each) => each.checkVisibility() && !each.closest(".unseen") && each.type !== "hidden")
          .filter((each) => Math.min(each.offsetWidth, each.offsetHeight) < 24)
          .map((each) => each.outerHTML.slice(0, 80))"""
    )
    return found
