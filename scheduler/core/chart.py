"""A line chart as SVG: a pure text, to be shown by itself or inside a page.

It can be read without colour (each line has its own dash and mark), without eyes (title and description say all
figures), at 360 pixels, and in the dark.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from math import floor, log10

WIDTH, HEIGHT = 360, 288
LEFT, RIGHT, TOP, BOTTOM = 40, 318, 74, 214
INDENT = 34
"""The first mark keeps so far from the axis: a figure stands beside it."""
MOST_TICKS = 5
STYLE = """
.rondo-paper{fill:#fff}.rondo-ink{fill:#1f2328}.rondo-grid{stroke:#d5dae0}
.rondo-a{stroke:#0b57a4;fill:#0b57a4}.rondo-b{stroke:#a34700;fill:#a34700}
.rondo-line{fill:none;stroke-width:2}.rondo-b.rondo-line{stroke-dasharray:5 3}
.rondo-figure{stroke:#fff;stroke-width:3;paint-order:stroke}
@media (prefers-color-scheme:dark){
.rondo-paper{fill:#0d1117}.rondo-ink{fill:#e6edf3}.rondo-grid{stroke:#30363d}
.rondo-a{stroke:#7db7ff;fill:#7db7ff}.rondo-b{stroke:#ffb27a;fill:#ffb27a}
.rondo-line{fill:none}.rondo-figure{stroke:#0d1117}}
""".replace("\n", "")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, and a value for each place on the x axis."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Two lines at most, of which the first is nowhere below the second; `under` is a second row below the x axis."""

    title: str
    y_axis: str
    x_axis: str
    x: tuple[str, ...]
    under: tuple[str, ...]
    lines: tuple[Line, ...]


def svg(chart: Chart) -> str:
    """The chart as a whole SVG document of 360 x 288, which grows with its place."""
    top = _ticks(max(value for line in chart.lines for value in line.values))[-1]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="rondo-chart-title rondo-chart-desc" font-family="system-ui,sans-serif" font-size="12">',
        f'<title id="rondo-chart-title">{escape(chart.title)}</title>',
        f'<desc id="rondo-chart-desc">{escape(in_words(chart))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="rondo-paper" width="{WIDTH}" height="{HEIGHT}"/>',
        *_legend(chart),
        *_y_axis(chart, top),
        *_x_axis(chart),
    ]
    for number, line in enumerate(chart.lines):
        parts += _drawn(line, number, top)
    return "\n".join([*parts, "</svg>\n"])


def in_words(chart: Chart) -> str:
    """All figures of a chart, for those who can't see it."""
    places = list(zip(chart.x, chart.under, strict=True))
    lines = [
        f"{line.name}: " + ", ".join(f"{value:.1f} at {x}" for (x, _), value in zip(places, line.values, strict=True))
        for line in chart.lines
    ]
    return f"{chart.y_axis}, by {chart.x_axis}. " + ". ".join(lines) + "."


def _ticks(most: float) -> list[float]:
    """Round figures from 0 to the first that is no less than the largest value."""
    rough = max(most, 1.0) / (MOST_TICKS - 1)
    power = 10 ** floor(log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough)
    return [number * step for number in range(MOST_TICKS)]


def _x(place: int, places: int) -> float:
    return LEFT + INDENT + place * (RIGHT - LEFT - INDENT) / max(1, places - 1)


def _y(value: float, top: float) -> float:
    return BOTTOM - value / top * (BOTTOM - TOP)


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str = "rondo-ink") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _legend(chart: Chart) -> Iterator[str]:
    for number, line in enumerate(chart.lines):
        y = 14 + 17 * number
        yield f'<path class="rondo-{"ab"[number]} rondo-line" d="M8 {y}H36"/>'
        yield _mark(number, 22, y)
        yield _text(44, y + 4, line.name)


def _y_axis(chart: Chart, top: float) -> Iterator[str]:
    yield _text(8, TOP - 16, chart.y_axis)
    for tick in _ticks(top):
        y = _y(tick, top)
        yield f'<path class="rondo-grid" d="M{LEFT} {y:.1f}H{WIDTH - 8}"/>'
        yield _text(LEFT - 6, y + 4, f"{tick:g}", "end")


def _x_axis(chart: Chart) -> Iterator[str]:
    for place, (above, below) in enumerate(zip(chart.x, chart.under, strict=True)):
        x = _x(place, len(chart.x))
        yield _text(x, BOTTOM + 32, above, "middle")
        yield _text(x, BOTTOM + 47, below, "middle")
    yield _text((LEFT + WIDTH) / 2, HEIGHT - 8, chart.x_axis, "middle")


def _drawn(line: Line, number: int, top: float) -> Iterator[str]:
    """The line, its marks, and each value: of the first line to the right above its mark, else to the left below."""
    kind = "ab"[number]
    points = [(_x(place, len(line.values)), _y(value, top)) for place, value in enumerate(line.values)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    yield f'<path class="rondo-{kind} rondo-line" d="M{path}"/>'
    for (x, y), value in zip(points, line.values, strict=True):
        yield _mark(number, x, y)
        beside = (x + 3, y - 7, "start") if number == 0 else (x - 3, y + 16, "end")
        yield _text(*beside[:2], f"{value:.1f}", beside[2], "rondo-ink rondo-figure")


def _mark(number: int, x: float, y: float) -> str:
    if number == 0:
        return f'<circle class="rondo-a" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    return f'<rect class="rondo-b" x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7"/>'
