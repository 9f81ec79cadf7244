"""How large a request may be: 10 MB where a file comes with it, else 1 MB."""

from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from scheduler.core.tongue import noted

LARGEST, LARGEST_FILE = 1_000_000, 10_100_000  # a file of 10 MB has a form around it
FILES = (b"multipart/form-data", b"text/csv", b"text/calendar")
FORM = "form"
"""In a request's state: what was sent with it, whose files are closed at its end."""
OWN_BOUNDS = "/hooks/"
TOO_LARGE = noted("That is too large: a file may have 10 MB, all else 1 MB.")


class Bounded:
    """Lets a request that is too large fail where it is read, however it announced itself; closes its files."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] != "http" or scope["path"].startswith(OWN_BOUNDS):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        most, announced = _most(headers.get(b"content-type", b"")), headers.get(b"content-length", b"0")
        came = 0

        async def bounded() -> MutableMapping[str, Any]:
            nonlocal came
            if int(announced) > most:  # which the server has seen to be a number
                raise _too_large()
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise _too_large()
            return message

        state = scope.setdefault("state", {})
        try:
            await self._app(scope, bounded, send)
        finally:
            if FORM in state:
                await state[FORM].close()


def _most(kind: bytes) -> int:
    return LARGEST_FILE if kind.partition(b";")[0].strip().lower() in FILES else LARGEST


def _too_large() -> HTTPException:
    # the connection stays: what is still to come is thrown away, and the answer can be read
    return HTTPException(413, TOO_LARGE)
