"""connectors/published.py: calendars as files, for groups and people."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import icalendar
import pytest

from connectors.published import PublishedFiles
from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.walltime import WallTime
from scheduler.errors import Unavailable
from tests.readers import expanded_in_python

ANA = Attendee(id="ana", name="Ana", email="ana@example.org", zone="Europe/London", role="chair")
BO = Attendee(id="bo", name="Bo", email="", zone="America/New_York")
CHI = Attendee(id="chi", name="Chi", email="chi@example.org", zone="Asia/Kolkata", role="optional")
STAMP = datetime(2026, 12, 1, 8, tzinfo=UTC)
ROOM = "https://meet.example.org/abc"


@pytest.fixture
def files(tmp_path: Path) -> PublishedFiles:
    """A writer into an empty folder."""
    return PublishedFiles(tmp_path)


def _event(uid: str = "11111111-2222-5333-8444-555555555555", **changes: object) -> Event:
    rule = RecurrenceRule(zone="Europe/London", first=WallTime(date(2027, 1, 5), 870), interval=2)
    ids = rule.instants(6)
    event = Event(
        uid=uid,
        group="circle-7",
        slot=0,
        generation=0,
        rule=rule,
        duration=45,
        occurrences=tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(ids)),
        title="Circle 7",
        organizer="ana",
        attendees=(ANA, BO, CHI),
        conference=ROOM,
        stamped=STAMP,
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # names and values of the tests below


def _with(event: Event, session: int, **changes: object) -> Event:
    occurrences = list(event.occurrences)
    occurrences[session] = replace(occurrences[session], **changes)  # type: ignore[arg-type]  # as in _event
    return replace(event, occurrences=tuple(occurrences))


def _bytes(files: PublishedFiles, name: str) -> bytes:
    return (files.root / "published" / f"{name}.ics").read_bytes()


def _vevents(files: PublishedFiles, name: str) -> list[Any]:  # the library's types say no more than that
    return [*icalendar.Calendar.from_ical(_bytes(files, name)).events]


def _all(files: PublishedFiles) -> dict[str, bytes]:
    return {str(path.relative_to(files.root)): path.read_bytes() for path in files.root.rglob("*.ics")}


def _starts(files: PublishedFiles, name: str) -> list[datetime]:
    return [start for start, _ in expanded_in_python(_bytes(files, name))]


def test_a_group_and_each_of_its_people_have_a_file(files: PublishedFiles) -> None:
    """Named by their ids."""
    files.put(_event(), standing=None)
    assert sorted(_all(files)) == [
        "published/groups/circle-7.ics",
        "published/people/ana.ics",
        "published/people/bo.ics",
        "published/people/chi.ics",
    ]


def test_a_series_is_one_event_with_a_rule_on_its_own_clock(files: PublishedFiles) -> None:
    """RRULE, TZID and a VTIMEZONE, UID, SEQUENCE and DTSTAMP: the form that can be changed and cancelled."""
    files.put(_event(sequence=3), standing=None)
    [event] = _vevents(files, "groups/circle-7")
    assert event["UID"] == "11111111-2222-5333-8444-555555555555"
    assert event["SEQUENCE"] == 3
    assert event["DTSTAMP"].dt == STAMP
    assert event["STATUS"] == "CONFIRMED"
    assert b"DTSTART;TZID=Europe/London:20270105T143000\r\n" in _bytes(files, "groups/circle-7")
    assert b"DTEND;TZID=Europe/London:20270105T151500\r\n" in _bytes(files, "groups/circle-7")
    assert event["RRULE"] == {
        "FREQ": ["WEEKLY"],
        "UNTIL": [datetime(2027, 3, 17, 2, 30, tzinfo=UTC)],
        "INTERVAL": [2],
        "BYDAY": ["TU"],
    }
    assert _bytes(files, "groups/circle-7").count(b"BEGIN:VTIMEZONE") == 1


def test_a_monthly_series_names_its_weekday(files: PublishedFiles) -> None:
    """The last Thursday of every second month."""
    rule = RecurrenceRule(zone="UTC", first=WallTime(date(2027, 1, 28), 600), interval=2, nth=-1)
    ids = rule.instants(3)
    occurrences = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(ids))
    files.put(_event(rule=rule, occurrences=occurrences), standing=None)
    text = _bytes(files, "groups/circle-7")
    assert b"DTSTART:20270128T100000Z\r\n" in text
    assert b"RRULE:FREQ=MONTHLY;UNTIL=20270527T220000Z;INTERVAL=2;BYDAY=-1TH\r\n" in text


def test_moved_and_skipped_sessions_are_true_exceptions(files: PublishedFiles) -> None:
    """A RECURRENCE-ID for what stands elsewhere, an EXDATE for what does not take place."""
    event = _with(_event(), 1, start=None)
    event = _with(event, 2, start=event.occurrences[2].recurrence_id + timedelta(days=2))
    files.put(event, standing=None)
    text = _bytes(files, "groups/circle-7")
    assert b"EXDATE;TZID=Europe/London:20270119T143000\r\n" in text
    assert b"RECURRENCE-ID;TZID=Europe/London:20270202T143000\r\nDTSTART;TZID=Europe/London:20270204T143000\r\n" in text
    assert _starts(files, "groups/circle-7") == sorted(each.start for each in event.sessions if each.start)


def test_a_session_in_a_skipped_hour_has_an_entry_with_its_true_time(files: PublishedFiles) -> None:
    """On the day New York skips 2:30 the session stands at 3:30, under the rule's own date."""
    rule = RecurrenceRule(zone="America/New_York", first=WallTime(date(2027, 3, 7), 150))
    ids = rule.instants(2)
    occurrences = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(ids))
    files.put(_event(rule=rule, occurrences=occurrences), standing=None)
    text = _bytes(files, "groups/circle-7")
    zone = b";TZID=America/New_York:"
    assert b"RECURRENCE-ID%b20270314T023000\r\nDTSTART%b20270314T033000\r\n" % (zone, zone) in text
    assert b"UNTIL=20270314T193000Z" in text


def test_a_session_in_a_repeated_hour_has_an_entry_in_utc(files: PublishedFiles) -> None:
    """No wall time could say which of the two it is."""
    rule = RecurrenceRule(zone="America/New_York", first=WallTime(date(2027, 10, 31), 90))
    ids = rule.instants(2)
    occurrences = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(ids))
    files.put(_event(rule=rule, occurrences=occurrences), standing=None)
    text = _bytes(files, "groups/circle-7")
    assert b"RECURRENCE-ID;TZID=America/New_York:20271107T013000\r\nDTSTART:20271107T053000Z\r\n" in text


def test_a_rule_that_begins_on_a_day_of_clock_changes_tells_its_length(files: PublishedFiles) -> None:
    """An end on the wall would say another length there, for every date of the rule."""
    rule = RecurrenceRule(zone="America/New_York", first=WallTime(date(2027, 3, 14), 105))
    ids = rule.instants(2)
    occurrences = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(ids))
    files.put(_event(rule=rule, occurrences=occurrences), standing=None)
    assert b"20270314T014500\r\nDURATION:PT45M\r\n" in _bytes(files, "groups/circle-7")


def test_an_event_of_one_date_has_no_rule(files: PublishedFiles) -> None:
    """It simply stands where it stands, and nothing refers to a date that never was."""
    event = _event()
    [only] = event.occurrences[:1]
    files.put(replace(event, occurrences=(replace(only, start=only.recurrence_id + timedelta(days=1)),)), standing=None)
    [vevent] = _vevents(files, "groups/circle-7")
    assert vevent["DTSTART"].dt.astimezone(UTC) == datetime(2027, 1, 6, 14, 30, tzinfo=UTC)
    assert "RRULE" not in vevent
    assert "RECURRENCE-ID" not in vevent


def test_people_are_invited_in_their_roles(files: PublishedFiles) -> None:
    """Everybody needs action; somebody without mail has an address of their own that nobody can write to."""
    files.put(_event(), standing=None)
    [event] = _vevents(files, "groups/circle-7")
    assert event["ORGANIZER"] == "mailto:ana@example.org"
    said = [(str(each), each.params["CN"], each.params["ROLE"], each.params["PARTSTAT"]) for each in event["ATTENDEE"]]
    assert said[0] == ("mailto:ana@example.org", "Ana", "CHAIR", "NEEDS-ACTION")
    assert said[1][0].startswith("urn:uuid:")
    assert said[1][1:3] == ("Bo", "REQ-PARTICIPANT")
    assert said[2][1:3] == ("Chi", "OPT-PARTICIPANT")


def test_the_video_room_is_where_calendars_look_for_it(files: PublishedFiles) -> None:
    """CONFERENCE of RFC 7986 with an unquoted list of features, URL, and LOCATION."""
    files.put(_event(), standing=None)
    [event] = _vevents(files, "groups/circle-7")
    assert (event["URL"], event["LOCATION"], event["CONFERENCE"]) == (ROOM, ROOM, ROOM)
    unfolded = _bytes(files, "groups/circle-7").replace(b"\r\n ", b"")
    assert b"CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Video meeting:https://meet" in unfolded


def test_without_video_there_is_no_link(files: PublishedFiles) -> None:
    """No empty property that a reader could stumble over."""
    files.put(_event(conference=""), standing=None)
    [event] = _vevents(files, "groups/circle-7")
    assert not {"URL", "LOCATION", "CONFERENCE"} & set(event)


def test_a_person_reads_their_own_time_first(files: PublishedFiles) -> None:
    """The description of somebody's copy speaks to them."""
    files.put(_event(), standing=None)
    [event] = _vevents(files, "people/bo")
    assert event["DESCRIPTION"].splitlines()[0] == "You: Tue 09:30 New York; on 16 March: 10:30, not 09:30"


def test_a_person_does_not_have_sessions_without_them(files: PublishedFiles) -> None:
    """They are skipped in that person's file and stand in all others."""
    files.put(_with(_event(), 3, absent=("chi",)), standing=None)
    assert len(_starts(files, "people/chi")) == 5
    assert len(_starts(files, "people/ana")) == 6
    assert len(_starts(files, "groups/circle-7")) == 6


def test_who_is_never_there_has_a_cancelled_event(files: PublishedFiles) -> None:
    """An event all of whose dates are left out would be refused by calendars."""
    event = _event()
    files.put(
        replace(event, occurrences=tuple(replace(each, absent=("chi",)) for each in event.occurrences)), standing=None
    )
    [vevent] = _vevents(files, "people/chi")
    assert vevent["STATUS"] == "CANCELLED"
    assert _starts(files, "people/chi") == []


@pytest.mark.parametrize("count", [1, 6])
def test_an_event_of_which_every_session_is_skipped_is_cancelled(files: PublishedFiles, count: int) -> None:
    """In the group's file as well: its rule has no date, and its one date is none."""
    event = _event()
    skipped = tuple(replace(each, start=None) for each in event.occurrences[:count])
    files.put(replace(event, occurrences=skipped), standing=None)
    for name in ("groups/circle-7", "people/ana"):
        assert {vevent["STATUS"] for vevent in _vevents(files, name)} == {"CANCELLED"}


def test_the_same_event_leaves_the_same_files(files: PublishedFiles) -> None:
    """A write that is repeated after a crash changes nothing: the files are not even replaced."""
    files.put(_with(_event(), 2, start=None), standing=None)
    before = _all(files), [path.stat().st_ino for path in _paths(files)]
    files.put(_with(_event(), 2, start=None), standing=None)
    assert before == (_all(files), [path.stat().st_ino for path in _paths(files)])


def _paths(files: PublishedFiles) -> list[Path]:
    return sorted(files.root.rglob("*"))


def test_the_order_of_writes_does_not_matter(tmp_path: Path) -> None:
    """Two events make the same files whichever comes first."""
    one, other = _event("b" * 36), _event("a" * 36, slot=1)
    made = []
    for order in ([one, other], [other, one]):
        files = PublishedFiles(tmp_path / order[0].uid)
        files.root.mkdir()
        for event in order:
            files.put(event, standing=None)
        made.append(_all(files))
    assert made[0] == made[1]


def test_a_changed_event_takes_the_place_of_the_old(files: PublishedFiles) -> None:
    """Nothing of what it said before stays, and other events are left as they are."""
    other = _event("a" * 36, group="pair-1", attendees=(ANA, BO))
    files.put(other, standing=None)
    files.put(_with(_event(), 1, start=None), standing=None)
    files.put(_event(sequence=1, title="Circle of seven"), standing=None)
    assert b"EXDATE" not in _bytes(files, "people/ana")
    assert {(str(event["UID"])[0], str(event["SUMMARY"])) for event in _vevents(files, "people/ana")} == {
        ("a", "Circle 7"),
        ("1", "Circle of seven"),
    }
    assert len(_starts(files, "people/ana")) == 12


def test_a_cancelled_event_says_so_in_every_file(files: PublishedFiles) -> None:
    """Calendars that imported it drop it, because the SEQUENCE is higher."""
    files.put(_event(), standing=None)
    files.cancel(_event(sequence=1), standing=None)
    for name in ("groups/circle-7", "people/ana", "people/bo", "people/chi"):
        [event] = _vevents(files, name)
        assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    before = _all(files)
    files.cancel(_event(sequence=1), standing=None)
    assert _all(files) == before


def test_an_event_can_be_cancelled_that_was_never_written(files: PublishedFiles) -> None:
    """After a crash between deciding and writing."""
    files.cancel(_event(sequence=1), standing=None)
    assert _starts(files, "groups/circle-7") == []


def test_who_leaves_the_group_has_a_cancelled_event(files: PublishedFiles) -> None:
    """Their file says that the event is off for them; the others' go on."""
    files.put(_event(), standing=None)
    files.put(_event(sequence=1, attendees=(ANA, CHI)), standing=None)
    [event] = _vevents(files, "people/bo")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    assert len(_starts(files, "people/ana")) == 6
    files.put(_event(sequence=2), standing=None)
    assert len(_starts(files, "people/bo")) == 6


def test_who_only_organises_is_no_attendee_and_has_no_file(files: PublishedFiles) -> None:
    """A coordinator outside the group sends the invitation and does not attend."""
    files.put(_event(attendees=(replace(ANA, role="none"), BO)), standing=None)
    [event] = _vevents(files, "groups/circle-7")
    assert event["ORGANIZER"] == "mailto:ana@example.org"
    assert event["ATTENDEE"].params["CN"] == "Bo"
    assert not (files.root / "published" / "people" / "ana.ics").exists()


STRANGE = 'x"\r\nATTENDEE:mailto:evil@example.org\r\nEND:VEVENT\r\n;CN=a:b,c\\n^n\u2028\x85\x0b\x00'


@pytest.mark.parametrize(
    "change",
    [
        lambda event: replace(event, title=STRANGE),
        lambda event: replace(event, conference=f"https://meet.example.org/{STRANGE}"),
        lambda event: replace(event, attendees=(ANA, replace(BO, name=STRANGE), CHI)),
        lambda event: replace(event, attendees=(ANA, replace(BO, email=f"bo@example.org{STRANGE}"), CHI)),
        lambda event: replace(event, attendees=(replace(ANA, name=STRANGE), BO, CHI)),
    ],
)
def test_strange_words_stay_inside_their_property(files: PublishedFiles, change: Callable[[Event], Event]) -> None:
    """Nobody adds a line, an attendee or an event by what they are called (fault B12)."""
    files.put(change(_event()), standing=None)
    [event] = _vevents(files, "groups/circle-7")
    assert len(event["ATTENDEE"]) == 3
    assert len(_starts(files, "groups/circle-7")) == 6
    text = _bytes(files, "groups/circle-7").decode()
    assert text.splitlines() == text.removesuffix("\r\n").split("\r\n")
    names = {line.partition(":")[0].partition(";")[0] for line in text.replace("\r\n ", "").splitlines()}
    assert text.replace("\r\n ", "").count("\r\nATTENDEE") == 3
    assert all(name.replace("-", "").isupper() for name in names)


def test_names_need_no_escape_that_few_readers_know(files: PublishedFiles) -> None:
    """Quotation marks and circumflexes in a name are replaced, since RFC 6868 is not everybody's."""
    files.put(_event(attendees=(replace(ANA, name='Ana "the ^n" N.'),)), standing=None)
    assert b"CN=\"Ana 'the  n' N.\";" in _bytes(files, "groups/circle-7").replace(b"\r\n ", b"")


def test_dates_of_the_past_have_the_clocks_of_their_time(files: PublishedFiles) -> None:
    """A file that holds an older series tells the zone from that year on."""
    rule = RecurrenceRule(zone="Africa/Casablanca", first=WallTime(date(2026, 9, 16), 600))
    ids = rule.instants(2)
    occurrences = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(ids))
    files.put(_event(rule=rule, occurrences=occurrences), standing=None)
    assert b"BEGIN:STANDARD\r\nDTSTART:20260101T000000\r\n" in _bytes(files, "groups/circle-7")
    assert b"RDATE:20260920T020000\r\n" in _bytes(files, "groups/circle-7")


def test_lines_are_at_most_75_octets(files: PublishedFiles) -> None:
    """Long titles in any script are folded, between characters and not within (RFC 5545, 3.1)."""
    title = "Très long 名前 😀 " * 20
    files.put(_event(title=title), standing=None)
    lines = _bytes(files, "groups/circle-7").split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode() is not None for line in lines)
    assert _vevents(files, "groups/circle-7")[0]["SUMMARY"] == title.strip()


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "a/b", "..", "nul\0", "semi;colon"])
def test_no_id_leads_out_of_the_folder(files: PublishedFiles, name: str) -> None:
    """An id names a file, never a path."""
    files.put(_event(group=name, attendees=(replace(ANA, id=name),), organizer=name), standing=None)
    assert {path.parent for path in files.root.rglob("*.ics")} == {
        files.root / "published" / "groups",
        files.root / "published" / "people",
    }


@pytest.mark.parametrize("part", ["published", "published/people", "published/people/ana.ics"])
def test_links_are_not_followed(files: PublishedFiles, tmp_path_factory: pytest.TempPathFactory, part: str) -> None:
    """Somebody who can make a link in the folder can't have us write elsewhere."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "file").write_text("mine")
    link = files.root / part
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere / "file" if part.endswith(".ics") else elsewhere)
    with pytest.raises(Unavailable, match=part):
        files.put(_event(), standing=None)
    assert [path.name for path in elsewhere.iterdir()] == ["file"]
    assert (elsewhere / "file").read_text() == "mine"


def test_a_crash_before_the_exchange_leaves_the_old_file(
    files: PublishedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader never sees half a file, and the next write goes through."""
    files.put(_event(), standing=None)
    before = _all(files)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            files.put(_event(title="Another"), standing=None)
    assert _all(files) == before
    files.put(_event(title="Another"), standing=None)
    assert _vevents(files, "people/bo")[0]["SUMMARY"] == "Another"
    assert not [path for path in _paths(files) if path.name.startswith(".")]


def test_a_crash_between_files_is_mended_by_writing_again(
    files: PublishedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who left the group gets their cancellation though the first attempt broke off."""
    files.put(_event(), standing=None)
    moved, replaced = os.replace, []

    def crash(*names: str, src_dir_fd: int, dst_dir_fd: int) -> None:
        replaced.append(names)
        if len(replaced) == 2:
            raise OSError(28, "No space left on device")
        moved(*names, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)

    after = _event(sequence=1, attendees=(ANA,))
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", crash)
        with pytest.raises(Unavailable, match="no space left"):
            files.put(after, standing=None)
    files.put(after, standing=None)
    assert [_vevents(files, f"people/{name}")[0]["STATUS"] for name in ("ana", "bo", "chi")] == [
        "CONFIRMED",
        "CANCELLED",
        "CANCELLED",
    ]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """What and why, in one line."""
    with pytest.raises(Unavailable, match=r"published/groups can't be opened: no such file or directory\."):
        PublishedFiles(tmp_path / "nowhere").put(_event(), standing=None)


def test_an_event_is_stamped_before_it_is_written(files: PublishedFiles) -> None:
    """DTSTAMP is the instant of the decision, which only the caller knows."""
    with pytest.raises(ValueError, match="before it was stamped"):
        files.put(_event(stamped=None), standing=None)


def test_two_events_that_share_a_person_are_both_in_their_file(files: PublishedFiles) -> None:
    """However many are written at once, by however many threads or processes."""
    events = [_event(f"{number}1111111-2222-5333-8444-555555555555", group=f"circle-{number}") for number in range(6)]
    writers = [partial(PublishedFiles(files.root).put, each, standing=None) for each in events]
    with ThreadPoolExecutor(len(events)) as pool:
        for written in [pool.submit(write) for write in writers]:
            written.result()
    assert {str(each["UID"]) for each in _vevents(files, "people/bo")} == {each.uid for each in events}
