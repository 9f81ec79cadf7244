"""Where providers tell of changes. Whoever knocks gets the same answer, in the same time, whether or not we know them.

Google: POST with headers and an empty body. Microsoft Graph: a handshake, then POST with JSON; both want a 2xx within
seconds, and send again what was answered otherwise. A message is durable before it is answered 202.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from scheduler.errors import Unavailable
from scheduler.web.admission import Admission
from scheduler.web.watched import Watched

LARGEST = 1_000_000  # bytes of one body
HELD = 32_000_000  # bytes of all bodies that are being read
LONGEST_TOKEN = 2_000
SAME_SECONDS = 0.1  # writing a change down takes longer than not finding a stranger: neither is answered sooner
RETRY_AFTER = {"Retry-After": "30"}


class Doors:
    """The two doors; both take in their messages through one Admission."""

    def __init__(self, service: Watched, admission: Admission) -> None:
        self._service, self._admission, self._held = service, admission, 0

    async def google(self, request: Request) -> Response:
        """A message of one of Google's channels: all that it says is in its headers."""
        names = {name for name in request.headers if name.startswith("x-goog-")}
        headers = {name: ", ".join(request.headers.getlist(name)) for name in names}
        return await self._answered(request, lambda _: partial(self._service.google_told, headers))

    async def graph(self, request: Request) -> Response:
        """A message of Microsoft Graph, or its question whether this is a door of ours at all."""
        if tokens := request.query_params.getlist("validationToken"):
            return _echoed(tokens)
        return await self._answered(request, lambda body: partial(self._service.graph_told, body))

    async def _answered(self, request: Request, taken: Callable[[bytes], Callable[[], object]]) -> Response:
        try:
            body = await self._body(request)
            if body is None:
                return Response(status_code=413, headers={"Connection": "close"})
            same = asyncio.get_running_loop().time() + SAME_SECONDS
            await self._admission.run(taken(body))
        except Unavailable:
            return Response(status_code=503, headers=RETRY_AFTER)
        except ClientDisconnect:
            return Response(status_code=400)  # which nobody reads
        await asyncio.sleep(same - asyncio.get_running_loop().time())
        return Response(status_code=202)

    async def _body(self, request: Request) -> bytes | None:
        """None for one that is too large. Raises Unavailable where all together are."""
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                self._held += len(chunk)
                if len(body) > LARGEST:
                    return None
                if self._held > HELD:
                    raise Unavailable("too much is being read at the moment.")
            return bytes(body)
        finally:
            self._held -= len(body)


def _echoed(tokens: list[str]) -> Response:
    """As plain text, which no browser takes for a page: anybody may ask this."""
    token = tokens[0]
    if len(tokens) > 1 or len(token) > LONGEST_TOKEN or not token.isprintable():
        return Response(status_code=400)
    return PlainTextResponse(token)
