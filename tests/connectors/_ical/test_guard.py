"""The process that reads text from strangers: its limits, its loss and its return."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from connectors._ical import guard
from connectors._ical.child import MEMORY
from connectors._ical.guard import read_guarded
from connectors._ical.read import Reading, read_texts
from scheduler.errors import InputError, Unavailable
from tests.connectors._ical.calendars import YEAR, calendar, event, interval, meeting, spans

SOUND = meeting(":20260302T090000Z", "RRULE:FREQ=DAILY;COUNT=3")
WINDOW = interval(YEAR)
MOST_SECONDS = 2.0
MOST_MEMORY = 300 * 2**20


def guarded(text: bytes) -> Reading:
    """Read in the other process."""
    return read_guarded([text], zone="Europe/Berlin", window=WINDOW)


def worker() -> int:
    """The process that will read the next calendar."""
    guarded(SOUND)
    return guard._idle.queue[-1]._process.pid


def daily(number: int, rule: str = "FREQ=DAILY", start: str = "20200101T090000Z") -> bytes:
    """Many series in one calendar."""
    head = b"BEGIN:VEVENT\r\nUID:%d\r\nDTSTART:" + start.encode() + b"\r\nDURATION:PT1H\r\nRRULE:" + rule.encode()
    return (
        b"BEGIN:VCALENDAR\r\n"
        + b"".join(head % index + b"\r\nEND:VEVENT\r\n" for index in range(number))
        + b"END:VCALENDAR"
    )


EVERY = {"BYHOUR": range(24), "BYMINUTE": range(60), "BYSECOND": range(60), "BYYEARDAY": range(1, 367)}
BOMBS = {
    "every second": daily(1, "FREQ=SECONDLY"),
    "every minute since 1970": daily(1, "FREQ=MINUTELY", "19700101T000000Z"),
    "no interval": daily(1, "FREQ=DAILY;INTERVAL=0"),
    "never": daily(1, "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
    "many rules": meeting(":20260101T000000Z", *["RRULE:FREQ=MINUTELY"] * 99),
    "every part": daily(1, "FREQ=YEARLY;" + ";".join(f"{k}={','.join(map(str, v))}" for k, v in EVERY.items())),
    "all of 2,000 years": daily(1, "FREQ=DAILY;UNTIL=99991231T000000Z", "00010101T000000Z"),
    "a long count": daily(1, "FREQ=DAILY;COUNT=999999999"),
    "never in February": daily(1, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"),
    "a century a day": calendar(event("DTSTART:20200101", "DURATION:P36500D", "RRULE:FREQ=DAILY")),
    "many excluded dates": meeting(":20260101T000000Z", "RRULE:FREQ=DAILY", *["EXDATE:20260102T000000Z"] * 100_000),
    "many extra dates": meeting(":20260101T000000Z", "RDATE:" + ",".join(["20260102T000000Z"] * 200_000)),
    "a zone by the second": calendar(
        event("TZID:X", event("DTSTART:19700101", "RRULE:FREQ=SECONDLY", name="STANDARD").strip(), name="VTIMEZONE"),
        event("DTSTART;TZID=X:20260302T090000"),
    ),
    "events in events": b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 20_000,
    "calendars in calendars": b"BEGIN:VCALENDAR\n" * 20_000,
    "alarms in alarms": b"BEGIN:VEVENT\n" + b"BEGIN:VALARM\n" * 20_000,
    "many events": daily(60_000),
    "many series": daily(19_000),
    "many long counts": daily(19_000, "FREQ=DAILY;COUNT=10000", "18500101T090000Z"),
    "folds": b"BEGIN:VEVENT\nUID:" + b"\n x" * 3_300_000 + b"\nEND:VEVENT\n",
    "a long line": b"BEGIN:VEVENT\nX:" + b"x" * 9_900_000,
    "a long rule": daily(1, "FREQ=DAILY;BYHOUR=" + "1," * 4_000_000 + "1"),
    "one property": b"BEGIN:VEVENT\n" + b"UID:\n" * 1_900_000 + b"END:VEVENT\n",
    "open quotes": b"BEGIN:VEVENT\nUID" + b';a="' * 2_400_000 + b"\nEND:VEVENT\n",
    "long zone names": b"BEGIN:VCALENDAR\n"
    + b"".join(
        b"BEGIN:VEVENT\nDTSTART;TZID=%05d%s:20260302T090000\nEND:VEVENT\n" % (n, b"Z" * 4900) for n in range(1900)
    ),
    "many overrides": b"BEGIN:VCALENDAR\n"
    + b"BEGIN:VEVENT\nUID:o\nRECURRENCE-ID:20260303T090000Z\nDTSTART:20260303T090000Z\nEND:VEVENT\n" * 10_000
    + b"END:VCALENDAR\n",
    "zeros": b"\0" * 10_000_000,
    "text of two bytes": ("\ufeff" + daily(40_000).decode()).encode("utf-16-le")[:9_999_998],
}


QUIET = {"many overrides", "never in February"}
"""Bombs whose answer is that nothing takes time."""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_in_time_with_a_reason_or_an_answer(name: str) -> None:
    """Two seconds and 300 MB for each, measured around the real process; never a traceback, never silently free."""
    worker()  # so that what is measured is the reading
    begun = time.monotonic()
    said = outcome(BOMBS[name])
    assert time.monotonic() - begun < MOST_SECONDS
    assert len(said.splitlines()) == (0 if name in QUIET else 1)
    assert peak_memory() < MOST_MEMORY


def outcome(text: bytes) -> str:
    """Why a text can't be read, or what is the first thing to know about it; "" where it says nothing at all."""
    try:
        found = guarded(text).free_busy(lambda uid: False)
    except Unavailable as error:
        return str(error)
    return str(found.warnings[0]) if found.warnings else spans(found.busy[:1])[0] if len(found.busy) else ""


def peak_memory() -> int:
    """The most bytes that the waiting process has held; one that was lost had its limit."""
    status = Path(f"/proc/{worker()}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def test_the_kernel_limits_the_process() -> None:
    """Memory for good, time from job to job, and no core dump with somebody's calendar in it."""
    lines = Path(f"/proc/{worker()}/limits").read_text().splitlines()
    limits = {line[:26].strip(): line[26:46].strip() for line in lines}
    assert int(limits["Max address space"]) == MEMORY <= MOST_MEMORY
    assert int(limits["Max cpu time"]) <= 60
    assert limits["Max core file size"] == "0"


def test_what_is_read_there_is_what_is_read_here() -> None:
    """Rows, UIDs, warnings and unknown events come back as they were."""
    broken = event(
        "DTSTART:20260302", "RRULE:FREQ=SECONDLY", uid="\x1b\u20ac\udcff".encode("utf-8", "replace").decode()
    )
    text = calendar(event("DTSTART:never", uid="gone"), broken, event("DTSTART:20260304", name="VAVAILABILITY"))
    there, here = guarded(text), read_texts([text], zone="Europe/Berlin", window=WINDOW)
    assert (there.uids, there.warnings, there.unknown) == (here.uids, here.warnings, here.unknown)
    for name in ("busy", "owners", "unavailable"):
        assert np.array_equal(getattr(there, name), getattr(here, name))


def test_an_error_there_is_an_error_here() -> None:
    """Nothing readable, and a zone that is none."""
    with pytest.raises(Unavailable, match="no iCalendar text"):
        guarded(b"")
    with pytest.raises(InputError, match="no time zone"):
        read_guarded([SOUND], zone="Nowhere", window=WINDOW)


def test_one_process_serves_many_calendars() -> None:
    """A warm one; broken events do not end it."""
    first = worker()
    for text in (SOUND, calendar(event("DTSTART:never")), SOUND):
        guarded(text)
    assert worker() == first


def test_a_process_that_could_not_read_a_text_gets_no_other() -> None:
    """Nothing of a hostile text can linger in it."""
    first = worker()
    with pytest.raises(Unavailable):
        guarded(b"")
    assert worker() != first
    assert not Path(f"/proc/{first}").exists()


def test_an_answer_that_nobody_waited_for_meets_no_other_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between a job and its answer: the process is lost, and the next reader gets their own calendar."""

    def interrupted(connection: object) -> Reading:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(guard, "receive_reading", interrupted)
        with pytest.raises(KeyboardInterrupt):
            guarded(meeting(":20260601T090000Z"))
    assert np.array_equal(guarded(SOUND).busy, read_texts([SOUND], zone="UTC", window=WINDOW).busy)


def test_the_process_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in our environment stays there."""
    monkeypatch.setenv("RONDO_CANARY", "canary")
    fresh = guard._Worker()
    try:
        fresh.read([SOUND], "UTC", WINDOW)
        assert b"canary" not in Path(f"/proc/{fresh._process.pid}/environ").read_bytes()
    finally:
        fresh.close()


def test_a_process_that_was_lost_is_replaced() -> None:
    """Killed by somebody, or by us because it took too long."""
    first = worker()
    os.kill(first, signal.SIGKILL)
    with pytest.raises(Unavailable, match="broke off"):
        guarded(SOUND)
    assert worker() != first
    assert len(guarded(SOUND).busy) == 3


def test_calendars_are_read_side_by_side() -> None:
    """Callers in several threads get their own answers, and no more processes wait than there are processors."""
    texts = [meeting(f":202603{day:02d}T090000Z") for day in range(1, 9)]
    found: dict[int, Reading] = {}
    threads = [threading.Thread(target=lambda n=n: found.update({n: guarded(texts[n])})) for n in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    starts = [int(found[number].busy[0, 0]) for number in range(len(texts))]
    assert np.diff(starts).tolist() == [86_400] * 7
    assert guard._idle.qsize() <= guard.MOST_IDLE


def run(code: str, **environment: str) -> str:
    """What a fresh Python prints, warnings being errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.strip()


READ = """
    from connectors._ical.guard import _idle, read_guarded
    from tests.connectors._ical.calendars import YEAR, interval, meeting, spans
    text = meeting(";TZID=America/Vancouver:20261116T090000")
    print(spans(read_guarded([text], zone="UTC", window=interval(YEAR)).busy)[0])
"""


def test_no_process_is_left_behind() -> None:
    """When we end, it ends, without a word."""
    number = run(READ + "    print(_idle.queue[-1]._process.pid)").splitlines()[-1]
    assert not Path(f"/proc/{number}").exists()


def test_nothing_is_imported_from_where_somebody_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a module of a familiar name is only a folder."""
    (tmp_path / "json.py").write_text("raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    fresh = guard._Worker()
    try:
        assert len(fresh.read([SOUND], "UTC", WINDOW).busy) == 3
    finally:
        fresh.close()


def test_the_process_does_not_load_the_solver() -> None:
    """It starts in a fraction of a second."""
    code = (
        "import sys, connectors._ical.child; print([name for name in ('ortools', 'sqlalchemy') if name in sys.modules])"
    )
    assert run(code) == "[]"


def test_old_zone_data_of_the_system_is_used_by_no_process(old_tzdata: Path) -> None:
    """Vancouver, November 2026: an hour late by data of 2025, right in our process and in the one that reads."""
    plain = """
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo
    print(datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("America/Vancouver")).astimezone(UTC).hour)
    """
    assert run(plain, PYTHONTZPATH=str(old_tzdata)) == "17"
    code = (
        READ
        + """
    import numpy as np
    from scheduler.core.walltime import resolve
    from scheduler.core.icaltime import parse_time
    print(resolve(np.array([parse_time("20261116T090000").wall]), "America/Vancouver")[0] // 3600 % 24)
    """
    )
    assert run(code, PYTHONTZPATH=str(old_tzdata)).splitlines() == ["11-16 16:00-17:00", "16"]
