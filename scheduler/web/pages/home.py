"""A programme's home: what needs its coordinators today."""

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.web.guards import Coordinator

router = APIRouter()


@router.get("/p/{programme}", name="home")
def home(desk: Coordinator) -> Response:
    """The few things that need somebody, and how the programme is."""
    return desk.page("home.html")
