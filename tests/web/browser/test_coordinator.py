"""A coordinator in a browser, from an empty service to published meetings of 60 people; with scripts and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from scheduler.core.visitor import LinkKind
from scheduler.solve import Params
from tests.browser import SIZES, overflow, smallest_text, visiting
from tests.site import SAMPLE, Stand, standing
from tests.web.disturbing import disturb

ZONES = ("Europe/London", "America/New_York", "Europe/Berlin", "Europe/Lisbon")
SMALLEST = 12


def sixty() -> str:
    """Sixty people in thirty pairs; one zone is none."""
    lines = ["Full name,E-mail,Time zone,Working hours,Pair"]
    for number in range(60):
        zone = "EST" if number == 7 else ZONES[number % 4]
        lines.append(f"Person {number},p{number}@example.org,{zone},Mon-Fri 8-19,{number // 2}")
    return "\n".join(lines)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, published, and then somebody got other appointments; a plan that has something to change."""
    with standing(tmp_path_factory.mktemp("coordinator") / "data") as stand:
        disturb(stand, 2)
        app = stand.app()
        app.refresh()
        app.plan(app.pose(), params=Params(seed=1))
        yield stand


def measured(page: Page, axe: str) -> None:
    """Nothing of the page is out of reach."""
    assert overflow(page) <= 0, page.url
    assert smallest_text(page) >= SMALLEST, page.url
    page.evaluate(axe)
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    told = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
    assert not told, (page.url, told)


@pytest.mark.parametrize("scripts", [True, False], ids=["js", "no-js"])
def test_from_an_empty_service_to_sixty_published_people(tmp_path: Path, chromium: Browser, *, scripts: bool) -> None:
    """Sign in, make a programme, import, mend, plan, publish, hand out links: nothing else has to be known."""
    table = tmp_path / "people.csv"
    table.write_text(sixty(), encoding="utf-8")
    with standing(tmp_path / "data", sample=False) as stand:
        cookie, _ = stand.site.access.enter(stand.site.access.hand_out(LinkKind.FIRST), "")
        with visiting(chromium, stand.address, cookie, java_script_enabled=scripts) as page:
            page.set_default_timeout(60_000)
            page.goto("/programmes/new")
            page.fill("#name", "Mentoring 2027")
            page.fill("#from", "2027-01-11")
            page.fill("#until", "2027-02-19")
            page.click("text=Create it")
            page.set_input_files("#files", table)
            page.click("text=Look at it")
            assert page.inner_text("h1") == "60 new, 0 changed, 1 error"
            page.click("text=Use the 1 suggestion")
            page.click("text=Save all of it")
            page.click("button:has-text('Make a plan')")
            page.wait_for_url("**/changes*", wait_until="commit")
            assert "Nothing written yet." in page.inner_text("main")
            page.click("text=/^Publish \\d+/")
            page.click("button:has-text('Publish')")
            assert "Published." in page.inner_text("main")
            page.click("text=Links for everybody")
            assert page.inner_text("h1") == "60 people have no link yet"
            with page.expect_download() as links:
                page.click("text=Download the links")
            assert links.value.path().read_text(encoding="utf-8").count("/in/") == 60
        app = stand.app("mentoring-2027")
        assert len(app.programme.people) == 60
        assert sum(len(event.sessions) for event in app.store.events()) > 100
        assert app.home.store.waiting() == (0, 0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_pages_are_within_reach_of_everybody(
    sample: Stand, chromium: Browser, axe: str, size: str, scheme: str
) -> None:
    """By axe, on a phone and a desk, in the light and in the dark; errors and empty states, too."""
    width, height = SIZES[size]
    viewport = {"width": width, "height": height}
    with visiting(
        chromium,
        sample.address,
        sample.coordinator(),
        viewport=viewport,
        color_scheme=scheme,
        reduced_motion="reduce",
    ) as page:
        for path in ("changes", "changes/publish", "changes/undo", "plan", "import", "log", "settings"):
            page.goto(f"/p/{SAMPLE}/{path}")
            measured(page, axe)
        page.goto(f"/p/{SAMPLE}/import")
        page.click("text=Look at it")
        measured(page, axe)
        page.fill("#text", sixty())
        page.click("text=Look at it")
        measured(page, axe)
        page.goto("/programmes/new")
        page.fill("#name", "x")
        page.fill("#until", "2020-01-01")
        page.click("text=Create it")
        measured(page, axe)


def test_narrow_pages_do_not_overflow(sample: Stand, chromium: Browser) -> None:
    """At 320 and 768."""
    for width in (320, 768):
        with visiting(chromium, sample.address, sample.coordinator(), viewport={"width": width, "height": 700}) as page:
            for path in ("changes", "plan", "import", "log", "settings"):
                page.goto(f"/p/{SAMPLE}/{path}")
                assert overflow(page) <= 0, (path, width)
