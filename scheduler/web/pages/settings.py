"""Settings of a programme."""

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.web.guards import Coordinator

router = APIRouter(prefix="/p/{programme}")


@router.get("/settings", name="settings")
def settings(visit: Coordinator) -> Response:
    """Everything that holds for the programme as a whole."""
    return visit.page("settings.html")
