"""The sample programme: always the same, with what makes dates hard, and yet people who can meet."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from connectors.ics import IcsFiles
from scheduler.core.availability import Availability, availability
from scheduler.core.freebusy import FreeBusy
from scheduler.core.people import Participant
from scheduler.core.series import Cadence, Slot, regular_starts
from scheduler.core.walltime import WallTime, resolve_one
from scheduler.errors import InputError
from scheduler.ports import Asked
from scheduler.programme import Group, Person, Programme, load, series_of
from scheduler.programme.sample import PLANNED_AT, sample_files, write_sample

EXAMPLE = Path(__file__).parents[2] / "config" / "example"


@pytest.fixture(scope="module")
def programme() -> Programme:
    """The example as it is in the repository."""
    return load(EXAMPLE)


@pytest.fixture(scope="module")
def calendars(programme: Programme) -> dict[str, FreeBusy]:
    """What each calendar of the example says, by its path."""
    asked = [
        Asked(calendar=path, zone=person.boundary.zone) for person in programme.people for path in person.calendars
    ]
    answers = IcsFiles(EXAMPLE).free_busy(asked, window=programme.horizon.interval)
    return {each.calendar: answer.free_busy for each, answer in zip(asked, answers, strict=True) if answer.free_busy}


def test_the_example_is_what_the_sample_writes(tmp_path: Path) -> None:
    """Byte for byte, and no file more."""
    write_sample(tmp_path / "new")
    written, kept = files_below(tmp_path / "new"), files_below(EXAMPLE)
    assert set(written) == set(sample_files())
    assert written == kept


def files_below(folder: Path) -> dict[str, bytes]:
    """The content of each file by its path, without what Rondo keeps beside them."""
    files = (path for path in folder.rglob("*") if path.is_file() and ".rondo" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_programme_is_never_overwritten(tmp_path: Path) -> None:
    """A folder that has one is refused, and so is a file in the folder's place."""
    write_sample(tmp_path)
    with pytest.raises(InputError, match="already"):
        write_sample(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="can't be written"):
        write_sample(tmp_path / "file")


def test_it_spans_the_world(programme: Programme) -> None:
    """Twelve people in as many zones: half-hours, both hemispheres, places without clock changes, another weekend."""
    assert len(programme.people) == 12
    assert len({person.boundary.zone for person in programme.people}) == 12
    assert programme.horizon.weeks == 26
    assert programme.horizon.epoch > PLANNED_AT
    farah = next(person for person in programme.people if person.id == "farah")
    assert 6 in farah.boundary.hours
    assert 4 not in farah.boundary.hours


def test_every_person_meets_somebody(programme: Programme) -> None:
    """Five groups, one of them over ten hours of zones with a rotation, one with a quorum, one by the month."""
    assert len(programme.groups) == 5
    assert {who for group in programme.groups for who in group.members} == {person.id for person in programme.people}
    world = next(group for group in programme.groups if group.id == "circle-world")
    assert world.cadence.rotation == 2
    zones = [person.boundary.zone for person in programme.people if person.id in world.members]
    noons = [resolve_one(WallTime(programme.first, 12 * 60), zone) for zone in zones]
    assert max(noons) - min(noons) > timedelta(hours=10)
    assert any(group.cadence.monthly for group in programme.groups)
    assert any(group.quorum for group in programme.groups)


def test_every_calendar_is_read_without_a_warning(calendars: dict[str, FreeBusy]) -> None:
    """Google's, Outlook's and Apple's ways of writing are all known, and each has plenty of events."""
    assert len(calendars) == 12
    for free_busy in calendars.values():
        assert free_busy.complete
        assert not free_busy.warnings
        assert len(free_busy.busy) > 100


def test_exports_keep_to_the_standard() -> None:
    """CRLF and at most 75 octets a line (RFC 5545, section 3.1)."""
    for path, text in sample_files().items():
        if path.endswith(".ics"):
            lines = text.split("\r\n")
            assert "\n" not in "".join(lines)
            assert max(len(line.encode()) for line in lines) <= 75


@pytest.mark.parametrize(
    "group", ["pair-amara-chen", "pair-hana-jack", "circle-writers", "circle-mentors", "circle-world"]
)
def test_most_weeks_have_room_for_every_group(programme: Programme, calendars: dict[str, FreeBusy], group: str) -> None:
    """There is a slot at which all who are required can meet in most weeks, and none at which they always can."""
    found = next(one for one in programme.groups if one.id == group)
    held = best_slot(programme, found, calendars)
    assert 0.6 <= held <= 1.0
    if group == "pair-amara-chen":
        assert held < 1.0


def best_slot(programme: Programme, group: Group, calendars: dict[str, FreeBusy]) -> float:
    """The largest share of weeks in which one weekday and time suits all who are required, by plain counting."""
    people = {person.id: person for person in programme.people}
    known = [known_times(programme, people[who], calendars) for who in group.always_there]
    weekly = replace(series_of(group), cadence=Cadence(), sessions=programme.horizon.weeks)
    shares = []
    for weekday in range(7):
        for minute in range(0, 24 * 60, programme.grid):
            starts = regular_starts(weekly, 0, [Slot(weekday, minute)], programme.horizon)
            fits = np.logical_and.reduce([one.fits(starts, group.minutes) for one in known])
            shares.append(float(fits.mean()))
    return max(shares)


def known_times(programme: Programme, person: Person, calendars: dict[str, FreeBusy]) -> Availability:
    """When somebody can be met, by hours and calendars."""
    busy = [programme.horizon.outward(calendars[path].busy) for path in person.calendars]
    rows = np.concatenate([np.empty((0, 2), dtype=np.int64), *busy])
    return availability(Participant(id=person.id, boundary=person.boundary, busy=rows), programme.horizon)
