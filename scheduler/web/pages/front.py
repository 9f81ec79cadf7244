"""The first page: where two people can begin, and coordinators find their programmes."""

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.web.guards import Anybody

router = APIRouter()


@router.get("/", name="front")
def front(visit: Anybody) -> Response:
    """What Rondo is for, and the visitor's own programmes and meetings."""
    return visit.page("front.html", coordinates=sorted(visit.visitor.coordinates))
