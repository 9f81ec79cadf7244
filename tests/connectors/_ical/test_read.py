"""A collection as a whole: our own events, changes, gaps and warnings."""

import numpy as np
import pytest

from connectors._ical.read import MOST_WARNINGS, read_texts
from scheduler.errors import InputError, Unavailable
from tests.connectors._ical.calendars import YEAR, calendar, complaints, event, interval, meeting, read, spans

ONE = meeting(":20260302T090000Z", uid="one")
TWO = meeting(":20260303T090000Z", uid="two")


def test_our_own_events_are_left_out_with_their_mistakes() -> None:
    """A series that we published must not block itself, nor make its owner unknown."""
    ours = event("DTSTART:20260304T090000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY", uid="ours")
    found = read(ONE, calendar(ours), own=lambda uid: uid == "ours")
    assert (spans(found.busy), found.complete, found.warnings) == (["03-02 09:00-10:00"], True, ())
    assert not read(ONE, calendar(ours)).complete


def test_an_event_without_a_uid_is_nobodys_own() -> None:
    """Whatever is asked of the empty UID."""
    text = ONE.replace(b"UID:one\r\n", b"")
    assert spans(read(text, own=lambda uid: True).busy) == ["03-02 09:00-10:00"]


@pytest.mark.parametrize("texts", [(), (b"",), (b"<html>Sign in</html>", b"\0" * 1000)])
def test_texts_without_any_calendar_can_not_be_read(texts: tuple[bytes, ...]) -> None:
    """A page of a sign-in is not an empty calendar."""
    with pytest.raises(Unavailable, match="no iCalendar text"):
        read(*texts)


def test_a_calendar_without_events_is_known_and_free() -> None:
    """That is another thing."""
    found = read(calendar())
    assert (len(found.busy), found.complete, found.warnings) == (0, True, ())


@pytest.mark.parametrize(
    ("texts", "why"),
    [((ONE, b"<html>"), "One of the texts is no calendar."), ((ONE[:-10], TWO), "breaks off in the middle")],
)
def test_a_text_that_is_missing_or_cut_off_makes_the_owner_unknown(texts: tuple[bytes, bytes], why: str) -> None:
    """What can be read stays busy."""
    found = read(*texts)
    assert "03-02 09:00-10:00" in spans(found.busy)
    assert not found.complete
    assert why in complaints(found)


def test_a_zone_that_is_none_is_refused() -> None:
    """The owner's zone comes from a person."""
    with pytest.raises(InputError, match="'Europe/Atlantis' is no time zone"):
        read(ONE, zone="Europe/Atlantis")


def test_a_changed_event_takes_the_place_of_what_had_its_uid() -> None:
    """As if everything had been read again, down to the warnings."""
    broken = calendar(event("DTSTART;VALUE=DATE:20260304", "DTEND:never", uid="one"), event("DTSTART:x", uid="three"))
    window = interval(YEAR)
    whole, first = (read_texts(texts, zone="UTC", window=window) for texts in ([TWO, broken], [ONE, TWO]))
    updated = first.updated(read_texts([broken], zone="UTC", window=window))
    for own in ("", "one", "two"):
        anew, changed = (reading.free_busy(lambda uid, own=own: uid == own) for reading in (whole, updated))  # type: ignore[misc]  # the default binds the loop's value
        assert np.array_equal(anew.busy, changed.busy)
        assert (anew.complete, anew.warnings) == (changed.complete, changed.warnings)


def test_a_change_back_leaves_no_trace() -> None:
    """What was unknown is known again."""
    window = interval(YEAR)
    broken, sound, two = (
        read_texts([text], zone="UTC", window=window)
        for text in (meeting(":20260302T090000Z", "RRULE:FREQ=SECONDLY", uid="one"), ONE, TWO)
    )
    found = two.updated(broken).updated(sound).free_busy(lambda uid: False)
    assert (spans(found.busy), found.complete) == (["03-02 09:00-10:00", "03-03 09:00-10:00"], True)


def test_warnings_name_uid_and_line_and_never_a_title() -> None:
    """Nothing of what is private gets through, in any broken event."""
    private = ("SUMMARY:canary", "LOCATION:canary", "DESCRIPTION:canary")
    found = read(
        calendar(event(*private, uid="no-start"), event("DTSTART:20260302", "RRULE:FREQ=X", *private, uid="rule"))
    )
    assert [(warning.uid, warning.line) for warning in found.warnings] == [("no-start", 3), ("rule", 9)]
    assert "canary" not in repr(found)


def test_a_uid_from_a_stranger_is_shown_short_and_without_controls() -> None:
    """Terminals do what they are told."""
    (warning,) = read(calendar(event(uid="\x1b[31m" + "u" * 500))).warnings
    assert warning.uid == "?[31m" + "u" * 75


def test_warnings_are_told_once_and_not_by_the_thousand() -> None:
    """The rest is counted."""
    found = read(calendar(*(event(uid=str(number)) for number in range(MOST_WARNINGS + 5)), event("DTSTART:20260302")))
    assert len(found.warnings) == MOST_WARNINGS + 1
    assert str(found.warnings[-1]) == "and 5 more"
