"""`doctor`: one line for each thing that can be tried, and live checks that leave accounts as they were."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from connectors.google import GoogleSession
from connectors.outlook import GraphSession
from scheduler import flow
from tests.cli.conftest import Rondo
from tests.commands import Said
from tests.connectors.stage import CANARY
from tests.desks import NOW, PEOPLE, Desk
from tests.doubles.google import CLIENT, SECRET, Google
from tests.doubles.graph import CLIENT as OUTLOOK_CLIENT
from tests.doubles.graph import CLIENT_SECRET as OUTLOOK_SECRET
from tests.doubles.graph import GraphDouble
from tests.doubles.server import Fault, serving
from tests.doubles.zoom import ACCOUNT, ZoomDouble
from tests.doubles.zoom import CLIENT as ZOOM_CLIENT
from tests.doubles.zoom import SECRET as ZOOM_SECRET
from tests.mailbox import mail_server

AMARA = "amara@example.org"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Nothing of the machine's own settings, nobody at a terminal, and no waiting."""
    for variable in ("RONDO_SECRETS__KEYS", "RONDO_SECRETS__KEY_FILE", "RONDO_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    for session in (GoogleSession, GraphSession):
        monkeypatch.setitem(session.__init__.__kwdefaults__ or {}, "pause", lambda _: None)


def checks(said: Said) -> dict[str, bool]:
    """What was looked at, and whether it is well."""
    return {each["what"]: each["ok"] for each in said.document["checks"]}


def todo(said: Said, what: str) -> str:
    """What is to be done about one thing."""
    return next(str(each["todo"]) for each in said.document["checks"] if each["what"] == what)


# --- without writing


def test_a_folder_that_nobody_used_is_well(rondo: Rondo, desk: Desk) -> None:
    """And looking at it writes nothing into it."""
    said = rondo("doctor", "spring")
    assert (said.code, said.err) == (0, "")
    assert [line[:3] for line in said.out.splitlines()] == ["ok "] * 3
    assert "Spring: 4 people, 2 groups" in said.out
    assert not (desk.path / ".rondo").exists()


def test_a_folder_that_can_not_be_read_is_told(rondo: Rondo, desk: Desk) -> None:
    """With the place."""
    desk.write(people=PEOPLE.replace("Europe/London", "Europe/Londom"))
    said = rondo("doctor", "spring", "--json")
    assert (said.code, checks(said)) == (1, {"folder": False})
    assert "people.csv:2" in todo(said, "folder")


def test_calendars_that_were_read_are_well(rondo: Rondo, desk: Desk) -> None:
    """Nobody needs keys where nobody connected an account."""
    rondo("refresh", "spring")
    said = rondo("doctor", "spring", "--json")
    assert said.code == 0
    assert checks(said) == {"folder": True, "zone data": True, "calendars": True, "writes": True}


def test_a_calendar_that_can_not_be_read_needs_somebody(rondo: Rondo, desk: Desk) -> None:
    """It is told whose, and what is wrong."""
    (desk.path / "calendars" / "chen.ics").write_text("no calendar")
    rondo("refresh", "spring")
    said = rondo("doctor", "spring")
    assert said.code == 1
    assert "!!  calendars of chen" in said.out
    assert "calendars/chen.ics: " in said.out


def test_a_person_who_was_never_read_needs_a_refresh(rondo: Rondo, desk: Desk) -> None:
    """Such as somebody who is new."""
    rondo("refresh", "spring")
    desk.write(people=PEOPLE + "new,New N.,,Europe/Berlin,Mon-Fri 9-18,,,calendars/amara.ics\n")
    words = "calendars/amara.ics: was never read. Then read them again: rondo refresh spring"
    assert todo(rondo("doctor", "spring", "--json"), "calendars of new") == words


def test_a_rule_that_is_too_much_needs_somebody(rondo: Rondo, desk: Desk) -> None:
    """The calendar can be read, and its owner is unknown all the same."""
    desk.calendar("chen", (NOW, NOW + timedelta(hours=1), "FREQ=SECONDLY"))
    rondo("refresh", "spring")
    told = todo(rondo("doctor", "spring", "--json"), "calendars of chen")
    assert told.startswith("calendars/chen.ics: ")
    assert "whose dates can't be told" in told


def test_writes_that_are_owed_are_told(rondo: Rondo, desk: Desk) -> None:
    """As after a machine that lost its power."""
    planned, app = desk.plan(), desk.app
    flow.decide(planned, app.changes(planned), store=app.store, clock=app.clock)
    said = rondo("doctor", "spring", "--json")
    assert said.code == 1
    assert todo(said, "writes") == "Write them: rondo apply spring"


def test_zone_data_that_are_old_are_told(rondo: Rondo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Laws change each year."""
    monkeypatch.setenv("RONDO_NOW", "2031-01-01T00:00:00Z")
    said = rondo("doctor", "spring", "--json")
    assert (said.code, checks(said)["zone data"]) == (1, False)


# --- mail


@pytest.mark.parametrize(("password", "code"), [("right", 0), ("wrong", 5)])
def test_the_mail_server_is_signed_in_to(
    rondo: Rondo, monkeypatch: pytest.MonkeyPatch, password: str, code: int
) -> None:
    """And sent nothing; its password is not told."""
    with mail_server(password="right") as mailbox:
        for key, value in (
            ("HOST", mailbox.host),
            ("PORT", str(mailbox.port)),
            ("SECURITY", "none"),
            ("SENDER", "meetings@example.org"),
            ("USER", "rondo"),
            ("PASSWORD", password),
        ):
            monkeypatch.setenv(f"RONDO_SMTP__{key}", value)
        said = rondo("doctor", "spring", "--json")
    assert (said.code, checks(said)["mail server"]) == (code, code == 0)
    assert password not in said.out + said.err
    assert mailbox.mails == []


def test_a_mail_server_that_does_not_answer_is_told(rondo: Rondo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, without waiting for it; as are settings that don't fit together."""
    with mail_server() as mailbox:
        port = mailbox.port
    for key, value in (("HOST", "127.0.0.1"), ("PORT", str(port)), ("SECURITY", "none"), ("SENDER", "a@example.org")):
        monkeypatch.setenv(f"RONDO_SMTP__{key}", value)
    assert "can't be reached" in todo(rondo("doctor", "spring", "--json"), "mail server")
    monkeypatch.setenv("RONDO_SMTP__SENDER", "nobody")
    assert "smtp.sender" in todo(rondo("doctor", "spring", "--json"), "mail server")


# --- accounts


@contextmanager
def served(double: Google, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """A double that the settings name, where amara has an appointment."""
    with serving(double):
        for key, value in (
            ("API_ENDPOINT", double.endpoint),
            ("TOKEN_URI", double.token_uri),
            ("CLIENT_ID", CLIENT),
            ("CLIENT_SECRET", SECRET),
        ):
            monkeypatch.setenv(f"RONDO_GOOGLE__{key}", value)
        double.add_person(AMARA)
        double.switches.room = "now"
        start = datetime(2027, 3, 2, 9, tzinfo=UTC)
        double.add_event(AMARA, start, start + timedelta(hours=1), summary=CANARY)
        yield double
    assert double.broken == []


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """Google, with an account for amara."""
    with served(Google(quota=10**9), monkeypatch) as double:
        yield double


def connect(rondo: Rondo, google: Google, folder: Path) -> None:
    """Connect amara's account by its file."""
    file = folder / "amara.json"
    file.write_text(google.user_json(AMARA))
    assert rondo("connect", "google", "spring", "--person", "amara", "--credentials", file).code == 0


def live(google: Google) -> int:
    """How many events stand in amara's calendar."""
    return sum(not each.deleted for each in google.store.people[AMARA].events.values())


def test_an_account_is_opened(rondo: Rondo, google: Google, tmp_path: Path) -> None:
    """By one cheap call, after its keys were tried; nothing is written."""
    connect(rondo, google, tmp_path)
    rondo("refresh", "spring")
    before = len(google.calls)
    said = rondo("doctor", "spring", "--json")
    assert (said.code, set(checks(said).values())) == (0, {True})
    assert {"keys", "google account of amara"} < checks(said).keys()
    called = [
        (call.method, call.path.rpartition("/")[2]) for call in google.calls[before:] if "/calendar/" in call.path
    ]
    assert called
    assert set(called) <= {("GET", "events"), ("POST", "freeBusy")}


def test_a_sign_in_that_was_revoked_is_5(rondo: Rondo, google: Google, tmp_path: Path) -> None:
    """Its owner has to sign in again; the rest is looked at all the same."""
    connect(rondo, google, tmp_path)
    rondo("refresh", "spring")
    google.revoke(AMARA)
    said = rondo("doctor", "spring")
    assert said.code == 5
    assert "!!  google account of amara" in said.out
    assert "rondo connect google" in said.out
    assert "ok  writes" in said.out


def test_keys_that_are_gone_are_told(rondo: Rondo, desk: Desk, google: Google, tmp_path: Path) -> None:
    """No account can be opened then, so none is tried."""
    connect(rondo, google, tmp_path)
    (desk.path / ".rondo" / "keys").unlink()
    said = rondo("doctor", "spring", "--json")
    assert (said.code, checks(said)["keys"]) == (5, False)
    assert "bring it back" in todo(said, "keys")
    assert "google account of amara" not in checks(said)


def test_an_account_without_calendars_is_opened_too(rondo: Rondo, google: Google, tmp_path: Path) -> None:
    """By its list of calendars."""
    connect(rondo, google, tmp_path)
    rondo("calendars", "spring", "--ignore", AMARA)
    assert checks(rondo("doctor", "spring", "--json"))["google account of amara"]
    google.revoke(AMARA)
    assert rondo("doctor", "spring").code == 5


def test_the_organisations_zoom_is_opened(rondo: Rondo, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its app's credentials, as they are kept."""
    zoom = ZoomDouble()
    with serving(zoom):
        monkeypatch.setenv("RONDO_ZOOM__API_ENDPOINT", f"{zoom.url}/v2")
        monkeypatch.setenv("RONDO_ZOOM__TOKEN_URI", f"{zoom.url}/oauth/token")
        given = {"ACCOUNT_ID": ACCOUNT, "CLIENT_ID": ZOOM_CLIENT, "CLIENT_SECRET": ZOOM_SECRET}
        for key, value in given.items():
            monkeypatch.setenv(f"RONDO_ZOOM__{key}", value)
        assert rondo("connect", "zoom", "spring").code == 0
        assert checks(rondo("doctor", "spring", "--json"))["zoom account of the organisation"]
        zoom.faults.append(Fault(path="/oauth/token", status=401, body="{}", times=-1))
        said = rondo("doctor", "spring", "--json")
        assert (said.code, checks(said)["zoom account of the organisation"]) == (5, False)
    assert zoom.broken == []


# --- live


def test_a_live_check_of_google(rondo: Rondo, google: Google, tmp_path: Path) -> None:
    """Every point in one document; afterwards the calendar is as it was, and nobody was mailed."""
    connect(rondo, google, tmp_path)
    said = rondo("doctor", "spring", "--live", "google", "--person", "amara", "--yes", "--json")
    document = said.document
    assert said.code == 0
    assert (document["schema"], document["provider"], document["account"]) == ("rondo/doctor-live/1", "google", AMARA)
    assert (document["left"], document["searched"]) == ([], True)
    outcomes = {each["point"]: each["outcome"] for each in document["findings"]}
    assert outcomes["if-match"] == outcomes["clocks"] == outcomes["meet-delay"] == "answered"
    assert said.err.endswith("rondo: cleaned up: nothing is left there.\n")
    assert (live(google), google.all_mails) == (1, [])
    assert CANARY not in said.out + said.err


def test_a_live_check_of_outlook(rondo: Rondo, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, each point with what it rests on."""
    graph = GraphDouble()
    with serving(graph):
        for key, value in (
            ("AUTHORITY", graph.authority),
            ("GRAPH_ENDPOINT", graph.endpoint),
            ("CLIENT_ID", OUTLOOK_CLIENT),
            ("CLIENT_SECRET", OUTLOOK_SECRET),
        ):
            monkeypatch.setenv(f"RONDO_MICROSOFT__{key}", value)
        graph.add_person(AMARA)
        graph.add_event(AMARA, datetime(2027, 3, 2, 9, tzinfo=UTC), 60, text=CANARY)
        assert rondo("connect", "outlook", "spring", "--person", "amara", "--app-only").code == 0
        said = rondo("doctor", "spring", "--live", "outlook", "--person", "amara", "--yes")
        assert (said.code, len(graph.store.events), graph.mails) == (0, 1, [])
    assert "transaction-repeat: What does a repeated transactionId answer?\n  answered: While the event" in said.out
    assert "subscriptions: How long do subscriptions live?\n  not asked: " in said.out
    assert "nothing is left there" in said.err
    assert CANARY not in said.out + said.err


def test_nothing_is_written_unasked(
    rondo: Rondo, google: Google, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without anybody to ask, or where they say no."""
    connect(rondo, google, tmp_path)
    arguments = ("doctor", "spring", "--live", "google", "--person", "amara")
    said = rondo(*arguments)
    assert said.code == 2
    assert "nothing was written. Say --yes" in said.err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    assert rondo(*arguments).code == 1
    assert google.count("POST", "/events$") == 0


def test_who_has_no_account_is_told_how_to_connect_one(rondo: Rondo, google: Google) -> None:
    """A name that nobody has, and none at all, as well."""
    said = rondo("doctor", "spring", "--live", "google", "--person", "amara", "--yes")
    assert (said.code, "rondo connect google spring --person amara --write" in said.complaint) == (1, True)
    assert "amara" in rondo("doctor", "spring", "--live", "google", "--person", "amra").complaint
    assert rondo("doctor", "spring", "--live", "google").code == 2


def test_what_is_left_is_told_by_its_ids(rondo: Rondo, google: Google, tmp_path: Path) -> None:
    """With 1, and the title to look for."""
    connect(rondo, google, tmp_path)
    google.faults.append(Fault(method="DELETE", path="/events/", status=500, times=-1, skip=1))
    said = rondo("doctor", "spring", "--live", "google", "--person", "amara", "--yes", "--json")
    assert (said.code, len(said.document["left"])) == (1, live(google) - 1)
    for id_ in said.document["left"]:
        assert f"  {id_}\n" in said.err
    assert f"Delete by hand what is called {said.document['title']!r}" in said.err


class Interrupting(Google):
    """Somebody presses Ctrl-C while an event is being made."""

    made = 0

    def answer(self, request: Request) -> Response:
        """At the fifth."""
        if request.method == "POST" and request.path.endswith("/events"):
            self.made += 1
            if self.made == 5:
                os.kill(os.getpid(), signal.SIGINT)
        return super().answer(request)


def test_ctrl_c_leaves_nothing_behind(rondo: Rondo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and the exit code is that of something stopped; what was found till then is told."""
    with served(Interrupting(quota=10**9), monkeypatch) as double:
        connect(rondo, double, tmp_path)
        said = rondo("doctor", "spring", "--live", "google", "--person", "amara", "--yes")
        assert (said.code, live(double)) == (130, 1)
    assert "rondo: stopped\n" in said.err
    assert "cleaned up: nothing is left there" in said.err
    assert "freebusy-merges" in said.out
