"""Charts: every figure is to be seen, to be read, and where it belongs."""

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from scheduler.core.chart import BOTTOM, HEIGHT, TOP, WIDTH, Chart, Line, in_words, svg

SVG = "{http://www.w3.org/2000/svg}"
CHART = Chart(
    title="Pairs & circles",
    y_axis="minutes",
    x_axis="slack",
    x=("0", "1 (now)", "2"),
    under=("3", "5", "6"),
    lines=(Line("worst", (80.0, 40.0, 10.0)), Line("above <it>", (20.0, 4.0, 0.0))),
)


def drawn(chart: Chart) -> ElementTree.Element:
    """The chart, as a reader of XML sees it."""
    return ElementTree.fromstring(svg(chart))


def texts(root: ElementTree.Element) -> list[str]:
    """All that is written in it."""
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def test_it_tells_all_figures_without_a_picture() -> None:
    """Title and description name the chart, the lines and each value; the picture is named by both."""
    root = drawn(CHART)
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert title.text == "Pairs & circles"
    assert desc.text == in_words(CHART)
    assert "worst: 80.0 at 0, 40.0 at 1 (now), 10.0 at 2." in in_words(CHART)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"


def test_axes_lines_and_values_are_written() -> None:
    """Both axes, both rows below, the name of each line, and each value."""
    written = texts(drawn(CHART))
    assert {"minutes", "slack", "0", "1 (now)", "2", "3", "5", "6", "worst", "above <it>"} <= set(written)
    assert {"80.0", "40.0", "10.0", "20.0", "4.0", "0.0"} <= set(written)


def test_marks_stand_at_their_values() -> None:
    """The axis ends at a round figure: here 80, in steps of 20."""
    root = drawn(CHART)
    heights = [float(each.get("cy", "")) for each in root.iter(f"{SVG}circle")][1:]  # the first is in the legend
    assert heights == [TOP, (TOP + BOTTOM) / 2, pytest.approx(BOTTOM - (BOTTOM - TOP) / 8, abs=0.05)]
    assert {"20", "40", "60"} <= set(texts(root))


@pytest.mark.parametrize("most", [0.0, 0.3, 1.0, 7.0, 61.5, 99.0, 100.1, 240.0, 12345.0])
def test_everything_stays_inside_the_picture(most: float) -> None:
    """Whatever the values, and for a single one too."""
    for chart in (
        replace(CHART, lines=(Line("one", (most, most / 2, 0.0)), Line("two", (most / 2, 0.0, 0.0)))),
        Chart("t", "y", "x", ("0",), ("1",), (Line("one", (most,)),)),
    ):
        root = drawn(chart)
        marks = [*root.iter(f"{SVG}circle"), *root.iter(f"{SVG}text")]
        assert all(0 <= float(each.get("x", each.get("cx", ""))) <= WIDTH for each in marks)
        assert all(0 <= float(each.get("y", each.get("cy", ""))) <= HEIGHT for each in marks)
        assert all(float(each.get("cy", "")) >= TOP for each in list(root.iter(f"{SVG}circle"))[1:])


def test_lines_differ_by_more_than_colour() -> None:
    """Another dash and another mark; colours for the light and for the dark."""
    text = svg(CHART)
    assert "stroke-dasharray" in text
    assert "prefers-color-scheme:dark" in text
    assert len(list(drawn(CHART).iter(f"{SVG}circle"))) == 4
    assert len([each for each in drawn(CHART).iter(f"{SVG}rect") if each.get("class") == "rondo-b"]) == 4


def test_colours_are_told_apart_from_their_ground() -> None:
    """WCAG 2.2: text and figures at 4.5 to 1 at least, in the light and in the dark."""
    for ground, inks in (("#fff", ("#1f2328", "#0b57a4", "#a34700")), ("#0d1117", ("#e6edf3", "#7db7ff", "#ffb27a"))):
        assert ground in svg(CHART)
        for ink in inks:
            assert ink in svg(CHART)
            assert contrast(ink, ground) >= 4.5


def contrast(one: str, other: str) -> float:
    """Of two colours, by WCAG."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative, by WCAG."""
    digits = colour.removeprefix("#")
    whole = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_places_are_equally_far_apart() -> None:
    """One slack after the other."""
    across = [float(each.get("cx", "")) for each in drawn(CHART).iter(f"{SVG}circle")][1:]
    assert len({round(later - earlier, 3) for earlier, later in pairwise(across)}) == 1
