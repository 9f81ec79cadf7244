"""How soon four pages are drawn in a real browser, each asked for five times on a first visit; prints the medians.

    python -m tests.benchmarks.drawing

Milliseconds until something is drawn (first contentful paint) and until the largest part of it is (largest contentful
paint, https://www.w3.org/TR/largest-contentful-paint/), and by how much things moved meanwhile (cumulative layout
shift, https://wicg.github.io/layout-instability/). Ends with 1 where one is above what it may be.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from tests.browser import SIZES, chromium, visiting
from tests.sights import Sight, seen

FIRST, LARGEST, SHIFT = 500, 800, 0.02
PAGES = ("pair-looks", "home", "changes", "limits")
TIMES = 5
WATCH = """
window.drawn = {first: 0, largest: 0, shift: 0};
new PerformanceObserver(list => { for (const each of list.getEntriesByName('first-contentful-paint'))
  drawn.first = each.startTime; }).observe({type: 'paint', buffered: true});
new PerformanceObserver(list => { for (const each of list.getEntries())
  drawn.largest = each.startTime; }).observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => { for (const each of list.getEntries())
  if (!each.hadRecentInput) drawn.shift += each.value; }).observe({type: 'layout-shift', buffered: true});
"""
SETTLED = "() => drawn.largest > 0 && document.readyState === 'complete'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Milliseconds until the first and the largest part stand there; the share of the window that moved."""

    first: float
    largest: float
    shift: float


def drawn(browser: Browser, address: str, sight: Sight, size: str = "phone", times: int = TIMES) -> Drawn:
    """The medians of a page's first visits."""
    width, height = SIZES[size]
    found = []
    for _ in range(times):
        with visiting(browser, address, sight.cookie, viewport={"width": width, "height": height}) as page:
            page.add_init_script(WATCH)
            page.goto(sight.path, wait_until="load")
            page.wait_for_function(SETTLED)
            found.append(page.evaluate("drawn"))
    first, largest, shift = (median(each[name] for each in found) for name in ("first", "largest", "shift"))
    return Drawn(first=first, largest=largest, shift=shift)


def main() -> None:
    """Draw each page on a phone and on a desk."""
    slow = []
    with seen(Path(tempfile.mkdtemp()) / "data") as (stand, sights), chromium() as browser:
        print(f"{'page':<12} {'window':<6} {'first':>7} {'largest':>7} {'shift':>7}")
        for name in PAGES:
            sight = next(each for each in sights if each.name == name)
            for size in SIZES:
                got = drawn(browser, stand.address, sight, size)
                print(f"{name:<12} {size:<6} {got.first:>4.0f} ms {got.largest:>4.0f} ms {got.shift:>7.3f}")
                if got.first > FIRST or got.largest > LARGEST or got.shift > SHIFT:
                    slow.append(name)
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
