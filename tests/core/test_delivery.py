"""Everybody is reached exactly once: by the organiser's provider, a calendar of their own, a mail, or a file."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from scheduler.core.delivery import Channel, Place, Reach, Receipt, carried, invited, places_of
from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.walltime import WallTime

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
GOOGLE, OUTLOOK = Reach(Channel.GOOGLE, mails=True), Reach(Channel.OUTLOOK, mails=True)
PLAIN = Reach(Channel.CALDAV)
SERVER = Reach(Channel.CALDAV, server="dav.example.org")


def event(*attendees: Attendee, meeting: str = "") -> Event:
    """One session, organised by the first."""
    return Event(
        uid="u",
        group="g",
        slot=0,
        generation=0,
        rule=RecurrenceRule(zone="UTC", first=WallTime(date(2027, 3, 1), 720)),
        duration=30,
        occurrences=(Occurrence(session=0, recurrence_id=NOON, start=NOON),),
        title="Meeting",
        organizer=attendees[0].id,
        attendees=attendees,
        meeting=meeting,
    )


def person(id_: str, *, mail: bool = True, role: str = "required") -> Attendee:
    """Somebody, with a mail address or without."""
    return Attendee(id=id_, name=id_, email=f"{id_}@example.org" if mail else "", zone="UTC", role=role)


ANA, BEN = person("ana"), person("ben")
AT_GOOGLE = Place(Channel.GOOGLE, "ana")


@pytest.mark.parametrize("reach", [Reach(), GOOGLE, OUTLOOK])
def test_google_invites_whoever_has_an_address(reach: Reach) -> None:
    """Also people of another provider: a copy beside the invitation would be a second meeting."""
    assert places_of(event(ANA, BEN), {"ana": GOOGLE, "ben": reach}, mail=True) == (AT_GOOGLE,)


def test_caldav_people_have_a_copy_under_the_same_uid() -> None:
    """Their server may not read invitations that come by mail; the same UID makes both one."""
    places = places_of(event(ANA, BEN), {"ana": GOOGLE, "ben": PLAIN}, mail=True)
    assert places == (AT_GOOGLE, Place(Channel.CALDAV, "ben", copy=True))


def test_whom_nobody_can_invite_has_a_file() -> None:
    """Without an address there is no invitation."""
    places = places_of(event(ANA, person("ben", mail=False)), {"ana": GOOGLE}, mail=True)
    assert places == (AT_GOOGLE, Place(Channel.FILES))


@pytest.mark.parametrize(
    ("reach", "mail", "place"),
    [
        (Reach(), True, Place(Channel.MAIL, "ben")),
        (Reach(), False, Place(Channel.FILES)),
        (GOOGLE, True, Place(Channel.GOOGLE, "ben", copy=True)),
        (PLAIN, True, Place(Channel.CALDAV, "ben", copy=True)),
        (SERVER, True, Place(Channel.CALDAV, "ben", copy=True)),
    ],
)
def test_a_plain_server_invites_nobody(reach: Reach, mail: bool, place: Place) -> None:
    """So each gets it by the best way there is."""
    places = places_of(event(ANA, BEN), {"ana": PLAIN, "ben": reach}, mail=mail)
    assert places == (Place(Channel.CALDAV, "ana"), place)


def test_a_scheduling_server_invites_its_own_people() -> None:
    """And only those (RFC 6638)."""
    cy = person("cy")
    reach = {"ana": SERVER, "ben": SERVER, "cy": replace(SERVER, server="dav.example.net")}
    assert invited(event(ANA, BEN, cy), reach) == {"ana", "ben"}
    places = places_of(event(ANA, BEN, cy), reach, mail=True)
    assert places == (Place(Channel.CALDAV, "ana"), Place(Channel.CALDAV, "cy", copy=True))


def test_an_organiser_with_files_alone_hands_out_files() -> None:
    """Others with a calendar of their own have a copy there, and mail goes to the rest."""
    places = places_of(event(ANA, BEN, person("cy")), {"cy": OUTLOOK}, mail=True)
    assert places[0] == Place(Channel.FILES)
    assert set(places[1:]) == {
        Place(Channel.MAIL, "ana"),
        Place(Channel.MAIL, "ben"),
        Place(Channel.OUTLOOK, "cy", copy=True),
    }
    assert places_of(event(ANA, BEN), {}, mail=False) == (Place(Channel.FILES),)


def test_a_room_of_zoom_is_made_first() -> None:
    """All the others get its link."""
    assert places_of(event(ANA, BEN, meeting="zoom"), {"ana": GOOGLE}, mail=True) == (Place(Channel.ZOOM), AT_GOOGLE)


def test_who_does_not_attend_gets_nothing() -> None:
    """An organiser who is none of the group has it in the calendar from which it is organised, and else no mail."""
    ana = person("ana", role="none")
    assert places_of(event(ana, BEN), {}, mail=True) == (Place(Channel.FILES), Place(Channel.MAIL, "ben"))


def test_link_and_uid_are_carried_on() -> None:
    """What a provider does not say stays as it was."""
    one = event(ANA, BEN)
    assert carried(one, Receipt(ical_uid="x@google.com", conference="https://meet.google.com/a")).uid == "x@google.com"
    assert carried(one, Receipt()) == one
