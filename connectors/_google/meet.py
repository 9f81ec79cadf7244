"""The room at Google Meet, which is made after the event: asked for once, and waited for with a bound.

https://developers.google.com/workspace/calendar/api/guides/create-events#conferencing
"""

from urllib.parse import urlsplit
from uuid import UUID, uuid5

from connectors._google.session import Json

MEET_HOSTS = {"meet.google.com"}
WAITS = (1.0, 2.0, 4.0)  # seconds before each look at a room that is being made
PENDING, FAILURE = "pending", "failure"
REQUESTS = UUID("6b8c0c5e-3d1a-5b57-9d0e-2f7f4f1f3a61")


def room_of(there: Json) -> str:
    """The link of the event's room; empty where there is none, or where it leads to anywhere else but Meet."""
    data = there.get("conferenceData") or {}
    links = [each.get("uri") for each in data.get("entryPoints") or () if each.get("entryPointType") == "video"]
    return next((link for link in (*links, there.get("hangoutLink")) if _is_meet(link)), "")


def status_of(there: Json) -> str:
    """How far the making of the room has come: "", pending, success, or failure."""
    asked = (there.get("conferenceData") or {}).get("createRequest") or {}
    status = asked.get("status")
    return str(status.get("statusCode", "")) if isinstance(status, dict) else ""


def trouble(there: Json) -> tuple[str, ...]:
    """What is wrong with the room, in words; a room that is still being made is not."""
    if room_of(there) or status_of(there) == PENDING:
        return ()
    if status_of(there) == FAILURE:
        return ("Google Meet made no room; it is asked again the next time",)
    return ("the event has no link to Google Meet that can be trusted",)


def request_for(id_: str, there: Json) -> Json:
    """What asks for a room: by an id that is the same at every try, and another one after a failure."""
    failed = ((there.get("conferenceData") or {}).get("createRequest") or {}).get("requestId", "")
    request = {
        "requestId": uuid5(REQUESTS, f"{id_} {failed}").hex,
        "conferenceSolutionKey": {"type": "hangoutsMeet"},
    }
    return {"conferenceData": {"createRequest": request}}


def _is_meet(link: object) -> bool:
    if not isinstance(link, str):
        return False
    try:
        parts = urlsplit(link)
        return parts.scheme == "https" and parts.netloc in MEET_HOSTS and link.isascii() and link.isprintable()
    except ValueError:
        return False
