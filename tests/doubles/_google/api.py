"""All of Google's methods that the double knows, by their names in Google's description."""

from collections.abc import Callable

from tests.doubles._google.base import Asking
from tests.doubles._google.expand import Json
from tests.doubles._google.reading import Reading
from tests.doubles._google.watching import Watching
from tests.doubles._google.writing import Writing


class Api(Reading, Writing, Watching):
    """The methods; see `METHODS`."""


METHODS: dict[str, Callable[[Api, Asking], Json]] = {
    "events.insert": Api.events_insert,
    "events.get": Api.events_get,
    "events.list": Api.events_list,
    "events.patch": Api.events_patch,
    "events.update": Api.events_update,
    "events.delete": Api.events_delete,
    "events.instances": Api.events_instances,
    "events.watch": Api.events_watch,
    "channels.stop": Api.channels_stop,
    "calendars.get": Api.calendars_get,
    "calendarList.get": Api.calendar_list_get,
    "calendarList.list": Api.calendar_list_list,
    "freebusy.query": Api.freebusy_query,
}
