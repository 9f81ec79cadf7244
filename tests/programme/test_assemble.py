"""What the files say together: quorum, anchor, sessions, organiser, days off."""

from collections.abc import Mapping
from datetime import date

import pytest

from scheduler.core.series import Cadence, Series
from scheduler.programme import series_of
from tests.programme.folders import SETTINGS, Folder

GROUP = "group,person,role\n"


def days_off(folder: Folder, person: int = 0) -> Mapping[date, str]:
    """Everybody's days off are a map of dates to reasons."""
    return folder.load().people[person].boundary.days_off


def test_a_series_is_what_the_solver_is_asked_for(folder: Folder) -> None:
    """The chair is one of the required."""
    folder.write(settings=SETTINGS + "[groups.circle]\nquorum = 2\nmovable = false\n")
    assert series_of(folder.load().groups[1]) == Series(
        id="circle",
        required=("chen",),
        optional=("amara", "dev"),
        quorum=2,
        duration=45,
        sessions=26,
        cadence=Cadence(),
        anchor_zone="America/New_York",
        movable=False,
    )


@pytest.mark.parametrize(
    ("rows", "said", "quorum"),
    [
        ("g,amara,chair\ng,chen,optional\n", "", 1),
        ("g,amara,optional\ng,chen,optional\n", "", 2),
        ("g,amara,\ng,chen,\ng,dev,optional\n", "", 0),
        ("g,amara,\ng,chen,\n", "quorum = 3", 0),
        ("g,amara,\ng,chen,optional\ng,dev,optional\n", "quorum = 2", 2),
        ("g,amara,\ng,chen,optional\ng,dev,optional\n", "[groups.g]\nquorum = 0", 1),
    ],
)
def test_a_meeting_takes_two(folder: Folder, rows: str, said: str, quorum: int) -> None:
    """The programme's quorum holds as far as a group has optional people; whatever is said, two must come."""
    (group,) = folder.write(groups=GROUP + rows, settings=f"{SETTINGS}{said}\n").load().groups
    assert group.quorum == quorum


@pytest.mark.parametrize(
    ("rows", "anchor"),
    [
        ("g,a,\ng,b,\ng,c,chair\n", "Europe/Oslo"),
        ("g,a,\ng,c,\n", "Europe/Oslo"),
        ("g,a,\ng,c,chair\n", "Asia/Tokyo"),
        ("g,a,optional\ng,c,\n", "Asia/Tokyo"),
        ("g,a,\ng,b,\ng,c,chair\ng,d,\n", "Asia/Tokyo"),
    ],
)
def test_the_clock_of_most_holds(folder: Folder, rows: str, anchor: str) -> None:
    """The zone in which most participants live; a tie goes to the chair's, then to the first required person's."""
    people = "id,timezone\na,Europe/Oslo\nb,Europe/Oslo\nc,Asia/Tokyo\nd,Japan\n"
    (group,) = folder.write(people=people, groups=GROUP + rows).load().groups
    assert group.anchor == anchor


@pytest.mark.parametrize(
    ("rows", "organizer"), [("g,amara,\ng,chen,chair\n", "chen"), ("g,dev,optional\ng,amara,\ng,chen,\n", "amara")]
)
def test_the_chair_organises_or_the_first_required(folder: Folder, rows: str, organizer: str) -> None:
    """Unless programme.toml says who."""
    (group,) = folder.write(groups=GROUP + rows).load().groups
    assert group.organizer == organizer


@pytest.mark.parametrize(
    ("first", "until", "said", "sessions"),
    [
        ("2027-01-11", "2027-07-09", "", 26),
        ("2027-01-13", "2027-01-19", "", 2),
        ("2027-01-11", "2027-07-09", "every = '4 weeks'", 6),
        ("2027-01-11", "2027-07-09", "every = '4 weeks'\nsessions = 7", 7),
        ("2027-01-11", "2027-07-09", "every = 'month'", 5),
        ("2027-01-01", "2027-06-30", "every = 'month'", 6),
        ("2027-01-11", "2027-07-10", "every = 'month'", 6),
        ("2027-01-11", "2027-07-09", "sessions = 3", 3),
    ],
)
def test_sessions_are_as_many_as_there_is_room_for(
    folder: Folder, first: str, until: str, said: str, sessions: int
) -> None:
    """As given, else floor(weeks / n) of the horizon's weeks, or the whole months from the first date to the last."""
    settings = SETTINGS.replace("2027-01-11", first).replace("2027-07-09", until) + said
    assert folder.write(settings=settings).load().groups[0].sessions == sessions


def test_a_programme_too_short_for_its_cadence_is_told(folder: Folder) -> None:
    """No session at all would be a plan of nothing; one that is asked for fits."""
    short = SETTINGS.replace("2027-07-09", "2027-01-29") + "every = '4 weeks'\n"
    assert "there is room for 1 sessions" in folder.write(settings=short).complaints()[0]
    assert folder.write(settings=short + "sessions = 1\n").load().groups[0].sessions == 1


def test_days_off_say_why(folder: Folder) -> None:
    """Public holidays of one's country, leave, blackout, and the rest of the first and last week."""
    settings = SETTINGS.replace("2027-01-11", "2027-01-13") + "blackout = [2027-03-01, '2027-W14']\n"
    off = days_off(folder.write(settings=settings))
    assert off[date(2027, 1, 12)] == off[date(2027, 7, 10)] == "outside the programme"
    assert off[date(2027, 2, 15)] == "leave"
    assert off[date(2027, 3, 1)] == off[date(2027, 4, 11)] == "blackout"
    assert off[date(2027, 3, 26)] == "public holiday: Good Friday"
    assert date(2027, 1, 13) not in off
    assert date(2027, 7, 9) not in off


def test_the_dates_around_the_horizon_are_off_too(folder: Folder) -> None:
    """Its first Monday may be a Sunday elsewhere, which is outside the programme."""
    off = days_off(folder, 2)
    assert list(off) == [date(2027, 1, 10), date(2027, 7, 10), date(2027, 7, 11), date(2027, 7, 12)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", [True, True]),
        ("[holidays]\ncountries = ['GB']", [True, False]),
        ("[holidays]\ncountries = ['GB-SCT', 'US']", [False, True]),
        ("[holidays]\ncountries = []", [False, False]),
        ("[holidays]\noff = true", [False, False]),
    ],
)
def test_public_holidays_count_where_they_are_kept(folder: Folder, said: str, kept: list[bool]) -> None:
    """Everybody's own by default; of the listed countries where some are listed; nobody's where they are off."""
    folder.write(settings=f"{SETTINGS}{said}\n")
    dates = [date(2027, 5, 3), date(2027, 1, 18)]  # May Day in England; Martin Luther King Jr. Day
    assert [on in days_off(folder, person) for person, on in enumerate(dates)] == kept
