"""What is nobody else's business comes out nowhere: no page, feed, API answer, stream, mail, webhook, export, log line
or row of the database says what appointments are about, when somebody else is busy, or what opens something."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from pydantic import SecretStr

from scheduler.app.access.tokens import Tokens
from scheduler.app.calendars import connecting
from scheduler.app.pairs import pairs
from scheduler.app.people.feeds import Whose, mac
from scheduler.app.telling.notices import digest_owed
from scheduler.core.token import Scope
from scheduler.core.visitor import LinkKind
from scheduler.settings import Google, Notify, Outbound, Settings, Smtp
from tests.doubles.feeds import Feeds
from tests.doubles.server import serving
from tests.logged import Written, logged
from tests.mailbox import Mailbox, mail_server
from tests.receiver import ALLOW, Receiver, receiving
from tests.sights import PARTS, Sight, api_routes, filled, guard_of, seen
from tests.site import SAMPLE, Stand
from tests.web.planted import CANARY, SPARED, full, odd_times, plant

GROUP, PARTNER = PARTS["group"], "chen"
FEED = f"/private-{CANARY}-9f2c/basic.ics"
CORA, DESK, CLIENT_SECRET = "cora@example.org", "desk@example.org", f"{CANARY}-client-secret"
ROLES = ("coordinator", SPARED, PARTNER, "nobody")


@dataclass(frozen=True)
class Scene:
    """The sample with canaries everywhere, after all that can happen to it happened; `secrets` by what they open."""

    stand: Stand
    sights: tuple[Sight, ...]
    mailbox: Mailbox
    receiver: Receiver
    log: Written
    cookies: Mapping[str, str]
    secrets: Mapping[str, str]
    pair: str

    def get(self, role: str, path: str) -> httpx.Response:
        """A page, as somebody sees it."""
        with self.stand.client(self.cookies[role]) as client:
            return client.get(path)

    def leaks(self, text: str, *besides: str) -> list[str]:
        """Canaries and secrets in a text, but for those that belong there."""
        found = [name for name, secret in self.secrets.items() if secret in text and name not in besides]
        return found + [text[max(each.start() - 60, 0) : each.end() + 60] for each in _canaries(text)]


def _canaries(text: str) -> Iterator[re.Match[str]]:
    return re.finditer(CANARY, text, re.IGNORECASE)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One for all: to make it takes longer than to look at it."""
    folder = tmp_path_factory.mktemp("canaries")
    with ExitStack() as stack:
        mailbox, receiver = stack.enter_context(mail_server()), stack.enter_context(receiving())
        feeds = Feeds()
        stack.enter_context(serving(feeds))
        settings = Settings().model_copy(
            update={
                "smtp": Smtp(host="127.0.0.1", port=mailbox.port, security="none", sender="rondo@example.org"),
                "outbound": Outbound(allow=ALLOW),
                "notify": Notify.model_validate({"coordinators": [DESK]}),
                "google": Google(client_id="rondo", client_secret=SecretStr(CLIENT_SECRET)),
            }
        )
        log = stack.enter_context(logged())
        stand, sights = stack.enter_context(seen(folder / "data", settings))
        plant(stand)
        calendar = (stand.data / "programmes" / SAMPLE / "calendars" / "chen.ics").read_bytes().decode()
        feeds.texts[FEED] = full(calendar).encode()
        looking = next(each.path for each in sights if each.name == "pair-looks").split("/")[2]
        connecting.by_address(stand.site, looking, pairs.FIRST, feeds.url + FEED)
        connecting.by_address(stand.site, SAMPLE, PARTNER, feeds.url + FEED)
        secrets = _secrets(stand, receiver)
        cookies = {"coordinator": stand.coordinator(), "nobody": ""} | {
            who: stand.person(who) for who in (SPARED, PARTNER)
        }
        cookies |= {"first": stand.person(pairs.FIRST, looking), "second": stand.person(pairs.SECOND, looking)}
        secrets |= {f"cookie of {who}": each for who, each in cookies.items() if each}
        _happen(stand, looking, cookies["coordinator"])
        yield Scene(stand, sights, mailbox, receiver, log, cookies, secrets, looking)


def _secrets(stand: Stand, receiver: Receiver) -> dict[str, str]:
    """What opens something, each made as it is made by people."""
    hook, _ = stand.service.webhooks.make(SAMPLE, receiver.url)
    return {
        "feed": FEED,
        "app": CLIENT_SECRET,
        "webhook": hook,
        "token": Tokens(stand.service.database, stand.clock).issue(SAMPLE, "a test", list(Scope))[0],
        "link": stand.site.access.hand_out(LinkKind.PERSON, SAMPLE, PARTNER),
        "invitation": stand.site.access.hand_out(LinkKind.INVITE, SAMPLE, email=CORA),
        "key": (stand.data / "keys").read_text().split()[-1],
    }


def _happen(stand: Stand, looking: str, cookie: str) -> None:
    """Calendars are read, meetings moved and written, people and programs told; a draft is made of it."""
    service = stand.service
    for programme in (SAMPLE, looking):
        service.changed(programme)
        service.read(programme)
        service.repair(programme)
        digest_owed(service.app(programme))
        service.owes(programme)
    with stand.client(cookie) as client:
        for path in ("people/chen/mail", "plan"):
            assert client.post(f"/p/{SAMPLE}/{path}", data=stand.token(cookie)).status_code < 400
    stand.site.signing_in.mail_link_quietly(CORA)
    service.courier.round()


def _paths(scene: Scene) -> Iterator[tuple[str, str]]:
    """Every address that answers a GET, by the name of its route; those of people once for each of two."""
    parts = PARTS | {each.name: each.path.rpartition("/")[2] for each in scene.sights}
    parts |= {"upload": parts["import-preview"], "number": "1", "whose": "person", "owner": PARTNER, "secret": "x"}
    parts |= {"decision": scene.stand.app().store.decisions()[-1].id, "plan": "draft", "path": ""}
    for route in api_routes(scene.stand.application.routes):
        if "GET" in (route.methods or ()):
            known = parts | {name: parts.get(name, "x") for name in route.param_convertors}
            prefix = "/api" if guard_of(route).startswith("api_") else ""
            for person in (SPARED, PARTNER):
                yield route.name, prefix + filled(route.path, known | {"person": person})


@pytest.mark.parametrize("role", ROLES)
def test_no_page_tells(scene: Scene, role: str) -> None:
    """Any address, whoever asks; of amara's pages, none has a time at which somebody else is busy."""
    paths = {path for name, path in _paths(scene) if not path.startswith("/api/")} | {
        sight.path for sight in scene.sights if "/pair-" not in sight.path.partition("/groups/")[0]
    }
    seen, told = 0, {}
    for path in sorted(paths):
        answer = scene.get(role, path)
        seen += answer.status_code == 200
        answer.headers.pop("date", None)
        text = unescape(answer.text) + str(answer.headers)
        besides = [name for name, secret in scene.secrets.items() if secret in path]
        wrong = scene.leaks(text, *besides)
        wrong += [] if role == PARTNER and f"/me/{PARTNER}" in path else odd_times(text)
        if wrong:
            told[path] = wrong
    assert not told
    assert seen > (20 if role == "coordinator" else 3)


def test_the_pages_of_a_pair_tell_the_other_nothing(scene: Scene) -> None:
    """Neither what one's calendar is about, nor its address, nor when it is taken."""
    base = f"/p/{scene.pair}/groups/{pairs.GROUP}"
    slot = next(each.path for each in scene.sights if each.name == "pair-book").partition("slot=")[2]
    for path in ("times", "why", "why?at=Fri+11:00&relax=1", "why?at=Tue+09:00", f"book?slot={slot}"):
        answer = scene.get("second", f"{base}/{path}")
        assert answer.status_code in (200, 409)  # the time that was best before the calendar came is none any more
        assert not scene.leaks(answer.text)
        assert not odd_times(unescape(answer.text))
    answer = scene.get("first", f"/p/{scene.pair}/me/{pairs.FIRST}/calendars")
    assert not scene.leaks(answer.text)
    assert scene.get("second", f"/p/{scene.pair}/me/{pairs.FIRST}/calendars").status_code == 404
    assert scene.get("coordinator", f"{base}/times").status_code == 404


def test_no_answer_of_the_api_tells(scene: Scene) -> None:
    """Whatever it is asked, for whom and at which time; streams, too."""
    paths = {path for _, path in _paths(scene) if path.startswith("/api/")}
    base = f"/api/v1/programmes/{SAMPLE}"
    asked = ("group=pair-amara-chen", "group=circle-mentors&at=Tue 14:00", "group=pair-amara-chen&at=Fri 16:00")
    paths |= {f"{base}/{name}?{query}" for name in ("explain", "times") for query in asked}
    worked = 0
    with scene.stand.client() as client:
        client.headers["Authorization"] = f"Bearer {scene.secrets['token']}"
        for path in sorted(paths):
            answer = client.get(path)
            worked += answer.status_code == 200
            assert not scene.leaks(answer.text), path
            assert not odd_times(answer.text), path
    assert worked > 15


def test_what_anybody_may_subscribe_to_tells_our_meetings_alone(scene: Scene) -> None:
    """A person's feed and a group's."""
    for whose, owner in ((Whose.PERSON, PARTNER), (Whose.PERSON, SPARED), (Whose.GROUP, GROUP)):
        path = f"/feeds/{SAMPLE}/{whose}/{owner}/{mac(scene.stand.app(), whose, owner)}.ics"
        answer = scene.get("nobody", path)
        assert "BEGIN:VEVENT" in answer.text
        assert not scene.leaks(answer.text)
        assert not odd_times(answer.text)


def test_no_mail_tells(scene: Scene) -> None:
    """Invitations and what changes them, questions, the digest, links: all parts of them."""
    told = {str(mail.message["subject"]) for mail in scene.mailbox.mails}
    assert {who for who in ("Sign in to Rondo", "Your meetings in Spring 2027") if who in told} | {
        each[:8] for each in told if each.startswith("The week")
    } == {"Sign in to Rondo", "Your meetings in Spring 2027", "The week"}
    assert len([mail for mail in scene.mailbox.mails if mail.calendar]) > 3
    for mail in scene.mailbox.mails:
        parts = [part.get_payload(decode=True) for part in mail.message.walk() if not part.is_multipart()]
        text = mail.raw.decode() + "".join(part.decode() for part in parts if isinstance(part, bytes))
        assert not scene.leaks(text)
        assert not odd_times("".join(part.decode() for part in parts if isinstance(part, bytes)))


def test_no_program_is_told(scene: Scene) -> None:
    """Bodies and headers of webhooks."""
    assert len(scene.receiver.got) > 3
    for headers, body in scene.receiver.got:
        assert not scene.leaks(f"{headers}{body}")
        assert not odd_times(body)


def test_an_export_has_what_was_imported(scene: Scene) -> None:
    """And no calendar of anybody."""
    answer = scene.get("coordinator", f"/p/{SAMPLE}/settings/export")
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.content)) as packed:
        for name in packed.namelist():
            text = packed.read(name).decode()
            assert not scene.leaks(text), name
            assert not odd_times(text), name


def test_an_error_tells_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake of ours shows a page of ours, or a problem; its words are nowhere, and its place is in the log."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError(f"{CANARY} {scene.secrets['link']}")

    before = len(scene.log.lines)
    monkeypatch.setattr("scheduler.app.site.Site.app", broken)
    monkeypatch.setattr("scheduler.store.SqlStore.decisions", broken)
    with scene.stand.client(scene.cookies["coordinator"]) as client:
        page = client.get(f"/p/{SAMPLE}")
        client.headers["Authorization"] = f"Bearer {scene.secrets['token']}"
        said = client.get(f"/api/v1/programmes/{SAMPLE}/people")
    assert (page.status_code, said.status_code) == (500, 500)
    assert "Something is broken here" in page.text
    assert "<h1" in page.text
    assert said.headers["content-type"] == "application/problem+json"
    for answer in (page, said):
        assert answer.headers["connection"] == "close"  # as the server does then
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "Traceback" not in answer.text
        assert "ZeroDivision" not in answer.text
        assert not scene.leaks(answer.text)
    assert [line["error"] for line in scene.log.lines[before:] if line["level"] == "error"][:1] == ["ZeroDivisionError"]


def test_neither_logs_nor_the_database_hold_any(scene: Scene) -> None:
    """Whatever was logged at the finest level, and every byte of the database with what it has beside."""
    assert scene.log.lines
    assert not scene.leaks(scene.log.text)
    kept = b"".join(path.read_bytes() for path in sorted(scene.stand.data.glob("rondo.db*")))
    assert b"circle-mentors" in kept
    assert not scene.leaks(kept.decode("latin-1"))
