"""One request of somebody: who they are, what their form says, and how they are answered."""

import secrets
from dataclasses import dataclass, field

from propcache.api import cached_property
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scheduler.app.access.sessions import SECRET_BYTES, SESSION, form_token
from scheduler.app.meetings.overview import Overview
from scheduler.app.programmes.first_run import is_sample
from scheduler.app.site import Site
from scheduler.app.wiring.programme import App
from scheduler.core.reader import Reader
from scheduler.core.visitor import Visitor
from scheduler.core.words import place, utc_offset
from scheduler.web import frame
from scheduler.web.addresses import Addresses
from scheduler.web.limits_of_rate import Limits, client_of


def cookie_name(site: Site) -> str:
    """Of the session's cookie. On https no other host of the domain can set it (RFC 6265bis, 4.1.3.2)."""
    return "__Host-rondo" if site.public_url.startswith("https:") else "rondo"


@dataclass(kw_only=True)
class Visit:
    """A request at the pages. `cookie` is the session's secret, or one that a session may begin with; empty: none."""

    request: Request
    site: Site
    visitor: Visitor
    cookie: str
    form: FormData = field(default_factory=FormData)
    reader: Reader = Reader()  # noqa: RUF009  # it is frozen
    zone: str = "UTC"  # in which times are shown

    def said(self, name: str) -> str:
        """A field of the form or of the query, without spaces around; empty where there is none."""
        value = self.form.get(name, self.request.query_params.get(name, ""))
        return value.strip() if isinstance(value, str) else ""

    def path(self, name: str, **parts: object) -> str:
        """The address of a page by the name of its route; what is no part of it goes into its query."""
        addresses: Addresses = self.request.app.state.addresses
        return addresses.path(name, **{key: str(value) for key, value in parts.items()})

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A page of ours, with what all of them show."""
        now, shown = self.site.service.clock.now(), self.cookie
        shared = {
            "visit": self,
            "path": self.path,
            "zone": self.zone,
            "zone_words": f"{place(self.zone)} ({utc_offset(now, self.zone)})",
            "now": now,
        }
        answer = frame.page(template, shared | values, status)
        return answer if self.cookie == shown else self.with_cookie(answer, self.cookie)

    def form_token(self) -> str:
        """What each form carries. Whoever has no session is handed a cookie with the page, for its forms alone."""
        self.cookie = self.cookie or secrets.token_urlsafe(SECRET_BYTES)
        return form_token(self.cookie)

    @property
    def limits(self) -> Limits:
        """How often visitors may do what could be misused."""
        limits: Limits = self.request.app.state.limits
        return limits

    @property
    def client(self) -> str:
        """The address of whoever asks, by which they are limited."""
        return client_of(self.request, self.site.public_url)

    def go(self, name: str, **parts: object) -> Response:
        """To another page, after something was done (303)."""
        return RedirectResponse(self.path(name, **parts), 303)

    def on(self, inside: str) -> Response:
        """To an address of ours that somebody else chose, and that was checked (303)."""
        return RedirectResponse(inside, 303)

    def with_cookie(self, answer: Response, cookie: str) -> Response:
        """The same answer, which hands the browser its session; an empty one ends it."""
        name = cookie_name(self.site)
        answer.set_cookie(
            name,
            cookie,
            max_age=int(SESSION.total_seconds()) if cookie else 0,
            httponly=True,
            samesite="lax",
            secure=name.startswith("__Host-"),
        )
        return answer


@dataclass(kw_only=True)
class Desk(Visit):
    """A visit to one programme by somebody who may see it; `person` is as whom, empty for a coordinator."""

    programme: str
    person: str = ""
    group: str = ""

    @cached_property
    def app(self) -> App:
        """The programme as it is now. Raises Unavailable."""
        return self.site.app(self.programme)

    @cached_property
    def overview(self) -> Overview:
        """The programme as its lists show it. Raises Unavailable."""
        return self.site.overviews.of(self.app, self.programme)

    @property
    def is_sample(self) -> bool:
        """Whether the programme is there to look around in: nothing of it leaves this machine."""
        return is_sample(self.programme)
