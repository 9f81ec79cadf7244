"""The HTTP API below /api: an application of its own, with JSON alone, tokens alone, and problems for all errors."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse

from scheduler.app.site import Site
from scheduler.web.api import decisions, plans, programmes, times, webhooks
from scheduler.web.api.access import API_GUARDS
from scheduler.web.api.problems import Problem, add_problems, documented

ROUTERS = (programmes.router, plans.router, decisions.router, times.router, webhooks.router)
MOUNTED = "/api"
ABOUT = """
What Rondo plans and how it stands, for programs. Every address is below one programme, and every request shows a token
of it: `Authorization: Bearer rondo_...`. Lists come by pages; writes may carry an `Idempotency-Key`; instants are
RFC 3339 with an offset; errors are problems (RFC 9457). Nothing is written to calendars but by `apply`, `accept`,
`refuse` and `undo`.
"""


def add_api(app: FastAPI, site: Site) -> FastAPI:
    """The same application with the API mounted, and its description at /openapi.json."""
    api = made()
    api.state.site, api.state.outer = site, app
    app.mount(MOUNTED, api, name="api")

    def description() -> JSONResponse:
        return JSONResponse(api.openapi())

    app.add_api_route("/openapi.json", description, methods=["GET"], name="openapi", include_in_schema=False)
    return app


def made() -> FastAPI:
    """The API without a service behind it."""
    api = FastAPI(
        title="Rondo",
        version="1",
        summary="Plans recurring meetings.",
        description=ABOUT.strip(),
        servers=[{"url": MOUNTED}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in ROUTERS:
        api.include_router(router, responses=documented(400, 401, 403, 404, 422, 429, 503))
    add_problems(api)
    _describe(api)
    return api


def _describe(api: FastAPI) -> None:
    """OpenAPI 3.1, with what FastAPI knows nothing of: problems, scopes, and headers of writes."""
    plain = api.openapi

    def described() -> dict[str, Any]:
        if api.openapi_schema is None:
            schema = plain()
            _with_problems(schema["components"]["schemas"])
            for route in (each for router in ROUTERS for each in router.routes if isinstance(each, APIRoute)):
                _with_headers(route, schema["paths"][route.path_format])
        return api.openapi_schema or {}

    api.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _with_problems(schemas: dict[str, Any]) -> None:
    whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= whole.pop("$defs") | {"Problem": whole}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _with_headers(route: APIRoute, path: dict[str, Any]) -> None:
    guards = {each.call for each in route.dependant.dependencies}
    for method in route.methods or ():
        operation = path[method.lower()]
        operation["x-scope"] = next(str(scope) for scope, guard in API_GUARDS.items() if guard in guards)
        headers = {"GET": [], "PATCH": [KEY, MATCH]}.get(method, [KEY])
        if headers:
            operation.setdefault("parameters", []).extend(headers)


KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key within a day: the request is done once, and answered the same.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}

MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of what was seen, so that nobody overwrites what they did not see.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100},
}
