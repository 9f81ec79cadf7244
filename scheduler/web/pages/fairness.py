"""Fairness: how many minutes a month each person meets outside the hours that they like."""

from collections.abc import Mapping, Sequence
from statistics import median

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.app.meetings.overview import Overview
from scheduler.web.guards import Coordinator
from scheduler.web.paging import found, page_of, query
from scheduler.web.pictures.dots import dots

router = APIRouter()
CAP = 45.0
"""Minutes a month; more than that is a lot to ask of somebody (an hour and a half in two months)."""


@router.get("/p/{programme}/fairness", name="fairness")
def fairness(desk: Coordinator) -> Response:
    """A dot for everybody, the sum of it in words, and the same as rows."""
    view = desk.overview
    values, ranked = view.made("burdens", lambda: _ranked(view))
    page = page_of(desk, found(desk, ranked, lambda who: f"{who} {view.names[who]}"))
    return desk.page(
        "fairness.html",
        view=view,
        values=values,
        asked=desk.said("q"),
        page=page,
        cap=CAP,
        middle=median(values.values()) if values else 0.0,
        worst=ranked[0] if ranked else "",
        above=sum(minutes > CAP for minutes in values.values()),
        free=sum(minutes == 0 for minutes in values.values()),
        picture=view.made("dots", lambda: dots(values, CAP, view.names)) if values else None,
        url=lambda **changed: query(desk, **changed),
    )


def _ranked(view: Overview) -> tuple[Mapping[str, float], Sequence[str]]:
    """The minutes of everybody who is still there, and who they are, those with most first."""
    values = {who: minutes for who, minutes in view.outside.items() if who in view.names}
    return values, sorted(values, key=lambda who: (-values[who], view.names[who].casefold()))
