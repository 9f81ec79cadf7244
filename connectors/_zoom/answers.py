"""What Zoom's answers mean, in our own words: what Zoom says is never repeated, and of a refusal only its number."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

from connectors._http.retry import Later
from scheduler.errors import CredentialsRejected, InputError, Unavailable

Json = Mapping[str, Any]  # as Zoom sent it: what is read of it is checked where it is read

NO_USER, NO_SCOPE = 1001, 4711  # as a 404, and as a 400
RECONNECT = "Connect it again: rondo connect zoom DIR"
SCOPES = "docs/how-to/video.md lists the scopes that its app needs."


class Gone(Unavailable):
    """There is no such meeting, or no more."""

    def __init__(self) -> None:
        super().__init__("Zoom does not find what it was asked for.")


class DailyLimit(Unavailable):
    """Zoom takes no more new or changed meetings from this user today."""

    def __init__(self) -> None:
        super().__init__("Zoom makes and changes at most 100 meetings a day for one user; it goes on at 00:00 UTC.")


def sent(client: httpx.Client, request: httpx.Request, auth: httpx.Auth | None = None) -> httpx.Response:
    """A call's answer, whatever it is. Raises Later where there is none; Unavailable, InputError as the client does."""
    try:
        return client.send(request, auth=auth)
    except httpx.HTTPError:
        raise Later("Zoom can't be reached, is too slow, or breaks off.") from None


def meaning(answer: httpx.Response) -> Json:
    """What an answer says, {} where that is nothing.

    Raises Gone, Later, DailyLimit, Unavailable, CredentialsRejected, and InputError where Zoom refuses what it is
    asked.
    """
    status, said = answer.status_code, _object(answer)
    if answer.is_success:
        if said is None:
            raise Later("Zoom answers with something that can't be read.")
        return said
    code = said.get("code") if said else None
    if status == httpx.codes.NOT_FOUND and said is not None and code != NO_USER:
        raise Gone
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise _limit(answer, said or {})
    if answer.is_server_error:
        raise Later(f"Zoom can't answer now ({status}).")
    if status == httpx.codes.UNAUTHORIZED or code == NO_USER:
        raise CredentialsRejected(f"Zoom rejects the app or its user. {RECONNECT}")
    if status == httpx.codes.FORBIDDEN or code == NO_SCOPE:
        raise CredentialsRejected(f"Zoom does not let the app do this: {SCOPES}")
    if answer.is_client_error and said is not None:
        number = f", code {code}" if isinstance(code, int) else ""
        raise InputError(
            f"Zoom refuses the meeting ({status}{number}).", hint="Its account may not hold such meetings."
        )
    raise Unavailable(f"zoom.api_endpoint does not answer as Zoom does ({status}).")


def _limit(answer: httpx.Response, said: Json) -> Exception:
    """Whether it is the limit of a day, or of a second."""
    kind = answer.headers.get("x-ratelimit-type", "") + str(said.get("message", ""))
    return DailyLimit() if "daily" in kind.lower() else Later("Zoom is busy.", answer.headers.get("retry-after"))


def _object(answer: httpx.Response) -> Json | None:
    """The JSON object of an answer; an empty answer has an empty one."""
    if not answer.content:
        return {}
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
