"""What every route of the API does around its work: JSON that means one thing, keys of writes, and entity tags.

`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a write with a key is done once; who sends it again
within a day is answered the same. `ETag` and `If-None-Match`: RFC 9110, section 8.8.3.
"""

import hashlib
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from scheduler.store import Answered, SqlIdempotency
from scheduler.web.api.access import Caller, caller
from scheduler.web.api.problems import Refused

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
WRITES = ("POST", "PATCH", "PUT", "DELETE")
LONGEST_KEY, DEEPEST = 255, 64
KEPT = timedelta(days=1)
REPLAYED = ("location", "etag", "content-type")
NOT_KEPT = 400
"""From this status on nothing was done, so that the same may be tried again."""


class Strict(Request):
    """A request whose body, where it is JSON, has no name twice, no NaN, and is not nested without end."""

    async def json(self) -> Any:
        """The body. Raises Refused (400)."""
        body = await self.body()
        try:
            text = body.decode()
            if _depth(text) > DEEPEST:
                raise ValueError("it is nested too deeply")
            return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
        except (ValueError, RecursionError) as fault:
            raise Refused(400, f"The body is no JSON that could be read: {fault}"[:300]) from None


class ApiRoute(APIRoute):
    """A route of the API."""

    def get_route_handler(self) -> Handler:
        """As FastAPI has it, with what is common to all routes."""
        work = super().get_route_handler()

        async def handle(request: Request) -> Response:
            strict = Strict(request.scope, request.receive)
            known = await caller(strict)
            key = strict.headers.get("idempotency-key")
            if request.method in WRITES and key is not None:
                return await _once_only(strict, known, key, work)
            answer = await work(strict)
            return _tagged(strict, answer) if request.method == "GET" else answer

        return handle


async def _once_only(request: Request, known: Caller, key: str, work: Handler) -> Response:
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Refused(400, f"An Idempotency-Key has 1 to {LONGEST_KEY} signs.")
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + await request.body()
    request_hash = hashlib.sha256(asked).hexdigest()
    name = hashlib.sha256(f"{known.token.id}\n{key}".encode()).hexdigest()
    store = SqlIdempotency(known.site.service.database)
    at = known.site.service.clock.now()
    before = await run_in_threadpool(store.begin, known.programme, name, request_hash, at, kept=KEPT)
    if before is not None:
        return _again(before, request_hash)
    try:
        answer = await work(request)
    except BaseException:
        await run_in_threadpool(store.forget, known.programme, name)
        raise
    if answer.status_code >= NOT_KEPT:
        await run_in_threadpool(store.forget, known.programme, name)
        return answer
    headers = {each: answer.headers[each] for each in REPLAYED if each in answer.headers}
    body = bytes(answer.body).decode()
    done = Answered(request=request_hash, status=answer.status_code, headers=headers, body=body)
    await run_in_threadpool(store.end, known.programme, name, done)
    return answer


def _again(before: Answered, request_hash: str) -> Response:
    if before.request != request_hash:
        raise Refused(422, "This Idempotency-Key was used for another request.")
    if before.status is None:
        raise Refused(409, "The request with this Idempotency-Key is still being done.", {"Retry-After": "1"})
    return Response(before.body, before.status, {**before.headers, "Idempotency-Replayed": "true"})


def _tagged(request: Request, answer: Response) -> Response:
    """The answer with its tag; 304 where the asker has it already."""
    if answer.status_code != 200 or answer.headers.get("content-type") != "application/json":
        return answer
    if "etag" not in answer.headers:
        answer.headers["ETag"] = tag_of(bytes(answer.body))
    answer.headers["Vary"] = "Authorization"
    tag = answer.headers["ETag"]
    if any(
        each.strip().removeprefix("W/") in (tag, "*") for each in request.headers.get("if-none-match", "").split(",")
    ):
        return Response(status_code=304, headers={"ETag": tag, "Vary": "Authorization"})
    return answer


def tag_of(content: bytes) -> str:
    """A strong entity tag."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def must_match(request: Request, tag: str) -> None:
    """That a write was meant for what stands now. Raises Refused (428 without If-Match, 412)."""
    wanted = request.headers.get("if-match")
    if wanted is None:
        raise Refused(428, "Say what you saw: send its ETag as If-Match.")
    if tag not in [each.strip() for each in wanted.split(",")] and wanted.strip() != "*":
        raise Refused(412, "It was changed since you saw it. Get it again.", {"ETag": tag})


def _depth(text: str) -> int:
    """At most how deeply a text nests; brackets inside of strings count as well, which is on the safe side."""
    deepest = depth = 0
    for sign in text:
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number
