"""The access matrix: every route of the pages and of the API, by everybody whom it may concern, with the ids of this
and another programme. It is made from the route table, so that no route is forgotten.

Each test goes over all routes and tells of all that are wrong: to begin a service takes longer than to ask it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from scheduler.core.visitor import LinkKind
from scheduler.web.api.access import API_GUARDS
from scheduler.web.guards import GUARDS
from tests.site import SAMPLE
from tests.web.cast import ANOTHER, AUTUMN, COORDINATOR, Cast, entry, gathered, is_api, method_of
from tests.web.entries import ELSEWHERE, ENTRIES, GONE, STREAMS

ALLOWED = {
    "coordinator": {COORDINATOR},
    "participant": {"amara"},
    "partner": {"amara", "partner"},
    "founder": {COORDINATOR, ANOTHER},
}
OPEN = ("anybody", "")
NO_SESSION = {"nobody", "signed-out"}
DANGEROUS = {"leave", "sample"}  # that ends a role of the cast; that takes long


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """The sample twice, with somebody in every role."""
    with gathered(tmp_path_factory.mktemp("access")) as each:
        yield each


@pytest.fixture
def pages(cast: Cast) -> list[APIRoute]:
    """Every route that is guarded as pages are."""
    return [route for route in cast.routes if not is_api(route) and entry(route) != ""]


@pytest.fixture
def api(cast: Cast) -> list[APIRoute]:
    """Every route that takes tokens."""
    return [route for route in cast.routes if is_api(route)]


@pytest.fixture
def untouched(cast: Cast) -> Iterator[None]:
    """Nothing that is kept is another after the test than before."""
    before = cast.written()
    yield
    assert cast.written() == before


def test_each_route_has_one_guard_which_is_told(cast: Cast) -> None:
    """A new route needs an entry in tests/web/entries.py; one that went needs none."""
    known = {*GUARDS, *API_GUARDS.values()}
    found = {
        route.name: [each.call.__name__ for each in route.dependant.dependencies if each.call in known]
        for route in cast.routes
    }
    assert found == {name: [guard] if guard else [] for name, guard in ENTRIES.items()}
    assert len(found) == len(cast.routes)


def test_no_route_is_beside_the_table(cast: Cast) -> None:
    """What is no route of FastAPI's is the folder of static files."""
    plain = [each for each in cast.stand.application.routes if isinstance(each, Route | Mount)]
    assert {each.path for each in plain if not isinstance(each, APIRoute)} == {"/static", "/api"}


@pytest.mark.usefixtures("untouched")
def test_a_page_is_open_to_those_alone_whom_it_is_for(cast: Cast, pages: list[APIRoute]) -> None:
    """All others get the very page of what is not there, or are told to sign in, which tells nothing."""
    wrong: list[tuple[object, ...]] = []
    nowhere: dict[tuple[str, str, str], str] = {}
    for route in pages:
        for role in cast.cookies.keys() - ALLOWED.get(entry(route), set(cast.cookies)):
            answer = cast.ask(route, role, **cast.objects)
            kind = (role, method_of(route), entry(route))
            if kind not in nowhere:
                nowhere[kind] = cast.ask(route, role, programme="nowhere").text
            formless = method_of(route) == "POST" and role == "nobody"
            wanted = {403} if formless else {401} if role in NO_SESSION else {401, 404}
            if answer.status_code not in wanted or answer.text != nowhere[kind]:
                wrong.append((route.name, role, answer.status_code))
    assert wrong == []


@pytest.mark.usefixtures("untouched")
def test_nobody_reaches_another_programme(cast: Cast, pages: list[APIRoute]) -> None:
    """Who may do everything in one is a stranger in the next, whose ids are the same."""
    wrong: list[tuple[object, ...]] = []
    for route in (each for each in pages if "programme" in each.param_convertors and entry(each) not in OPEN):
        for role in (COORDINATOR, "amara", "partner"):
            answer = cast.ask(route, role, programme=AUTUMN)
            if answer.status_code != 404 or answer.text != cast.ask(route, role, programme="nowhere").text:
                wrong.append((route.name, role, answer.status_code))
    assert wrong == []


@pytest.mark.usefixtures("untouched")
def test_what_is_of_another_programme_is_not_there(cast: Cast, pages: list[APIRoute], api: list[APIRoute]) -> None:
    """Its jobs, webhooks, tokens, invitations, coordinators and uploads: as what never was (B20)."""
    wrong: list[tuple[object, ...]] = []
    for route in pages + api:
        named = cast.objects.keys() & route.param_convertors.keys()
        if named and "programme" in route.param_convertors:
            theirs = cast.ask(route, ANOTHER, programme=AUTUMN, **cast.objects)
            never = cast.ask(route, ANOTHER, programme=AUTUMN)
            text, place = theirs.text, theirs.headers.get("location", "")
            for name in named:
                text, place = (each.replace(cast.objects[name], "none") for each in (text, place))
            if (theirs.status_code, text, place) != (never.status_code, never.text, never.headers.get("location", "")):
                wrong.append((route.name, theirs.status_code, never.status_code))
            elif theirs.status_code < 300:
                wrong.append((route.name, theirs.status_code))
    assert wrong == []


@pytest.mark.usefixtures("untouched")
def test_a_look_changes_nothing(cast: Cast, pages: list[APIRoute], api: list[APIRoute]) -> None:
    """Whom a page is for sees it, and the database is as before: mail scanners and browsers look ahead."""
    wrong: list[tuple[object, ...]] = []
    for route in (each for each in pages + api if method_of(each) == "GET"):
        things = {} if route.name in STREAMS else cast.objects
        known = route.param_convertors.keys() <= {"programme", "person", "group", "session", "number", "plan", *things}
        for role in [entry(route)] if is_api(route) else ALLOWED.get(entry(route), {"nobody", COORDINATOR}):
            status = cast.ask(route, role, **things).status_code
            absent = route.name in GONE or not known
            fits = status < 400 or (absent and status == 404) or route.name in ELSEWHERE
            if not fits or status >= 500:
                wrong.append((route.name, role, status))
    assert wrong == []


@pytest.mark.usefixtures("untouched")
def test_a_form_of_another_page_does_nothing(cast: Cast, pages: list[APIRoute]) -> None:
    """Without its token, with that of another session, from another origin, in another form (B19)."""
    wrong: list[tuple[object, ...]] = []
    for route in (each for each in pages if method_of(each) == "POST"):
        cookie = cast.cookies[min(ALLOWED.get(entry(route), {COORDINATOR}))]
        path = cast.path(route, **cast.objects)
        mine, theirs = cast.stand.token(cookie), cast.stand.token(cast.cookies["stranger"])
        asked: list[dict[str, Any]] = [
            {"data": {}},
            {"data": theirs},
            {"params": mine},
            {"data": mine, "headers": {"Origin": "https://evil.example"}},
            {"data": mine, "headers": {"Sec-Fetch-Site": "cross-site"}},
            {"data": mine, "headers": {"Sec-Fetch-Site": "same-site"}},
            {"json": mine},
            {"content": str(mine), "headers": {"Content-Type": "text/plain"}},
        ]
        told = [cast.send("POST", path, cookie, **each).status_code for each in asked]
        told += [cast.send(each, path, cookie, data=mine).status_code for each in ("PUT", "DELETE")]
        override = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
        looked = cast.send("GET", path, cookie, params={**mine, "_method": "POST"}, headers=override).status_code
        if told != [403] * len(asked) + [405] * 2 or looked >= 500:
            wrong.append((route.name, told, looked))
    assert wrong == []


@pytest.mark.usefixtures("untouched")
def test_the_api_is_open_to_tokens_of_the_scope_alone(cast: Cast, api: list[APIRoute]) -> None:
    """401 for what is no token, 403 where its scope is missing, and another programme is as none at all."""
    wrong: list[tuple[object, ...]] = []
    for route in api:
        lacking = f"not {entry(route)}"
        for role, wanted in {
            "none": 401,
            "wrong": 401,
            "revoked": 401,
            "late": 401,
            lacking: 403,
            ANOTHER: 404,
        }.items():
            answer = cast.ask(route, role, **cast.objects)
            nowhere = cast.ask(route, role, programme="nowhere", **cast.objects)
            same = role == lacking or (nowhere.status_code, nowhere.text) == (answer.status_code, answer.text)
            if answer.status_code != wanted or not same:
                wrong.append((route.name, role, answer.status_code, nowhere.status_code))
        others = [(each, cast.ask(route, "all", programme=each).status_code) for each in (AUTUMN, "nowhere")]
        wrong += [(route.name, *each) for each in others if each[1] != 404]
        cookie = cast.send(method_of(route), cast.path(route), cast.cookies[COORDINATOR])
        if cookie.status_code != 401:
            wrong.append((route.name, "a cookie", cookie.status_code))
    assert wrong == []


@pytest.mark.usefixtures("untouched")
def test_a_write_that_says_nothing_writes_nothing(cast: Cast, api: list[APIRoute]) -> None:
    """With a token of its scope, at what is not there: a problem, and not that of who may do nothing."""
    writes = [route for route in api if method_of(route) != "GET"]
    told = {route.name: cast.ask(route, entry(route), plan="none", person="none").status_code for route in writes}
    assert {name: status for name, status in told.items() if status not in (404, 409, 422)} == {}


def test_an_empty_form_is_no_fault_of_ours(cast: Cast, pages: list[APIRoute]) -> None:
    """Whom it is for may send it; what is missing is told, and never a stack trace."""
    wrong: list[tuple[object, ...]] = []
    forms = [route for route in pages if method_of(route) == "POST" and route.name not in DANGEROUS]
    for route in sorted(forms, key=lambda each: entry(each) == "coordinator"):  # who may end what others do comes last
        for role in ALLOWED.get(entry(route), {COORDINATOR}):
            status = cast.ask(route, role).status_code
            refused = status in (401, 403) and route.name not in ELSEWHERE
            absent = cast.objects.keys() | {"decision", "provider", "secret"}
            missed = status == 404 and not (absent & route.param_convertors.keys() or route.name in GONE)
            if status >= 500 or refused or missed:
                wrong.append((route.name, role, status))
    assert wrong == []


def test_a_role_that_ended_ends_at_once(cast: Cast) -> None:
    """In the middle of a session: a coordinator's, and that of somebody whose link was revoked."""
    stand = cast.stand
    access = stand.site.access
    cookie = stand.coordinator(email="fin@example.org")
    who = access.visitor(cookie).identity
    assert who
    mine = stand.person(stand.app().programme.people[-1].id)
    (seat,) = access.visitor(mine).seats
    home, meetings = f"/p/{SAMPLE}", f"/p/{SAMPLE}/me/{seat.person}/meetings"
    assert [cast.send("GET", home, cookie).status_code, cast.send("GET", meetings, mine).status_code] == [200, 200]
    assert access.store.remove_coordinator(SAMPLE, who.id)
    access.store.revoke_links(SAMPLE, seat.person, stand.clock.now())
    assert [cast.send("GET", home, cookie).status_code, cast.send("GET", meetings, mine).status_code] == [401, 404]


def test_a_link_of_somebody_who_left_opens_nothing(cast: Cast) -> None:
    """Their session too sees what strangers see."""
    secret = cast.stand.site.access.hand_out(LinkKind.PERSON, SAMPLE, "left")
    cookie = cast.stand.person("left")
    assert cast.send("GET", f"/in/{secret}", cookie).status_code == 404
    assert cast.send("GET", f"/p/{SAMPLE}/me/left/meetings", cookie).status_code == 404
