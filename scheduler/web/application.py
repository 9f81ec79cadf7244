"""The web application: its routes, and what every answer carries."""

from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from scheduler.web.admission import Admission
from scheduler.web.doors import Doors
from scheduler.web.readiness import Readiness
from scheduler.web.watched import Watched

HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)

LENGTHS = {b"content-length", b"transfer-encoding"}


def application(service: Watched) -> FastAPI:
    """The doors and health checks of a service. Nothing here reads the Host header, sets a cookie, or redirects."""
    admission, readiness = Admission(), Readiness(service.healthy)

    @asynccontextmanager
    async def while_it_runs(_: FastAPI) -> AsyncIterator[None]:
        yield
        admission.close()
        readiness.close()

    async def alive() -> Response:
        return PlainTextResponse("ok")

    async def ready() -> Response:
        is_ready = await readiness.ready()
        return JSONResponse({"ready": is_ready}, 200 if is_ready else 503)

    doors = Doors(service, admission)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=while_it_runs)
    app.add_middleware(_Sealed)
    app.add_api_route("/healthz", alive, methods=["GET", "HEAD"])
    app.add_api_route("/readyz", ready, methods=["GET", "HEAD"])
    app.add_api_route("/hooks/google", doors.google, methods=["POST"])
    app.add_api_route("/hooks/graph", doors.graph, methods=["POST"])
    return app


class _Sealed:
    """Adds the headers that keep an answer from being kept, framed, or taken for a page.

    A request with two lengths may have two ends, one for a proxy and one for us: it is refused, and its connection
    closed (RFC 9112, section 6.1).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if {name for name, _ in scope.get("headers", ())} >= LENGTHS:
            await Response(status_code=400, headers={"Connection": "close"})(scope, receive, send)
            return

        async def sealed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                said = list(message.get("headers", ()))
                own = {name.lower() for name, _ in said}
                message["headers"] = [*said, *((name, value) for name, value in HEADERS if name not in own)]
            await send(message)

        await self._app(scope, receive, sealed)
