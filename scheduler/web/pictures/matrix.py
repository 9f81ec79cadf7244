"""Groups x weeks as one picture: a path for each state, whose cells side by side are one, so that it weighs little.

What holds is the quiet ground; only a session without a time is loud.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from babel.dates import format_skeleton

from scheduler.core.coverage import Cell, Cells
from scheduler.core.tongue import tongue

KINDS = {Cell.HOLDS: "holds", Cell.MOVES: "moves", Cell.SKIPPED: "skipped", Cell.MISSING: "none"}
ROW_PIXELS, FEW, TALLEST = 24, 50, 1_200
WHOLE, SEPARATE = "1", ".84"
"""How tall a cell is: where there is room, a gap shows where a row ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Rows of the picture that lead somewhere: `first` is the first of them, counted from 0."""

    href: str
    words: str
    first: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month's name, and where it begins: a part of the width, in percent."""

    name: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """`paths` in cells, by the class of their colour; `now`: where the present is, in weeks (none: outside)."""

    rows: int
    weeks: int
    height: int
    paths: dict[str, str]
    bands: tuple[Band, ...]
    months: tuple[Month, ...]
    now: float | None


def paths(cells: Cells) -> dict[str, str]:
    """What is drawn of `cells` (values of Cell, a row a group), by the class of its colour."""
    return {kind: path(cells == cell, SEPARATE if len(cells) <= FEW else WHOLE) for cell, kind in KINDS.items()}


def matrix(
    drawn: dict[str, str], rows: int, weeks: tuple[date, ...], today: date, bands: Iterable[Band] = ()
) -> Matrix:
    """The picture of so many rows, of which `paths` are drawn."""
    at = (today - weeks[0]).days / 7
    return Matrix(
        rows=rows,
        weeks=len(weeks),
        height=rows * ROW_PIXELS if rows <= FEW else max(TALLEST // 2, min(rows, TALLEST)),
        paths=drawn,
        bands=tuple(bands),
        months=_months(weeks),
        now=at if 0 <= at <= len(weeks) else None,
    )


def path(on: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]", tall: str = WHOLE) -> str:
    """The cells that are on as one SVG path, so tall; those that are side by side are one rectangle."""
    return "".join(f"M{x} {y}h{width}v{tall}h-{width}z" for y, x, width in _runs(on))


def strips(cells: Cells) -> list[dict[str, str]]:
    """Each row as a picture of its own: its paths by the class of their colour."""
    found: list[dict[str, str]] = [dict.fromkeys(KINDS.values(), "") for _ in cells]
    for cell, kind in KINDS.items():
        for y, x, width in _runs(cells == cell):
            found[y][kind] += f"M{x} 0h{width}v{WHOLE}h-{width}z"
    return found


def _runs(on: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> Iterable[tuple[int, int, int]]:
    """Row, first column and length of all that are on side by side."""
    edges = np.diff(on.astype(np.int8), axis=1, prepend=0, append=0)
    rows, begins = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    return zip(rows.tolist(), begins.tolist(), (ends - begins).tolist(), strict=True)


def _months(weeks: tuple[date, ...]) -> tuple[Month, ...]:
    """Each month at its first week; none that would stand on the next one's feet."""
    first = [number for number, week in enumerate(weeks) if number == 0 or week.month != weeks[number - 1].month]
    kept = [number for number, after in zip(first, [*first[1:], len(weeks)], strict=True) if after - number > 1]
    every = max(1, -(-len(kept) // 8))
    return tuple(
        Month(name=format_skeleton("MMM", weeks[number], locale=tongue().words), at=round(100 * number / len(weeks), 2))
        for number in kept[::every]
    )
