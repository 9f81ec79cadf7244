"""Google's open points, asked of the double both ways; whatever goes wrong, its calendar is as it was before."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from werkzeug.wrappers import Request, Response

from connectors._http.pace import Pace
from connectors._http.secret import Held
from connectors._live.google import google_points
from connectors._live.google_desk import GoogleDesk
from connectors._live.points import Finding, Outcome, examine
from connectors.google import READING, WRITING, GoogleSession
from scheduler.errors import CredentialsRejected
from tests.connectors.stage import CANARY
from tests.doubles.google import Google, usage_fault
from tests.doubles.server import Fault, serving

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
ANA = "ana@example.org"
SERVICE = "rondo@project.iam.gserviceaccount.com"
CLOSED = {"watch", "app-created", "quota"}


@dataclass
class Account:
    """An account at a double, and what a check of it found."""

    google: Google
    secret: str
    findings: dict[str, Finding] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)
    stops_after: str = ""

    def __post_init__(self) -> None:
        self.session = GoogleSession(
            Held(self.secret),
            endpoint=self.google.endpoint,
            token_uri=self.google.token_uri,
            subject=ANA if "service_account" in self.secret else "",
            pause=self.pauses.append,
            pace=Pace(calls=10**9, span=1, at_once=8),
        )
        self.desk = GoogleDesk(self.session)

    def check(self, *only: str) -> dict[str, Finding]:
        """Ask the points, or some of them."""
        points = google_points(self.desk, self.session, now=NOW)
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
def unchanged(google: Google) -> Iterator[None]:
    """Around what must leave the double as it was: every live event the same, nobody mailed."""
    with serving(google):
        google.add_person(ANA)
        for hours, title in ((72, CANARY), (72.5, CANARY), (200, "Rondo live check of my own")):
            start = NOW + timedelta(hours=hours)
            google.add_event(ANA, start, start + timedelta(hours=1), summary=title, description=CANARY)
        before = standing(google)
        yield
        assert standing(google) == before
    assert google.all_mails == []
    assert google.broken == []


def standing(google: Google) -> dict[str, str]:
    """The live events by id, whole."""
    events = google.store.people[ANA].events
    return {id_: json.dumps(each.said) for id_, each in events.items() if not each.deleted}


@pytest.fixture
def google() -> Iterator[Google]:
    """The double, which is to be as it was."""
    double = Google(quota=10**9)
    with unchanged(double):
        yield double


def writing(google: Google) -> Account:
    """An account that may write."""
    return Account(google, google.user_json(ANA, WRITING))


def reading(google: Google) -> Account:
    """An account that may read alone."""
    return Account(google, google.user_json(ANA, READING))


# --- the points


def test_every_point_is_asked_once(google: Google) -> None:
    """Of an account that may write; what it can't be asked is said. Nothing of other events is told."""
    account = writing(google)
    found = account.check()
    unasked = {name for name, each in found.items() if each.outcome is Outcome.UNASKED}
    assert unasked == CLOSED | {"events-freebusy"}
    assert all(each.outcome is Outcome.ANSWERED for name, each in found.items() if name not in unasked)
    assert (account.desk.left, account.desk.searched) == (set(), True)
    assert CANARY not in str(found)
    bodies = [json.loads(call.body) for call in google.calls if call.method == "POST" and call.path.endswith("/events")]
    assert {each["summary"] for each in bodies} == {account.desk.title}
    assert not any("attendees" in each for each in bodies)


@pytest.mark.parametrize(
    ("merges", "blocks", "words"),
    [
        (True, 1, "It merges events that overlap, and those that touch."),
        (False, 3, "It tells each event by itself."),
    ],
)
def test_freebusy_merges(google: Google, merges: bool, blocks: int, words: str) -> None:
    """Three events in a quiet night."""
    google.switches.merges_busy = merges
    told = writing(google).check("freebusy-merges")["freebusy-merges"].told
    assert (told.words, told.facts) == (words, {"events": 3, "blocks": blocks})


def test_a_night_with_an_event_is_passed_over(google: Google) -> None:
    """Else that would be counted; a calendar without a quiet night gives no answer."""
    nights = [datetime(2027, 8, 29, 2, tzinfo=UTC) + week * timedelta(weeks=1) for week in range(8)]
    ids = [google.add_event(ANA, nights[0], nights[0] + timedelta(hours=1))]
    assert "overlap" in writing(google).words("freebusy-merges")
    ids += [google.add_event(ANA, night, night + timedelta(hours=1)) for night in nights[1:]]
    told = writing(google).check("freebusy-merges")["freebusy-merges"]
    assert (told.outcome, told.told.words) == (Outcome.FAILED, "There is no night without events in this calendar.")
    for id_ in ids:
        google.delete(ANA, id_)


def test_if_match_is_honoured(google: Google) -> None:
    """By all but an insert, which the double takes as it comes."""
    told = writing(google).check("if-match")["if-match"].told
    assert told.facts == {
        "insert": 200,
        "patch of one date": 412,
        "delete of one date": 412,
        "patch of the series": 412,
        "delete of the series": 412,
    }
    assert told.words.endswith("Ignored by insert.")


def test_if_match_is_ignored_on_dates(google: Google) -> None:
    """And told so."""
    google.switches.instances_ignore_if_match = True
    told = writing(google).check("if-match")["if-match"].told
    assert told.words == (
        "Honoured by patch of the series, delete of the series. "
        "Ignored by insert, patch of one date, delete of one date."
    )


class Forgetful(Google):
    """Takes an id as often as it comes."""

    def answer(self, request: Request) -> Response:
        """Forget before."""
        if request.method == "POST" and request.path.endswith("/events"):
            self.store.people[ANA].events.pop(json.loads(request.get_data())["id"], None)
        return super().answer(request)


def test_ids_collide_or_do_not() -> None:
    """Both while the event is live, and once it is deleted."""
    for double, status, words in (
        (Google(quota=10**9), 409, "it collides (409)"),
        (Forgetful(quota=10**9), 200, "a second insert is taken (200)"),
    ):
        with unchanged(double):
            told = writing(double).check("id-taken")["id-taken"].told
            assert told.words == f"While the event is live, {words}; once it is deleted, {words}."
            assert (told.facts["live"], told.facts["deleted"]) == (status, status)


@pytest.mark.parametrize(
    ("room", "words"),
    [
        ("now", "It is there at once."),
        ("late", "It is there after 3 seconds."),
        ("never", "It is not there after 60 seconds."),
        ("failure", "Google made none, and said so after 0 seconds."),
    ],
)
def test_the_delay_of_a_room(google: Google, room: str, words: str) -> None:
    """It is waited for with a bound, and its link is not told."""
    google.switches.room = room
    account = writing(google)
    assert account.words("meet-delay") == words
    assert sum(account.pauses) <= 60
    assert "meet.google.com" not in str(account.findings)


class Later(tzinfo):
    """A zone whose times that are skipped or come twice are read with the offset after the change."""

    def __init__(self, name: str) -> None:
        self._zone = ZoneInfo(name)

    def utcoffset(self, at: datetime | None) -> timedelta | None:
        """The offset after a change."""
        return self._zone.utcoffset(at and at.replace(fold=1, tzinfo=self._zone))

    def tzname(self, at: datetime | None) -> str:
        """Of no matter."""
        return "later"

    def dst(self, at: datetime | None) -> timedelta | None:
        """Of no matter."""
        return timedelta()

    def fromutc(self, at: datetime) -> datetime:
        """As everybody has it."""
        return at.replace(tzinfo=UTC).astimezone(self._zone).replace(tzinfo=self)


def test_clocks_as_ours(google: Google) -> None:
    """Six series, all as we have them."""
    told = writing(google).check("clocks")["clocks"].told
    assert told.words.startswith("All as Rondo has it (tzdata ")
    assert len(told.facts) == 6


def test_clocks_by_old_data_and_by_another_reading(google: Google) -> None:
    """Each date that differs is told."""
    google.store.old_zones = {
        "America/Vancouver": ZoneInfo("America/Los_Angeles"),
        "Europe/Berlin": Later("Europe/Berlin"),
    }
    words = writing(google).words("clocks")
    assert "America/Vancouver 2028-01-09T09:00 (law of 2026) by +60 minutes" in words
    assert "Europe/Berlin 2028-03-26T02:30 (skipped, the first) by -60 minutes" in words
    assert "Europe/Berlin 2027-10-31T02:30 (twice, the second) by +60 minutes" in words
    assert "Casablanca" not in words


# --- what the sign-in may do


class Sparing(Google):
    """Shows nothing but times where that is all that may be seen."""

    def answer(self, request: Request) -> Response:
        """With fewer fields."""
        answer = super().answer(request)
        if request.method == "GET" and request.path.endswith("/events") and answer.status_code == 200:
            said = json.loads(answer.get_data())
            said["items"] = [{name: each[name] for name in ("id", "start", "end")} for each in said["items"]]
            answer.set_data(json.dumps(said))
        return answer


def test_a_read_only_account_is_asked_what_it_sees() -> None:
    """Each event by itself, with which fields; and nothing is written or even tried to be."""
    for double, fields in ((Google(quota=10**9), 10), (Sparing(quota=10**9), 3)):
        with unchanged(double):
            account = reading(double)
            found = account.check()
            told = found["events-freebusy"].told
            assert told.words == "It lists 3 events, 3 with their times; freebusy tells 2 blocks."
            assert len(told.facts["fields"]) >= fields  # type: ignore[arg-type]  # it is a list of names
            assert ("summary" in told.facts["fields"]) is (fields > 3)  # type: ignore[operator]  # the same
            assert {name for name, each in found.items() if each.outcome is Outcome.UNASKED} == found.keys() - {
                "events-freebusy"
            }
            assert found["if-match"].told.words == "this sign-in may not write; connect with --write"
            assert CANARY not in str(found)
            assert double.count("POST", "/events$") == 0


def test_a_sign_in_without_the_scope_is_told(google: Google) -> None:
    """It is not asked then, since nothing would come of it."""
    found = Account(google, google.user_json(ANA, READING[:3])).check("events-freebusy")["events-freebusy"]
    assert (found.outcome, found.told.words) == (Outcome.UNASKED, "scope missing: calendar.events.freebusy")


def test_a_service_account_asks_for_each_scope_by_itself(google: Google) -> None:
    """So every point can be asked of it; with less delegated, it only reads."""
    everything = Account(google, google.service_json(SERVICE))
    assert {name for name, each in everything.check().items() if each.outcome is not Outcome.ANSWERED} == CLOSED
    less = Account(google, google.service_json(SERVICE, READING))
    assert not less.desk.writes
    assert less.check()["events-freebusy"].outcome is Outcome.ANSWERED


# --- what goes wrong


def calls_of_a_run() -> int:
    """How many calls a whole run makes."""
    google = Google(quota=10**9)
    with unchanged(google):
        writing(google).check()
        return len(google.calls)


@pytest.mark.parametrize("after", [False, True], ids=["before it took effect", "after it took effect"])
def test_a_call_that_fails_leaves_nothing_behind(after: bool) -> None:
    """Each seventh call in turn: the other points are answered, and what may have been made is deleted."""
    for skip in range(2, calls_of_a_run(), 7):
        google = Google(quota=10**9)
        with unchanged(google):
            account = writing(google)
            google.faults.append(Fault(path="/calendar/", status=503, skip=skip, after=after))
            found = account.check()
            assert sum(each.outcome is Outcome.FAILED for each in found.values()) <= 1
            assert (account.desk.left, account.desk.searched) == (set(), True)


@pytest.mark.parametrize("fault", [Fault(path="/events", status=0, skip=8), Fault(path="/events", truncate=20, skip=8)])
def test_cut_answers_leave_nothing_behind(google: Google, fault: Fault) -> None:
    """The event may have been made: its id was known before."""
    google.faults.append(fault)
    account = writing(google)
    account.check()
    assert account.desk.left == set()


def test_a_storm_is_waited_for(google: Google) -> None:
    """Nothing was done, so it is asked again."""
    google.faults.append(usage_fault(429, times=3, retry_after="7"))
    account = writing(google)
    assert "Honoured" in account.words("if-match")
    assert account.pauses == [7.0, 7.0, 7.0]


@pytest.mark.parametrize("stop", ["freebusy-merges", "if-match", "clocks"])
def test_ctrl_c_leaves_nothing_behind(google: Google, stop: str) -> None:
    """Between two points."""
    account = writing(google)
    account.stops_after = stop
    with pytest.raises(KeyboardInterrupt):
        account.check()
    assert (account.desk.left, account.desk.searched) == (set(), True)


def test_ctrl_c_while_a_room_is_waited_for(google: Google) -> None:
    """In the middle of a point."""
    account = writing(google)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    account.desk.pause = stop
    with pytest.raises(KeyboardInterrupt):
        account.check("meet-delay")
    assert account.desk.left == set()


def test_what_a_killed_run_left_is_deleted_by_the_next(google: Google) -> None:
    """It bears the mark of a check; what else has its title is a person's own."""
    writing(google).desk.made(
        {"start": {"dateTime": "2027-08-29T02:00:00Z"}, "end": {"dateTime": "2027-08-29T03:00:00Z"}}
    )
    writing(google).check("clocks")


def test_what_can_not_be_deleted_is_told() -> None:
    """By the ids that stand there."""
    google = Google(quota=10**9)
    with serving(google):
        google.add_person(ANA)
        account = writing(google)
        assert account.desk.writes
        google.faults.append(Fault(method="DELETE", status=500, times=-1))
        account.check("freebusy-merges")
        assert account.desk.left == standing(google).keys()
        assert len(account.desk.left) == 3


def test_a_sign_in_that_is_revoked_ends_the_run() -> None:
    """What it made is told, since nobody can delete it any more."""
    google = Google(quota=10**9)
    with serving(google):
        google.add_person(ANA)
        account = writing(google)
        account.session.pause = account.desk.pause = lambda _: google.revoke(ANA)
        with pytest.raises(CredentialsRejected):
            account.check("meet-delay", "clocks")
        assert account.desk.left == standing(google).keys()
        assert not account.desk.searched
