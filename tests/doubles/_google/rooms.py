"""Rooms at Meet: asked for, pending, there, or failed."""

from tests.doubles._google.base import ApiError
from tests.doubles._google.expand import Json
from tests.doubles._google.store import Store, Stored

ROOM = "https://meet.google.com/"


def with_room(said: Json, was: Json, way: str) -> Json:
    """An event as it is stored, after a write that knows of conferences; `way`: how making a room goes."""
    data = said.get("conferenceData")
    if not data:
        return {name: value for name, value in said.items() if name not in ("conferenceData", "hangoutLink")}
    before = (was.get("conferenceData") or {}).get("createRequest", {})
    asked = data.get("createRequest", {})
    if not asked or asked.get("requestId") == before.get("requestId"):
        return said | ({"conferenceData": was["conferenceData"]} if asked and before else {})
    kind = asked.get("conferenceSolutionKey", {}).get("type")
    if not asked.get("requestId") or kind != "hangoutsMeet":
        raise ApiError(400, "invalid")
    bare = {name: value for name, value in said.items() if name not in ("conferenceData", "hangoutLink")}
    status = {"now": "success", "elsewhere": "success", "failure": "failure"}.get(way, "pending")
    made = bare | {"conferenceData": {"createRequest": asked | {"status": {"statusCode": status}}}}
    return _opened(made, way) if status == "success" else made


def look_at_room(stored: Stored, store: Store, way: str, looks: int) -> None:
    """Somebody asks how far it is: a late one is there after so many looks."""
    request = stored.said["conferenceData"].get("createRequest", {})
    if request.get("status", {}).get("statusCode") != "pending" or way == "never":
        return
    stored.looks += 1
    if stored.looks >= looks:
        done = request | {"status": {"statusCode": "success"}}
        stored.said = _opened(stored.said | {"conferenceData": {"createRequest": done}}, way)
        stored.changed = store.touch()


def _opened(said: Json, way: str) -> Json:
    where = "https://meet.google.com.evil.example/" if way == "elsewhere" else ROOM
    link = f"{where}{said['id'][:3]}-{said['id'][3:7]}-{said['id'][-3:]}"
    points = [{"entryPointType": "video", "uri": link}, {"entryPointType": "phone", "uri": "tel:+1-555-0100"}]
    data = said["conferenceData"] | {"conferenceId": link.rsplit("/", 1)[-1], "entryPoints": points}
    return said | {"conferenceData": data, "hangoutLink": link}
