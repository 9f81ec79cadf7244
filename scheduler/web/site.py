"""The site: every page and its static files, and what is answered where something goes wrong."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from scheduler.app.access.readers import COOKIE as READING
from scheduler.app.access.readers import reader_from_text, tongue_for
from scheduler.app.site import Site
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import speak
from scheduler.errors import ChangedElsewhere, InputError, RondoError, StalePlan
from scheduler.web.addresses import Addresses
from scheduler.web.api import MOUNTED, add_api
from scheduler.web.api.problems import BROKEN, problem
from scheduler.web.application import HEADERS
from scheduler.web.bounds import Bounded
from scheduler.web.frame import STATIC, Assets, page
from scheduler.web.limits_of_rate import Limits
from scheduler.web.pages import PAGES


def add_site(app: FastAPI, site: Site) -> FastAPI:
    """The same application with the site's pages."""
    app.state.site, app.state.limits, app.state.addresses = site, Limits(), Addresses(app)
    app.add_middleware(Bounded)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    app.mount("/static", Assets(directory=STATIC), name="static")
    for pages in PAGES:
        app.include_router(pages, include_in_schema=False)
    add_api(app, site)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(RondoError, _failed)
    app.add_exception_handler(Exception, _broken)
    return app


def _refused(request: Request, fault: Exception) -> Response:
    """What is not there, or not for this visitor; for both the same."""
    assert isinstance(fault, HTTPException)
    if request.url.path.startswith(f"{MOUNTED}/"):  # an address with a line break in it is none of the API's routes
        return problem(fault.status_code, fault.detail, fault.headers)
    if "endpoint" not in request.scope:  # no guard has asked in which language to speak
        kept = reader_from_text(request.cookies.get(READING, ""))
        speak(tongue_for(kept, request.headers.get("accept-language", "")))
    told = {
        401: (_("Sign in first"), _("This page is for people who signed in, or came by a link of theirs.")),
        403: (_("This did not come from your page"), fault.detail),
        404: (_("There is nothing here"), _("The address is wrong, or this page is not for you.")),
        405: (_("There is nothing here"), _("This address is opened in another way.")),
        413: (_("This is too large"), fault.detail),
        429: (_("A little slower, please"), fault.detail),
    }
    title, words = told.get(fault.status_code, (_("This did not work"), fault.detail))
    return _page(fault.status_code, title, _(words), headers=fault.headers)


def _unreadable(request: Request, _fault: Exception) -> Response:
    """A part of an address that can't be one."""
    return _refused(request, HTTPException(404))


def _broken(_request: Request, _fault: Exception) -> Response:
    """A mistake of ours, whose story is in the log alone."""
    words = _("It is not your fault, and it was noted. Try again later.")
    sealed = {name.decode(): value.decode() for name, value in HEADERS}  # what else adds them broke, too
    del sealed["content-security-policy"]  # which pages have of their own
    return _page(500, _("Something is broken here"), words, headers=BROKEN | sealed)


def _failed(_request: Request, fault: Exception) -> Response:
    """An error that says what, where, and what to do."""
    hint = fault.hint if isinstance(fault, InputError) else ""
    words = fault.message if isinstance(fault, InputError) else str(fault)
    if isinstance(fault, InputError):
        status = 422
    elif isinstance(fault, ChangedElsewhere | StalePlan):
        status = 409
    else:
        status = 503
    return _page(status, _("This did not work"), words, hint)


def _page(status: int, title: str, words: str, hint: str = "", *, headers: Mapping[str, str] | None = None) -> Response:
    answer = page("error.html", {"title": title, "words": words, "hint": hint, "status": status}, status)
    answer.headers.update(headers or {})
    return answer
