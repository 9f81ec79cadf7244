"""The access matrix: every route of the pages, by everybody whom it may concern, with the ids of this and another
programme. It is made from the route table, so that no route is forgotten."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select
from starlette.routing import Mount, Route

from scheduler.app.importing import bring_in
from scheduler.core.visitor import LinkKind
from scheduler.programme.sample import write_sample
from scheduler.settings import Settings
from scheduler.store.tables import metadata
from scheduler.web.guards import GUARDS
from scheduler.web.pages import PAGES
from tests.site import SAMPLE, Stand, standing
from tests.web.entries import ELSEWHERE, ENTRIES, GONE, PARTS, SPECIAL

AUTUMN = "autumn"


def gets(route: APIRoute) -> bool:
    """Whether it is looked at; all others are forms that are sent."""
    return "GET" in (route.methods or ())


ROUTES = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
GETS = [route for route in ROUTES if gets(route)]
POSTS = [route for route in ROUTES if not gets(route)]
GUARDED = [route for route in ROUTES if ENTRIES.get(route.name) not in ("anybody", "signed_in")]
ROLES = ("nobody", "signed-out", "revoked", "amara", "partner", "stranger", "coordinator", "of-another")
ALLOWED = {
    "coordinator": {"coordinator"},
    "participant": {"amara"},
    "partner": {"amara", "partner"},
    "signed_in": {"coordinator", "of-another"},
}
NO_SESSION = {"nobody", "signed-out"}


@dataclass
class Cast:
    """Everybody's cookie by their role, and a group of amara's with somebody else in it."""

    stand: Stand
    client: httpx.Client
    cookies: Mapping[str, str]
    group: str
    at_nowhere: dict[tuple[str, bool, str], str] = field(default_factory=dict)

    def path(self, route: APIRoute, **changed: str) -> str:
        """The address of a route in the sample."""
        parts = PARTS | {"group": self.group} | SPECIAL.get(route.name, {}) | changed
        return str(route.url_path_for(route.name, **{name: parts.get(name, "none") for name in route.param_convertors}))

    def ask(self, route: APIRoute, role: str, **changed: str) -> httpx.Response:
        """A request of somebody; a form is empty but for its token."""
        path, cookie = self.path(route, **changed), self.cookies[role]
        if gets(route):
            return self.send("GET", path, cookie)
        return self.send("POST", path, cookie, data=self.stand.token(cookie) if cookie else {})

    def nowhere(self, route: APIRoute, role: str) -> str:
        """What they are answered at an address that is none: the same at all."""
        known = (role, gets(route), ENTRIES[route.name])
        if known not in self.at_nowhere:
            self.at_nowhere[known] = self.ask(route, role, programme="nowhere").text
        return self.at_nowhere[known]

    def send(self, method: str, path: str, cookie: str, **more: Any) -> httpx.Response:
        """A request that shows a session, of one browser for all: to start one takes longer than to answer it."""
        headers = more.pop("headers", {}) | ({"Cookie": f"rondo={cookie}"} if cookie else {})
        self.client.cookies.clear()
        return self.client.request(method, path, headers=headers, **more)

    def written(self) -> str:
        """All that the database holds, but for when somebody was seen last."""
        told = hashlib.sha256()
        with self.stand.service.database.connect() as connection:
            for table in metadata.sorted_tables:
                columns = [each for each in table.c if each.name != "seen_at"]
                rows = sorted(map(str, connection.execute(select(*columns)).all()))
                told.update("\n".join([table.name, *rows]).encode())
        return told.hexdigest()


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """The sample twice, with somebody in every role."""
    folder = tmp_path_factory.mktemp("access")
    with standing(folder / "data") as stand:
        write_sample(folder / AUTUMN)
        bring_in(folder / AUTUMN, stand.data, AUTUMN, Settings(), stand.clock)
        access = stand.site.access
        group = next(each for each in stand.app().programme.groups if "amara" in each.members)
        partner = next(each for each in group.members if each != "amara")
        stranger = next(each.id for each in stand.app().programme.people if each.id not in group.members)
        cookies = {
            "nobody": "",
            "amara": stand.person("amara"),
            "partner": stand.person(partner),
            "stranger": stand.person(stranger),
            "coordinator": stand.coordinator(),
            "of-another": stand.coordinator(AUTUMN, "otto@example.org"),
            "revoked": stand.person("amara", AUTUMN),
            "signed-out": stand.coordinator(email="sole@example.org"),
        }
        access.store.revoke_links(AUTUMN, "amara", stand.clock.now())
        access.end(cookies["signed-out"])
        with stand.client() as client:
            yield Cast(stand, client, cookies, group.id)


def is_gone(route: APIRoute) -> bool:
    """Whether its address names something that is not there."""
    return route.name in GONE or not route.param_convertors.keys() <= {*PARTS, "group"}


def named(route: APIRoute) -> str:
    """For the name of a test."""
    return str(route.name)


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_each_route_has_one_guard_which_is_told(route: APIRoute) -> None:
    """A new route needs an entry in tests/web/entries.py."""
    guards = [each.call.__name__ for each in route.dependant.dependencies if each.call in GUARDS]
    assert guards == [ENTRIES.get(route.name, "no entry")]


def test_no_route_is_beside_the_pages(cast: Cast) -> None:
    """What the application serves beside them is open to everybody, or has guards of its own (the API)."""
    beside = {"/healthz", "/readyz", "/hooks/google", "/hooks/graph", "/static", "/api", "/openapi.json"}
    app = cast.stand.application
    plain = [each for each in app.routes if isinstance(each, Route | Mount) and each.path in beside]
    paths = {getattr(each, "path", "") for each in app.routes} - {each.path for each in plain}
    assert paths - {route.path for route in ROUTES} - {""} == set()


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_a_route_is_open_to_those_alone_whom_it_is_for(cast: Cast, route: APIRoute) -> None:
    """All others get the very page of what is not there, or are told to sign in, which tells nothing."""
    before = cast.written()
    for role in ROLES:
        if role not in ALLOWED[ENTRIES[route.name]]:
            answer = cast.ask(route, role)
            formless = not gets(route) and role == "nobody"
            wanted = 403 if formless else 401 if role in NO_SESSION or answer.status_code == 401 else 404
            assert (role, answer.status_code) == (role, wanted)
            assert answer.text == cast.nowhere(route, role)
    assert cast.written() == before


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_nobody_reaches_another_programme(cast: Cast, route: APIRoute) -> None:
    """Who may do everything in one is a stranger in the next, whose ids are the same."""
    before = cast.written()
    for role in ("coordinator", "amara", "partner"):
        answer = cast.ask(route, role, programme=AUTUMN)
        assert answer.status_code == 404
        assert answer.text == cast.nowhere(route, role)
    assert cast.written() == before


@pytest.mark.parametrize("route", GETS, ids=named)
def test_a_look_changes_nothing(cast: Cast, route: APIRoute) -> None:
    """Whom a page is for sees it, and the database is as before: mail scanners and browsers look ahead."""
    before = cast.written()
    for role in ALLOWED.get(ENTRIES[route.name], {"nobody", "coordinator"}):
        answer = cast.ask(route, role)
        assert answer.status_code < 500
        if is_gone(route):
            assert answer.status_code in (200, 404)
        elif route.name not in ELSEWHERE:
            assert answer.status_code < 400, answer.text
    assert cast.written() == before


@pytest.mark.parametrize("route", POSTS, ids=named)
def test_a_form_of_another_page_does_nothing(cast: Cast, route: APIRoute) -> None:
    """Without its token, with that of another session, from another origin, in another form: refused for everybody."""
    before = cast.written()
    role = min(ALLOWED.get(ENTRIES[route.name], {"coordinator"}))
    cookie, path = cast.cookies[role], cast.path(route)
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
    assert [cast.send("POST", path, cookie, **each).status_code for each in asked] == [403] * len(asked)
    override = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    assert cast.send("GET", path, cookie, params={**mine, "_method": "POST"}, headers=override).status_code < 500
    assert [cast.send(each, path, cookie, data=mine).status_code for each in ("PUT", "DELETE")] == [405] * 2
    assert cast.written() == before


@pytest.mark.parametrize("route", POSTS, ids=named)
def test_an_empty_form_is_no_fault_of_ours(cast: Cast, route: APIRoute) -> None:
    """Whom it is for may send it; what is missing is told, and never a stack trace."""
    if route.name in ("leave", "sample"):  # that ends a role of the cast; that takes long
        return
    for role in ALLOWED.get(ENTRIES[route.name], {"coordinator"}):
        answer = cast.ask(route, role)
        assert answer.status_code < 500, answer.text
        assert answer.status_code not in (401, 403) or route.name in ELSEWHERE
        assert (answer.status_code == 404) <= is_gone(route)


def test_a_role_that_ended_ends_at_once(cast: Cast) -> None:
    """In the middle of a session: a coordinator's, and that of somebody whose link was revoked."""
    stand = cast.stand
    access = stand.site.access
    cookie = stand.coordinator(email="fin@example.org")
    who = access.visitor(cookie).identity
    assert who
    mine = stand.person(stand.app().programme.people[-1].id)
    (seat,) = access.visitor(mine).seats
    with stand.client(cookie) as client, stand.client(mine) as person:
        meetings = f"/p/{SAMPLE}/me/{seat.person}/meetings"
        assert (client.get(f"/p/{SAMPLE}").status_code, person.get(meetings).status_code) == (200, 200)
        assert access.store.remove_coordinator(SAMPLE, who.id)
        access.store.revoke_links(SAMPLE, seat.person, stand.clock.now())
        assert (client.get(f"/p/{SAMPLE}").status_code, person.get(meetings).status_code) == (401, 404)


def test_a_link_of_somebody_who_left_opens_nothing(cast: Cast) -> None:
    """Their session too sees what strangers see."""
    secret = cast.stand.site.access.hand_out(LinkKind.PERSON, SAMPLE, "left")
    cookie = cast.stand.person("left")
    with cast.stand.client(cookie) as client:
        assert client.get(f"/in/{secret}").status_code == 404
        assert client.get(f"/p/{SAMPLE}/me/left/meetings").status_code == 404
