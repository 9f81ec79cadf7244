"""The site: every page and its static files, and what is answered where something goes wrong."""

from fastapi import FastAPI, HTTPException, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

from scheduler.app.site import Site
from scheduler.core.tongue import gettext as _
from scheduler.errors import ChangedElsewhere, InputError, RondoError, StalePlan
from scheduler.web.frame import STATIC, Assets, page
from scheduler.web.pages import PAGES


def add_site(app: FastAPI, site: Site) -> FastAPI:
    """The same application with the site's pages."""
    app.state.site = site
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.mount("/static", Assets(directory=STATIC), name="static")
    for pages in PAGES:
        app.include_router(pages, include_in_schema=False)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RondoError, _failed)
    return app


def _refused(_request: Request, fault: Exception) -> Response:
    """What is not there, or not for this visitor; for both the same."""
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    told = {
        401: (_("Sign in first"), _("This page is for people who signed in, or came by a link of theirs.")),
        403: (_("This did not come from your page"), str(getattr(fault, "detail", ""))),
        404: (_("There is nothing here"), _("The address is wrong, or this page is not for you.")),
    }
    title, words = told.get(status, (_("This did not work"), str(getattr(fault, "detail", ""))))
    return page("error.html", {"title": title, "words": words, "hint": "", "status": status}, status)


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
    values = {"title": _("This did not work"), "words": words, "hint": hint, "status": status}
    return page("error.html", values, status)
