"""Everybody whom a route may concern, at the sample twice: who they are, what they ask, and what is kept meanwhile."""

import asyncio
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi.routing import APIRoute
from sqlalchemy import select

from scheduler.app.access.sessions import digest
from scheduler.app.access.tokens import Tokens
from scheduler.app.service.importing import bring_in
from scheduler.core.token import Scope
from scheduler.core.visitor import LinkKind
from scheduler.programme.sample import write_sample
from scheduler.settings import Settings
from scheduler.store.tables import metadata
from scheduler.web.api import MOUNTED
from tests.sights import api_routes, filled, guard_of
from tests.site import SAMPLE, Stand, standing
from tests.web.entries import ENTRIES, PARTS, QUERIES

AUTUMN = "autumn"
SEEN = {"seen_at", "used_at"}
"""When somebody was last here: that alone a look may write."""
PEOPLE = "id,name,timezone,email,hours\nnew,New One,EST,new@example.org,Mon-Fri 9-17\n"
COORDINATOR, ANOTHER = "coordinator", "of-another"


@dataclass
class Cast:
    """Cookies and tokens by role; `objects`: what the sample has, and no other programme, by its name in addresses."""

    stand: Stand
    runner: asyncio.Runner
    client: httpx.AsyncClient
    cookies: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)
    group: str = ""

    @property
    def routes(self) -> list[APIRoute]:
        """Every route of the application, those of the API too."""
        return list(api_routes(self.stand.application.routes))

    def path(self, route: APIRoute, **changed: str) -> str:
        """The address of a route in the sample; what nobody named is `none`."""
        parts = dict.fromkeys(route.param_convertors, "none") | PARTS | {"group": self.group} | changed
        below = MOUNTED if is_api(route) else ""
        return below + filled(route.path, parts) + QUERIES.get(route.name, "").format(group=self.group)

    def ask(self, route: APIRoute, role: str, **changed: str) -> httpx.Response:
        """A page or a form of somebody, which is empty but for its token; of the API, with somebody's token."""
        method, path = method_of(route), self.path(route, **changed)
        if is_api(route):
            token = self.tokens[role]
            return self.send(method, path, headers={"Authorization": f"Bearer {token}"} if token else {})
        cookie = self.cookies[role]
        form = {"data": self.stand.token(cookie)} if method == "POST" and cookie else {}
        return self.send(method, path, cookie, **form)

    def send(self, method: str, path: str, cookie: str = "", **more: Any) -> httpx.Response:
        """A request that shows a session, past all sockets."""
        headers = more.pop("headers", {}) | ({"Cookie": f"rondo={cookie}"} if cookie else {})
        self.client.cookies.clear()
        return self.runner.run(self.client.request(method, path, headers=headers, **more))

    def written(self) -> dict[str, str]:
        """A hash of all that the database holds, by table."""
        told = {}
        with self.stand.service.database.connect() as connection:
            for table in metadata.sorted_tables:
                columns = [each for each in table.c if each.name not in SEEN]
                rows = sorted(map(str, connection.execute(select(*columns)).all())) if columns else []
                told[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return told


def is_api(route: APIRoute) -> bool:
    """Whether it takes tokens."""
    return guard_of(route).startswith("api_")


def method_of(route: APIRoute) -> str:
    """The one by which it is taken."""
    methods = route.methods - {"HEAD"} if route.methods else {"GET"}
    (method,) = methods
    return method


def entry(route: APIRoute) -> str:
    """Who may take it, as the table has it."""
    return ENTRIES.get(route.name, "no entry")


@contextmanager
def gathered(folder: Path) -> Iterator[Cast]:
    """The sample twice, with somebody in every role, and one of each thing that there may be."""
    with standing(folder / "data") as stand, asyncio.Runner() as runner:
        write_sample(folder / AUTUMN)
        bring_in(folder / AUTUMN, stand.data, AUTUMN, Settings(), stand.clock)
        transport = httpx.ASGITransport(app=stand.application, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=stand.address, timeout=30)
        cast = Cast(stand, runner, client)
        group = next(each for each in stand.app().programme.groups if "amara" in each.members)
        cast.group, cast.cookies, cast.tokens = group.id, _cookies(stand, group.members), _tokens(stand)
        cast.objects = _objects(cast)
        yield cast
        runner.run(client.aclose())


def _cookies(stand: Stand, members: tuple[str, ...]) -> dict[str, str]:
    access = stand.site.access
    partner = next(each for each in members if each != "amara")
    stranger = next(each.id for each in stand.app().programme.people if each.id not in members)
    cookies = {
        "nobody": "",
        "amara": stand.person("amara"),
        "partner": stand.person(partner),
        "stranger": stand.person(stranger),
        COORDINATOR: stand.coordinator(),
        ANOTHER: stand.coordinator(AUTUMN, "otto@example.org"),
        "newcomer": access.begin("", access.known("mail", "nora@example.org", "nora@example.org", "Nora")),
        "revoked": stand.person("amara", AUTUMN),
        "signed-out": stand.coordinator(email="sole@example.org"),
    }
    access.store.revoke_links(AUTUMN, "amara", stand.clock.now())
    access.end(cookies["signed-out"])
    return cookies


def _tokens(stand: Stand) -> dict[str, str]:
    """One of each scope alone (`api_read`) and of all others (`not api_read`), one of another programme, and none."""
    tokens, every = Tokens(stand.service.database, stand.clock), set(Scope)
    found = {f"api_{scope}": tokens.issue(SAMPLE, "one", {scope})[0] for scope in every}
    found |= {f"not api_{scope}": tokens.issue(SAMPLE, "but one", every - {scope})[0] for scope in every}
    revoked, held = tokens.issue(SAMPLE, "revoked", every)
    tokens.revoke(SAMPLE, held.id)
    late, _ = tokens.issue(SAMPLE, "late", every, timedelta(seconds=-1))
    found |= {"none": "", "wrong": "rondo_wrong", "revoked": revoked, "late": late}
    return found | {"all": tokens.issue(SAMPLE, "all", every)[0], ANOTHER: tokens.issue(AUTUMN, "all", every)[0]}


def _objects(cast: Cast) -> dict[str, str]:
    stand, service, access = cast.stand, cast.stand.service, cast.stand.site.access
    _, hook = service.webhooks.make(SAMPLE, "https://hooks.example.org/rondo")
    _, token = Tokens(service.database, stand.clock).issue(SAMPLE, "of a program", {Scope.READ})
    second = access.known("mail", "ada@example.org", "ada@example.org", "Ada")
    access.store.let_coordinate(SAMPLE, second.id, stand.clock.now())
    cookie = cast.cookies[COORDINATOR]
    file = {"files": ("people.csv", PEOPLE, "text/csv")}
    brought = cast.send("POST", f"/p/{SAMPLE}/import", cookie, data=stand.token(cookie), files=file)
    upload = re.search(r"/import/(\w+)", brought.headers["location"])
    assert upload
    return {
        "webhook": hook.id,
        "message": service.webhooks.test(SAMPLE, hook.id),
        "token": token.id,
        "identity": second.id,
        "hash_": digest(access.hand_out(LinkKind.INVITE, SAMPLE, email="ivy@example.org")),
        "job": service.jobs.new(SAMPLE, "plan", {}, "cora").id,
        "upload": upload[1],
    }
