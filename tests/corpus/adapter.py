"""Answers the questions of the shared reference corpus with our code; its runner starts this once a case.

    python $RONDO_SHARED/corpus/run.py ics --cmd 'python -m tests.corpus.adapter'

One JSON object on stdin, one on stdout. `tests/corpus/test_corpus.py` asks the same in process.
"""

import json
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from connectors._ical.read import free_busy_of
from scheduler.core.availability import open_hours
from scheduler.core.icaltime import parse_time
from scheduler.core.interval import (
    Horizon,
    Interval,
    Intervals,
    as_intervals,
    clipped,
    complement,
    intersection,
    merged,
)
from scheduler.core.people import Boundary
from scheduler.core.recurrence import expand
from scheduler.core.rule import parse_rule
from scheduler.core.walltime import Wall, WallWindow, days_as_wall, parse_instant, resolve, wall_clock

Case = dict[str, Any]
DAY = 86_400


def answer(case: Case) -> Case:
    """The answer to one case of any kind. Raises InputError where a rule is refused."""
    return KINDS[case["kind"]](case)


def _ics(case: Case) -> Case:
    window = Interval(*map(parse_instant, case["window"]))
    texts = [Path(name).read_bytes() for name in case["files"]]
    return {"busy": _texts(free_busy_of(texts, zone=case["zone"], window=window).all_busy(window))}


def _rrule(case: Case) -> Case:
    start, rule = parse_time(case["dtstart"]), parse_rule(case["rrule"])
    if start.is_date:
        rule = rule.for_dates()
    until = None if rule.until is None else rule.until.wall + (DAY - 1 if rule.until.is_date else 0)
    found = np.empty(0, dtype=np.int64)
    for years in (1, 10, 70):
        found = expand(rule, start.wall, (start.wall, start.wall + years * 366 * DAY), until)
        if len(found) >= case["limit"]:
            break
    form = "%Y%m%d" if start.is_date else "%Y%m%dT%H%M%S"
    return {"instances": [_moment(second).strftime(form) for second in found[: case["limit"]]]}


def _series(case: Case) -> Case:
    return {"expect_utc": _busy(case, f"DURATION:{case['duration']}", f"RRULE:{case['rrule']}")}


def _durations(case: Case) -> Case:
    return {"expect_utc": _busy(case, _basic(case["end"]).replace("DTEND:", f"DTEND;TZID={case['zone']}:"))[0]}


def _busy(case: Case, *properties: str) -> list[list[str]]:
    """What an event of one zone with these properties takes, read as a file would be."""
    start = f"DTSTART;TZID={case['zone']}:{_basic(case['dtstart_local'])}"
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:case", start, *properties, "END:VEVENT", "END:VCALENDAR"]
    begin = parse_time(_basic(case["dtstart_local"])).wall
    window = Interval(*(_moment(second) for second in (begin - 9 * DAY, begin + 3 * 366 * DAY)))
    return _texts(free_busy_of(["\r\n".join(lines).encode()], zone="UTC", window=window).busy)


def _points(case: Case) -> Case:
    return {
        "expect_utc": _text(int(resolve(Wall(np.array([parse_time(_basic(case["local"])).wall])), case["zone"])[0]))
    }


def _days(case: Case) -> Case:
    first = date.fromisoformat(case["date"]).toordinal()
    return {"expect_utc": _texts(resolve(days_as_wall(np.array([[first, first + 1]])), case["zone"]))[0]}


def _pairs(case: Case) -> Case:
    days = np.arange(date(case["year"], 1, 1).toordinal(), date(case["year"] + 1, 1, 1).toordinal())
    mondays = days[days % 7 == 1]
    seen = wall_clock(resolve(days_as_wall(mondays, 9 * 60), case["series_zone"]), case["viewer_zone"])
    runs: list[Case] = []
    for monday, second in zip(mondays.tolist(), seen.tolist(), strict=True):
        clock = _moment(second).strftime("%H:%M")
        if not runs or runs[-1]["clock"] != clock:
            runs.append({"from": date.fromordinal(monday).isoformat(), "clock": clock, "weeks": 0})
        runs[-1]["weeks"] += 1
    return {"expect_viewer_clock": runs}


def _slots(case: Case) -> Case:
    """Bookable ranges; start times are Cal.com's own policy, which we do not have."""
    first, last = (parse_instant(text) for text in case["window"])
    monday = date.fromordinal((first.date().toordinal() - 1) // 7 * 7 + 1)
    horizon = Horizon(monday, (last.date() - monday).days // 7 + 1)
    bounds = horizon.minute(first), horizon.minute(last)
    free = as_intervals([bounds])
    for person in case["participants"]:
        busy = merged(_minutes(person["busy"], horizon))
        free = intersection(free, intersection(_open(person, horizon), complement(busy, *bounds)))
    seconds = clipped(free, *bounds) * 60 + int(horizon.epoch.timestamp())
    return {"ranges": _texts(seconds)}


def _open(person: Case, horizon: Horizon) -> Intervals:
    if "available" in person:
        return merged(_minutes(person["available"], horizon))
    hours: dict[int, tuple[WallWindow, ...]] = {}
    for entry in person["hours"]:
        for day in entry["days"]:
            hours[day - 1] = (*hours.get(day - 1, ()), *_windows([(entry["from"], entry["to"])]))
    overrides = {date.fromisoformat(one["date"]): _windows(one["hours"]) for one in person.get("overrides", [])}
    return open_hours(Boundary(zone=person["zone"], hours=hours, overrides=overrides), horizon)


def _windows(pairs: list[tuple[str, str]]) -> tuple[WallWindow, ...]:
    minutes = [[int(text[:2]) * 60 + int(text[3:]) for text in pair] for pair in pairs]
    return tuple(WallWindow(start, end) for start, end in minutes if start < end)


def _minutes(rows: list[list[str]], horizon: Horizon) -> Intervals:
    return as_intervals([[horizon.minute(parse_instant(text)) for text in row] for row in rows])


def _basic(text: str) -> str:
    """The corpus writes times with dashes and colons, iCalendar without."""
    return re.sub(r"(?<=\d)[-:](?=\d)", "", text)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(int(second), UTC)


def _text(second: int) -> str:
    return _moment(second).strftime("%Y-%m-%dT%H:%M:%SZ")


def _texts(rows: Intervals) -> list[list[str]]:
    return [[_text(second) for second in row] for row in rows.tolist()]


KINDS = {
    "ics": _ics,
    "rrule": _rrule,
    "series": _series,
    "points": _points,
    "days": _days,
    "durations": _durations,
    "pairs": _pairs,
    "drift": _points,
    "slots": _slots,
}

if __name__ == "__main__":
    print(json.dumps(answer(json.load(sys.stdin))))  # noqa: T201 - the runner reads the answer from there
