"""Coordinators' lists in a real browser: accessible, nothing wider than the window, nothing too small to read."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import SIZES, overflow, smallest_text, visiting
from tests.site import SAMPLE, Stand, standing

PAGES = (
    "",
    "/people",
    "/people/amara",
    "/coverage",
    "/fairness",
    "/digest",
    "/groups/circle-world",
    "/groups/pair-amara-chen/sessions/7",
    "/groups/pair-amara-chen/sure?what=pause",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FOUND = """rules => axe.run(document, {runOnly: rules}).then(
  found => found.violations.map(one => one.id + " " + one.nodes[0].html))"""


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, published."""
    with standing(tmp_path_factory.mktemp("seen") / "data") as stand:
        yield stand


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_each_page_is_accessible(stand: Stand, chromium: Browser, axe: str, size: str, scheme: str) -> None:
    """Light and dark, on a phone and at a desk."""
    width, height = SIZES[size]
    options = {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
    with visiting(chromium, stand.address, stand.coordinator(), **options) as page:
        for path in PAGES:
            page.goto(f"/p/{SAMPLE}{path}")
            page.evaluate(axe)
            assert page.evaluate(FOUND, RULES) == [], path


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_window_or_too_small_to_read(stand: Stand, chromium: Browser, width: int) -> None:
    """Wide tables scroll by themselves."""
    with visiting(chromium, stand.address, stand.coordinator(), viewport={"width": width, "height": 740}) as page:
        for path in PAGES:
            page.goto(f"/p/{SAMPLE}{path}")
            assert overflow(page) <= 0, path
            assert smallest_text(page) >= 12, path


def test_a_row_of_the_matrix_leads_to_its_group(stand: Stand, chromium: Browser) -> None:
    """The first is that with most trouble."""
    with visiting(chromium, stand.address, stand.coordinator()) as page:
        page.goto(f"/p/{SAMPLE}/coverage")
        page.locator("figure.matrix a").first.click()
        page.wait_for_url("**/groups/pair-amara-chen")
