"""What every page stands in: templates, static files, and the headers of a page."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from scheduler.core import words
from scheduler.core.tongue import gettext, ngettext, tongue

STATIC = Path(__file__).parent / "static"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class Assets(StaticFiles):
    """Files under an address that changes with their content, so that they may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As StaticFiles has it."""
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


@lru_cache
def asset(name: str) -> str:
    """The address of a static file."""
    return f"/static/{name}?{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def number(value: float, places: int = 0) -> str:
    """A number as the reader writes it, with so many places: `50,893`, `97.9`."""
    return _number(round(value, places), tongue().words)


@lru_cache(maxsize=10_000)
def _number(value: float, locale: str) -> str:
    return format_decimal(value, locale=locale)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("scheduler.web"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    made.globals |= {"asset": asset, "weekday": words.weekday, "tongue": tongue}
    made.filters |= {
        "when": words.when,
        "place": words.place,
        "listed": words.listed,
        "day": words.short_date,
        "number": number,
    }
    return made


ENVIRONMENT = _environment()


def page(template: str, values: Mapping[str, object], status: int = 200) -> Response:
    """A page, or a part of one that htmx puts in."""
    html = ENVIRONMENT.get_template(template).render(values)
    return HTMLResponse(html, status, {"Content-Security-Policy": POLICY})
