"""The ledger: what each person carries, what nobody could spare them, and what they carried before."""

import json
from datetime import date
from random import Random
from typing import Any

import pytest

from scheduler.core.burden import burdens
from scheduler.core.fairness import best_alone, worst_above
from scheduler.core.interval import Horizon
from scheduler.core.ledger import FORMAT, Carried, Ledger, earlier_from_json, ledger, ledger_to_json
from scheduler.core.people import Boundary, Participant
from scheduler.core.plan import Placement, Plan, Session, Status
from scheduler.core.problem import Problem
from scheduler.core.series import Series, Slot
from scheduler.core.verify import check
from scheduler.core.walltime import WallWindow
from scheduler.errors import InputError
from tests.greedy import greedy_plan
from tests.problems import random_problem

WEEK = 7 * 24 * 60
HOURS = {0: (WallWindow(540, 780),)}
NOON = {0: (WallWindow(720, 780),)}


def person(who: str, zone: str = "UTC", **likes: Any) -> Participant:
    """Somebody who is there on Mondays from nine to one."""
    return Participant(id=who, boundary=Boundary(zone=zone, hours=HOURS, **likes))


ANA, BO, CY = person("ana", preferred=NOON), person("bo"), person("cy", preferred={0: (WallWindow(600, 660),)})
SERIES = (
    Series(id="pair", required=("ana", "bo"), duration=60, sessions=3, anchor_zone="UTC"),
    Series(id="trio", required=("ana", "cy"), optional=("bo",), duration=60, sessions=2, anchor_zone="UTC"),
)
PROBLEM = Problem(
    name="", horizon=Horizon(date(2027, 1, 4), 4), people={one.id: one for one in (ANA, BO, CY)}, series=SERIES
)
PLAN = Plan(
    (
        Placement(
            "pair",
            0,
            (Slot(0, 660),),
            (Session(660, Status.HELD), Session(690 + WEEK, Status.MOVED), Session(660 + 2 * WEEK, Status.SKIPPED)),
        ),
        Placement("trio", 0, (Slot(0, 540),), (Session(540, Status.HELD, ("bo",)), Session(540 + WEEK, Status.HELD))),
    )
)


def documented(book: Ledger) -> str:
    """The JSON document that holds a ledger."""
    return json.dumps({"schema": FORMAT} | ledger_to_json(PROBLEM, book))


def test_every_figure_of_an_account_by_hand() -> None:
    """Ana: an hour and half an hour early for Bo, twice three hours early for Cy; one session of five is lost."""
    ana, cy, bo = ledger(PROBLEM, PLAN).entries
    assert [entry.account.person for entry in (ana, cy, bo)] == ["ana", "cy", "bo"]
    assert (ana.account.total, ana.account.attended, ana.account.planned, ana.account.moved) == (450, 4, 5, 1)
    assert (ana.account.burden, cy.account.burden, bo.account.burden) == (90.0, 60.0, 0.0)
    assert (bo.account.attended, bo.account.planned) == (3, 5)
    assert ana.account.by_series() == {0: 90, 1: 360}
    assert ana.account.by_week() == {0: 240, 1: 210}
    assert ana.account.pain.tolist() == [180, 60, 180, 30]
    assert ana.account.session.tolist() == [0, 0, 1, 1]
    assert ana.shares == {0: 1.0, 1: 0.75}
    assert cy.shares == {1: 0.25}
    assert bo.shares == {}


def test_what_is_above_the_unavoidable() -> None:
    """Ana and Cy each could have had what they like; the largest excess is Ana's, and her share of the whole."""
    book = ledger(PROBLEM, PLAN)
    assert [entry.unavoidable for entry in book.entries] == [0.0, 0.0, 0.0]
    assert book.worst_above == 90.0 == worst_above(PROBLEM, PLAN, best_alone(PROBLEM))
    assert book.share(book.entries[0]) == pytest.approx(450 / 570)


def test_who_bore_much_before_is_seen_first() -> None:
    """Bo bore 2000 minutes over five sessions last time, which makes 200 a session with those of now."""
    earlier = {"bo": Carried(2000, 5), "cy": Carried(20, 2), "dee": Carried(10, 1)}
    book = ledger(PROBLEM, PLAN, earlier=earlier)
    assert [entry.account.person for entry in book.entries] == ["bo", "ana", "cy"]
    assert [entry.ever.burden for entry in book.entries] == [200.0, 90.0, 35.0]
    assert book.gone == {"dee": Carried(10, 1)}


def test_a_ledger_is_what_the_next_programme_takes() -> None:
    """All programmes so far add up, also for somebody who sat one out."""
    first = earlier_from_json(documented(ledger(PROBLEM, PLAN)), "first.json")
    assert first == {"ana": Carried(450, 5), "cy": Carried(120, 2), "bo": Carried(0, 5)}
    second = ledger(PROBLEM, PLAN, earlier={**first, "dee": Carried(7, 2)})
    assert earlier_from_json(documented(second), "second.json") == {
        "ana": Carried(900, 10),
        "cy": Carried(240, 4),
        "bo": Carried(0, 10),
        "dee": Carried(7, 2),
    }


def test_the_document_tells_sessions_weeks_and_groups() -> None:
    """Sessions count from 1, weeks are named by their Monday, and what does not hurt is left out."""
    ana, _, bo = ledger_to_json(PROBLEM, ledger(PROBLEM, PLAN))["people"]
    assert ana["groups"] == {"pair": {"pain": 90, "share": 1.0}, "trio": {"pain": 360, "share": 0.75}}
    assert ana["weeks"] == {"2027-01-04": 240, "2027-01-11": 210}
    assert {"group": "pair", "session": 2, "pain": 30} in ana["sessions"]
    assert (ana["share"], ana["carried"]) == (0.789, {"pain": 0, "planned": 0})
    assert (bo["sessions"], bo["groups"], bo["weeks"]) == ([], {}, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "document"),
        ('{"schema": "rondo/plan/1", "people": []}', "schema"),
        ('{"schema": "rondo/fairness/1", "people": [{"id": "ana", "pain": -1}]}', "people.0.pain"),
        ('{"schema": "rondo/fairness/1", "people": [{"pain": 1}]}', "people.0.id"),
    ],
)
def test_what_is_no_ledger_is_refused(text: str, words: str) -> None:
    """With the file and the place in it."""
    with pytest.raises(InputError, match=words) as fault:
        earlier_from_json(text, "last.json")
    assert "last.json" in str(fault.value)


def test_weeks_are_those_of_a_persons_own_calendar() -> None:
    """Monday 00:30 in London is Sunday in New York."""
    early = {day: (WallWindow(0, 1440),) for day in range(7)}
    far = Participant(id="far", boundary=Boundary(zone="America/New_York", hours=early, preferred=NOON))
    near = Participant(id="near", boundary=Boundary(zone="UTC", hours=early, preferred=NOON))
    series = Series(id="x", required=("far", "near"), duration=30, sessions=1, anchor_zone="UTC")
    problem = Problem(
        name="", horizon=Horizon(date(2027, 1, 4), 2), people={"far": far, "near": near}, series=(series,)
    )
    plan = Plan((Placement("x", 1, (Slot(0, 30),), (Session(WEEK + 30, Status.HELD),)),))
    weeks = {entry.account.person: entry.account.by_week() for entry in ledger(problem, plan).entries}
    assert weeks == {"far": {0: 240}, "near": {1: 240}}


@pytest.mark.campaign(100)
def test_accounts_add_up_to_the_score(seed: int) -> None:
    """The checker counts pain, moves and the worst burden another way."""
    problem, _ = random_problem(seed)
    plan = greedy_plan(problem, Random(seed))
    score, book = check(problem, plan).score, ledger(problem, plan)
    assert sum(entry.account.total for entry in book.entries) == score.total_pain
    assert round(max((entry.account.burden for entry in book.entries), default=0.0), 3) == score.worst_burden
    assert dict(burdens(problem, plan)) == {entry.account.person: entry.account.burden for entry in book.entries}
    for number in range(len(problem.series)):
        shares = [entry.shares[number] for entry in book.entries if number in entry.shares]
        assert sum(shares) == pytest.approx(1.0 if shares else 0.0)
