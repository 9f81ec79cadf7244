"""One request of somebody: who they are, what their form says, and how they are answered."""

from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scheduler.app.access import form_token
from scheduler.app.programme import App
from scheduler.app.site import Site
from scheduler.core.visitor import Visitor
from scheduler.core.words import place, utc_offset
from scheduler.web import frame

COOKIE = "rondo"


@dataclass(kw_only=True)
class Visit:
    """A request at the pages. `cookie` is the session's secret, empty where there is none."""

    request: Request
    site: Site
    visitor: Visitor
    cookie: str
    form: FormData = field(default_factory=FormData)
    zone: str = "UTC"  # in which times are shown

    def said(self, name: str) -> str:
        """A field of the form or of the query, without spaces around; empty where there is none."""
        value = self.form.get(name, self.request.query_params.get(name, ""))
        return value.strip() if isinstance(value, str) else ""

    def path(self, name: str, **parts: object) -> str:
        """The address of a page by the name of its route; what is no part of it goes into its query."""
        return str(self.request.app.url_path_for(name, **{key: str(value) for key, value in parts.items()}))

    @property
    def hurried(self) -> bool:
        """Whether htmx asks, which puts a part of a page in."""
        return self.request.headers.get("hx-request") == "true"

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """A page of ours, with what all of them show."""
        now = self.site.service.clock.now()
        shared = {
            "visit": self,
            "path": self.path,
            "form_token": form_token(self.cookie) if self.cookie else "",
            "zone": self.zone,
            "zone_words": f"{place(self.zone)} ({utc_offset(now, self.zone)})",
            "now": now,
        }
        return frame.page(template, shared | values, status)

    def go(self, name: str, **parts: object) -> Response:
        """To another page, after something was done (303)."""
        return RedirectResponse(self.path(name, **parts), 303)

    def with_cookie(self, answer: Response, cookie: str, *, seconds: int = 30 * 24 * 3600) -> Response:
        """The same answer, which hands the browser its session; an empty one ends it."""
        secure = self.request.url.scheme == "https" or urlsplit(self.site.public_url).scheme == "https"
        answer.set_cookie(
            COOKIE, cookie, max_age=seconds if cookie else 0, httponly=True, samesite="lax", secure=secure
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
