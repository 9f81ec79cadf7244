"""Import."""

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.web.guards import Coordinator

router = APIRouter(prefix="/p/{programme}")


@router.get("/import", name="importing")
def importing(visit: Coordinator) -> Response:
    """Import."""
    return visit.page("settings.html")
