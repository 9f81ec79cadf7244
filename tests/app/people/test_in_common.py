"""What somebody's hours have in common with those of others, and what no longer fits them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from scheduler.app.people.in_common import outside, partners, shared, together
from scheduler.app.programmes.editing import change, new_programme
from scheduler.app.wiring.programme import App
from scheduler.core.hours import parse_hours
from scheduler.programme import Person
from scheduler.programme.edit import with_group, with_people
from tests.site import Stand, standing

PAIR = {
    "people.csv": b"id,name,timezone,hours\nana,Ana,Europe/Lisbon,Mon-Fri 9-17\nbo,Bo,Asia/Kolkata,Mon-Fri 9-17\n",
    "groups.csv": b"group,person\npair,ana\npair,bo\n",
    "programme.toml": b'[programme]\nname = "Two"\nfrom = 2027-01-11\nuntil = 2027-03-19\nminutes = 45\n',
}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Ana in Lisbon and Bo in Kolkata: five hours and a half apart in winter. And the sample."""
    with standing(tmp_path_factory.mktemp("common") / "data") as stand:
        new_programme(stand.service, "two", PAIR, kind="pair")
        yield stand


@pytest.fixture
def two(stand: Stand) -> App:
    """The pair as it is now."""
    return stand.app("two")


def with_hours(person: Person, text: str) -> Person:
    """The same with other hours."""
    return replace(person, boundary=replace(person.boundary, hours=parse_hours(text)), has_hours=True)


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        ("Mon-Fri 9-17", 5 * 150),
        ("Mon 9-17", 150),
        ("Mon-Fri 11-17", 0),  # half an hour a day is no meeting of 45 minutes
        ("off", 0),
        ("Tue 3-24", 8 * 60),
    ],
)
def test_minutes_of_a_usual_week_in_common(two: App, hours: str, minutes: int) -> None:
    """Kolkata's 9 to 17 are 3:30 to 11:30 in Lisbon."""
    (found,) = shared(two, with_hours(two.person("ana"), hours))
    assert (found.others, found.minutes) == (("Bo",), minutes)


def test_whose_calendar_was_never_read_is_not_taken_for_free(two: App) -> None:
    """Neither of oneself nor of the other: what is unknown is told as unknown."""
    ana = two.person("ana")
    (found,) = shared(two, replace(ana, calendars=("ana.ics",)))
    assert found.minutes is None


def test_half_hours_in_which_the_partner_has_hours(two: App) -> None:
    """On the clock of whoever looks; each counts one partner."""
    found = together(two, two.person("ana"))
    assert sorted(found) == [day * 48 + half for day in range(5) for half in range(7, 23)]
    assert set(found.values()) == {1}


def test_nobodys_hours_are_shown_but_those_of_a_pairs_partner(stand: Stand) -> None:
    """Neither in a circle, nor of whoever never said them."""
    assert [each.id for each in partners(stand.app("two"), stand.app("two").person("ana"))] == ["bo"]

    def grown(files: object) -> dict[str, bytes]:
        people = with_people(
            PAIR["people.csv"], {"cy": {"timezone": "UTC"}, "di": {"timezone": "UTC", "hours": "9-17"}}
        )
        circle = with_group(
            {**PAIR, "people.csv": people}, "circle", [(who, "required") for who in ("ana", "bo", "di")], {}
        )
        return with_group(circle, "other", [("ana", "required"), ("cy", "required")], {})

    change(stand.service, "two", grown)
    app = stand.app("two")
    assert [each.id for each in partners(app, app.person("ana"))] == ["bo"]
    assert sorted(each.others for each in shared(app, app.person("ana"))) == [("Bo",), ("Bo", "di"), ("cy",)]
    change(stand.service, "two", lambda _: PAIR)


def test_meetings_ahead_that_no_longer_fit(stand: Stand) -> None:
    """None as it was published, all of them where there are no hours at all, and past ones never."""
    app = stand.app()
    amara = app.person("amara")
    assert outside(app, amara) == 0
    ahead = sum(
        1
        for event in app.store.events()
        if "amara" in {each.id for each in event.attendees}
        for each in event.seen_by("amara").sessions
        if each.start and each.start > stand.clock.now()
    )
    assert outside(app, with_hours(amara, "off")) == ahead > 0
