"""What we publish is what others read: every library finds exactly the sessions of the plan, to the minute."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest

from connectors._ical.read import free_busy_of
from connectors._ics_out.calendar import replaced
from connectors._ics_out.vevent import vevents
from connectors.published import PublishedFiles
from scheduler.core.event import Event
from scheduler.core.interval import Interval, Intervals, as_intervals, merged
from tests.placements import Step, apply, random_steps
from tests.readers import WINDOW, IcalJs, Span, expanded_in_python, running_icaljs
from tests.servers import CalendarServer, radicale, xandikos


@pytest.fixture(scope="module")
def other(icaljs: Path) -> Iterator[IcalJs]:
    """ical.js, started once for all."""
    with running_icaljs(icaljs) as reader:
        yield reader


def _planned(step: Step, lengths: list[int], without: str = "") -> list[Span]:
    starts = [
        (step.horizon.instant(session.start), length)
        for session, length in zip(step.placement.sessions, lengths, strict=True)
        if session.takes_place and without not in session.absent
    ]
    return sorted((start, start + timedelta(minutes=length)) for start, length in starts)


def _lengths(step: Step, before: Step | None, lengths: list[int]) -> list[int]:
    """A frozen session keeps the length that it had."""
    if before is None or step.freeze_until is None:
        return [step.series.duration] * step.series.sessions
    pairs = zip(before.placement.sessions, lengths, strict=True)
    return [length if was.start < step.freeze_until else step.series.duration for was, length in pairs]


def _write(files: PublishedFiles, published: tuple[Event, ...]) -> None:
    for event in published:
        (files.cancel if event.cancelled else files.put)(event, standing=None)


@pytest.mark.campaign(200)
def test_readers_find_exactly_the_sessions_of_a_plan(seed: int, tmp_path: Path, other: IcalJs) -> None:
    """After each of several plans, two libraries and our own reader find its sessions in the files."""
    published: tuple[Event, ...] = ()
    files, before = PublishedFiles(tmp_path), None
    lengths: list[int] = []
    for step in random_steps(seed):
        published = apply(step, published)
        _write(files, published)
        lengths = _lengths(step, before, lengths)
        before = step
        for name, without in (("groups/circle-7", "nobody"), ("people/ana", "ana"), ("people/chi", "chi")):
            file = tmp_path / "published" / f"{name}.ics"
            calendar = file.read_bytes() if file.exists() else b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
            planned = _planned(step, lengths, without)
            assert expanded_in_python(calendar) == planned
            assert other.expanded(calendar) == planned
            assert _busy(calendar) == merged(_seconds(planned)).tolist()


def _busy(calendar: bytes) -> list[list[int]]:
    """What our own reader takes from a calendar; it has nothing to complain of."""
    found = free_busy_of([calendar], zone="UTC", window=Interval(*WINDOW), own=lambda uid: False)
    assert found.complete
    assert found.warnings == ()
    return found.busy.tolist()  # type: ignore[no-any-return]  # numpy says no more of tolist


def _seconds(spans: list[Span]) -> Intervals:
    return as_intervals([(int(start.timestamp()), int(end.timestamp())) for start, end in spans])


@pytest.fixture(scope="module", params=[radicale, xandikos])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalendarServer]:
    """Each of the servers in its turn."""
    with request.param(tmp_path_factory.mktemp("server")) as running:
        yield running


def _said(calendar: bytes) -> list[tuple[str, str, str]]:
    """Every property of every event, in a form that does not tell how it was written."""
    events = icalendar.Calendar.from_ical(calendar).walk("VEVENT")
    return sorted(_property(event, name, value) for event in events for name, value in event.property_items(False))


def _property(event: icalendar.Component, name: str, value: object) -> tuple[str, str, str]:
    whose = str(getattr(event.get("RECURRENCE-ID"), "dt", ""))
    parameters = sorted(getattr(value, "params", {}).items())
    told = sorted(value.items()) if isinstance(value, icalendar.vRecur) else getattr(value, "to_ical", str)()
    return whose, f"{name} {parameters}", str(told)


@pytest.mark.campaign(30)
def test_servers_give_back_what_they_were_given(seed: int, server: CalendarServer, other: IcalJs) -> None:
    """A real CalDAV server takes each event, and returns it with the same properties, at the same instants."""
    published: tuple[Event, ...] = ()
    for step in random_steps(seed):
        published = apply(step, published)
        for event in published:
            calendar = replaced(b"", event.uid, vevents(event), event.title)
            assert server.request("PUT", f"{event.uid}.ics", calendar)[0] in {200, 201, 204}
            status, returned = server.request("GET", f"{event.uid}.ics")
            assert status == 200
            assert _said(returned) == _said(calendar)
            assert expanded_in_python(returned) == expanded_in_python(calendar)
            assert other.expanded(returned) == other.expanded(calendar)
