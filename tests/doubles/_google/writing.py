"""Google's methods that write events: made, changed, deleted, and whom that is mailed to."""

import re
from collections.abc import Callable

from tests.doubles._google.base import ApiError, Asking, Base
from tests.doubles._google.expand import Json, dates, instant
from tests.doubles._google.rooms import with_room
from tests.doubles._google.store import OwnDate, Shown, Stored, merged_patch, stamp

ID = re.compile(r"[a-v0-9]{5,1024}")


class Writing(Base):
    """They bring an event into the calendars of its guests, too."""

    def events_insert(self, asking: Asking) -> Json:
        """Make an event."""
        person, body = self._own(asking), dict(asking.body)
        id_ = body.get("id") or f"made{self.store.version + 1:08d}"
        if not ID.fullmatch(id_) or ("id" in body and "iCalUID" in body):
            raise ApiError(400, "invalid")
        if id_ in person.events or id_ in person.left:
            raise ApiError(409, "duplicate")
        if body.get("attendees") and asking.token.service == asking.token.email:
            raise ApiError(403, "forbiddenForServiceAccounts")
        version = self.store.touch()
        said = {
            "status": "confirmed",
            **body,
            "id": id_,
            "iCalUID": body.get("iCalUID", f"{id_}@google.com"),
            "organizer": {"email": person.email, "self": True},
            "sequence": 0,
            "created": stamp(version),
        }
        stored = Stored(person.email, self._checked(said, {}, asking), version)
        person.events[id_] = stored
        self.store.spread(stored)
        self._tell(stored, asking, "request")
        return self._resource(self.store.master(stored), stored, person, asking.query)

    def events_patch(self, asking: Asking) -> Json:
        """Change an event or one date."""
        return self._change(asking, lambda there: merged_patch(there, asking.body))

    def events_update(self, asking: Asking) -> Json:
        """Put another in the place of an event or one date."""
        kept = ("id", "iCalUID", "organizer", "sequence", "created")
        return self._change(
            asking, lambda there: {**asking.body, **{name: there[name] for name in kept if name in there}}
        )

    def events_delete(self, asking: Asking) -> Json:
        """Delete an event or one date."""
        person = self._own(asking)
        stored, date = self._find(person, asking.path["eventId"])
        if stored.deleted or (date and not date.live):
            raise ApiError(410, "deleted")
        self._match(asking, date or self.store.master(stored), date is not None)
        if person.email != stored.owner:
            self._decline(stored, date, person.email, asking)
            self.store.spread(stored)
        elif date is None:
            self._tell(stored, asking, "cancel")
            stored.changed, stored.deleted = self.store.touch(), True
            self.store.spread(stored)
        else:
            self._own_words(stored, date, {"status": "cancelled"}, asking)
            self._tell(stored, asking, "cancel")
        return {}

    def _change(self, asking: Asking, changed: Callable[[Json], Json]) -> Json:
        person = self._own(asking)
        stored, date = self._find(person, asking.path["eventId"])
        if stored.deleted:
            raise ApiError(403, "forbidden")
        if asking.body.get("attendees") and asking.token.service == asking.token.email:
            raise ApiError(403, "forbiddenForServiceAccounts")
        if person.email != stored.owner and asking.body.keys() - {"attendees"}:
            raise ApiError(403, "forbiddenForNonOrganizer")
        self._match(asking, date or self.store.master(stored), date is not None)
        if date is None:
            said = self._checked(changed(stored.said), stored.said, asking)
            if said != stored.said:
                was = stored.said
                stored.said = said | {"sequence": said["sequence"] + 1}
                stored.changed = self.store.touch()
                self._tell(stored, asking, "update", also=was)
            shown = self.store.master(stored)
        else:
            own = stored.exceptions[date.id].said if date.id in stored.exceptions else {}
            before = {name: date.said[name] for name in ("status",) if name in date.said} | own
            after = changed(before)
            if after != before:
                self._own_words(stored, date, after, asking)
                self._tell(stored, asking, "update")
            shown = self.store.find_date(stored, date.id) or date
        self.store.spread(stored)
        return self._resource(shown, stored, person, asking.query)

    def _decline(self, stored: Stored, date: Shown | None, email: str, asking: Asking) -> None:
        """A guest takes an event, or one date, out of their own calendar: the organiser keeps it, and sees why."""
        said = (date.said if date else stored.said).get("attendees", [])
        answers = [each | ({"responseStatus": "declined"} if each["email"].lower() == email else {}) for each in said]
        if date is None:
            stored.said = stored.said | {"attendees": answers}
            stored.changed = self.store.touch()
        else:
            own = stored.exceptions[date.id].said if date.id in stored.exceptions else {}
            self._own_words(stored, date, own | {"attendees": answers}, asking)

    def _own_words(self, stored: Stored, date: Shown, said: Json, asking: Asking) -> None:
        assert date.original is not None
        for name in ("start", "end"):
            if name in said:
                instant(said[name], self.store.zones)
        if (
            "start" in said
            and "end" in said
            and instant(said["end"], self.store.zones) <= instant(said["start"], self.store.zones)
        ):
            raise ApiError(400, "timeRangeEmpty")
        stored.exceptions[date.id] = OwnDate(date.original, said, self.store.touch())

    def _checked(self, said: Json, was: Json, asking: Asking) -> Json:
        """An event as it may be stored. Raises ApiError or Unclear for one that Google would refuse."""
        if instant(said["end"], self.store.zones) <= instant(said["start"], self.store.zones):
            raise ApiError(400, "timeRangeEmpty")
        if "recurrence" in said:
            if "timeZone" not in said["start"] or "timeZone" not in said["end"]:
                raise ApiError(400, "required")
            dates(said["start"], said["recurrence"], self.store.zones)
        if any("@" not in guest.get("email", "") for guest in said.get("attendees", ())):
            raise ApiError(400, "required")
        if asking.query.get("conferenceDataVersion") != "1":
            kept = {name: was[name] for name in ("conferenceData", "hangoutLink") if name in was}
            return {name: value for name, value in said.items() if name != "conferenceData"} | kept
        return with_room(said, was, self.switches.room)
