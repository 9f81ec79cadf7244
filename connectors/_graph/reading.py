"""Free/busy of mailboxes: when somebody is busy, and nothing else of what their calendars hold.

Graph's word for an appointment decides: `free` and `workingElsewhere` are free; `tentative`, `busy`, `oof`, `unknown`
and whatever word is new are busy. Exact times come from scheduleItems: the grid of availabilityView is rounded.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any

import numpy as np

from connectors._graph.session import AT_ONCE, GraphSession, Refusal
from connectors._graph.times import instant, stated
from scheduler.core.freebusy import FreeBusy, merge
from scheduler.core.interval import Interval, Intervals, as_intervals, clipped, merged
from scheduler.core.walltime import WallTime, resolve_one
from scheduler.errors import RondoError, Unavailable
from scheduler.ports import Answer, Asked, Own

FREE = {"free", "workingelsewhere"}
MOST_MAILBOXES = 20
LONGEST_SPAN = timedelta(days=62) - timedelta(hours=1)  # "under 62 days"
TOO_MANY = "5006"  # more than 1,000 entries of one mailbox in one answer
LEAST_SPLIT = timedelta(days=1)
DAY_GRID = 24 * 60
LEAST_GRID = 5
SCHEDULE = (
    *("value", "scheduleId", "scheduleItems", "availabilityView", "status"),
    *("start", "end", "dateTime", "timeZone", "error", "responseCode"),
)
VIEW = (
    "value",
    "@odata.nextLink",
    "start",
    "end",
    "dateTime",
    "timeZone",
    "showAs",
    "isAllDay",
    "isCancelled",
    "iCalUId",
)
OF_EVENT = "start,end,showAs,isAllDay,isCancelled,iCalUId"

Found = Intervals | RondoError


def mailbox_of(calendar: str) -> str:
    """The mailbox that an address names, with or without its `outlook:`."""
    return calendar.removeprefix("outlook:")


def read_schedules(session: GraphSession, asked: Sequence[Asked], window: Interval) -> list[Answer]:
    """What getSchedule says, an answer each: 20 mailboxes and less than 62 days a call."""
    mailboxes = sorted({mailbox_of(each.calendar).casefold() for each in asked})
    groups = [mailboxes[i : i + MOST_MAILBOXES] for i in range(0, len(mailboxes), MOST_MAILBOXES)]
    parts = list(_parts(window))
    tasks = [(group, part) for group in groups for part in parts]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda task: _schedules(session, *task), tasks))
    of_part = {(who, part): what for (_, part), told in zip(tasks, found, strict=True) for who, what in told.items()}
    return [
        _answer(each.own, window, [(part, of_part[mailbox_of(each.calendar).casefold(), part]) for part in parts])
        for each in asked
    ]


def read_view(session: GraphSession, asked: Asked, window: Interval) -> Answer:
    """What the calendar view of one's own mailbox says: personal accounts have no getSchedule."""
    try:
        return Answer(free_busy=FreeBusy(clipped(merged(_viewed(session, asked, window)), *window.seconds)))
    except Refusal as refusal:
        return Answer(error=Unavailable(f"{mailbox_of(asked.calendar)}: {refusal.words}"))
    except RondoError as fault:
        return Answer(error=fault)


def _parts(window: Interval) -> Iterator[Interval]:
    """The window in the fewest parts that may be asked for, of about one length."""
    count = -(-(window.end - window.start) // LONGEST_SPAN)
    edges = [window.start + (window.end - window.start) * number / count for number in range(count + 1)]
    edges = [edge.replace(microsecond=0) for edge in edges]
    yield from map(Interval, edges, edges[1:])


def _answer(own: Own, window: Interval, told: Iterable[tuple[Interval, Found]]) -> Answer:
    known: list[tuple[Interval, Intervals]] = []
    for part, found in told:
        if isinstance(found, RondoError):
            return Answer(error=found)
        known.append((part, found))
    ours = own.shown_in(merge([blocks for _, blocks in known]), window)
    # part by part, since an appointment over the edge of two is told in both
    kept = [_without(blocks, ours, part) for part, blocks in known]
    return Answer(free_busy=FreeBusy(clipped(merge(kept), *window.seconds)))


def _without(blocks: Intervals, sessions: Intervals, part: Interval) -> Intervals:
    """The blocks but one for each of our sessions, whether an answer cuts it at the part's edges or not."""
    low, high = part.seconds
    left = Counter(map(tuple, blocks.tolist()))
    for start, end in sessions[(sessions[:, 1] > low) & (sessions[:, 0] < high)].tolist():
        for shape in dict.fromkeys([(start, end), (max(start, low), min(end, high))]):
            if left[shape]:
                left[shape] -= 1
                break
    return as_intervals(list(left.elements()))


def _schedules(session: GraphSession, mailboxes: Sequence[str], part: Interval) -> Mapping[str, Found]:
    """What is told of each mailbox in a part of the window: blocks that may overlap, or why it is unknown."""
    try:
        told = _told(session, mailboxes, part)
    except Refusal as refusal:
        if len(mailboxes) == 1:
            return {mailboxes[0]: Unavailable(f"{mailboxes[0]}: {refusal.words}")}
        half = len(mailboxes) // 2  # one that Graph can't stand does not spoil the others
        return {**_schedules(session, mailboxes[:half], part), **_schedules(session, mailboxes[half:], part)}
    except RondoError as fault:
        return dict.fromkeys(mailboxes, fault)
    return {who: _blocks(session, who, told.get(who), part) for who in mailboxes}


def _told(session: GraphSession, mailboxes: Sequence[str], part: Interval) -> Mapping[str, Mapping[str, Any]]:
    minutes = int((part.end - part.start).total_seconds() // 60)
    body = {
        "schedules": list(mailboxes),
        "startTime": stated(part.start),
        "endTime": stated(part.end),
        "availabilityViewInterval": max(LEAST_GRID, min(DAY_GRID, minutes)),
    }
    root = session.root("" if session.mailbox or not session.everybody else mailboxes[0])
    answer = session.call("POST", f"{root}/calendar/getSchedule", body=body, keep=SCHEDULE)
    items = answer.get("value")
    if not isinstance(items, list):
        raise Unavailable("Outlook's answer names no mailbox.")
    return {str(item.get("scheduleId")).casefold(): item for item in items if isinstance(item, dict)}


def _blocks(session: GraphSession, mailbox: str, item: Mapping[str, Any] | None, part: Interval) -> Found:
    if item is None:
        return Unavailable(f"Outlook says nothing of {mailbox}.")
    if item.get("error") is not None:
        if str(item["error"].get("responseCode")) == TOO_MANY and part.end - part.start > LEAST_SPLIT:
            return _by_halves(session, mailbox, part)
        return Unavailable(f"Outlook can't tell when {mailbox} is busy: is there such a mailbox, and is it shared?")
    items = item.get("scheduleItems")
    if not isinstance(items, list):
        return Unavailable(f"Outlook does not tell when {mailbox} is busy.")
    try:
        blocks = _busy(items)
    except (ValueError, AttributeError):
        return Unavailable(f"Outlook tells times of {mailbox} that can't be read.")
    if not len(blocks) and str(item.get("availabilityView", "")).strip("04"):
        return Unavailable(f"Outlook tells of {mailbox} only by and large when it is busy.")
    return blocks


def _by_halves(session: GraphSession, mailbox: str, part: Interval) -> Found:
    middle = (part.start + (part.end - part.start) / 2).replace(microsecond=0)
    found = []
    for half in (Interval(part.start, middle), Interval(middle, part.end)):
        blocks = _schedules(session, [mailbox], half)[mailbox]
        if isinstance(blocks, RondoError):
            return blocks
        found.append(blocks)
    both = set(map(tuple, found[0].tolist())) & set(map(tuple, found[1].tolist()))
    return as_intervals([*found[0].tolist(), *(row for row in found[1].tolist() if tuple(row) not in both)])


def _busy(items: Iterable[Mapping[str, Any]]) -> Intervals:
    """The rows of all that is not free. Raises ValueError."""
    rows = [
        _row(instant(each.get("start")), instant(each.get("end"))) for each in items if _is_busy(each.get("status"))
    ]
    return as_intervals(rows)


def _is_busy(status: object) -> bool:
    return str(status).casefold() not in FREE


def _row(start: datetime, end: datetime) -> tuple[int, int]:
    if end < start:
        raise ValueError("an appointment ends before it begins")
    return int(start.timestamp()), int(np.ceil(end.timestamp()))


def _viewed(session: GraphSession, asked: Asked, window: Interval) -> Intervals:
    mailbox = mailbox_of(asked.calendar)
    if not session.is_own(mailbox):
        raise Unavailable(f"A personal account can't tell when {mailbox} is busy.")
    params = {
        "startDateTime": f"{window.start:%Y-%m-%dT%H:%M:%SZ}",
        "endDateTime": f"{window.end:%Y-%m-%dT%H:%M:%SZ}",
        "$select": OF_EVENT,
        "$top": "500",
    }
    try:
        pages = session.pages(f"{session.root()}/calendarView", params, VIEW)
        events = [each for each in chain.from_iterable(page["value"] for page in pages) if _counts(each, asked.own)]
        return as_intervals([_all_day(each, asked.zone) if each.get("isAllDay") else _exact(each) for each in events])
    except (ValueError, AttributeError):
        raise Unavailable(f"Outlook tells times of {mailbox} that can't be read.") from None


def _counts(event: Mapping[str, Any], own: Own) -> bool:
    return _is_busy(event.get("showAs")) and not event.get("isCancelled") and event.get("iCalUId") not in own.uids


def _exact(event: Mapping[str, Any]) -> tuple[int, int]:
    return _row(instant(event.get("start")), instant(event.get("end")))


def _all_day(event: Mapping[str, Any], zone: str) -> tuple[int, int]:
    """A whole day is a date, which Graph shows as midnight; it is busy from midnight to midnight of its owner."""
    days = (instant(event.get(end)).date() for end in ("start", "end"))
    start, end = (_midnight(day, zone) for day in days)
    return _row(start, end)


def _midnight(day: date, zone: str) -> datetime:
    return resolve_one(WallTime(day, 0), zone).astimezone(UTC)
