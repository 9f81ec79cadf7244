"""Every page that can be looked at, found from the route table: a new one is looked at without anybody thinking of it.

The service is filled first, so that each page has something to show: the sample published, a draft that would change
something, a job, an import with errors, a proposal; and three private pairs: one looks, one booked, one waits. Forms
are looked at as they come back after nonsense was typed.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from scheduler.app.pairs import booking, pairs
from scheduler.app.planning.explaining import member
from scheduler.app.planning.times import best_times, series_of_group
from scheduler.core.account import Grant, Provider
from scheduler.core.visitor import LinkKind
from scheduler.settings import Settings, Smtp
from scheduler.solve import Params
from tests.site import SAMPLE, Stand, standing
from tests.web.disturbing import disturb

PARTS = {
    "programme": SAMPLE,
    "person": "amara",
    "group": "pair-amara-chen",
    "session": "7",
    "provider": "ics",
}
FEED = "https://calendar.example.org/amara.ics"
QUERIES = {"group-sure": "what=pause", "calendar-disconnect": f"provider=ics&address={FEED}", "why": "at=Mon 10:00"}
NO_PAGES = {
    *("alive", "ready", "openapi", "feed", "pair-file", "import-sample", "import-corrected", "export", "job-live"),
    *("connected", "signed-in-at"),  # where providers send somebody back: they show errors, or lead on
}
"""Routes that answer a GET with no page of their own."""
FORMS = {
    "limits": "form.limits",
    "front": "form.begin",
    "import": "form[enctype]",
    "new-programme": "form.narrow",
    "sign-in": "form[novalidate]",
    "settings": "form.settings",
    "webhooks": "form.join",
    "pair-waits": "form.join",
}
"""The form of a page that is sent with nonsense in it."""
PEOPLE = """\
id,name,timezone,email,hours
new,New One,EST,new@example.org,Mon-Fri 9-17
other,Other One,Europe/London,other@example.org,Mon-Fry 9-17
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A page: the name of its route, its address, and whose cookie is shown; `form` is sent with nonsense in it."""

    name: str
    path: str
    cookie: str
    form: str = ""


def api_routes(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    """Every route of an application, those of its parts too."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif isinstance(route, Mount):
            yield from api_routes(route.routes)
        else:  # FastAPI's own form of a router that was included
            yield from api_routes(vars(route)["original_router"].routes)


def guard_of(route: APIRoute) -> str:
    """The name of who may take a route; empty for none."""
    return next((getattr(each.call, "__name__", "") for each in route.dependant.dependencies), "")


def page_routes(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    """Those that show a page."""
    for route in api_routes(routes):
        if "GET" in (route.methods or ()) and route.name not in NO_PAGES and not guard_of(route).startswith("api_"):
            yield route


def filled(path: str, parts: Mapping[str, str]) -> str:
    """An address with its parts; raises KeyError for a part that nobody named."""
    return re.sub(r"{(\w+)}", lambda part: parts[part[1]], path)


@contextmanager
def seen(data: Path, settings: Settings | None = None) -> Iterator[tuple[Stand, tuple[Sight, ...]]]:
    """A service that is filled, and all its pages; unless told otherwise with a mail server that is never there."""
    smtp = Smtp(host="127.0.0.1", port=9, security="none", sender="rondo@example.org")
    with standing(data, settings=settings or Settings().model_copy(update={"smtp": smtp})) as stand:
        parts = PARTS | _fill(stand)
        cookies = {"coordinator": stand.coordinator(), "person": stand.person(PARTS["person"]), "": ""}
        found = [*_sights(stand, parts, cookies), *_pairs(stand)]
        wrong = [
            replace(each, name=f"{each.name}-wrong", form=FORMS[each.name]) for each in found if each.name in FORMS
        ]
        yield stand, (*found, *wrong)


def _sights(stand: Stand, parts: Mapping[str, str], cookies: Mapping[str, str]) -> Iterator[Sight]:
    whose = {"coordinator": "coordinator", "founder": "coordinator", "participant": "person", "partner": "person"}
    for route in page_routes(stand.application.routes):
        cookie = cookies[whose.get(guard_of(route), "")]
        query = f"?{QUERIES[route.name]}" if route.name in QUERIES else ""
        yield Sight(name=route.name, path=filled(route.path, parts) + query, cookie=cookie)
    yield Sight(name="front-again", path="/", cookie=cookies["coordinator"])
    yield Sight(name="nothing", path="/nothing", cookie="")
    yield Sight(name="not-yours", path=f"/p/{SAMPLE}", cookie="")


def _pairs(stand: Stand) -> Iterator[Sight]:
    """Private pairs: one that looks for a time, one that booked it, and one who has not yet said when they can."""
    for name in ("looks", "books", "waits"):
        first = stand.clock.now().date()
        begun = pairs.begin(
            stand.site,
            once=f"a pair that {name} for a time",
            me=pairs.Side(name="Amara", zone="Europe/London", hours="Mon-Fri 9-17, not 12-13"),
            other=pairs.Side(name="Chen", zone="America/New_York", hours="" if name == "waits" else "Mon-Fri 8-16"),
            every=1,
            minutes=45,
            first=first,
            until=first + timedelta(weeks=26, days=-1),
        )
        base = f"/p/{begun.programme}/groups/{pairs.GROUP}"
        one, other = (stand.person(who, begun.programme) for who in (pairs.FIRST, pairs.SECOND))
        if name == "waits":
            yield Sight(name="pair-so-far", path=f"{base}/times", cookie=one)
            yield Sight(name="pair-waits", path=f"{base}/times", cookie=other)
            continue
        key = _best(stand, begun.programme)
        if name == "looks":
            yield Sight(name="pair-looks", path=f"{base}/times", cookie=one)
            yield Sight(name="pair-book", path=f"{base}/book?slot={key}", cookie=one)
            yield Sight(name="pair-why", path=f"{base}/why?at=Mon 07:00", cookie=one)
            yield Sight(name="pair-limits", path=f"/p/{begun.programme}/me/{pairs.FIRST}/limits", cookie=one)
            continue
        for who in (pairs.FIRST, pairs.SECOND):
            app = stand.app(begun.programme)
            seen = booking.prepared(app, pairs.group_of(app, pairs.GROUP), key, member(who)).seen
            booking.choose(stand.site, begun.programme, pairs.GROUP, who, key, seen)
        yield Sight(name="pair-booked", path=f"{base}/times", cookie=one)


def _best(stand: Stand, programme: str) -> str:
    app = stand.app(programme)
    posed = app.pose()
    return best_times(app, posed, series_of_group(posed, pairs.GROUP), audience=member(pairs.FIRST))[0].key


def _fill(stand: Stand) -> dict[str, str]:
    """Have something to show on each page; the parts of addresses that came of it."""
    disturb(stand)
    stand.clock.at += timedelta(hours=1)  # what is planned from now on came later than what stands
    app = stand.app()
    app.accounts.connect(PARTS["person"], Provider.ICS, Grant(identity=FEED, address=FEED, secret=FEED), stand.clock)
    app.refresh()
    app.plan(app.pose(), params=Params(seed=1))
    cookie = stand.coordinator()
    with stand.client(cookie) as client:
        job = client.post(f"/p/{SAMPLE}/plan", data=stand.token(cookie)).headers["location"].rpartition("/")[2]
        hook = client.post(
            f"/p/{SAMPLE}/webhooks", data=stand.token(cookie) | {"url": "https://hooks.example.org/rondo"}
        )
        webhook = re.search(r"/webhooks/(\w+)/", hook.text)
        upload = client.post(
            f"/p/{SAMPLE}/import", data=stand.token(cookie), files={"files": ("people.csv", PEOPLE, "text/csv")}
        ).headers["location"]
    secret = stand.site.access.hand_out(LinkKind.PERSON, SAMPLE, PARTS["person"])
    assert webhook
    return {"job": job, "upload": upload.rpartition("/")[2], "secret": secret, "webhook": webhook[1]}
