"""`fairness`: who carries what, what a larger slack would buy, and who should take turns; all figures by hand.

Of the circle in tests/globe.py: Bea bears the evening of London, Ann a little more in its morning.
"""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from scheduler import flow
from tests.cli.conftest import Rondo
from tests.desks import Desk
from tests.globe import GROUPS, PEOPLE, SETTINGS

AUTO = SETTINGS.replace("[holidays]", 'rotation = "auto"\n[holidays]')
TURNS = (
    "circle spans 13 hours. With two slots in turn its worst-off member would be at 62 minutes a session instead "
    'of 90, with 4 sessions. In programme.toml, under [groups."circle"]: rotation = 2'
)
TABLE = """\
Minutes outside preferred hours, for each session planned of a person's groups.
Person  Burden  Unavoidable  Above  Of all  Sessions  Moved
Bea B.    90.0          0.0   90.0     74%       4/4      1
Ann A.    31.0          0.0   31.0     26%       4/4      1
People with nothing to bear: 1.
"""
CURVE = """\

What moved dates buy: the programme planned anew with each slack
  Slack  Worst burden  Above unavoidable  Discomfort  Take place  Moved  Extra moves
      0         120.0              120.0         480           4      0           +0
1 (now)          90.0               90.0         544           4      1           +1
      2          62.0               62.0         608           4      2           +2
      3          62.0               62.0         608           4      2           +2
      4          62.0               62.0         608           4      2           +2
This programme's slack is 1. A slack of 2 would bring the worst burden from 90.0 to 62.0 minutes a session, at 2 \
moved sessions instead of 1.
"""


@pytest.fixture
def globe(desk: Desk) -> Desk:
    """A desk with the circle, planned once."""
    desk.write(people=PEOPLE, groups=GROUPS, settings=SETTINGS)
    desk.plan()
    return desk


def by_id(document: Any) -> dict[str, Any]:
    """The people of a document."""
    return {person["id"]: person for person in document["people"]}


def test_people_turns_and_the_curve_are_told(rondo: Rondo, globe: Desk) -> None:
    """With each slack one more date moves to the other hour, until both bear the same."""
    said = rondo("fairness", "spring")
    assert said.code == 0
    assert said.out == f"{TABLE}\nTaking turns\n  {TURNS}\n{CURVE}"
    assert said.err.splitlines()[:2] == ["slack 0: planning 1 of 5", "slack 1: planning 2 of 5"]


def test_nothing_is_written_and_nothing_forgotten(rondo: Rondo, globe: Desk) -> None:
    """The plan made last is still the draft, though five others were made."""
    before = globe.app.store.draft()
    assert rondo("fairness", "spring").code == 0
    after = globe.app.store.draft()
    assert before is not None
    assert after is not None
    assert (after.plan, after.decided_at) == (before.plan, before.decided_at)
    assert globe.published() == {}


def test_the_document_has_every_figure(rondo: Rondo, globe: Desk) -> None:
    """People with their groups, weeks and sessions, the curve, and the turns."""
    document = rondo("fairness", "spring", "--json", "--slack", "1-2").document
    assert (document["schema"], document["programme"], document["slack"]) == ("rondo/fairness/1", "Spring", 1)
    people = by_id(document)
    assert list(people) == ["bea", "ann", "cal"]
    bea = people["bea"]
    assert (bea["pain"], bea["planned"], bea["burden"], bea["above"], bea["moved"]) == (360, 4, 90.0, 90.0, 1)
    assert bea["groups"] == {"circle": {"pain": 360, "share": 0.744}}
    assert sum(bea["weeks"].values()) == sum(each["pain"] for each in bea["sessions"]) == 360
    assert [(each["slack"], each["worst_burden"], each["moved"]) for each in document["curve"]] == [
        (1, 90.0, 1),
        (2, 62.0, 2),
    ]
    assert document["next_step"].startswith("A slack of 2 would bring")
    (turns,) = document["rotation"]
    assert (turns["group"], turns["rotation"], turns["worst"], turns["worst_then"]) == ("circle", 2, 90.0, 62.0)


def test_an_earlier_ledger_puts_who_bore_much_first(rondo: Rondo, globe: Desk, tmp_path: Path) -> None:
    """Cal bore 200 minutes a session last time; what is printed now holds both, and Dee, who sits this one out."""
    last = {"people": [{"id": "cal", "pain": 800, "planned": 4}, {"id": "dee", "pain": 50, "planned": 1}]}
    (tmp_path / "last.json").write_text(json.dumps({"schema": "rondo/fairness/1"} | last))
    said = rondo("fairness", "spring", "--no-curve", "--earlier", "last.json")
    lines = said.out.splitlines()
    assert lines[0].endswith("Who bore most, earlier programmes included, comes first.")
    assert [line.split()[0] for line in lines[2:5]] == ["Cal", "Bea", "Ann"]
    assert lines[2].split()[-1] == "200.0"
    document = rondo("fairness", "spring", "--no-curve", "--earlier", "last.json", "--json").document
    assert by_id(document)["cal"]["carried"] == {"pain": 800, "planned": 4}
    assert by_id(document)["cal"]["ever"] == 100.0
    assert document["gone"] == [{"id": "dee", "pain": 50, "planned": 1}]
    (tmp_path / "both.json").write_text(json.dumps(document))
    third = rondo("fairness", "spring", "--no-curve", "--earlier", "both.json", "--json").document
    assert by_id(third)["cal"]["carried"] == {"pain": 800, "planned": 8}
    assert third["gone"] == [{"id": "dee", "pain": 50, "planned": 1}]


def test_a_long_table_is_cut(rondo: Rondo, globe: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever bears most is told by name, the others are counted."""
    monkeypatch.setattr("scheduler.cli.fairness.MOST_ROWS", 1)
    out = rondo("fairness", "spring", "--no-curve").out
    assert "Bea B." in out
    assert "Ann A." not in out
    assert "\nPeople with less: 1. --json tells all.\nPeople with nothing to bear: 1.\n" in out


def test_the_curve_is_drawn(rondo: Rondo, globe: Desk, tmp_path: Path) -> None:
    """As one SVG, with the programme's name and every worst burden in it."""
    assert rondo("fairness", "spring", "--svg", "curve.svg", "--slack", "0-2").code == 0
    root = ElementTree.parse(tmp_path / "curve.svg").getroot()
    written = {each.text for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"120.0", "90.0", "62.0", "0", "1 (now)", "2"} <= written
    title = root.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == "Spring: what moved dates buy"


def test_without_the_curve_nothing_is_planned(rondo: Rondo, globe: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the plan made last is looked at."""
    monkeypatch.setattr(flow, "plan", lambda *_, **__: pytest.fail("planned"))
    said = rondo("fairness", "spring", "--no-curve")
    assert (said.code, said.err) == (0, "")
    assert "Slack" not in said.out


def test_ctrl_c_keeps_what_is_done(rondo: Rondo, globe: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped while it plans with the third slack: two are told, and the plan that was cut short is not."""
    interrupt_at(3, monkeypatch)
    said = rondo("fairness", "spring", "--json")
    assert said.code == 130
    assert [each["slack"] for each in said.document["curve"]] == [0, 1]


def interrupt_at(call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send this process Ctrl-C while it plans for the nth time."""
    plan: Callable[..., flow.Planned] = flow.plan
    calls = []

    def interrupted(*arguments: Any, **options: Any) -> flow.Planned:
        calls.append(0)
        if len(calls) == call:
            signal.raise_signal(signal.SIGINT)
        return plan(*arguments, **options)

    monkeypatch.setattr(flow, "plan", interrupted)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--slack", "4-0"), '--slack "4-0" is no range.'),
        (("--slack", "many"), '--slack "many" is no range.'),
        (("--earlier", "nowhere.json"), "nowhere.json"),
        (("--svg", "curve.svg", "--no-curve"), "--svg draws the curve"),
    ],
)
def test_what_can_not_be_read_is_said_in_one_line(
    rondo: Rondo, globe: Desk, options: tuple[str, ...], words: str
) -> None:
    """With what to write instead."""
    said = rondo("fairness", "spring", *options)
    assert said.code == 1
    assert words in said.complaint


def test_a_drawing_that_can_not_be_written_is_said(rondo: Rondo, globe: Desk) -> None:
    """With the name of the file."""
    said = rondo("fairness", "spring", "--svg", "nowhere/curve.svg", "--slack", "1", "--json")
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines()[-1] == "rondo: nowhere/curve.svg: No such file or directory"


def test_something_has_to_be_planned_first(rondo: Rondo, desk: Desk) -> None:
    """And how."""
    said = rondo("fairness", "spring")
    assert said.code == 1
    assert said.complaint == "rondo: spring: nothing was planned yet. Plan first: rondo plan spring"


def test_plan_proposes_turns_and_they_deliver(rondo: Rondo, globe: Desk) -> None:
    """The edit that it names leads to what it promises, and then there is nothing left to propose."""
    assert f"\nTaking turns\n  {TURNS}\n" in rondo("plan", "spring").out
    (turns,) = rondo("plan", "spring", "--json").document["rotation"]
    assert turns["words"] == TURNS
    globe.write(settings=f'{SETTINGS}\n[groups."circle"]\nrotation = 2\n')
    document = rondo("plan", "spring", "--json").document
    assert document["score"]["worst_burden"] == turns["worst_then"] == 62.0
    assert document["rotation"] == []


def test_a_time_limit_is_for_the_plan_alone(rondo: Rondo, globe: Desk) -> None:
    """No further search begins when it is over."""
    assert rondo("plan", "spring", "--time-limit", "60", "--json").document["rotation"] == []


def test_what_is_published_is_not_asked_to_take_turns(rondo: Rondo, globe: Desk) -> None:
    """People keep what they have."""
    globe.publish()
    assert "Taking turns" not in rondo("plan", "spring").out
    assert rondo("fairness", "spring", "--no-curve", "--json").document["rotation"] == []


def test_rondo_chooses_turns_where_it_is_asked_to(rondo: Rondo, globe: Desk) -> None:
    """`rotation = "auto"`: the plan has two slots at once, and what stands keeps them."""
    globe.write(settings=AUTO)
    document = rondo("plan", "spring", "--json").document
    assert (len(document["groups"][0]["slots"]), document["score"]["worst_burden"]) == (2, 62.0)
    globe.publish()
    assert rondo("plan", "spring", "--exit-code").code == 0


def test_a_published_circle_takes_turns_only_when_planned_anew(rondo: Rondo, globe: Desk) -> None:
    """It had one slot when it was published."""
    globe.publish()
    globe.write(settings=AUTO)
    assert rondo("plan", "spring", "--exit-code").code == 0
    document = rondo("plan", "spring", "--replan", "--json").document
    assert len(document["groups"][0]["slots"]) == 2
