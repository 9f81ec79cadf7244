"""Several who decide at once: one wins, and the other looks again; notices go out once."""

import threading
from datetime import datetime
from unittest.mock import patch

import pytest

from scheduler.app.planning.moving import choose, decide
from scheduler.app.repair.ground import Ground, ground_of
from scheduler.app.repair.mending import mend
from scheduler.app.repair.proposals import accept, refuse
from scheduler.app.repair.round import look_after
from scheduler.core.decision import State
from scheduler.core.notice import NoticeState
from scheduler.core.pins import Pin
from scheduler.core.rearrange import replaced
from scheduler.core.repairs import Mode
from scheduler.errors import ChangedElsewhere, InputError, Unavailable
from tests.app.repair.conftest import DAY, House


def test_a_repair_of_what_somebody_changed_meanwhile_is_not_made(house: House) -> None:
    """Nothing of it is kept; the next round rests on what stands then."""
    house.busy("chen", house.start("pair", 2))
    house.desk.app.refresh()
    ground = ground_of(house.app)
    assert ground
    house.round()
    stands = house.starts("pair")
    with pytest.raises(ChangedElsewhere):
        mend(ground)
    assert house.starts("pair") == stands
    assert len(house.app.store.decisions()) == 1


def test_a_pin_that_somebody_sets_meanwhile_is_not_lost(house: House) -> None:
    """Also where it changes no event yet."""
    house.busy("chen", house.start("pair", 2))
    house.desk.app.refresh()
    ground = ground_of(house.app)
    assert ground
    app = house.app
    chosen = choose(app, "circle", "4")
    decide(app, chosen, None, "skip")
    pins = app.store.pins()
    with pytest.raises(ChangedElsewhere):
        mend(ground)
    house.round()
    assert house.app.store.pins() == pins


def test_whoever_decides_while_changes_are_found_is_not_overwritten(house: House) -> None:
    """Just after a repair looked whether its ground still holds, and before it finds what is to be written."""
    house.busy("chen", house.start("pair", 2))
    house.desk.app.refresh()
    ground = ground_of(house.app)
    assert ground
    pins, stands = ground.app.store.pins, dict[int, datetime | None]()

    def pins_and_then() -> tuple[Pin, ...]:
        found = pins()
        if not stands:
            house.round()
            stands.update(house.starts("pair"))
        return found

    with patch.object(ground.app.store, "pins", pins_and_then), pytest.raises(ChangedElsewhere):
        move_a_session(ground, "pair", 4)
    assert house.starts("pair") == stands
    [made] = house.app.store.decisions()
    assert stands[2] == made.after


def move_a_session(ground: Ground, group: str, session: int) -> None:
    """Half an hour later than it stands."""
    start = ground.plan.by_series()[group].sessions[session].start
    ground.change(replaced(ground.problem, ground.plan, {(group, session): start + 30}), {group}, ())


def test_of_two_who_answer_one_wins(house: House) -> None:
    """Whoever comes second is told."""
    house.busy("chen", house.start("pair", 2))
    [asked] = house.round(Mode.SUGGEST).proposed
    apps, faults, ready = [house.app, house.app], list[Exception](), threading.Barrier(2)

    def answer(yes: bool) -> None:
        ready.wait()
        try:
            accept(apps[0], asked.id, None, "a") if yes else refuse(apps[1], asked.id, "b")
        except (ChangedElsewhere, InputError) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=answer, args=(yes,)) for yes in (True, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [kept] = house.app.store.decisions()
    assert len(faults) == 1
    assert kept.state in (State.ACCEPTED, State.REFUSED)
    assert (house.start("pair", 2) == asked.before) == (kept.state is State.REFUSED)


def test_rounds_at_once_decide_once(house: House) -> None:
    """A service and somebody's own `rondo watch`."""
    house.busy("chen", house.start("pair", 2))
    faults, apps = list[Exception](), [house.app for _ in range(3)]

    def look(number: int) -> None:
        try:
            look_after(apps[number])
        except (ChangedElsewhere, Unavailable) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=look, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.round()
    assert [each.state for each in house.app.store.decisions()] == [State.DONE]
    assert house.round().decisions == ()
    house.agree()


def test_a_notice_that_can_not_be_sent_is_sent_later_and_once(house: House) -> None:
    """The mail server is away for a while."""
    house.busy("chen", house.start("pair", 2))
    house.sent.fault = Unavailable("it is down.")
    assert house.round(Mode.SUGGEST).told.sent == 0
    house.sent.fault = None
    house.desk.later(hours=2)
    assert house.round(Mode.SUGGEST).told.sent == 1
    assert house.round(Mode.SUGGEST).told.sent == 0
    assert len(house.sent.notices) == 1


def test_a_notice_whose_sending_was_killed_is_shown_and_not_sent_again(house: House) -> None:
    """Nobody knows whether it came."""
    house.busy("chen", house.start("pair", 2))
    house.sent.fault = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        house.round(Mode.SUGGEST)
    house.sent.fault = None
    told = house.round(Mode.SUGGEST).told
    assert (told.sent, len(told.missing), house.sent.notices) == (0, 1, [])
    assert [each.state for each in house.app.store.notices()] == [NoticeState.BEGUN]


def test_a_stopped_programme_writes_nothing_whoever_decides(house: House) -> None:
    """What is decided is owed, and written once it may be."""
    house.busy("chen", house.start("pair", 2))
    [asked] = house.round(Mode.SUGGEST).proposed
    house.app.store.stop("somebody looks into it")
    accept(house.app, asked.id, None, "coordinator")
    assert (house.app.write_pending().outcomes, house.calls()) == ([], [])
    house.provider.move("circle", 2, house.start("circle", 2) + DAY)
    done = house.round()
    assert (done.decisions, done.stopped, house.calls()) == ((), "somebody looks into it", [])
    house.app.store.stop("")
    house.round()
    house.agree()
