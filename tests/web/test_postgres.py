"""The journeys of the pages and of the API on PostgreSQL, where several servers have one database."""

import html
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from pydantic import SecretStr

from scheduler.app.access.tokens import Tokens
from scheduler.app.people.feeds import Whose, mac
from scheduler.app.service.service import open_service
from scheduler.app.site import Site
from scheduler.core.token import Scope
from scheduler.settings import Service as ServiceSettings
from scheduler.settings import Settings, Smtp
from scheduler.store import SqlJobs
from scheduler.web import add_site, address, application, listen, serving
from tests.mailbox import Mailbox, mail_server
from tests.postgres import Postgres
from tests.site import SAMPLE, Stand, standing

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """A mail server."""
    with mail_server() as box:
        yield box


@pytest.fixture(scope="module")
def settings(postgres_server: Postgres, mailbox: Mailbox) -> Settings:
    """A database of its own."""
    url = SecretStr(postgres_server.database("pages"))
    smtp = Smtp(host="127.0.0.1", port=mailbox.port, security="none", sender="rondo@example.org")
    return Settings().model_copy(update={"service": ServiceSettings(database=url), "smtp": smtp})


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[Stand]:
    """The sample, published."""
    with standing(tmp_path_factory.mktemp("postgres") / "data", settings=settings) as made:
        yield made


@contextmanager
def beside(stand: Stand, settings: Settings) -> Iterator[Site]:
    """Another server of the same database, with keys and files of the same directory."""
    service = open_service(stand.data, stand.clock, settings)
    listening = listen("127.0.0.1", 0)
    site = Site(service, address(listening))
    with serving(add_site(application(service), site), listening, ended=lambda: None):
        yield site
    service.database.dispose()


def send(client: httpx.Client, page: str, to: str, **said: str) -> httpx.Response:
    """A form with what its page hides in it."""
    hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(client.get(page).text)}
    return client.post(to, data=hidden | said, follow_redirects=True)


def found(pattern: str, text: str) -> str:
    """The first of it."""
    match = re.search(pattern, text)
    assert match, text
    return html.unescape(match[1])


def over(stand: Stand, job: str, programme: str = SAMPLE) -> str:
    """The state in which a job ended."""
    jobs, until = SqlJobs(stand.service.database), time.monotonic() + 60
    while time.monotonic() < until:
        known = jobs.get(programme, job)
        if known and not known.is_open:
            return str(known.state)
        time.sleep(0.1)
    raise AssertionError(f"{job} goes on")


def test_a_pair_from_the_first_page_to_a_booking(stand: Stand) -> None:
    """Both choose the same time; twice pressed is once booked."""
    with stand.client() as one, stand.client() as other:
        begun = send(
            one,
            "/",
            "/",
            name="Amara",
            zone="London",
            hours="Mon-Fri 9-17",
            other="Chen",
            every="1",
            minutes="45",
            first="2027-01-11",
            until="2027-07-11",
        )
        programme, link = found(r"/p/(pair-\w+)/groups", begun.text), found(r'value="http[^"]+(/in/[^"]+)"', begun.text)
        base = f"/p/{programme}/groups/pair"
        send(other, link, link)
        send(other, f"{base}/times", f"{base}/join", name="Chen", zone="New York", hours="Mon-Fri 8-16")
        slot = found(r"book\?slot=([^\"]+)", one.get(f"{base}/times").text)
        for client in (one, other, one, other):
            send(client, f"{base}/book?slot={slot}", f"{base}/book")
        assert "Booked." in one.get(f"{base}/times").text
    [event] = stand.app(programme).store.events()
    assert event.sequence == 0


def test_limits_are_saved_and_told(stand: Stand) -> None:
    """What no longer fits is said at once."""
    page = f"/p/{SAMPLE}/me/kwame/limits"
    with stand.client(stand.person("kwame")) as client:
        answer = send(client, page, page, hours="Mon 8-10", timezone="Accra")
        assert answer.status_code == 200
        assert "no longer fit" in answer.text
        meetings = client.get(f"/p/{SAMPLE}/me/kwame/meetings")
    assert meetings.status_code == 200
    assert len(stand.app().person("kwame").boundary.hours) == 1


def test_the_api_plans_and_applies_once(stand: Stand) -> None:
    """With a key, whoever sends again is answered the same."""
    token, _ = Tokens(stand.service.database, stand.clock).issue(SAMPLE, "a test", list(Scope))
    with stand.client() as client:
        client.headers["Authorization"] = f"Bearer {token}"
        client.base_url = httpx.URL(f"{stand.address}/api/v1/programmes/{SAMPLE}/")
        job = client.post("plans", json={"replan": False})
        assert job.status_code == 202
        assert over(stand, job.json()["id"]) == "done"
        diff = client.get("plans/draft/diff")
        assert diff.status_code == 200
        key = {"Idempotency-Key": "once"}
        first, again = (client.post("plans/draft/apply", headers=key) for _ in range(2))
        assert (first.status_code, again.status_code, again.text) == (200, 200, first.text)


def test_a_link_by_mail_signs_in_once(stand: Stand, mailbox: Mailbox) -> None:
    """Looked at it changes nothing; a second time it opens nothing."""
    stand.coordinator(email="meg@example.org")
    who = stand.site.access.by_mailbox("meg@example.org")
    stand.site.access.store.let_coordinate(SAMPLE, who.id, stand.clock.now())
    stand.site.signing_in.mail_link_quietly("meg@example.org")
    [mail] = mailbox.to("meg@example.org")
    link = found(r"http://[^/]+(/in/\S+)", mail.message.get_content())
    with stand.client() as client, stand.client() as late:
        assert [client.get(link).status_code for _ in range(3)] == [200] * 3
        assert send(client, link, link).status_code == 200
        assert client.get(f"/p/{SAMPLE}").status_code == 200
        assert late.get(link).status_code == 404


def test_a_feed_is_read_and_ends(stand: Stand) -> None:
    """Asked again it is not sent again."""
    path = f"/feeds/{SAMPLE}/person/chen/{mac(stand.app(), Whose.PERSON, 'chen')}.ics"
    with stand.client(stand.person("chen")) as client:
        feed = client.get(path)
        assert "BEGIN:VEVENT" in feed.text
        assert client.get(path, headers={"If-None-Match": feed.headers["etag"]}).status_code == 304
        page = f"/p/{SAMPLE}/me/chen/meetings"
        client.post(f"{page}/feed", data=stand.token(client.cookies["rondo"]))
        assert client.get(path).status_code in (200, 404)


def test_two_servers_are_one(stand: Stand, settings: Settings) -> None:
    """Sessions, roles, forms and jobs of one count at the other; what is stopped there stops here."""
    cookie = stand.coordinator()
    with beside(stand, settings) as site, httpx.Client(base_url=site.address, cookies={"rondo": cookie}) as there:
        assert there.get(f"/p/{SAMPLE}").status_code == 200
        job = stand.service.jobs.new(SAMPLE, "plan", {}, "a test")
        assert job.id in there.get(f"/p/{SAMPLE}/jobs/{job.id}").text
        assert there.post(f"/p/{SAMPLE}/jobs/{job.id}/stop", data=stand.token(cookie)).status_code == 303
        assert stand.service.jobs.get(SAMPLE, job.id).stop
        stand.service.work(SAMPLE, job.id)
        assert over(stand, job.id) in ("stopped", "done")
        there.post("/out", data=stand.token(cookie))
        with stand.client(cookie) as client:
            assert client.get(f"/p/{SAMPLE}").status_code == 401
