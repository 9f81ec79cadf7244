"""connectors/caldav.py on real servers: Radicale and Xandikos, which are plain, and Cyrus, which invites people."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.caldav import CalDavReader, CalDavWriter, grant_of, listed
from scheduler.core.delivery import Channel, Delivery, Place, Receipt
from scheduler.core.event import Event
from scheduler.core.interval import Interval
from scheduler.core.readback import spans_of
from scheduler.errors import ChangedElsewhere, CredentialsRejected
from scheduler.ports import Asked
from tests.connectors._caldav.series import UID, changed, moved, series, skipped
from tests.connectors.random_series import Emails, random_versions
from tests.connectors.stage import CANARY, Seen
from tests.connectors.stages.caldav import CalDavStage, cyrus_stage, radicale_stage, xandikos_stage
from tests.servers import PASSWORD, cyrus_is_missing

HOME = Place(Channel.CALDAV, "ana")
STAGES: dict[str, Callable[[], AbstractContextManager[CalDavStage]]] = {
    "radicale": radicale_stage,
    "xandikos": xandikos_stage,
    "cyrus": cyrus_stage,
}
WINDOW = Interval(datetime(2027, 2, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def stages() -> Iterator[Callable[[str], CalDavStage]]:
    """Each server is started once, when it is first needed."""
    running: dict[str, CalDavStage] = {}
    with ExitStack() as stack:

        def stage_of(name: str) -> CalDavStage:
            if name == "cyrus" and (why := cyrus_is_missing()):
                pytest.skip(why)
            if name not in running:
                running[name] = stack.enter_context(STAGES[name]())
            return running[name]

        yield stage_of


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest, stages: Callable[[str], CalDavStage]) -> Iterator[CalDavStage]:
    """Each of the servers in its turn, with empty calendars."""
    opened = stages(request.param)
    yield opened
    _clear(opened)


@pytest.fixture
def cyrus(stages: Callable[[str], CalDavStage]) -> Iterator[CalDavStage]:
    """The one that invites people."""
    opened = stages("cyrus")
    yield opened
    _clear(opened)


def _clear(stage: CalDavStage) -> None:
    for person in ("ana", "ben"):
        for path in stage.paths(person):
            stage.server.request(person, "DELETE", path, Schedule_Reply="F")
    stage.waited.clear()


def _plan(event: Event, person: str = "") -> list[Seen]:
    return sorted(Seen(start, minutes) for start, minutes in spans_of(event.seen_by(person)))


def _put(stage: CalDavStage, event: Event, standing: Delivery | None = None) -> Delivery:
    receipt = stage.writer(HOME).put(event, standing=standing)
    assert receipt.differences == ()
    assert stage.dates("ana") == _plan(event)
    return Delivery(event=event, receipt=receipt)


def test_signing_in_finds_what_counts(stage: CalDavStage) -> None:
    """From the server's address alone; only one of them invites people."""
    grant = grant_of(stage.url(), "ana", PASSWORD, client=stage.client)
    assert grant.identity.startswith(stage.url())
    assert grant.schedules is (stage.name == "cyrus")
    assert set(grant.calendars) <= {each.address for each in listed(stage.session("ana"))}
    assert all(each.writable for each in listed(stage.session("ana")))


def test_a_wrong_password_is_told(stages: Callable[[str], CalDavStage]) -> None:
    """By Radicale and Cyrus; Xandikos asks for none."""
    for name in ("radicale", "cyrus"):
        stage = stages(name)
        with pytest.raises(CredentialsRejected):
            grant_of(stage.url(), "ana", "wrong-7f3d", client=stage.client)
        assert not stage.waited


def test_nobody_reads_the_calendar_of_another(stages: Callable[[str], CalDavStage]) -> None:
    """With their own password: unknown, not free."""
    stage = stages("radicale")
    reader = CalDavReader(stage.session("ben"))
    [answer] = reader.free_busy([Asked(calendar=stage.address("ana"))], window=WINDOW)
    assert answer.error is not None
    assert answer.free_busy is None


def test_a_series_lives_its_life(stage: CalDavStage) -> None:
    """Created, moved, skipped, brought back, shortened, cancelled: each as planned, each repeated without a write."""
    event, standing = series(), None
    steps = [
        event,
        moved(event, 2),
        skipped(moved(event, 2), 4),
        replace(moved(event, 2), sequence=3),
        replace(event, sequence=4),
        replace(event, occurrences=event.occurrences[:3], sequence=5),
        replace(event, duration=25, title="Another", sequence=6),
    ]
    for step in steps:
        standing = _put(stage, step, standing)
        assert _put(stage, step, standing).receipt.version == standing.receipt.version
        assert _put(stage, step).receipt.version == standing.receipt.version
    for known in (standing, standing, None):
        assert stage.writer(HOME).cancel(replace(event, cancelled=True, sequence=7), standing=known) == Receipt()
    assert stage.masters("ana") == 0


def test_who_writes_at_the_same_time_is_not_overwritten(stage: CalDavStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server says 412, and the change is seen."""
    standing = _put(stage, series())
    start, stream = series().occurrences[1].recurrence_id, stage.client.stream
    raced: list[str] = []

    def racing(method: str, url: str, **options: object) -> object:
        if method == "PUT" and not raced:
            raced.append(url)
            stage.move_by_hand("ana", start, start + timedelta(hours=1))
        return stream(method, url, **options)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(stage.client, "stream", racing)
    with pytest.raises(ChangedElsewhere, match="by hand"):
        stage.writer(HOME).put(replace(series(), title="Another", sequence=1), standing=standing)
    assert Seen(start + timedelta(hours=1), 50) in stage.dates("ana")
    assert 412 in [call.status for call in stage.failing.calls if call.method == "PUT"]


def test_an_event_in_a_file_of_another_name_is_adopted(stage: CalDavStage) -> None:
    """Made a second time it would be refused, or stand twice."""
    _put(stage, series())
    [(path, text)] = stage.ours("ana")
    other = path.replace(UID, "brought-here-by-an-app")
    assert stage.server.request("ana", "DELETE", path)[0] in (200, 204)
    kind = "text/calendar; charset=utf-8"
    assert stage.server.request("ana", "PUT", other, text, Content_Type=kind)[0] in (201, 204)
    standing = _put(stage, moved(series(), 1))
    assert standing.receipt.id == stage.url(other)
    assert stage.masters("ana") == 1


def test_a_uid_of_another_provider_makes_no_path(stage: CalDavStage) -> None:
    """Whatever signs it has."""
    event = series(uid="040000008200E00074/../b c?d%2f@example.org")
    standing = _put(stage, event)
    again = _put(stage, moved(event, 1), standing)
    assert again.receipt.id == standing.receipt.id
    stage.writer(HOME).cancel(event, standing=again)
    assert stage.masters("ana") == 0


def test_nothing_of_appointments_comes_out(stage: CalDavStage) -> None:
    """Read, asked for changes, and with an error."""
    stage.add("ana", datetime(2027, 3, 9, 11, 7, tzinfo=UTC), 53)
    reader = CalDavReader(stage.session("ana"))
    asked = [Asked(calendar=stage.address("ana")), Asked(calendar=stage.address("ana") + "none/")]
    told = repr([*reader.free_busy(asked, window=WINDOW), reader.changes(stage.address("ana"), "")])
    assert CANARY not in told


# --- a server that invites


def test_whoever_has_an_account_is_invited_by_the_server(cyrus: CalDavStage) -> None:
    """Creation, each change, and the end reach ben's calendar; mails to others are left to us."""
    event, standing = series(), None
    steps = [
        event,
        moved(event, 2),
        replace(event, sequence=2),  # a move taken back: Cyrus keeps the entry that it once delivered
        skipped(moved(event, 2), 4),
        replace(moved(event, 5), occurrences=moved(event, 5).occurrences[:4], sequence=4),
        replace(event, occurrences=event.occurrences[:1], sequence=5),
        replace(event, sequence=6),
    ]
    for step in steps:
        standing = _put(cyrus, step, standing)
        assert cyrus.dates("ben") == _plan(step)
        assert cyrus.masters("ben") == 1
    cyrus.writer(HOME).cancel(replace(event, cancelled=True, sequence=7), standing=standing)
    assert cyrus.masters("ben") == 0


@pytest.mark.campaign(100)
def test_random_series_reach_those_who_are_invited(seed: int, cyrus: CalDavStage) -> None:
    """Each version of them, without the sessions at which they are absent; nothing of older versions stays."""
    standing = None
    for event in random_versions(seed, Emails(ana=cyrus.email("ana"), ben=cyrus.email("ben"))):
        standing = _put(cyrus, event, standing)
        invited = any(each.id == "ben" and each.role != "none" for each in event.attendees)
        assert cyrus.dates("ben") == (_plan(event, "ben") if invited else [])


def test_the_server_is_told_not_to_invite_those_whom_we_do(cyrus: CalDavStage) -> None:
    """Cy has no account: SCHEDULE-AGENT=CLIENT; ben has one, and the server says that it delivered."""
    _put(cyrus, series())
    [(_, text)] = cyrus.ours("ana")
    attendees = {
        each.rpartition(b":")[2]: each for each in re.findall(rb"ATTENDEE;.*", text.replace(b"\r\n ", b"")) if each
    }
    assert b"SCHEDULE-AGENT=CLIENT" in attendees[b"cy@outside.example\r"]
    assert b"SCHEDULE-AGENT" not in attendees[b"ben@example.org\r"]
    assert b"SCHEDULE-STATUS=1.2" in attendees[b"ben@example.org\r"]


def test_sessions_without_somebody_are_not_in_their_calendar(cyrus: CalDavStage) -> None:
    """Nor is an event at which they are always absent."""
    event = changed(series(), 1, absent=("ben",))
    standing = _put(cyrus, series())
    standing = _put(cyrus, event, standing)
    assert cyrus.dates("ben") == _plan(event, "ben")
    never = replace(event, occurrences=tuple(replace(each, absent=("ben",)) for each in event.occurrences), sequence=2)
    _put(cyrus, never, standing)
    assert cyrus.dates("ben") == []


def test_what_was_answered_comes_back_and_stays(cyrus: CalDavStage) -> None:
    """Ben accepts in his own calendar; the answer is in ana's after the next change, too."""
    standing = _put(cyrus, series())
    [(path, text)] = cyrus.ours("ben")
    accepted = re.sub(rb"PARTSTAT=NEEDS-ACTION([^:]*:mailto:ben)", rb"PARTSTAT=ACCEPTED\1", text.replace(b"\r\n ", b""))
    kind = "text/calendar; charset=utf-8"
    assert cyrus.server.request("ben", "PUT", path, accepted, Content_Type=kind)[0] in (200, 204)
    _put(cyrus, replace(series(), title="Another", sequence=1), standing)
    [(_, text)] = cyrus.ours("ana")
    assert re.search(rb"ATTENDEE;[^:]*PARTSTAT=ACCEPTED[^:]*:mailto:ben", text.replace(b"\r\n ", b""))


def test_an_organiser_with_another_address_is_named_as_the_server_knows_them(cyrus: CalDavStage) -> None:
    """It would invite nobody for a stranger."""
    event = series()
    people = tuple(replace(each, email="ana@work.example") if each.id == "ana" else each for each in event.attendees)
    receipt = cyrus.writer(HOME).put(replace(event, attendees=people), standing=None)
    assert receipt.differences == ()
    assert cyrus.dates("ben") == _plan(event)


def test_a_copy_is_nobodys_business(cyrus: CalDavStage) -> None:
    """In ben's calendar, of an event that another server's organiser has: nobody is sent anything, at no time."""
    event = series()
    people = tuple(replace(each, email="ana@work.example") if each.id == "ana" else each for each in event.attendees)
    event = replace(event, attendees=people)
    writer = CalDavWriter(cyrus.session("ben"), cyrus.address("ben"), copy=True, person="ben")
    before = cyrus.invited()
    standing = Delivery(event=event, receipt=writer.put(event, standing=None))
    standing = Delivery(event=moved(event, 2), receipt=writer.put(moved(event, 2), standing=standing))
    assert cyrus.dates("ben") == _plan(moved(event, 2))
    writer.cancel(replace(event, cancelled=True), standing=standing)
    assert cyrus.invited() == before
    assert cyrus.masters("ana") == cyrus.masters("ben") == 0
