"""Whether an answer has the form that Google describes, in the fields that we read; so nobody else has to ask."""

from typing import Any

TEXTS = {
    *("id", "etag", "iCalUID", "summary", "summaryOverride", "description", "location", "hangoutLink"),
    *("recurringEventId", "nextPageToken", "nextSyncToken", "email", "requestId", "accessRole"),
}
OBJECTS = {
    *("start", "end", "originalStartTime", "calendars"),
    *("extendedProperties", "private", "conferenceData", "createRequest"),
}
LISTS = {"items", "attendees", "entryPoints"}


def is_well_formed(answer: Any) -> bool:
    """Whether it is an object, and so are those in it; texts are texts, and lists are lists of objects."""
    return isinstance(answer, dict) and all(_fits(name, value) for name, value in answer.items())


def _fits(name: str, value: Any) -> bool:
    if name in TEXTS:
        return isinstance(value, str)
    if name in OBJECTS:
        return is_well_formed(value)
    if name in LISTS:
        return isinstance(value, list) and all(is_well_formed(each) for each in value)
    if name == "recurrence":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return True
