"""Who may use the API: whoever shows a token of the programme that has the scope. No cookie is looked at.

Another programme's addresses answer as those of none. A token is taken from the Authorization header alone: addresses
are kept in logs and histories.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from propcache.api import cached_property
from starlette.concurrency import run_in_threadpool

from scheduler.app.access.tokens import Tokens
from scheduler.app.meetings.overview import Overview
from scheduler.app.site import Site
from scheduler.app.wiring.programme import App
from scheduler.core.token import ApiToken, Scope
from scheduler.web.api.problems import Refused
from scheduler.web.limits_of_rate import Limits, client_of

BEARER = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token that a coordinator made in the programme's settings."
)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="rondo"'}
WRONG = {"WWW-Authenticate": 'Bearer realm="rondo", error="invalid_token"'}
LONGEST = 200

ProgrammeId = Annotated[str, Path(description="The id of the token's programme.", max_length=64)]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody with a token, at one programme."""

    request: Request
    site: Site
    token: ApiToken

    @property
    def programme(self) -> str:
        """Its id."""
        return self.token.programme

    @property
    def by(self) -> str:
        """Who acts, for records."""
        return f"token/{self.token.id}"

    @cached_property
    def app(self) -> App:
        """The programme as it is now. Raises Unavailable."""
        return self.site.app(self.programme)

    @cached_property
    def overview(self) -> Overview:
        """The programme as its lists have it. Raises Unavailable."""
        return self.site.overview(self.programme)

    def path(self, name: str, **parts: object) -> str:
        """The address of a resource by the name of its route."""
        found = self.request.app.url_path_for(name, programme=self.programme, **{k: str(v) for k, v in parts.items()})
        return f"{self.request.scope.get('root_path', '')}{found}"


Guard = Callable[..., Awaitable[Caller]]


def _guard(scope: Scope) -> Guard:
    async def guard(
        request: Request,
        programme: ProgrammeId,  # `caller` has compared it with the token's
        _: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)] = None,
    ) -> Caller:
        known: Caller = await caller(request)
        if scope not in known.token.scopes:
            missing = {"WWW-Authenticate": f'Bearer realm="rondo", error="insufficient_scope", scope="{scope}"'}
            raise Refused(403, f"The token may not do this: it lacks the scope {scope}.", missing)
        return known

    guard.__name__ = f"api_{scope}"
    return guard


API_GUARDS: Mapping[Scope, Guard] = {scope: _guard(scope) for scope in Scope}
"""The guard of each scope: every route of the API names one of them, and the access matrix in the tests knows each."""

Reader = Annotated[Caller, Depends(API_GUARDS[Scope.READ])]
Planner = Annotated[Caller, Depends(API_GUARDS[Scope.PLAN])]
Applier = Annotated[Caller, Depends(API_GUARDS[Scope.APPLY])]
PeopleEditor = Annotated[Caller, Depends(API_GUARDS[Scope.PEOPLE])]
WebhookEditor = Annotated[Caller, Depends(API_GUARDS[Scope.WEBHOOKS])]


async def caller(request: Request) -> Caller:
    """Whoever shows a token of the programme in the address. Raises Refused (401, 404), HTTPException (429)."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is None:
        known = await run_in_threadpool(_caller, request)
        request.state.caller = known
    return known


def limits_of(request: Request) -> Limits:
    """Those of the application in which the API is mounted."""
    limits: Limits = request.app.state.outer.state.limits
    return limits


def _caller(request: Request) -> Caller:
    site: Site = request.app.state.site
    limits = limits_of(request)
    client = client_of(request, site.public_url)
    limits.tokens.check(client)
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if not secret:
        raise Refused(401, "Show a token of the programme: Authorization: Bearer rondo_...", CHALLENGE)
    shown = scheme.lower() == "bearer" and len(secret) <= LONGEST and secret.isascii()
    tokens = Tokens(site.service.database, site.service.clock)
    token = site.lately(("token", secret), lambda: tokens.shown(secret.strip())) if shown else None
    if token is None:
        limits.tokens.count(client)
        raise Refused(401, "This token is none, has expired or was revoked.", WRONG)
    if request.path_params.get("programme") != token.programme:
        raise Refused(404, "There is nothing here for this token.")
    return Caller(request=request, site=site, token=token)
