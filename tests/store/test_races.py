"""Several who decide for one programme at the same time: one wins each time, and the others are told."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scheduler.errors import ChangedElsewhere, Unavailable
from scheduler.store import SqlEngine, SqlStore, open_database
from scheduler.store.database import alone
from tests.store.samples import NOW, decision, event, notice, saved

DECIDE = """
import sys
from dataclasses import replace
from pathlib import Path
from scheduler.errors import ChangedElsewhere
from scheduler.store import SqlStore, open_database
from tests.store.samples import NOW, decision, event, notice, saved
where, name, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
engine = open_database(where if "://" in where else Path(where))
store, plan = SqlStore(engine, "circles"), saved(0)
print("ready", flush=True)
sys.stdin.readline()
won = 0
while won < times:
    seen = {each.uid: each.sequence for each in store.events()}
    number = seen.get("x", -1) + 1
    key = f"{number} {name}"
    try:
        told = dict(decisions=[decision(key)], notices=[notice(key)])
        store.decide(plan, [event("x", number)], seen, [], NOW, **told)
    except ChangedElsewhere:
        continue
    won += 1
    print(key, flush=True)
engine.dispose()
"""
PROCESSES, TIMES = 3, 8


def test_of_processes_that_decide_at_once_one_wins_each_time(engine: SqlEngine, where: Path | str) -> None:
    """Every form of the event was decided once, by whoever says so, with its writing, its trail and its notice."""
    pipe = subprocess.PIPE
    commands = [[sys.executable, "-c", DECIDE, str(where), f"p{number}", str(TIMES)] for number in range(PROCESSES)]
    root = Path(__file__).parents[2]
    deciders = [subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=root) for command in commands]
    assert [each.stdout.readline() for each in deciders if each.stdout] == [b"ready\n"] * PROCESSES
    for each in deciders:
        assert each.stdin is not None
        each.stdin.write(b"go\n")
        each.stdin.flush()
    won = [line for each in deciders for line in each.communicate()[0].decode().splitlines()]
    assert [each.returncode for each in deciders] == [0] * PROCESSES
    store = SqlStore(engine, "circles")
    assert [each.sequence for each in store.pending()] == list(range(PROCESSES * TIMES))
    assert sorted(won) == sorted(each.id for each in store.decisions())
    assert [each.id for each in store.decisions()] == [each.key for each in store.notices()]
    assert len(won) == PROCESSES * TIMES


def test_of_threads_that_decide_at_once_one_wins(engine: SqlEngine, another: Callable[[], SqlEngine]) -> None:
    """All have seen the same; nothing of what the others decided stays."""
    SqlStore(engine, "circles").decide(saved(0), [event("x")], {}, [], NOW)
    stores = [SqlStore(another(), "circles") for _ in range(4)]

    def decide(number: int) -> bool:
        told = [decision(f"{number}")], [notice(f"{number}")]
        try:
            stores[number].decide(
                saved(number),
                [event("x", 1), event(f"{number}")],
                {"x": 0},
                [],
                NOW,
                decisions=told[0],
                notices=told[1],
            )
        except ChangedElsewhere:
            return False
        return True

    with ThreadPoolExecutor(len(stores)) as pool:
        won = list(pool.map(decide, range(len(stores))))
    winner = str(won.index(True))
    assert sum(won) == 1
    store = SqlStore(engine, "circles")
    assert [each.uid for each in store.events()] == [winner, "x"]
    assert [each.uid for each in store.pending()] == ["x", "x", winner]
    assert ([each.id for each in store.decisions()], [each.key for each in store.notices()]) == ([winner], [winner])


def test_programmes_on_a_server_do_not_wait_for_each_other(emptied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only for those who change the same one, and not for ever."""
    monkeypatch.setattr("scheduler.store.database.BUSY_SECONDS", 0.2)
    engine = open_database(emptied)
    with alone(engine, "programme circles"):
        SqlStore(engine, "pairs").stop("asked to")
        with pytest.raises(Unavailable, match="the state can't be used"):
            SqlStore(engine, "circles").stop("asked to")
        assert SqlStore(engine, "circles").stopped() == ""
    SqlStore(engine, "circles").stop("asked to")
    assert [SqlStore(engine, name).stopped() for name in ("circles", "pairs")] == ["asked to"] * 2
    engine.dispose()
