"""What must hold whenever the world is quiet, looked at from outside: in calendars, mails, files, and the database.

Each function gives a line for whatever is wrong. They ask none of the code under test, but for what its database says.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations, pairwise

from scheduler.core.decision import RONDO, Action, Decision, State
from scheduler.core.event import Event
from scheduler.core.notice import NoticeState
from tests.doubles.server import Double
from tests.simulation.world import CANARY, KEYED, PEOPLE, World, same_series

READING = ("/freeBusy", "/getSchedule", "/token", "/oauth2", "/subscriptions", "/watch", "/stop")
"""Calls that are no writes of events, though they are sent by POST."""
WRITES = ("POST", "PATCH", "PUT", "DELETE")


def broken(world: World) -> list[str]:
    """Everything that is wrong in a quiet world."""
    checks = (_masters, _strangers, _doubly_booked, _overwritten, _mails, _canaries, _as_stored, _described)
    return [line for check in checks for line in check(world)]


def writes(world: World) -> dict[str, int]:
    """How many writes each provider was sent so far, and how many mails came."""
    written = {type(double).__name__: _written(double) for double in world.servers.doubles}
    return {**written, "mails": len(world.servers.mailbox.mails)}


def _written(double: Double) -> int:
    return sum(call.method in WRITES and not any(part in call.path for part in READING) for call in list(double.calls))


def _masters(world: World) -> Iterator[str]:
    """I1: every wanted series has exactly one live master."""
    for event in world.live():
        home = [place for place, _ in world.deliveries(event.uid) if place.channel in KEYED and not place.copy]
        if len(home) != 1:
            yield f"I1 {event.group}: its places are {', '.join(map(str, home)) or 'none'}"
    found = Counter(event.uid for event, _ in world.standing())
    for event in world.live():
        if found[event.uid] != 1 and not _asked(world, event.group):
            yield f"I1 {event.group}: {found[event.uid]} masters stand, and nobody was asked"


def _strangers(world: World) -> Iterator[str]:
    """I2: no live event of ours lacks a row."""
    rows = world.deliveries()
    for person in PEOPLE:
        calendar = world.calendar(person)
        for key in calendar.series() if calendar else ():
            if not any(place.person == person and same_series(place, each, key) for place, each in rows):
                yield f"I2 {key} stands in {person}'s calendar, and no row knows of it"


def _doubly_booked(world: World) -> Iterator[str]:
    """I3: nobody is in two of our meetings at once, unless somebody put them there by hand."""
    attended = defaultdict[str, list[tuple[datetime, datetime, str, bool]]](list)
    for event, key in world.standing():
        calendar = world.calendar(event.organizer)
        assert calendar is not None
        sessions = {each.start: each for each in event.sessions}
        edits = {edit.start for (group, _), edit in world.by_hand.items() if group == event.group}
        for date in calendar.dates(key):
            session = sessions.get(date.start)
            by_hand = session is None or date.start in edits
            for each in event.attendees:
                if session is None or each.id not in session.absent:
                    end = date.start + timedelta(minutes=date.minutes)
                    attended[each.id].append((date.start, end, event.group, by_hand))
    for person, times in attended.items():
        for (start, end, group, hand), (begins, ends, other, too) in combinations(sorted(times), 2):
            if begins < end and start < ends and not hand and not too:
                yield f"I3 {person} is in {group} and {other} at once, {begins:%d %b %H:%M}"


def into_what_was_busy(world: World, decisions: list[Decision]) -> Iterator[str]:
    """I4: nothing that was just decided lies in time that was known to be busy, or unknown."""
    copies = world.app.store.copies()
    events = {event.group: event for event in world.live()}
    for decision in decisions:
        event = events.get(decision.group)
        if event is None or not _chosen(decision) or decision.after is None:
            continue
        end = decision.after + timedelta(minutes=event.duration)
        for person in _needed(event, decision):
            for copy in (each for (who, _), each in copies.items() if who == person):
                if copy.free_busy is None or not copy.free_busy.complete:
                    yield f"I4 {decision.group} is moved to {decision.after:%d %b %H:%M}, and {person} is unknown"
                elif any(
                    start < end.timestamp() and decision.after.timestamp() < stop
                    for start, stop in copy.free_busy.busy.tolist()
                ):
                    yield f"I4 {decision.group} is moved to {decision.after:%d %b %H:%M}, where {person} is busy"


def _chosen(decision: Decision) -> bool:
    """Whether Rondo chose the time by itself."""
    return decision.by == RONDO and decision.state is State.DONE and decision.action in (Action.MOVE, Action.SHIFT)


def _needed(event: Event, decision: Decision) -> list[str]:
    """Who comes to a session, as it was decided."""
    absent = next((each.absent for each in event.occurrences if each.session == decision.session), ())
    return [each.id for each in event.attendees if each.id not in absent and each.role != "none"]


def _overwritten(world: World) -> Iterator[str]:
    """I5: what somebody did by hand stands, unless there is a decision on it since, or its group was ended."""
    trail = world.app.store.decisions()
    for (group, session), edit in world.by_hand.items():
        since = [each for each in trail[edit.trail :] if each.group == group and each.session in (session, None)]
        if since or edit.ended:
            continue
        for event, key in world.standing():
            if event.group != group:
                continue
            if session is None:
                yield f"I5 {group}: the series was deleted by hand, and stands again"
                continue
            calendar = world.calendar(event.organizer)
            assert calendar is not None
            starts = {date.start for date in calendar.dates(key)}
            was = {each.start for each in event.sessions if each.session == session}
            if edit.start not in starts if edit.start else bool(was & starts):
                yield f"I5 {group} session {session}: not as somebody left it, {edit.start}, and nothing was decided"


def _mails(world: World) -> Iterator[str]:
    """I6: nobody has more mails of an event than sessions of it were decided, since providers mail each by itself."""
    decided = {
        uid: sum(_decisions(was, event) for was, event in pairwise([None, *forms]))
        for uid, forms in world.decided().items()
    }
    mails = Counter((mail.address, mail.ical_uid) for mail in world.servers.google.all_mails)
    mails += Counter((mail.address, mail.ical_uid) for mail in world.servers.graph.mails)
    for (address, ical_uid), number in mails.items():
        uid = world.delivered.get(ical_uid)
        if uid and number > decided[uid]:
            yield f"I6 {address} had {number} mails of {uid}, of which {decided[uid]} decisions were written"
    ours = Counter((mail.to, str(mail.message["Message-ID"])) for mail in world.servers.mailbox.mails)
    yield from (
        f"I6 {address} was mailed {name} {number} times" for (address, name), number in ours.items() if number > 1
    )


def _decisions(was: Event | None, event: Event | None) -> int:
    """How many sessions changed from one form of an event to the next, and whether what is beside them did.

    Of a new event those count that are not where the rule puts them, since each is written after it. So they do of one
    with another end, since Outlook forgets them then, and of one with other people, of whom each has a list of its own.
    """
    assert event is not None
    alone = sum(each.start != each.recurrence_id for each in event.occurrences)
    if was is None:
        return 1 + alone
    before = {each.session: each for each in was.occurrences}
    changed = sum(before.get(each.session) != each for each in event.occurrences)
    beside = not replace(event, occurrences=was.occurrences).same_as(was)
    return max(1, changed + beside) + (alone if beside or len(before) != len(event.occurrences) else 0)


def _canaries(world: World) -> Iterator[str]:
    """I7: nothing of what appointments are about is in the database, in a published file, or in the log."""
    for path in sorted(world.folder.parent.rglob("*")):
        if path.is_file() and path.parent.name != "calendars" and CANARY.encode() in path.read_bytes():
            yield f"I7 a canary is in {path.relative_to(world.folder.parent)}"
    if CANARY in world.log.getvalue():
        yield "I7 a canary is in the log"


def _as_stored(world: World) -> Iterator[str]:
    """I8: what stands is what the database says, but for what waits for somebody's word."""
    for event, key in world.standing():
        calendar = world.calendar(event.organizer)
        assert calendar is not None
        stands = {date.start for date in calendar.dates(key)}
        wanted = {each.start for each in event.sessions}
        if stands != wanted and not _asked(world, event.group):
            told = ", ".join(f"{at:%d %b %H:%M}" for at in sorted(each for each in stands ^ wanted if each))
            yield f"I8 {event.group}: calendar and database differ at {told}"
    owed = [event.group for event in world.app.store.pending()]
    if owed and not any(_asked(world, group) for group in owed):
        yield f"I8 writes are owed: {', '.join(owed)}"
    untold = [each.key for each in world.app.store.notices() if each.state is NoticeState.OWED]
    if untold:
        yield f"I8 notices are owed: {', '.join(untold)}"


def _described(world: World) -> Iterator[str]:
    """No request broke the provider's own description."""
    for double in world.servers.doubles:
        yield from (f"{type(double).__name__}: {each}" for each in double.broken)


def _asked(world: World, group: str) -> bool:
    """Whether somebody has to say something about a group, or all of its writes rest."""
    trail = world.app.store.decisions()
    return any(each.waits and each.group == group for each in trail) or bool(world.app.store.stopped())
