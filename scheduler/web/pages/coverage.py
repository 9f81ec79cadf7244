"""Coverage: what becomes of every group in every week, as a picture and as a table, the worst first."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.app.meetings.overview import GroupRow, Overview
from scheduler.core.coverage import Cell
from scheduler.core.tongue import gettext as _
from scheduler.core.walltime import local_time
from scheduler.web.guards import Coordinator
from scheduler.web.paging import ROWS, choice, found, page_of, query
from scheduler.web.pictures.matrix import FEW, KINDS, Band, Matrix, matrix, paths, strips
from scheduler.web.visit import Desk

router = APIRouter()
ALL = "all"
SHOWN: dict[str, Callable[[GroupRow], bool]] = {
    ALL: lambda row: True,
    "missing": lambda row: row.counts[Cell.MISSING] > 0,
    "moves": lambda row: row.counts[Cell.MOVES] > 0,
    "unplanned": lambda row: not row.planned,
}


@router.get("/p/{programme}/coverage", name="coverage")
def coverage(desk: Coordinator) -> Response:
    """The matrix, and the same as rows."""
    view = desk.overview
    shown, which = choice(desk, "show", SHOWN)
    ranked = view.made("worst first", lambda: worst_first(view))
    rows = found(desk, filter(which, ranked), _words) if shown != ALL or desk.said("q") else ranked
    page = page_of(desk, rows)
    counts = view.sums if rows is ranked else {cell: sum(row.counts[cell] for row in rows) for cell in KINDS}
    return desk.page(
        "coverage.html",
        view=view,
        shown=shown,
        asked=desk.said("q"),
        page=page,
        counts={kind: counts[cell] for cell, kind in KINDS.items()},
        planned=sum(counts[cell] for cell in KINDS),
        placed=counts[Cell.HOLDS] + counts[Cell.MOVES],
        picture=picture(desk, view, rows, _bands(desk, rows), kept=rows is ranked) if rows else None,
        strips=_strips(view, page.rows),
        weeks=len(view.coverage.weeks) if view.coverage else 0,
        url=lambda **changed: query(desk, **changed),
    )


def worst_first(view: Overview) -> list[GroupRow]:
    """All groups, those with most sessions without a time first; those that are not planned yet last."""
    if view.coverage is None:
        return list(view.groups)
    rows = [view.groups[row] for row in view.coverage.worst_first().tolist()]
    return sorted(rows, key=lambda row: not row.planned)


def picture(
    desk: Desk, view: Overview, rows: Sequence[GroupRow], bands: Iterable[Band] = (), *, kept: bool = False
) -> Matrix | None:
    """Some groups as a matrix; None while nothing stands. `kept`: of all groups, so drawn once for everybody."""
    if view.coverage is None:
        return None
    cells = view.coverage.cells[[row.row for row in rows]]
    drawn = view.made("matrix", lambda: paths(cells)) if kept else paths(cells)
    return matrix(drawn, len(rows), view.coverage.weeks, local_time(view.app.clock.now(), desk.zone).day, bands)


def _bands(desk: Desk, rows: list[GroupRow]) -> Iterator[Band]:
    """Each row leads to its group where they are few; of many, a hundred together lead to their page of the table."""
    if len(rows) <= FEW:
        for number, row in enumerate(rows):
            href = desk.path("group", programme=desk.programme, group=row.group.id)
            yield Band(href=href, words=row.group.id, first=number, rows=1)
    else:
        for first in range(0, len(rows), ROWS):
            last = min(first + ROWS, len(rows))
            words = _("Groups %(first)s to %(last)s") % {"first": first + 1, "last": last}
            href = f"{query(desk, page=first // ROWS + 1)}#rows"
            yield Band(href=href, words=words, first=first, rows=last - first)


def _strips(view: Overview, rows: Sequence[GroupRow]) -> dict[str, dict[str, str]]:
    if view.coverage is None:
        return {}
    drawn = strips(view.coverage.cells[[row.row for row in rows]])
    return {row.group.id: strip for row, strip in zip(rows, drawn, strict=True)}


def _words(row: GroupRow) -> str:
    return f"{row.group.id} {row.group.title} {' '.join(row.names)}"
