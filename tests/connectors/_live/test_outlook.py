"""Outlook's open points, asked of the double both ways; whatever goes wrong, its mailbox is as it was before."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from werkzeug.wrappers import Request, Response

from connectors._http.secret import Held
from connectors._live.outlook import outlook_points
from connectors._live.outlook_desk import OutlookDesk
from connectors._live.points import Finding, Outcome, examine
from connectors.outlook import APP_ONLY, GraphSession
from scheduler.errors import CredentialsRejected
from tests.connectors.stage import CANARY
from tests.doubles._graph.description import TYPES
from tests.doubles._graph.store import Stored
from tests.doubles.graph import CLIENT, CLIENT_SECRET, GraphDouble
from tests.doubles.server import Fault, serving

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
ANA = "ana@contoso.example"
BASIC = {"basic-fields", "basic-delta"}
CLOSED = {"subscriptions"}


class Graph(GraphDouble):
    """The double, which takes showAs as well. `elsewhere`: what a schedule makes of workingElsewhere."""

    elsewhere = "workingElsewhere"

    def answer(self, request: Request) -> Response:
        """Note what an event is shown as."""
        answer = super().answer(request)
        if request.method == "POST" and request.path.endswith("/events") and answer.status_code == 201:
            shown = self.store.events[json.loads(answer.get_data())["id"]].fields.pop("showAs", None)
            if shown:
                self.store.events[json.loads(answer.get_data())["id"]].show_as = self.elsewhere
        return answer


@dataclass
class Account:
    """An account at a double, and what a check of it found."""

    graph: GraphDouble
    secret: str
    findings: dict[str, Finding] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)
    stops_after: str = ""

    def __post_init__(self) -> None:
        app_only = self.secret == APP_ONLY
        self.session = GraphSession(
            Held(self.secret),
            endpoint=self.graph.endpoint,
            authority=self.graph.authority,
            client_id=CLIENT,
            client_secret=CLIENT_SECRET if app_only else "",
            mailbox=ANA if app_only else "",
            pause=self.pauses.append,
        )
        self.desk = OutlookDesk(self.session, endpoint=self.graph.endpoint)

    def check(self, *only: str) -> dict[str, Finding]:
        """Ask the points, or some of them."""
        points = outlook_points(self.desk, address=ANA, now=NOW)
        examine([each for each in points if not only or each.name in only], self.desk, self._told)
        return self.findings

    def words(self, name: str) -> str:
        """The answer to one point."""
        return self.check(name)[name].told.words

    def _told(self, finding: Finding) -> None:
        self.findings[finding.name] = finding
        if finding.name == self.stops_after:
            raise KeyboardInterrupt


@contextmanager
def unchanged(graph: GraphDouble) -> Iterator[None]:
    """Around what must leave the double as it was: every event the same, nobody mailed."""
    with serving(graph):
        graph.add_person(ANA)
        for days in (-3, 3):
            graph.add_event(ANA, NOW + timedelta(days=days), 60, text=CANARY)
        before = deepcopy(graph.store.events)
        yield
        assert graph.store.events == before
    assert graph.mails == []
    assert graph.broken == []


@pytest.fixture(autouse=True)
def described(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only a check sends is described here: https://learn.microsoft.com/graph/api/resources/event"""
    shown = {"enum": ["free", "tentative", "busy", "oof", "workingElsewhere", "unknown"]}
    monkeypatch.setitem(TYPES["event"]["properties"], "showAs", shown)


@pytest.fixture
def graph() -> Iterator[Graph]:
    """The double, which is to be as it was."""
    double = Graph()
    with unchanged(double):
        yield double


def writing(graph: GraphDouble) -> Account:
    """An account that may write."""
    return Account(graph, graph.secret(ANA, "Calendars.ReadWrite"))


def basic(graph: GraphDouble) -> Account:
    """An account that sees the least."""
    return Account(graph, graph.secret(ANA, "Calendars.ReadBasic"))


# --- the points


@pytest.mark.parametrize("app_only", [False, True])
def test_every_point_is_asked_once(graph: Graph, app_only: bool) -> None:
    """Of whoever may write; what they can't be asked is said. Nothing of other events is told."""
    account = Account(graph, APP_ONLY) if app_only else writing(graph)
    found = account.check()
    assert {name for name, each in found.items() if each.outcome is Outcome.UNASKED} == CLOSED | BASIC
    assert not any(each.outcome is Outcome.FAILED for each in found.values())
    assert (account.desk.left, account.desk.searched) == (set(), True)
    assert CANARY not in str(found)
    bodies = [json.loads(call.body) for call in graph.calls if call.method == "POST" and call.path.endswith("/events")]
    assert {each["subject"] for each in bodies} == {account.desk.title}
    assert not any("attendees" in each for each in bodies)


class Repeats(Graph):
    """Answers 200 where a transactionId comes again."""

    def answer(self, request: Request) -> Response:
        """With another status."""
        before = set(self.store.events)
        answer = super().answer(request)
        if answer.status_code == 201 and json.loads(answer.get_data())["id"] in before:
            answer.status_code = 200
        return answer


class Forgets(Graph):
    """Knows no transactionId."""

    def answer(self, request: Request) -> Response:
        """Forget before."""
        self.store.transactions.clear()
        return super().answer(request)


class Refuses(Graph):
    """Answers 409 where a transactionId comes again."""

    def __init__(self) -> None:
        super().__init__()
        self.switches.repeated_transaction = "conflict"


@pytest.mark.parametrize(
    ("double", "live", "deleted"),
    [
        (Graph, "the same event (201)", "another event (201)"),
        (Repeats, "the same event (200)", "another event (201)"),
        (Forgets, "another event (201)", "another event (201)"),
        (Refuses, "refused with 409 ErrorDuplicateTransactionId", "refused with 409 ErrorDuplicateTransactionId"),
    ],
)
def test_a_repeated_transaction(double: Callable[[], Graph], live: str, deleted: str) -> None:
    """Each status, and whether there are two events then."""
    graph = double()
    with unchanged(graph):
        words = writing(graph).words("transaction-repeat")
    assert words == f"While the event is there: {live}; once it is deleted: {deleted}."


@pytest.mark.parametrize("honoured", [True, False])
def test_if_match(graph: Graph, honoured: bool) -> None:
    """By all kinds of writes, or none."""
    graph.switches.if_match = honoured
    told = writing(graph).check("if-match")["if-match"].told
    names = "PATCH of one date, DELETE of one date, PATCH of the series, DELETE of the series"
    assert told.words == f"{'Honoured' if honoured else 'Ignored'} by {names}."
    assert list(told.facts.values()) == ([412] * 4 if honoured else [200, 204, 200, 204])


@pytest.mark.parametrize(
    ("deleted_bound", "words"),
    [
        (True, "still bounds it (400 ErrorOccurrenceCrossingBoundary)"),
        (False, "bounds it no longer (200)"),
    ],
)
def test_the_refusal_of_a_neighbours_day(graph: Graph, deleted_bound: bool, words: str) -> None:
    """With its code; a neighbour that was deleted may count or not."""
    graph.switches.deleted_bound = deleted_bound
    assert writing(graph).words("neighbour-day") == (
        f"It is refused with 400 ErrorOccurrenceCrossingBoundary. A neighbour that was deleted {words}."
    )


def test_a_neighbours_day_that_is_allowed(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the limit be gone one day."""
    monkeypatch.setattr(graph.store, "crosses", lambda *_: False)
    words = "It is not refused (200). A neighbour that was deleted bounds it no longer (200)."
    assert writing(graph).words("neighbour-day") == words


def test_a_date_that_was_deleted(graph: Graph) -> None:
    """It is gone from the list, and by its id."""
    told = writing(graph).check("deleted-date")["deleted-date"].told
    assert told.words == (
        "The list shows 2 of 3 dates; reading it answers 404 ErrorItemNotFound, "
        "deleting it again 404 ErrorItemNotFound."
    )
    assert told.facts == {"deleted": 204, "read": 404, "again": 404, "listed": 2}


def test_a_date_that_stays_though_it_was_deleted(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its deletion is answered, and nothing comes of it."""
    delete = graph.api.delete

    def deaf(asking: object, stored: Stored, day: date | None) -> tuple[int, None]:
        return (204, None) if day else delete(asking, stored, day)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(graph.api, "delete", deaf)
    told = writing(graph).check("deleted-date")["deleted-date"].told
    assert told.facts == {"deleted": 204, "read": 200, "again": 204, "listed": 3}


@pytest.mark.parametrize(("shown", "grid"), [("workingElsewhere", "4"), ("free", "0"), ("busy", "2")])
def test_working_elsewhere(graph: Graph, shown: str, grid: str) -> None:
    """As a schedule tells it."""
    graph.elsewhere = shown
    assert writing(graph).words("working-elsewhere") == f"Its item says {shown}, the grid {grid}."


def test_working_elsewhere_in_a_grid_alone(graph: Graph) -> None:
    """Where no items come."""
    graph.switches.grid_only.add(ANA)
    assert writing(graph).words("working-elsewhere") == "No item tells it; the grid says 4."


def test_a_personal_account_has_no_schedule() -> None:
    """It is told with the status."""
    graph = Graph()
    with unchanged(graph):
        graph.add_person(ANA, personal=True)
        words = writing(graph).words("working-elsewhere")
    assert words == "getSchedule does not tell this account's: 400 ErrorInvalidRequest."


@pytest.mark.parametrize(
    ("room", "words"),
    [
        ("now", "Its link is there after 1 seconds."),
        ("late", "Its link is there after 3 seconds."),
        ("never", "Its link is not there after 60 seconds."),
        ("refused", "Outlook makes no meeting for this mailbox."),
    ],
)
def test_the_delay_of_a_meeting(graph: Graph, room: str, words: str) -> None:
    """It is waited for with a bound, and its link is not told."""
    graph.switches.room = room
    account = writing(graph)
    assert account.words("teams-delay") == words
    assert sum(account.pauses) <= 60
    assert "teams.microsoft.com" not in str(account.findings)


def test_clocks_as_ours(graph: Graph) -> None:
    """Six series, all as we have them."""
    told = writing(graph).check("clocks")["clocks"].told
    assert told.words.startswith("All as Rondo has it (tzdata ")
    assert len(told.facts) == 6


def test_clocks_by_old_data_and_by_another_reading(graph: Graph) -> None:
    """Each date that differs is told."""
    graph.switches.old_zones = {"America/Vancouver": "America/Los_Angeles"}
    graph.switches.second_fold = True
    words = writing(graph).words("clocks")
    assert "America/Vancouver 2028-01-09T09:00 (law of 2026) by +60 minutes" in words
    assert "Europe/Berlin 2027-10-31T02:30 (twice, the first) by +60 minutes" in words
    assert "Casablanca" not in words


# --- what the sign-in may do


class Sparing(Graph):
    """Shows less of an event."""

    def answer(self, request: Request) -> Response:
        """With fewer fields."""
        answer = super().answer(request)
        if request.method == "GET" and "/calendarView" in request.path:
            said = json.loads(answer.get_data())
            for each in said["value"]:
                for name in ("body", "attendees"):
                    each.pop(name, None)
            answer.set_data(json.dumps(said))
        return answer


@pytest.mark.parametrize(
    ("double", "words"),
    [
        (Graph, "It shows subject, body, location, attendees, organizer, showAs; not bodyPreview, onlineMeeting."),
        (Sparing, "It shows subject, location, organizer, showAs; not body, bodyPreview, attendees, onlineMeeting."),
    ],
)
def test_what_the_least_permission_shows(double: Callable[[], Graph], words: str) -> None:
    """Names of fields, and nothing that they say; nothing is written or even tried to be."""
    graph = double()
    with unchanged(graph):
        found = basic(graph).check()
    assert found["basic-fields"].told.words == words
    assert found["basic-delta"].told.words == "It works."
    assert found["basic-delta"].told.facts["links"] == ["@odata.deltaLink"]
    assert {name for name, each in found.items() if each.outcome is Outcome.UNASKED} == found.keys() - BASIC
    assert CANARY not in str(found)
    assert all(call.method == "GET" or "/v1.0/" not in call.path for call in graph.calls)


def test_a_delta_that_is_refused(graph: Graph) -> None:
    """With its code."""
    body = json.dumps({"error": {"code": "ErrorAccessDenied", "message": CANARY}})
    graph.faults.append(Fault(path="/delta", status=403, body=body))
    found = basic(graph).check("basic-delta")
    assert found["basic-delta"].told.words == "It is refused with 403 ErrorAccessDenied."


def test_an_empty_calendar_shows_nothing() -> None:
    """And that is no answer to which fields there are."""
    graph = Graph()
    with serving(graph):
        graph.add_person(ANA)
        assert "Nothing to be seen" in basic(graph).words("basic-fields")


# --- what goes wrong


def calls_of_a_run() -> int:
    """How many calls a whole run makes of Graph."""
    graph = Graph()
    with unchanged(graph):
        writing(graph).check()
        return graph.count(path="/v1.0/")


@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
def test_a_call_that_fails_leaves_nothing_behind(after: bool) -> None:
    """Each seventh call in turn: the other points are answered, and what may have been made is found and deleted."""
    for skip in range(1, calls_of_a_run(), 7):
        graph = Graph()
        with unchanged(graph):
            account = writing(graph)
            graph.faults.append(Fault(path="/v1.0/", status=504, skip=skip, after=after))
            found = account.check()
            assert sum(each.outcome is Outcome.FAILED for each in found.values()) <= 1
            assert (account.desk.left, account.desk.searched) == (set(), True)


@pytest.mark.parametrize(
    "fault", [Fault(path="/events", status=0, skip=5), Fault(method="POST", path="/events", truncate=20, skip=2)]
)
def test_cut_answers_leave_nothing_behind(graph: Graph, fault: Fault) -> None:
    """The event may have been made: it bears our mark."""
    graph.faults.append(fault)
    account = writing(graph)
    account.check()
    assert account.desk.left == set()


def test_a_storm_is_waited_for(graph: Graph) -> None:
    """Nothing was done, so it is asked again."""
    graph.faults.append(Fault(path="/events", status=429, headers={"Retry-After": "7"}, times=3))
    account = writing(graph)
    assert "Honoured" in account.words("if-match")
    assert account.pauses == [7.0, 7.0, 7.0]


@pytest.mark.parametrize("stop", ["transaction-repeat", "deleted-date", "clocks"])
def test_ctrl_c_leaves_nothing_behind(graph: Graph, stop: str) -> None:
    """Between two points."""
    account = writing(graph)
    account.stops_after = stop
    with pytest.raises(KeyboardInterrupt):
        account.check()
    assert (account.desk.left, account.desk.searched) == (set(), True)


def test_ctrl_c_while_a_meeting_is_waited_for(graph: Graph) -> None:
    """In the middle of a point."""
    account = writing(graph)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    account.desk.pause = stop
    with pytest.raises(KeyboardInterrupt):
        account.check("teams-delay")
    assert account.desk.left == set()


def test_what_a_killed_run_left_is_deleted_by_the_next(graph: Graph) -> None:
    """It bears the mark of a check."""
    writing(graph).desk.made(NOW + timedelta(days=300), timedelta(hours=1))
    writing(graph).check("deleted-date")


def test_many_leftovers_are_found(graph: Graph) -> None:
    """Over several pages."""
    graph.switches.page_size = 100
    account = writing(graph)
    for _ in range(103):
        account.desk.made(NOW + timedelta(days=300), timedelta(hours=1))
    assert len(writing(graph).desk.listed()) == 103
    account.desk.sweep()


def test_what_can_not_be_deleted_is_told() -> None:
    """By the ids that stand there."""
    graph = Graph()
    with serving(graph):
        graph.add_person(ANA)
        account = writing(graph)
        graph.faults.append(Fault(method="DELETE", path="/v1.0/", status=500, times=-1))
        account.check("clocks")
        assert account.desk.left == graph.store.events.keys()
        assert len(account.desk.left) == 6


def test_a_sign_in_that_is_refused_ends_the_run(graph: Graph) -> None:
    """Before anything is written."""
    account = writing(graph)
    graph.faults.append(Fault(path="/v1.0/", status=401, times=-1))
    with pytest.raises(CredentialsRejected, match="rondo connect outlook"):
        account.check()
    assert not account.desk.began
