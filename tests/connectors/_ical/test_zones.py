"""Which clock a TZID means."""

import pytest

from tests.connectors._ical.calendars import YEAR, busy, calendar, complaints, event, meeting, read, spans

BERLIN = (
    "BEGIN:VTIMEZONE",
    "TZID:{name}",
    "BEGIN:STANDARD",
    "DTSTART:16011028T030000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:00010325T020000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)


def declared(name: str, *, by: tuple[str, ...] = BERLIN) -> str:
    """A VTIMEZONE of this name."""
    return "".join(line.format(name=name) + "\r\n" for line in by)


@pytest.mark.parametrize(
    "tzid",
    [
        "Europe/Berlin",
        "europe/BERLIN",
        "W. Europe Standard Time",
        '"W. Europe Standard Time"',
        "/mozilla.org/20070129_1/Europe/Berlin",
        "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
    ],
)
def test_names_that_mean_a_zone_need_no_declaration(tzid: str) -> None:
    """IANA's in any case, Microsoft's by CLDR, and those with a prefix."""
    assert busy(meeting(f";TZID={tzid}:20260702T090000")) == ["07-02 07:00-08:00"]


def test_a_name_of_three_parts_keeps_them_behind_a_prefix() -> None:
    """America/Argentina/Buenos_Aires is no zone Argentina/Buenos_Aires."""
    found = busy(meeting(";TZID=/example.org/America/Argentina/Buenos_Aires:20260702T090000"))
    assert found == ["07-02 12:00-13:00"]


@pytest.mark.parametrize("tzid", ["UTC", "Etc/UTC", "Z", "GMT", "tzone://Microsoft/Utc"])
def test_names_of_utc_are_utc(tzid: str) -> None:
    """Whatever the owner's zone is."""
    assert busy(meeting(f";TZID={tzid}:20260702T090000"), zone="Asia/Kolkata") == ["07-02 09:00-10:00"]


@pytest.mark.parametrize("name", ["Customized Time Zone", "tzone://Microsoft/Custom", "W. Europe Standard Time (1)"])
def test_a_made_up_name_follows_its_declaration_in_winter_and_summer(name: str) -> None:
    """Rules that begin in the years 1 and 1601, as Exchange writes them."""
    times = [event(f'DTSTART;TZID="{name}":2026{day}T090000', "DURATION:PT1H", uid=day) for day in ("0115", "0715")]
    assert busy(calendar(declared(name), *times)) == ["01-15 08:00-09:00", "07-15 07:00-08:00"]


def test_gap_and_fold_of_a_declared_zone_are_read_by_the_standard() -> None:
    """RFC 5545, 3.3.5: skipped means the offset before, twice means the first."""
    times = [
        event(f"DTSTART;TZID=Mine:{at}", "DURATION:PT15M", uid=at) for at in ("20260329T023000", "20261025T023000")
    ]
    assert busy(calendar(declared("Mine"), *times)) == ["03-29 01:30-01:45", "10-25 00:30-00:45"]


def test_a_declaration_with_escaped_commas_is_found() -> None:
    """A TZID property escapes what a quoted parameter does not."""
    zone = declared(r"(UTC+01:00) Berlin\, Rome")
    text = calendar(zone, event('DTSTART;TZID="(UTC+01:00) Berlin, Rome":20260715T090000', "DURATION:PT1H"))
    assert busy(text) == ["07-15 07:00-08:00"]


def test_a_windows_name_that_is_declared_follows_its_declaration() -> None:
    """It is no name of tzdata, and the file knows what it meant."""
    rules = [line.replace("+0100", "+0500").replace("+0200", "+0600") for line in BERLIN]
    name = "W. Europe Standard Time"
    text = calendar(declared(name, by=tuple(rules)), event(f"DTSTART;TZID={name}:20260115T090000", "DURATION:PT1H"))
    assert busy(text) == ["01-15 04:00-05:00"]


def test_the_last_onset_of_a_rule_is_the_one_at_its_until() -> None:
    """Summer time for ever since March 2026; UNTIL is in UTC, the onsets are not."""
    rules = [line.replace("BYMONTH=3", "BYMONTH=3;UNTIL=20260329T010000Z") for line in BERLIN]
    rules = [line.replace("BYMONTH=10", "BYMONTH=10;UNTIL=20251026T010000Z") for line in rules]
    times = [event(f"DTSTART;TZID=X:2026{day}T090000", "DURATION:PT1H", uid=day) for day in ("0115", "1215")]
    assert busy(calendar(declared("X", by=tuple(rules)), *times)) == ["01-15 08:00-09:00", "12-15 07:00-08:00"]


def test_rules_that_ended_long_ago_still_set_the_offset() -> None:
    """Summer time until 1990, standard time since, whichever rule began last; RDATEs count as onsets."""
    rules = [line.replace("BYMONTH=3", "BYMONTH=3;UNTIL=19900325T010000Z") for line in BERLIN]
    rules = [line.replace("00010325", "16020325") for line in rules]
    rules = [line.replace("BYMONTH=10", "BYMONTH=10;UNTIL=19901028T010000Z") for line in rules]
    assert busy(
        calendar(declared("Old", by=tuple(rules)), event("DTSTART;TZID=Old:20260715T090000", "DURATION:PT1H"))
    ) == ["07-15 08:00-09:00"]
    listed = [line for line in BERLIN if not line.startswith("RRULE")]
    listed.insert(3, "RDATE:20261025T030000,20251026T030000")
    listed.insert(listed.index("BEGIN:DAYLIGHT") + 2, "RDATE:20260329T020000")
    times = [event(f"DTSTART;TZID=Listed:2026{day}T090000", "DURATION:PT1H", uid=day) for day in ("0115", "0715")]
    found = busy(calendar(declared("Listed", by=tuple(listed)), *times))
    assert found == ["01-15 08:00-09:00", "07-15 07:00-08:00"]


def test_a_declaration_does_not_redefine_a_zone_of_the_world() -> None:
    """What a file says of Europe/London is less than what tzdata knows."""
    text = calendar(declared("Europe/London"), event("DTSTART;TZID=Europe/London:20260715T090000", "DURATION:PT1H"))
    assert busy(text) == ["07-15 08:00-09:00"]


def test_the_files_of_a_collection_share_their_declarations() -> None:
    """As resources of one CalDAV collection may."""
    texts = (calendar(declared("Mine")), meeting(";TZID=Mine:20260715T090000"))
    assert busy(*texts) == ["07-15 07:00-08:00"]


@pytest.mark.parametrize(
    "tzid", ["Custom", "localtime", "posixrules", "../../etc/passwd", "Europe/Lisbon\0", "A" * 5000, "EasT", "/Europe/"]
)
def test_a_name_that_nobody_knows_is_read_on_the_owners_clock_with_a_warning(tzid: str) -> None:
    """Never silently floating or UTC, and never a path."""
    found = read(meeting(f";TZID={tzid}:20260702T090000", uid="odd"), zone="Asia/Kolkata")
    assert spans(found.busy) == (["07-02 03:30-04:30"] if "\0" not in tzid else ["07-02 08:00-09:00"])
    if "\0" not in tzid:
        assert "event odd: Its time zone" in complaints(found)
        assert "is unknown: read on its owner's clock" in complaints(found)


@pytest.mark.parametrize(
    "change",
    [
        ("TZOFFSETTO:+0200", "TZOFFSETTO:+5328"),
        ("TZOFFSETTO:+0200", "TZOFFSETTO:summer"),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "FREQ=SECONDLY"),
        ("DTSTART:00010325T020000", "DTSTART:spring"),
    ],
)
def test_a_declaration_that_can_not_be_read_is_as_good_as_none(change: tuple[str, str]) -> None:
    """The event stays, on its owner's clock, with a warning."""
    broken = declared("Mine").replace(*change)
    found = read(calendar(broken, event("DTSTART;TZID=Mine:20260702T090000", "DURATION:PT1H")), zone="Asia/Kolkata")
    assert spans(found.busy) == ["07-02 03:30-04:30"]
    assert "'Mine' is unknown" in complaints(found)


def test_an_empty_name_is_no_name() -> None:
    """Such a time floats."""
    assert busy(meeting(";TZID=:20260702T090000"), zone="Asia/Kolkata") == ["07-02 03:30-04:30"]


def test_a_vancouver_meeting_follows_the_law_of_2026() -> None:
    """Zone data of 2025 would be an hour late."""
    assert busy(meeting(";TZID=America/Vancouver:20261116T090000"), window=YEAR) == ["11-16 16:00-17:00"]
