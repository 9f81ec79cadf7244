"""The first steps of a coordinator: a new programme, or the sample to look around in."""

from datetime import date, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from scheduler.app.programmes import first_run
from scheduler.core.tongue import gettext as _
from scheduler.core.zones import all_zones, zone_named
from scheduler.errors import InputError
from scheduler.web.guards import Founder
from scheduler.web.visit import Visit

router = APIRouter(prefix="/programmes")
CADENCES = ("week", "2 weeks", "4 weeks", "month")
LENGTHS = (15, 20, 25, 30, 45, 50, 60, 75, 90, 120)
WEEKS = 26


@router.get("/new", name="new-programme")
def new_programme(visit: Founder) -> Response:
    """What a programme needs to begin with."""
    now = visit.site.service.clock.now().date()
    first = now + timedelta(days=7 - now.weekday())
    until = first + timedelta(weeks=WEEKS) - timedelta(days=3)
    said = {"name": "", "from": first.isoformat(), "until": until.isoformat(), "every": "week", "minutes": "45"}
    return _page(visit, said | {"zone": ""}, {})


@router.post("/new", name="create-programme")
def create(visit: Founder) -> Response:
    """Make it; its first coordinator is whoever made it."""
    said = {name: visit.said(name) for name in ("name", "from", "until", "every", "minutes", "zone")}
    wrong: dict[str, str] = {}
    first, until = (_day(said[name], name, wrong) for name in ("from", "until"))
    if not said["name"] or len(said["name"]) > 200:
        wrong["name"] = _("Give it a name.")
    if said["every"] not in CADENCES:
        wrong["every"] = _("Choose one of these.")
    if said["minutes"] not in map(str, LENGTHS):
        wrong["minutes"] = _("Choose one of these.")
    if first and until and until < first:
        wrong["until"] = _("It would end before it begins.")
    zone = _zone(said["zone"], wrong)
    if not wrong and first and until:
        try:
            programme = first_run.create(
                visit.site.service,
                name=said["name"],
                first=first,
                until=until,
                every=said["every"],
                minutes=int(said["minutes"]),
                zone=zone,
            )
        except InputError as fault:
            wrong["name"] = f"{fault.message} {fault.hint}".strip()
        else:
            _coordinate(visit, programme)
            return visit.go("importing", programme=programme)
    return _page(visit, said, wrong)


@router.post("/sample", name="sample")
def sample(visit: Founder) -> Response:
    """Twelve people, five groups, half a year: planned, and published to files on this machine."""
    programme = first_run.sample(visit.site.service)
    _coordinate(visit, programme)
    return visit.go("home", programme=programme)


def _page(visit: Visit, said: dict[str, str], wrong: dict[str, str]) -> Response:
    return visit.page(
        "new_programme.html",
        status=422 if wrong else 200,
        said=said,
        wrong=wrong,
        cadences=_cadences(),
        lengths=LENGTHS,
        zones=sorted(zone for zone in all_zones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))),
    )


def _cadences() -> dict[str, str]:
    return {
        "week": _("every week"),
        "2 weeks": _("every two weeks"),
        "4 weeks": _("every four weeks"),
        "month": _("every month"),
    }


def _coordinate(visit: Visit, programme: str) -> None:
    if visit.visitor.identity:
        now = visit.site.service.clock.now()
        visit.site.access.store.let_coordinate(programme, visit.visitor.identity.id, now)


def _day(text: str, name: str, wrong: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong[name] = _("Write it like 2027-03-01.")
        return None


def _zone(text: str, wrong: dict[str, str]) -> str:
    try:
        return zone_named(text) if text else ""
    except InputError as fault:
        wrong["zone"] = f"{fault.message} {fault.hint}"
        return ""
