"""Our own description of what we send to Microsoft Graph, as strict JSON Schemas; a test holds it to Microsoft's own.

The names of the types are Microsoft's (`microsoft.graph.` left out), and so are those of all properties and values.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
WALL: Json = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"}
DAY: Json = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
MAIL: Json = {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+$"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def _of(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _list(name: str) -> Json:
    return {"type": "array", "items": _of(name)}


def _object(properties: Json, *required: str) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


TYPES: dict[str, Json] = {
    "dayOfWeek": {"enum": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]},
    "weekIndex": {"enum": ["first", "second", "third", "fourth", "last"]},
    "recurrencePatternType": {"enum": ["weekly", "relativeMonthly"]},
    "recurrenceRangeType": {"enum": ["endDate", "numbered"]},
    "attendeeType": {"enum": ["required", "optional"]},
    "bodyType": {"enum": ["text", "html"]},
    "onlineMeetingProviderType": {"enum": ["teamsForBusiness"]},
    "dateTimeTimeZone": _object({"dateTime": WALL, "timeZone": TEXT}, "dateTime", "timeZone"),
    "itemBody": _object({"contentType": _of("bodyType"), "content": TEXT}, "contentType", "content"),
    "location": _object({"displayName": TEXT}, "displayName"),
    "emailAddress": _object({"address": MAIL, "name": TEXT}, "address"),
    "attendee": _object({"emailAddress": _of("emailAddress"), "type": _of("attendeeType")}, "emailAddress", "type"),
    "recurrencePattern": _object(
        {
            "type": _of("recurrencePatternType"),
            "interval": {"type": "integer", "minimum": 1, "maximum": 99},
            "daysOfWeek": {"type": "array", "items": _of("dayOfWeek"), "minItems": 1, "maxItems": 1},
            "firstDayOfWeek": _of("dayOfWeek"),
            "index": _of("weekIndex"),
        },
        *("type", "interval", "daysOfWeek"),
    ),
    "recurrenceRange": _object(
        {
            "type": _of("recurrenceRangeType"),
            "startDate": DAY,
            "endDate": DAY,
            "numberOfOccurrences": {"type": "integer", "minimum": 1},
            "recurrenceTimeZone": TEXT,
        },
        *("type", "startDate", "recurrenceTimeZone"),
    ),
    "patternedRecurrence": _object(
        {"pattern": _of("recurrencePattern"), "range": _of("recurrenceRange")}, "pattern", "range"
    ),
    "singleValueLegacyExtendedProperty": _object(
        {"id": {"type": "string", "pattern": r"^String \{[0-9a-f-]{36}\} Name [a-z-]+$"}, "value": TEXT}, "id", "value"
    ),
    "event": _object(
        {
            "subject": {"type": "string", "maxLength": 255},
            "body": _of("itemBody"),
            "start": _of("dateTimeTimeZone"),
            "end": _of("dateTimeTimeZone"),
            "location": _of("location"),
            "attendees": {**_list("attendee"), "maxItems": 500},
            "recurrence": _of("patternedRecurrence"),
            "isOnlineMeeting": {"const": True},
            "onlineMeetingProvider": _of("onlineMeetingProviderType"),
            "transactionId": TEXT,
            "singleValueExtendedProperties": _list("singleValueLegacyExtendedProperty"),
        }
    ),
    "action.getSchedule": _object(
        {
            "schedules": {"type": "array", "items": MAIL, "minItems": 1},
            "startTime": _of("dateTimeTimeZone"),
            "endTime": _of("dateTimeTimeZone"),
            "availabilityViewInterval": {"type": "integer", "minimum": 5, "maximum": 1440},
        },
        *("schedules", "startTime", "endTime"),
    ),
    "action.cancel": _object({"comment": TEXT}),
    "subscription": _object(
        {
            "changeType": TEXT,
            "notificationUrl": TEXT,
            "lifecycleNotificationUrl": TEXT,
            "resource": TEXT,
            "expirationDateTime": {"type": "string", "pattern": f"^{INSTANT.pattern}$"},
            "clientState": {"type": "string", "maxLength": 128},
        },
        "expirationDateTime",
    ),
}
UNDESCRIBED = {"singleValueLegacyExtendedProperty"}
"""Types that the trimmed contract leaves open."""

LIST = ("$top", "$skip", "$select", "$filter", "$expand", "$skiptoken")
RANGE = ("startDateTime", "endDateTime")

PATHS: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...], str]] = {
    ("GET", "/calendar"): (("$select",), (), ""),
    ("GET", "/calendars"): (LIST, (), ""),
    ("GET", "/calendarView"): ((*LIST, *RANGE), RANGE, ""),
    ("GET", "/calendarView/delta"): ((*RANGE, "$deltatoken", "$skiptoken"), (), ""),
    ("GET", "/events"): (LIST, (), ""),
    ("POST", "/events"): ((), (), "event"),
    ("GET", "/events/{event-id}"): (("$select", "$expand"), (), ""),
    ("PATCH", "/events/{event-id}"): ((), (), "event"),
    ("DELETE", "/events/{event-id}"): ((), (), ""),
    ("GET", "/events/{event-id}/instances"): ((*LIST, *RANGE), RANGE, ""),
    ("POST", "/events/{event-id}/cancel"): ((), (), "action.cancel"),
    ("POST", "/calendar/getSchedule"): ((), (), "action.getSchedule"),
    ("POST", "/subscriptions"): ((), (), "subscription"),
    ("GET", "/subscriptions"): ((), (), ""),
    ("PATCH", "/subscriptions/{subscription-id}"): ((), (), "subscription"),
    ("DELETE", "/subscriptions/{subscription-id}"): ((), (), ""),
}
"""What we call below /me or /users/...: the query options, those that are required, and the type of the body."""

UNLISTED = {"$expand", "$skiptoken", *RANGE}
"""Query options of which the trimmed contract names some only."""

_VALIDATORS = {
    name: Draft202012Validator({"$defs": TYPES, **_of(name)})
    for name in {body for _, _, body in PATHS.values() if body}
}


def template_of(path: str) -> str:
    """The path with names in the place of ids."""
    return re.sub(r"^/(events|subscriptions)/[^/]+", lambda match: f"/{match[1]}/{{{match[1][:-1]}-id}}", path)


def faults_of(method: str, path: str, query: Mapping[str, str], body: Any) -> Iterator[str]:
    """What a request breaks of this description, in words."""
    described = PATHS.get((method, template_of(path)))
    if described is None:
        yield f"{method} {path} is called by nobody"
        return
    options, required, type_ = described
    if "$skiptoken" in query or "$deltatoken" in query:
        required = ()
    yield from (f"{method} {path} has no option {name}" for name in query if name not in options)
    yield from (f"{method} {path} needs {name}" for name in required if name not in query)
    yield from (
        f"{name} is no instant: {query[name]}" for name in RANGE if name in query and not INSTANT.fullmatch(query[name])
    )
    if not type_:
        if body is not None:
            yield f"{method} {path} takes no body"
        return
    for fault in _VALIDATORS[type_].iter_errors(body):
        yield f"{method} {path}: {fault.json_path}: {fault.message}"
