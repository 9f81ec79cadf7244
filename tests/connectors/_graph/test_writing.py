"""Series in a mailbox: right on every date, whatever Graph does one way or the other, and with the fewest writes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from connectors._graph.editing import believed
from connectors._graph.payload import with_meeting
from connectors.outlook import OutlookWriter
from scheduler.core.delivery import Delivery
from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.walltime import WallTime
from scheduler.errors import ChangedElsewhere, InputError, Unavailable
from tests.connectors.contract import cancelled, changed, lengthened, plan, shortened, tuesdays, with_session
from tests.connectors.stages.outlook import OutlookStage
from tests.doubles.server import Fault

TUESDAY = 2  # the third session, and the one that is moved
WRITES = ("POST", "PATCH", "DELETE")
ANA, BEN = "ana@contoso.example", "ben@contoso.example"


def put(stage: OutlookStage, event: Event, standing: Delivery | None = None) -> Delivery:
    """Write as ana, with a writer that remembers nothing."""
    writer = OutlookWriter(stage.session("ana"), invites=True)
    return Delivery(event=event, receipt=writer.put(event, standing=standing))


def seen(stage: OutlookStage, person: str = "ana") -> list[tuple[datetime, int]]:
    """What is in the calendar."""
    return [(each.start, each.minutes) for each in stage.dates(person)]


def writes(stage: OutlookStage) -> int:
    """How many calls could have changed a calendar."""
    return sum(stage.graph.count(method, "/events") for method in WRITES)


def beside(stage: OutlookStage) -> int:
    """How many events of ours stand beside the series."""
    return sum(each.recurrence is None and bool(each.properties) for each in stage.graph.store.events.values())


def moved(event: Event, session: int, **later: int) -> Event:
    """The event with one session later than the rule has it."""
    return with_session(event, session, event.occurrences[session].recurrence_id + timedelta(**later))


@pytest.fixture
def event() -> Event:
    """Six Tuesdays in London."""
    return tuesdays(ANA, BEN)


# Beside the series


def test_a_session_over_its_neighbours_day_stands_beside_the_series(stage: OutlookStage, event: Event) -> None:
    """Graph would refuse to move it there, and is not even asked; back again it stays where it is."""
    first = put(stage, event)
    there = put(stage, moved(event, TUESDAY, days=8), first)
    assert seen(stage) == seen(stage, "ben") == plan(there.event)
    assert there.receipt.differences == ()
    assert beside(stage) == 1
    assert not [call for call in stage.graph.calls if call.status == 400]
    back = put(stage, changed(there.event, occurrences=event.occurrences), there)
    assert seen(stage) == plan(event)
    before = writes(stage)
    put(stage, back.event, back)
    assert (writes(stage), stage.masters("ana")) == (before, 1)


@pytest.mark.parametrize("days", [7, 6, -6, -7, -8])
def test_the_day_of_a_neighbour_is_the_limit(stage: OutlookStage, event: Event, days: int) -> None:
    """Up to the day before, the series holds a session."""
    written = put(stage, moved(event, TUESDAY, days=days))
    assert seen(stage) == plan(written.event)
    assert beside(stage) == (abs(days) >= 7)
    assert not [call for call in stage.graph.calls if call.status == 400]


def test_neighbours_that_move_together_don_t_get_into_each_others_way(stage: OutlookStage, event: Event) -> None:
    """In whatever order they are written."""
    first = put(stage, moved(moved(event, 1, days=4), 2, days=3))
    then = put(stage, moved(moved(first.event, 1, days=-4), 2, days=-3), first)
    assert seen(stage) == plan(then.event)
    assert not [call for call in stage.graph.calls if call.status == 400]


def test_where_graph_refuses_a_move_all_the_same_it_stands_beside(stage: OutlookStage, event: Event) -> None:
    """Its own rule may be stricter than we know."""
    first = put(stage, event)
    body = '{"error": {"code": "ErrorOccurrenceCrossingBoundary"}}'
    stage.graph.faults.append(Fault(method="PATCH", path=r"\.2027", status=400, body=body))
    then = put(stage, moved(event, TUESDAY, days=1), first)
    assert seen(stage) == plan(then.event)
    assert beside(stage) == 1


def test_what_stands_beside_goes_when_it_is_not_needed(stage: OutlookStage, event: Event) -> None:
    """Skipped, cut off with the end of the series, or cancelled with all of it."""
    far = moved(event, 4, days=9)
    for later in (with_session(far, 4, None), shortened(far, 4)):
        first = put(stage, replace(far, uid=later.uid))
        assert beside(stage) == 1
        then = put(stage, later, first)
        assert (seen(stage), beside(stage)) == (plan(later), 0)
        OutlookWriter(stage.session("ana"), invites=True).cancel(cancelled(later), standing=then)
        event = replace(event, uid="another")
        far = replace(far, uid="another")
    first = put(stage, replace(far, uid="third"))
    OutlookWriter(stage.session("ana"), invites=True).cancel(cancelled(first.event), standing=first)
    assert (seen(stage), beside(stage)) == ([], 0)


def test_one_that_stands_beside_and_was_deleted_by_hand_is_not_brought_back(stage: OutlookStage, event: Event) -> None:
    """As any session."""
    first = put(stage, moved(event, TUESDAY, days=8))
    single = next(each for each in stage.graph.store.events.values() if each.recurrence is None)
    stage.graph.drop_event(single.id)
    with pytest.raises(ChangedElsewhere):
        put(stage, first.event, first)
    assert beside(stage) == 0


def test_a_session_that_comes_back_and_goes_again_and_again(stage: OutlookStage, event: Event) -> None:
    """Each time under a name of its own: an id of a transaction is spent."""
    for repeated in ("adopt", "conflict"):
        stage.graph.switches.repeated_transaction = repeated
        current = put(stage, replace(event, uid=repeated))
        for _ in range(3):
            current = put(stage, with_session(current.event, TUESDAY, None), current)
            start = event.occurrences[TUESDAY].recurrence_id
            current = put(stage, with_session(current.event, TUESDAY, start), current)
            assert seen(stage) == plan(current.event)
        OutlookWriter(stage.session("ana"), invites=True).cancel(cancelled(current.event), standing=current)


# What Graph does one way or the other


@pytest.mark.parametrize(
    "switch",
    [
        {"rule_resets": False},
        {"rule_resets": True},
        {"properties_of_instances": False},
        {"if_match": False},
        {"windows_names": True},
        {"second_fold": True},
        {"deleted_bound": False},
        {"page_size": 2},
        {"repeated_transaction": "conflict"},
    ],
    ids=str,
)
def test_it_is_right_either_way(stage: OutlookStage, event: Event, switch: dict[str, object]) -> None:
    """Moved, skipped, longer, shorter, retitled; and said twice it is written once, without a second mail."""
    for name, value in switch.items():
        setattr(stage.graph.switches, name, value)
    steps: list[Callable[[Event], Event]] = [
        lambda each: with_session(moved(each, TUESDAY, days=2), 4, None),
        lambda each: lengthened(each, 9),
        lambda each: changed(each, title="Circle 7, spring"),
        lambda each: with_session(each, 1, None),
        lambda each: shortened(each, 5),
    ]
    current = put(stage, event)
    for step in steps:
        current = put(stage, step(current.event), current)
        assert seen(stage) == plan(current.event)
        assert current.receipt.differences == ()
        before, mails = writes(stage), len(stage.graph.mails)
        current = put(stage, current.event, current)
        assert (writes(stage), len(stage.graph.mails)) == (before, mails)
    assert stage.masters("ana") == 1


def test_old_zone_data_at_the_provider_is_told_and_not_fought(stage: OutlookStage) -> None:
    """Vancouver keeps its summer time since 2026; who does not know that is an hour off in winter."""
    stage.graph.switches.old_zones["America/Vancouver"] = "America/Los_Angeles"
    stage.graph.switches.windows_names = True
    rule = RecurrenceRule(zone="America/Vancouver", first=WallTime(date(2027, 10, 19), 9 * 60))
    instants = rule.instants(5)
    occurrences = tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(instants))
    event = replace(tuesdays(ANA, BEN), rule=rule, occurrences=occurrences)
    written = put(stage, event)
    assert "by the clocks of America/Los_Angeles, not of America/Vancouver" in written.receipt.differences[-1]
    assert sorted(written.receipt.stood) == seen(stage)
    before = writes(stage)
    again = put(stage, event, written)
    assert writes(stage) == before
    assert again.receipt.differences == written.receipt.differences
    then = put(stage, moved(event, 0, hours=1), again)
    assert seen(stage)[0][0] == event.occurrences[0].recurrence_id + timedelta(hours=1)
    assert then.receipt.differences == written.receipt.differences


def test_an_event_that_somebody_changes_meanwhile_is_read_again(stage: OutlookStage, event: Event) -> None:
    """Where only something else was changed we go on; an edit of times is left; one that never rests is given up."""
    first = put(stage, event)
    stage.graph.faults.append(Fault(method="PATCH", status=412))
    then = put(stage, moved(event, TUESDAY, days=1), first)
    assert seen(stage) == plan(then.event)
    stage.graph.faults.append(Fault(method="PATCH", status=412, times=-1))
    with pytest.raises(Unavailable, match="keeps changing"):
        put(stage, moved(then.event, TUESDAY, days=2), then)


# Lost answers


@pytest.mark.parametrize("status", [0, 500, 503, 504])
@pytest.mark.parametrize("repeated", ["adopt", "conflict"])
def test_a_lost_answer_makes_no_second_event(stage: OutlookStage, event: Event, status: int, repeated: str) -> None:
    """It is looked for before it is made again; and where it was not made, it is."""
    stage.graph.switches.repeated_transaction = repeated
    for number, after in enumerate((True, False)):
        stage.graph.faults.append(Fault(method="POST", path="events$", status=status, after=after))
        each = replace(event, uid=f"{number}")
        before = len(stage.graph.mails)
        put(stage, each)
        assert len(stage.graph.mails) == before + 1
        OutlookWriter(stage.session("ana"), invites=True).cancel(cancelled(each), standing=None)
        assert seen(stage) == []


def test_a_series_that_graph_says_it_has_and_does_not_show_is_not_made_again(stage: OutlookStage, event: Event) -> None:
    """Somebody deleted it before we noted that it was written."""
    stage.graph.switches.repeated_transaction = "conflict"
    put(stage, event)
    stage.graph.delete_by_hand(ANA)
    with pytest.raises(ChangedElsewhere, match="made before"):
        put(stage, event)
    assert seen(stage) == []


# People


def test_people_are_told_once_of_each_change(stage: OutlookStage, event: Event) -> None:
    """One request to each, and one update for a date that moves; ana organises and gets none.

    Ben is in London too: so what the series says of all dates stays as it is, and is not sent.
    """
    event = replace(event, attendees=(event.attendees[0], replace(event.attendees[1], zone="Europe/London")))
    outside = Attendee(id="cy", name="Cy", email="cy@outside.example", zone="Europe/London", role="optional")
    first = put(stage, replace(event, attendees=(*event.attendees, outside)))
    assert sorted((each.address, each.kind) for each in stage.graph.mails) == [
        (BEN, "request"),
        ("cy@outside.example", "request"),
    ]
    stage.graph.mails.clear()
    put(stage, moved(first.event, TUESDAY, days=1), first)
    assert sorted(each.kind for each in stage.graph.mails) == ["update", "update"]


def test_who_is_absent_is_not_asked_to_an_exception(stage: OutlookStage, event: Event) -> None:
    """And is asked again to the next."""
    far = event.occurrences[TUESDAY].recurrence_id + timedelta(days=1)
    first = put(stage, with_session(event, TUESDAY, far, absent=("ben",)))
    assert (far, 50) in seen(stage)
    assert (far, 50) not in seen(stage, "ben")
    put(stage, with_session(first.event, TUESDAY, far), first)
    assert (far, 50) in seen(stage, "ben")


def test_who_has_no_mail_or_does_not_attend_is_not_invited(stage: OutlookStage, event: Event) -> None:
    """Nobody at all then: the series is deleted in the end, since there is nobody to tell."""
    nobody = Attendee(id="di", name="Di", email="", zone="UTC")
    helper = Attendee(id="el", name="El", email="el@outside.example", zone="UTC", role="none")
    alone = replace(event, attendees=(event.attendees[0], nobody, helper))
    written = put(stage, alone)
    OutlookWriter(stage.session("ana"), invites=True).cancel(cancelled(alone), standing=written)
    assert (stage.graph.mails, seen(stage)) == ([], [])


def test_a_name_or_title_does_no_harm(stage: OutlookStage, event: Event) -> None:
    """They are text, on one line."""
    hostile = 'Circle "7"\r\nATTENDEE:mailto:eve@evil.example <script>'
    people = (event.attendees[0], replace(event.attendees[1], name="Ben\r\nEve"))
    put(stage, replace(event, title=hostile, attendees=people))
    (series,) = stage.graph.series(ANA)
    assert series.fields["subject"] == 'Circle "7" ATTENDEE:mailto:eve@evil.example <script>'
    assert series.fields["attendees"][0]["emailAddress"] == {"address": BEN, "name": "Ben Eve"}


# What can't be said


def _by(rule: RecurrenceRule) -> dict[str, object]:
    """A series of one date by a rule."""
    start = rule.instants(1)[0]
    return {"rule": rule, "occurrences": (Occurrence(session=0, recurrence_id=start, start=start),)}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"title": "x" * 256}, "255 characters"),
        (_by(RecurrenceRule(zone="UTC", first=WallTime(date(2027, 3, 9), 600), interval=100)), "every 100"),
        (_by(RecurrenceRule(zone="UTC", first=WallTime(date(2027, 3, 30), 600), nth=5)), "5th weekday"),
    ],
)
def test_what_outlook_cannot_say_is_refused(
    stage: OutlookStage, event: Event, change: dict[str, object], told: str
) -> None:
    """Before anything is written."""
    with pytest.raises(InputError, match=told):
        put(stage, replace(event, **change))  # type: ignore[arg-type]  # names and values of tests
    assert stage.graph.calls == []


def test_more_people_than_outlook_invites_are_refused(stage: OutlookStage, event: Event) -> None:
    """500 are the most."""
    crowd = tuple(Attendee(id=f"p{n}", name="", email=f"p{n}@x.example", zone="UTC") for n in range(500))
    with pytest.raises(InputError, match="500"):
        put(stage, replace(event, attendees=(*event.attendees, *crowd)))


def test_a_refusal_is_told(stage: OutlookStage, event: Event) -> None:
    """By its code, where Microsoft names it."""
    stage.graph.faults.append(Fault(method="POST", status=400, body='{"error": {"code": "ErrorInvalidRecipients"}}'))
    with pytest.raises(InputError, match="ErrorInvalidRecipients"):
        put(stage, event)


# Teams


@pytest.fixture
def teams(event: Event) -> Event:
    """With a room that Teams makes."""
    return replace(event, conference="", meeting="teams")


def test_a_room_of_teams_survives_every_change(stage: OutlookStage, teams: Event) -> None:
    """New words go above what Teams wrote; sessions beside the series lead to the same room."""
    first = put(stage, teams)
    link = first.receipt.conference
    assert link.startswith("https://teams.microsoft.com/")
    cy = Attendee(id="cy", name="Cy <b>", email="cy@outside.example", zone="Asia/Kolkata")
    then = put(stage, changed(teams, title="Spring", attendees=(*teams.attendees, cy)), first)
    far = put(stage, moved(moved(then.event, 1, days=1), 4, days=9), then)
    (series,) = stage.graph.series(ANA)
    assert (far.receipt.conference, series.killed) == (link, False)
    assert "Cy &lt;b&gt;" in series.fields["body"]["content"]
    assert series.fields["body"]["content"].count("Join the meeting now") == 1
    single = next(each for each in stage.graph.store.events.values() if each.recurrence is None)
    assert single.fields["location"]["displayName"] == link
    assert "isOnlineMeeting" not in single.fields
    before = writes(stage)
    put(stage, far.event, far)
    assert writes(stage) == before


def test_a_room_that_is_late_is_told_and_comes_with_the_next_look(stage: OutlookStage, teams: Event) -> None:
    """The waits are bounded; nothing is written when it comes, but where a session beside has to name it."""
    stage.graph.switches.room = "never"
    first = put(stage, moved(teams, 4, days=9))
    assert (first.receipt.conference, first.receipt.late) == ("", True)
    assert stage.pauses() == [1.0, 2.0, 4.0]
    stage.graph.switches.room = "now"
    then = put(stage, first.event, first)
    assert then.receipt.conference.startswith("https://teams.microsoft.com/")
    assert not then.receipt.late
    assert seen(stage) == plan(first.event)


def test_where_teams_makes_no_room_none_is_awaited(stage: OutlookStage, teams: Event) -> None:
    """Neither a link nor the promise of one: the caller has a fall-back."""
    stage.graph.switches.room = "refused"
    first = put(stage, teams)
    assert (first.receipt.conference, first.receipt.late) == ("", False)
    assert stage.pauses() == []


LINK = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_1?a=1&b=2"
BLOB = f'<div style="x">____________________</div><a href="{LINK.replace("&", "&amp;")}">Join</a></body>'


@pytest.mark.parametrize(
    ("stands", "kept"),
    [
        ({"contentType": "html", "content": f"<html><body><div>old</div>{BLOB}"}, True),
        ({"contentType": "html", "content": "<html><body><div>old</div></body>"}, False),
        ({"contentType": "html", "content": "<div>____________________</div><a>elsewhere</a>"}, False),
        ({"contentType": "text", "content": f"old {BLOB}"}, False),
        (None, False),
    ],
)
def test_words_go_above_a_meeting_only_where_it_can_be_told_apart(stands: object, kept: bool) -> None:
    """Else they are left as they are: a body without its meeting's lines makes an end of the meeting."""
    body = with_meeting({"contentType": "text", "content": "new <1>\nlines"}, stands, LINK)
    assert (body is not None) is kept
    if body:
        assert body["content"] == f"<div>new &lt;1&gt;<br>\nlines</div>\n{BLOB}"


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://teams.microsoft.com/l/meetup-join/1", True),
        ("https://gov.teams.microsoft.us/l/1", True),
        ("https://teams.live.com/meet/1", True),
        ("http://teams.microsoft.com/l/1", False),
        ("https://teams.microsoft.com.evil.example/l/1", False),
        ("https://teams.microsoft.com@evil.example/l/1", False),
        ("https://teams.micrοsoft.com/l/1", False),
        ("https://[teams.microsoft.com/", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_only_a_link_to_teams_is_believed(url: str, good: bool) -> None:
    """Over https, and to the letter."""
    assert believed(url) == (url if good else "")


def test_an_app_by_itself_writes_in_a_mailbox(app_only: OutlookStage, event: Event) -> None:
    """By its address, and ben gets his invitation."""
    written = put(app_only, moved(event, TUESDAY, days=1))
    assert seen(app_only) == seen(app_only, "ben") == plan(written.event)
    assert app_only.graph.count("POST", f"/v1.0/users/{ANA}/events$") == 1
