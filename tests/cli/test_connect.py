"""`connect`, `calendars`, `disconnect`, `keys`: over real servers and doubles, and no secret is seen anywhere."""

import io
import json
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from scheduler.core.address import label
from tests.cli.conftest import Rondo
from tests.commands import Said
from tests.connectors.stage import CANARY
from tests.desks import PEOPLE, Desk, ics, weekly
from tests.doubles._google.oauth import CLIENT, SECRET
from tests.doubles.feeds import Feeds
from tests.doubles.google import Google
from tests.doubles.graph import CLIENT as OUTLOOK_CLIENT
from tests.doubles.graph import CLIENT_SECRET as OUTLOOK_SECRET
from tests.doubles.graph import GraphDouble
from tests.doubles.server import serving
from tests.doubles.zoom import ACCOUNT, ZoomDouble
from tests.doubles.zoom import CLIENT as ZOOM_CLIENT
from tests.doubles.zoom import SECRET as ZOOM_SECRET
from tests.servers import PASSWORD, ServerOfPeople, radicale_of_people

GOOGLE_CANARY = "CANARY-appointment-77a0"
SECRET_PATH = "/private-CANARY-3b1d/basic.ics"
CALENDAR = ics([weekly("2027-03-02T09:00", 60)]).encode()
Type = Callable[[str], None]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    """Nothing of the machine's own settings, and a programme at work."""
    for variable in ("RONDO_CALDAV_PASSWORD", "RONDO_SECRETS__KEYS", "RONDO_SECRETS__KEY_FILE", "RONDO_CONFIG"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Put words into standard input, as through a pipe."""

    def put(words: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(words))

    put("")
    return put


def unseen(desk: Desk, secret: str, *said: Said) -> None:
    """A secret stands neither in what was said nor in any file of the folder."""
    for each in said:
        assert secret not in each.out + each.err
    for file in desk.path.rglob("*"):
        assert not file.is_file() or secret.encode() not in file.read_bytes(), file


# --- ics


@pytest.fixture
def feeds() -> Iterator[Feeds]:
    """A server with one secret address."""
    double = Feeds()
    double.texts[SECRET_PATH] = CALENDAR
    with serving(double):
        yield double
    assert double.broken == []


def test_a_secret_address_is_connected_read_and_forgotten(rondo: Rondo, desk: Desk, feeds: Feeds, types: Type) -> None:
    """It comes from standard input, is read at the next refresh, and can be seen nowhere."""
    url = feeds.url + SECRET_PATH
    types(f"{url}\n")
    connected = rondo("connect", "ics", "spring", "--person", "ela")
    assert (connected.code, connected.err) == (0, "")
    assert connected.out.startswith(f"Connected: ela: ics {label(url)}.\n")
    refreshed = rondo("refresh", "spring", "--json")
    (copy,) = next(each["calendars"] for each in refreshed.document["people"] if each["person"] == "ela")
    assert (copy["error"], copy["busy"]) == ("", 8)
    listed = rondo("calendars", "spring", "--json")
    (account,) = listed.document["accounts"]
    assert (account["person"], account["provider"], account["error"]) == ("ela", "ics", "")
    assert [(each["counts"], each["read_at"]) for each in account["calendars"]] == [(True, "2027-02-20T12:00:00Z")]
    gone = rondo("disconnect", "ics", "spring", "--person", "ela")
    assert "Its address still works" in gone.out
    assert rondo("calendars", "spring", "--json").document["accounts"] == []
    assert rondo("refresh", "spring").code == 0
    unseen(desk, SECRET_PATH, connected, refreshed, listed, gone)


def test_an_address_that_is_no_calendar_is_refused(rondo: Rondo, desk: Desk, feeds: Feeds, types: Type) -> None:
    """And nothing is kept; its secret is not told either."""
    types(f"{feeds.url}{SECRET_PATH}.gone\n")
    said = rondo("connect", "ics", "spring", "--person", "ela")
    assert said.code != 0
    assert said.complaint.startswith("rondo: ")
    unseen(desk, SECRET_PATH, said)
    for words in (
        "",
        "\n",
        "calendars/ela.ics\n",
        f"file://{SECRET_PATH}\n",
        f"https://a b{SECRET_PATH}\n",
        "x" * 5000,
    ):
        types(words)
        said = rondo("connect", "ics", "spring", "--person", "ela")
        assert said.code == 1
        assert said.complaint.startswith("rondo: ")
        unseen(desk, SECRET_PATH, said)
    assert rondo("calendars", "spring", "--json").document["accounts"] == []


def test_a_public_address_may_be_an_argument(rondo: Rondo, feeds: Feeds, types: Type) -> None:
    """Twice the same one is one account."""
    for _ in range(2):
        document = rondo(
            "connect", "ics", "spring", "--person", "ela", "--url", feeds.url + SECRET_PATH, "--json"
        ).document
        assert document["schema"] == "rondo/connect/1"
    assert len(rondo("calendars", "spring", "--json").document["accounts"]) == 1


def test_a_feed_that_is_ignored_can_count_again(rondo: Rondo, feeds: Feeds, types: Type) -> None:
    """It is named by its label, which is not its address."""
    types(f"{feeds.url}{SECRET_PATH}\n")
    shown = rondo("connect", "ics", "spring", "--person", "ela", "--json").document["address"]
    for option, counts in (("--ignore", False), ("--count", True)):
        (account,) = rondo("calendars", "spring", option, shown, "--json").document["accounts"]
        assert [(each["address"], each["counts"]) for each in account["calendars"]] == [(shown, counts)]
        people = rondo("refresh", "spring", "--json").document["people"]
        assert [len(each["calendars"]) for each in people if each["person"] == "ela"] == [int(counts)]


# --- caldav


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerOfPeople]:
    """A real server with passwords."""
    with radicale_of_people(tmp_path_factory.mktemp("radicale")) as server:
        yield server


def test_a_caldav_account_from_connection_to_disconnection(
    rondo: Rondo, desk: Desk, radicale: ServerOfPeople, types: Type
) -> None:
    """The password through a pipe; the server on this very machine is allowed by naming it, also later."""
    status, _ = radicale.request(
        "ana", "PUT", f"{radicale.calendars['ana']}one.ics", CALENDAR, Content_Type="text/calendar"
    )
    assert status == 201
    types(f"{PASSWORD}\n")
    arguments = ("connect", "caldav", "spring", "--person", "dev", "--url", radicale.url(), "--user", "ana")
    connected = rondo(*arguments)
    assert (connected.code, connected.err) == (0, "")
    calendar = f"caldav:{radicale.url(radicale.calendars['ana'])}"
    assert connected.out.endswith(f"  counts: {calendar}\n")
    listed = rondo("calendars", "spring")
    assert f"  [x] {calendar}" in listed.out
    assert ": works\n" in listed.out
    refreshed = rondo("refresh", "spring", "--json")
    copies = next(each["calendars"] for each in refreshed.document["people"] if each["person"] == "dev")
    assert [(each["error"], each["busy"]) for each in copies if each["calendar"] == label(calendar)] == [("", 8)]
    ignored = rondo("calendars", "spring", "--ignore", calendar, "--json")
    assert [each["counts"] for each in ignored.document["accounts"][0]["calendars"]] == [False]
    gone = rondo("disconnect", "caldav", "spring", "--person", "dev")
    assert "Its password still opens it" in gone.out
    unseen(desk, PASSWORD, connected, listed, refreshed, ignored, gone)
    unseen(desk, label(calendar), gone)


def test_the_password_may_come_from_the_environment(
    rondo: Rondo, radicale: ServerOfPeople, types: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no pipe."""
    monkeypatch.setenv("RONDO_CALDAV_PASSWORD", PASSWORD)
    said = rondo("connect", "caldav", "spring", "--person", "dev", "--url", radicale.url(), "--user", "ben", "--json")
    assert said.document["person"] == "dev"
    assert said.document["provider"] == "caldav"


def test_a_terminal_is_asked_without_showing_it(
    rondo: Rondo, radicale: ServerOfPeople, monkeypatch: pytest.MonkeyPatch, types: Type
) -> None:
    """The prompt goes to stderr, what is typed to nobody."""
    asked: list[tuple[str, object]] = []

    def prompt(question: str, **how: object) -> str:
        asked.append((question, how))
        return PASSWORD

    monkeypatch.setattr("typer.prompt", prompt)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    said = rondo("connect", "caldav", "spring", "--person", "dev", "--url", radicale.url(), "--user", "ben")
    assert said.code == 0
    assert asked == [("Password of ben", {"hide_input": True, "err": True})]


def test_what_a_caldav_server_refuses_is_told(rondo: Rondo, desk: Desk, radicale: ServerOfPeople, types: Type) -> None:
    """A wrong password with 5, since its owner has to sign in again; no password at all with 1."""
    arguments = ("connect", "caldav", "spring", "--person", "dev", "--url", radicale.url(), "--user", "ana")
    types(f"wrong-{PASSWORD}\n")
    said = rondo(*arguments)
    assert said.code == 5
    unseen(desk, PASSWORD, said)
    types("")
    said = rondo(*arguments)
    assert (said.code, said.complaint) == (
        1,
        "rondo: the password is missing on standard input. RONDO_CALDAV_PASSWORD takes it as well.",
    )
    assert rondo("calendars", "spring", "--json").document["accounts"] == []


def test_an_account_stays_who_it_was(rondo: Rondo, radicale: ServerOfPeople, types: Type) -> None:
    """Another user of the server is another account."""
    for user, code in (("ana", 0), ("ben", 1), ("ana", 0)):
        types(f"{PASSWORD}\n")
        said = rondo("connect", "caldav", "spring", "--person", "dev", "--url", radicale.url(), "--user", user)
        assert said.code == code, said
        assert code == 0 or "rondo disconnect caldav DIR --person dev" in said.complaint


# --- google


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """Google with an account for amara, who has a meeting, and the settings of an app that is registered there."""
    double = Google()
    with serving(double):
        for key, value in (
            ("API_ENDPOINT", double.endpoint),
            ("TOKEN_URI", double.token_uri),
            ("AUTH_URI", double.auth_uri),
            ("REVOKE_URI", double.revoke_uri),
            ("CLIENT_ID", CLIENT),
            ("CLIENT_SECRET", SECRET),
        ):
            monkeypatch.setenv(f"RONDO_GOOGLE__{key}", value)
        double.add_person("amara@example.org")
        double.add_person("chen@example.org")
        start = datetime(2027, 3, 2, 9, tzinfo=UTC)
        double.add_event("amara@example.org", start, start + timedelta(hours=1), summary=GOOGLE_CANARY)
        double.oauth.consents = "amara@example.org"
        yield double
    assert double.broken == []


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A browser in which somebody says yes to whatever is asked; the addresses that it opened."""
    opened: list[str] = []

    class Browser:
        def open(self, url: str, **_: object) -> bool:
            """Follow the page to where it leads."""
            opened.append(url)
            threading.Thread(target=lambda: httpx.get(url, follow_redirects=True, trust_env=False)).start()
            return True

    monkeypatch.setattr("webbrowser.get", lambda *_: Browser())
    return opened


def test_a_google_account_by_its_file(rondo: Rondo, desk: Desk, google: Google, types: Type, tmp_path: Path) -> None:
    """No browser; its calendars are listed by name, and at the end Google knows nothing of us any more."""
    file = tmp_path / "amara.json"
    file.write_text(google.user_json("amara@example.org"))
    connected = rondo("connect", "google", "spring", "--person", "amara", "--credentials", file, "--json")
    assert connected.document["address"] == "amara@example.org"
    refreshed = rondo("refresh", "spring", "--json")
    copies = next(each["calendars"] for each in refreshed.document["people"] if each["person"] == "amara")
    assert ("google:amara@example.org", "", 1) in [(each["calendar"], each["error"], each["busy"]) for each in copies]
    listed = rondo("calendars", "spring")
    assert "[x] google:amara@example.org" in listed.out
    assert listed.out.splitlines()[0].endswith(": works")
    gone = rondo("disconnect", "google", "spring", "--person", "amara", "--json")
    assert (gone.document["revoked"], gone.document["told"], gone.document["copies"]) == (True, "", 1)
    assert google.oauth.refresh == {}
    for secret in ("CANARY-token", SECRET, GOOGLE_CANARY):
        unseen(desk, secret, connected, refreshed, listed, gone)


def test_a_service_account_for_everybody(rondo: Rondo, desk: Desk, google: Google, types: Type, tmp_path: Path) -> None:
    """It acts for the mailbox of the person; disconnecting says what is left to be done."""
    file = tmp_path / "service.json"
    file.write_text(google.service_json("rondo@project.iam.gserviceaccount.com"))
    connected = rondo("connect", "google", "spring", "--person", "amara", "--credentials", file, "--json")
    assert (connected.document["address"], connected.document["everybody"]) == ("amara@example.org", True)
    listed = rondo("calendars", "spring", "--json")
    assert listed.document["accounts"][0]["error"] == ""
    gone = rondo("disconnect", "google", "spring", "--person", "amara", "--json")
    assert gone.document["revoked"] is False
    assert "delete its key" in gone.document["told"]
    unseen(desk, "PRIVATE KEY", connected, listed, gone)


@pytest.mark.parametrize("write", [False, True])
def test_signing_in_at_google_with_a_browser(
    rondo: Rondo, desk: Desk, google: Google, types: Type, browser: list[str], write: bool
) -> None:
    """Asked for what is needed and no more; the address is told as well, and bound by PKCE and state."""
    flag = "--write" if write else "--read-only"
    said = rondo("connect", "google", "spring", "--person", "amara", flag, "--json")
    assert (said.code, said.document["address"]) == (0, "amara@example.org")
    (url,) = browser
    assert url in said.err
    assert url.startswith(google.auth_uri)
    assert ("calendar.events.owned" in url) is write
    assert "code_challenge_method=S256" in url
    unseen(desk, "CANARY-token", said)
    unseen(desk, SECRET, said)


def test_whoever_signs_in_as_somebody_else_is_refused(
    rondo: Rondo, desk: Desk, google: Google, types: Type, browser: list[str]
) -> None:
    """The account of before stays as it is."""
    assert rondo("connect", "google", "spring", "--person", "amara").code == 0
    google.oauth.consents = "chen@example.org"
    said = rondo("connect", "google", "spring", "--person", "amara")
    assert said.code == 1
    assert "rondo disconnect google DIR --person amara" in said.err
    (account,) = rondo("calendars", "spring", "--json").document["accounts"]
    assert account["address"] == "amara@example.org"


def test_who_says_no_is_not_connected(rondo: Rondo, google: Google, types: Type, browser: list[str]) -> None:
    """Exit 5, and nothing is kept."""
    google.oauth.deny = True
    said = rondo("connect", "google", "spring", "--person", "amara")
    assert said.code == 5
    assert rondo("calendars", "spring", "--json").document["accounts"] == []


def test_a_consent_that_was_taken_back_is_seen(
    rondo: Rondo, desk: Desk, google: Google, types: Type, tmp_path: Path
) -> None:
    """`calendars` says who has to connect again; disconnecting still works."""
    file = tmp_path / "amara.json"
    file.write_text(google.user_json("amara@example.org"))
    rondo("connect", "google", "spring", "--person", "amara", "--credentials", file)
    google.revoke("amara@example.org")
    (account,) = rondo("calendars", "spring", "--json").document["accounts"]
    assert "rondo connect google" in account["error"]
    assert rondo("calendars", "spring", "--offline", "--json").document["accounts"][0]["error"] == account["error"]
    assert rondo("disconnect", "google", "spring", "--person", "amara").code == 0
    unseen(desk, "CANARY-token")


# --- outlook


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[GraphDouble]:
    """Outlook with mailboxes for amara, who has a meeting, and chen, and the settings of an app that is registered."""
    double = GraphDouble()
    with serving(double):
        for key, value in (
            ("AUTHORITY", double.authority),
            ("GRAPH_ENDPOINT", double.endpoint),
            ("CLIENT_ID", OUTLOOK_CLIENT),
            ("CLIENT_SECRET", OUTLOOK_SECRET),
        ):
            monkeypatch.setenv(f"RONDO_MICROSOFT__{key}", value)
        for name in ("amara", "chen", "outside"):
            double.add_person(f"{name}@example.org")
        double.add_event("amara@example.org", datetime(2027, 3, 2, 9, tzinfo=UTC), 60, text=CANARY)
        yield double
    assert double.broken == []


def test_an_outlook_account_by_the_app_itself(rondo: Rondo, desk: Desk, graph: GraphDouble, types: Type) -> None:
    """For the mailbox of people.csv, and, since it acts for everybody, for others that are listed there."""
    connected = rondo("connect", "outlook", "spring", "--person", "amara", "--app-only", "--json")
    assert (connected.document["address"], connected.document["everybody"]) == ("amara@example.org", True)
    assert "--probe" in connected.err
    desk.write(people=PEOPLE.replace("calendars/chen.ics", "outlook:chen@example.org"))
    refreshed = rondo("refresh", "spring", "--json")
    copies = {copy["calendar"]: copy for each in refreshed.document["people"] for copy in each["calendars"]}
    assert [copies[f"outlook:{who}@example.org"]["error"] for who in ("amara", "chen")] == ["", ""]
    assert copies["outlook:amara@example.org"]["busy"] == 1
    listed = rondo("calendars", "spring")
    assert ": works\n  [x] outlook:amara@example.org" in listed.out
    gone = rondo("disconnect", "outlook", "spring", "--person", "amara", "--json")
    assert (gone.document["revoked"], gone.document["copies"]) == (False, 2)
    assert "an administrator takes it back" in gone.document["told"]
    for secret in (CANARY, OUTLOOK_SECRET):
        unseen(desk, secret, connected, refreshed, listed, gone)


def test_the_app_may_not_reach_what_it_should_not(rondo: Rondo, graph: GraphDouble, types: Type) -> None:
    """A mailbox outside of its limits has to be denied, before anything is kept."""
    arguments = ("connect", "outlook", "spring", "--person", "amara", "--app-only", "--probe", "outside@example.org")
    said = rondo(*arguments)
    assert said.code == 1
    assert "ApplicationAccessPolicy" in said.complaint
    assert rondo("calendars", "spring", "--json").document["accounts"] == []
    graph.switches.out_of_scope.add("outside@example.org")
    said = rondo(*arguments)
    assert (said.code, said.err) == (0, "")


@pytest.mark.parametrize("write", [False, True])
def test_signing_in_at_outlook_with_a_browser(
    rondo: Rondo, desk: Desk, graph: GraphDouble, types: Type, monkeypatch: pytest.MonkeyPatch, write: bool
) -> None:
    """Asked for what is needed and no more; whoever signs in is the owner of the mailbox, or refused."""
    opened: list[str] = []

    def agree(url: str, **_: object) -> bool:
        opened.append(url)
        threading.Thread(target=graph.consent, args=(url,)).start()
        return True

    monkeypatch.setattr("webbrowser.open", agree)
    graph.entra.signs_in = "chen@example.org"
    arguments = ("connect", "outlook", "spring", "--person", "amara", "--write" if write else "--read-only", "--json")
    assert "chen@example.org signed in, and not amara@example.org" in rondo(*arguments).complaint
    graph.entra.signs_in = "amara@example.org"
    said = rondo(*arguments)
    assert (said.code, said.document["address"]) == (0, "amara@example.org")
    assert ("Calendars.ReadWrite" in opened[-1]) is write
    assert rondo("calendars", "spring", "--json").document["accounts"][0]["error"] == ""
    for token in (*graph.entra.passes, *graph.entra.refreshes):
        unseen(desk, token, said)


# --- zoom


@pytest.fixture
def zoom(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoomDouble]:
    """Zoom with one app."""
    double = ZoomDouble()
    with serving(double):
        monkeypatch.setenv("RONDO_ZOOM__API_ENDPOINT", double.api)
        monkeypatch.setenv("RONDO_ZOOM__TOKEN_URI", double.door)
        yield double
    assert double.broken == []


@pytest.mark.parametrize("set_", [("ACCOUNT_ID", "CLIENT_ID", "CLIENT_SECRET"), ("ACCOUNT_ID", "CLIENT_ID"), ()])
def test_zoom_by_what_is_set_and_what_is_asked(
    rondo: Rondo, desk: Desk, zoom: ZoomDouble, types: Type, monkeypatch: pytest.MonkeyPatch, set_: tuple[str, ...]
) -> None:
    """A line each for what the settings lack; the account is the organisation's."""
    known = {"ACCOUNT_ID": ACCOUNT, "CLIENT_ID": ZOOM_CLIENT, "CLIENT_SECRET": ZOOM_SECRET}
    for key in set_:
        monkeypatch.setenv(f"RONDO_ZOOM__{key}", known[key])
    types("".join(f"{value}\n" for key, value in known.items() if key not in set_))
    connected = rondo("connect", "zoom", "spring")
    assert (connected.code, connected.err) == (0, "")
    assert connected.out.startswith(f"Connected: the organisation: zoom {ACCOUNT}")
    listed = rondo("calendars", "spring")
    assert listed.out.endswith(": not asked\n")
    gone = rondo("disconnect", "zoom", "spring")
    assert "deactivate it there" in gone.out
    unseen(desk, ZOOM_SECRET, connected, listed, gone)


def test_a_wrong_secret_of_zoom_is_told(rondo: Rondo, desk: Desk, zoom: ZoomDouble, types: Type) -> None:
    """Exit 5, and nothing is kept."""
    types(f"{ACCOUNT}\n{ZOOM_CLIENT}\nwrong-CANARY\n")
    said = rondo("connect", "zoom", "spring")
    assert said.code == 5
    unseen(desk, "wrong-CANARY", said)
    assert rondo("calendars", "spring", "--json").document["accounts"] == []


# --- what is asked of the words themselves


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("connect", "ics", "spring", "--person", "nobody"), 1, "nobody has the id"),
        (("connect", "google", "spring", "--person", "amara"), 1, "RONDO_GOOGLE__CLIENT_ID"),
        (
            ("connect", "google", "spring", "--person", "amara", "--credentials", "missing.json"),
            1,
            "missing.json: No such",
        ),
        (("connect", "google", "spring", "--person", "amara", "--credentials", "."), 1, "directory"),
        (("connect", "outlook", "spring", "--person", "amara"), 1, "RONDO_MICROSOFT__CLIENT_ID"),
        (("connect", "outlook", "spring", "--person", "amara", "--app-only"), 1, "RONDO_MICROSOFT__CLIENT_ID"),
        (("connect", "outlook", "spring", "--person", "amara", "--app-only", "--device"), 2, "can't both"),
        (("connect", "outlook", "spring", "--person", "amara", "--probe", "x@example.org"), 2, "--app-only"),
        (("connect", "zoom", "spring"), 1, "zoom.account_id"),
        (("connect", "ics", "spring"), 2, "--person"),
        (("connect",), 2, ""),
        (("disconnect", "google", "spring"), 2, "--person"),
        (("disconnect", "google", "spring", "--person", "amara"), 1, "amara has no google account connected"),
        (("disconnect", "zoom", "spring"), 1, "the organisation has no zoom account connected"),
        (("calendars", "spring", "--person", "nobody"), 1, "nobody has the id"),
        (("calendars", "spring", "--count", "google:x@example.org"), 1, "no connected account has a calendar"),
        (("keys", "burn", "spring"), 2, "rotate"),
    ],
)
def test_what_can_not_be_done_is_told(
    rondo: Rondo, types: Type, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """In a line, before anybody is asked anything."""
    said = rondo(*arguments)
    assert said.code == code, said
    assert says in said.err + said.out
    assert "Traceback" not in said.err


def test_credentials_that_are_none_are_told_without_their_content(
    rondo: Rondo, desk: Desk, types: Type, tmp_path: Path
) -> None:
    """Whatever the file holds."""
    file = tmp_path / "amara.json"
    for content in (
        b"CANARY-8e1f",
        b'{"installed": {"client_secret": "CANARY-8e1f"}}',
        b'{"type": "authorized_user", "client_id": "CANARY-8e1f"}',
        b'{"type": "CANARY-8e1f"}',
        b"\xffCANARY-8e1f",
        b"[" * 90_000 + b"CANARY-8e1f",
        b"CANARY-8e1f" * 20_000,
    ):
        file.write_bytes(content)
        said = rondo("connect", "google", "spring", "--person", "amara", "--credentials", file)
        assert said.code == 1, content[:40]
        assert said.complaint.startswith("rondo: ")
        unseen(desk, "CANARY-8e1f", said)


def test_nobody_connected_is_no_fault(rondo: Rondo, types: Type) -> None:
    """And says how to begin."""
    said = rondo("calendars", "spring")
    assert (said.code, said.err) == (0, "")
    assert "rondo connect google|outlook|caldav|ics|zoom DIR" in said.out


# --- keys


def test_keys_are_rotated_from_the_command_line(rondo: Rondo, desk: Desk, feeds: Feeds, types: Type) -> None:
    """With what to do next; and the account is still opened at the end."""
    types(f"{feeds.url}{SECRET_PATH}\n")
    rondo("connect", "ics", "spring", "--person", "ela")
    before = (desk.path / ".rondo" / "keys").read_text()
    said = rondo("keys", "rotate", "spring")
    assert said.out.splitlines() == [
        "Encrypted with the newest key: 1 secrets.",
        "Older keys that are kept: 1. To drop them: rondo keys rotate spring --forget-old",
    ]
    document = rondo("keys", "rotate", "spring", "--forget-old", "--json").document
    assert document == {"schema": "rondo/keys/1", "action": "rotate", "secrets": 1, "old_keys": 0}
    assert before not in (desk.path / ".rondo" / "keys").read_text()
    refreshed = rondo("refresh", "spring", "--json").document
    assert all(not copy["error"] for each in refreshed["people"] for copy in each["calendars"])
    for each in json.dumps(document), said.out:
        assert before.strip() not in each
