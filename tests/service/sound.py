"""What must hold once a service is quiet, seen from outside: in calendars, rooms, mailboxes, files, and the database.

The numbers are those of the invariants that the project is held to: one live master (1), no event without a row (2),
nobody twice at once (3), one mail a decision (6), no canary (7), and all that was decided stands (8).
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations, pairwise

from scheduler.core.decision import Action, Decision, State
from scheduler.core.delivery import Channel, Place
from scheduler.core.event import Event, event_from_json
from scheduler.core.notice import NoticeState
from scheduler.delivering import MAYBE_UNSENT
from tests.readers import expanded_in_python
from tests.service.stage import CANARY, Stage

AT_PROVIDERS = (Channel.GOOGLE, Channel.OUTLOOK, Channel.CALDAV)
LOST = "may not have"


def wrong(stage: Stage) -> list[str]:
    """Everything that does not hold."""
    checks = (
        _masters,
        _strangers,
        _rooms,
        _files,
        _mailboxes,
        _doubly_booked,
        _mails,
        _notices,
        _decisions,
        _canaries,
        _logs,
    )
    return [line for check in checks for line in check(stage)]


def _starts(event: Event) -> list[datetime]:
    return sorted(each.start for each in event.sessions if each.start)


def _masters(stage: Stage) -> Iterator[str]:
    """1, 8: each event stands once in its organiser's calendar and in each copy, and says what was decided."""
    asked = {each.group for each in stage.store.decisions() if each.waits}
    for group, event in stage.live().items():
        held = dict(stage.deliveries(group))
        kind = stage.people[event.organizer][0]
        home = [each for each in held if each.channel in (*AT_PROVIDERS, Channel.FILES) and not each.copy]
        wanted = Place(Channel.FILES) if kind == "file" else Place(Channel(kind), event.organizer)
        if home != [wanted]:
            yield f"1 {group}: stands in {home}, not in {wanted}"
        for place, each in held.items():
            calendar = stage.calendar(place.person) if place.channel in AT_PROVIDERS else None
            if calendar is None:
                continue
            keys = [key for key in calendar.series() if each.receipt.id.endswith(key)]
            if len(keys) != 1:
                yield f"1 {group}: {len(keys)} series stand at {place}"
            for key in keys:
                stands = [date.start for date in calendar.dates(key)]
                if stands != _starts(event) and group not in asked:
                    yield f"8 {group}: at {place} differ {sorted(set(stands) ^ set(_starts(event)))}"


def _strangers(stage: Stage) -> Iterator[str]:
    """2: every series of ours in a calendar has a row."""
    rows = [(place, each) for place, each in stage.store.standing_deliveries()]
    for person in stage.people:
        calendar = stage.calendar(person)
        for key in calendar.series() if calendar else ():
            if not any(place.person == person and each.receipt.id.endswith(key) for place, each in rows):
                yield f"2 {key} stands in {person}'s calendar, and no row knows of it"


def _rooms(stage: Stage) -> Iterator[str]:
    """1, 2: every event has a room of its own, and there is no other."""
    rooms = {str(number) for number in stage.zoom.meetings}
    held = [
        each.receipt.id
        for event in stage.live().values()
        for place, each in stage.deliveries(event.group)
        if place.channel is Channel.ZOOM
    ]
    if sorted(held) != sorted(rooms) or (stage.video == "zoom" and len(held) != len(stage.live())):
        yield f"1 the rooms are {sorted(rooms)}, and those of events {sorted(held)}"


def _files(stage: Stage) -> Iterator[str]:
    """8: what is published says what was decided."""
    for group, event in stage.live().items():
        if Place(Channel.FILES) in dict(stage.deliveries(group)):
            content = (stage.home / "published" / "groups" / f"{group}.ics").read_bytes()
            stands = [start for start, _ in expanded_in_python(content)]
            if stands != _starts(event):
                yield f"8 {group}: in its file differ {sorted(set(stands) ^ set(_starts(event)))}"


def _mailboxes(stage: Stage) -> Iterator[str]:
    """8: who is invited by mail has the dates that were decided, unless the last mail may be missing and is told so.

    A series that ended is no longer told of: its cancellation may be what a kill cut (`mails_cut`).
    """
    expected = defaultdict[str, list[datetime]](list)
    unsure = set[str]()
    for event in stage.live().values():
        for place, each in stage.deliveries(event.group):
            if place.channel is Channel.MAIL:
                expected[place.person] += _starts(event)
                if any(MAYBE_UNSENT in told or LOST in told for told in each.receipt.differences):
                    unsure.add(place.person)
    for person in stage.people:
        stands = Counter(start for start, _ in stage.mailbox.dates(stage.mail(person)))
        wanted = Counter(expected[person])
        if person not in unsure and (wanted - stands or (stands - wanted and not stage.mails_cut)):
            yield f"8 {person} by mail: differ {sorted((wanted - stands) + (stands - wanted))}"


def _doubly_booked(stage: Stage) -> Iterator[str]:
    """3: nobody is in two meetings at once, unless somebody put one there, or is asked."""
    hands = {
        (each.group, each.session)
        for each in stage.store.decisions()
        if each.waits or each.action in (Action.ADOPT, Action.UNDO)
    }
    attended = defaultdict[str, list[tuple[datetime, datetime, str]]](list)
    for group, event in stage.live().items():
        for session in event.sessions:
            for each in event.attendees if session.start and (group, session.session) not in hands else ():
                assert session.start is not None
                attended[each.id].append((session.start, session.start + timedelta(minutes=event.duration), group))
    for person, times in attended.items():
        for (start, end, group), (begins, ends, other) in combinations(sorted(times), 2):
            if begins < end and start < ends:
                yield f"3 {person} is in {group} and {other} at once, {begins:%d %b %H:%M}"


def _mails(stage: Stage) -> Iterator[str]:
    """6: no mail of ours came twice, and providers mailed nobody more often than something was decided."""
    ours = Counter((mail.to, str(mail.message["Message-ID"])) for mail in stage.mailbox.mails)
    yield from (f"6 {to} had {name} {number} times" for (to, name), number in ours.items() if number > 1)
    forms = _forms(stage)
    most = {uid: sum(_changes(was, event) for was, event in pairwise([None, *all_])) for uid, all_ in forms.items()}
    known = {each.receipt.ical_uid: each.event.uid for _, each in stage.store.standing_deliveries()}
    theirs = Counter((mail.address, mail.ical_uid) for mail in stage.google.all_mails)
    theirs += Counter((mail.address, mail.ical_uid) for mail in stage.graph.mails)
    for (to, ical_uid), number in theirs.items():
        uid = next((uid for uid in forms if known.get(ical_uid, ical_uid) == uid), None)
        if uid is not None and number > most[uid]:
            yield f"6 {to} had {number} mails of {forms[uid][0].group}, where {most[uid]} things were decided"


def _forms(stage: Stage) -> dict[str, list[Event]]:
    """Each form of each event whose writing was ever owed, by UID, oldest first."""
    query = "SELECT document FROM outbound_write ORDER BY uid, sequence"
    with stage.engine.connect() as connection:
        events = [event_from_json(text) for (text,) in connection.exec_driver_sql(query)]
    found = defaultdict[str, list[Event]](list)
    for event in events:
        found[event.uid].append(event)
    return found


def _changes(was: Event | None, event: Event | None) -> int:
    """How many things changed from one form of an event to the next, at least one."""
    assert event is not None
    if was is None:
        return 1 + len(event.exceptions())
    before = {each.session: each for each in was.occurrences}
    return max(1, sum(before.get(each.session) != each for each in event.occurrences))


def _decisions(stage: Stage) -> Iterator[str]:
    """8: each move was made once, from where its session stood; the last is where it stands; nothing is left undone."""
    moved = defaultdict[tuple[str, int], list[Decision]](list)
    for each in stage.store.decisions():
        if each.session is not None and each.after and each.state in (State.DONE, State.UNDONE):
            moved[each.group, each.session].append(each)
    events = stage.live()
    for (group, session), decisions in moved.items():
        if group not in events:
            continue
        yield from (f"8 {group} {session}: {a} and then {b}" for a, b in pairwise(decisions) if a.after != b.before)
        starts = {each.session: each.start for each in events[group].sessions}
        if starts.get(session) != decisions[-1].after:
            yield f"8 {group} {session} is at {starts.get(session)}, and {decisions[-1].after} was decided"
    if stage.owed():
        yield f"8 there is still to do: {stage.owed()}"


def _notices(stage: Stage) -> Iterator[str]:
    """6: what is said to be sent came; what may be missing is said to be that, and there is a reason for it."""
    came = {str(mail.message["Message-ID"]).strip("<>").partition("@")[0] for mail in stage.mailbox.mails}
    for each in stage.store.notices():
        if each.state is NoticeState.SENT and hashlib.sha256(each.key.encode()).hexdigest()[:40] not in came:
            yield f"6 {each.subject} to {each.address} is said to be sent, and did not come"
        if each.state is NoticeState.FAILED or (each.state is NoticeState.BEGUN and not stage.kills):
            yield f"6 {each.subject} to {each.address} is {each.state}"


def _canaries(stage: Stage) -> Iterator[str]:
    """7: nothing of what appointments are about is in the data directory."""
    for path in sorted(stage.data.rglob("*")):
        if path.is_file() and CANARY.encode() in path.read_bytes():
            yield f"7 a canary is in {path.relative_to(stage.data)}"
    with stage.engine.connect() as connection:
        for table in ("calendar_copy", "event", "outbound_write", "decision", "notice", "plan"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}")
            if any(CANARY in str(tuple(row)) for row in rows):
                yield f"7 a canary is in {table}"


def _logs(stage: Stage) -> Iterator[str]:
    """7: no log tells it, and none has a fault of ours."""
    for process in stage.processes:
        text = process.log.read_text()
        if CANARY in text:
            yield f"7 a canary is in {process.log.name}"
        if "Traceback" in text or '"level": "error"' in text:
            yield f"a fault is in {process.log.name}: {text[-2000:]}"
