"""What is sent on purpose to break the pages: refused with a page and a reason, never with a stack trace."""

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from scheduler.core.visitor import LinkKind
from scheduler.settings import Settings
from scheduler.web.bounds import LARGEST, LARGEST_FILE
from scheduler.web.limits_of_rate import Limiter, Limits
from tests.site import SAMPLE, Stand, standing
from tests.web.conftest import raw

TOKEN = re.compile('name="form_token" value="[^"]*"')


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, unpublished."""
    with standing(tmp_path_factory.mktemp("bad") / "data", published=False) as made:
        yield made


@pytest.fixture(scope="module")
def cora(stand: Stand) -> str:
    """A coordinator's cookie."""
    return stand.coordinator()


@pytest.fixture
def client(stand: Stand, cora: str) -> Iterator[httpx.Client]:
    """Her browser."""
    with stand.client(cora) as made:
        yield made


def test_a_form_that_is_too_large_is_refused(stand: Stand, cora: str, client: httpx.Client) -> None:
    """By what it announces and by what comes (B25); files may be larger."""
    token = stand.token(cora)
    assert client.post("/reading", data=token | {"zone": "x" * LARGEST}).status_code == 413
    chunks = (b"zone=" + b"x" * 100_000 for _ in range(12))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/reading", content=chunks, headers=kind).status_code == 413
    large = {"file": ("a.csv", b"x" * LARGEST_FILE)}
    assert client.post("/reading", data=token, files=large).status_code == 413
    fits = {"file": ("a.csv", b"x" * LARGEST)}
    assert client.post("/reading", data=token, files=fits).status_code == 303


@pytest.mark.parametrize("fields", [6_000, 60_000])
def test_a_form_of_too_many_fields_is_refused(stand: Stand, cora: str, client: httpx.Client, fields: int) -> None:
    """Before they are all read."""
    many = {f"a{number}": "" for number in range(fields)}
    assert client.post("/reading", data=stand.token(cora) | many).status_code == 400


@pytest.mark.parametrize(
    "secret",
    [
        *("x", "x" * 5_000, "%00", "%0d%0aSet-Cookie:a=b", "..%2f..%2fetc", "{{7*7}}", "%25s", "{0.__class__}"),
        *("'%20OR%201=1--", "%25", "_", "%F0%9F%92%A9", "%ff"),
    ],
)
def test_a_link_that_is_guessed_opens_nothing(stand: Stand, secret: str) -> None:
    """The same page for all (B21, B26), and nothing of what was typed is on it."""
    with stand.client() as client:
        told = client.get(f"/in/{secret}")
    assert told.status_code == 404
    assert "49" not in told.text.split("<main")[1]
    assert "set-cookie" not in {name for name in told.headers if "a=b" in told.headers[name]}


def test_a_link_ended_used_or_never_made_looks_the_same(stand: Stand) -> None:
    """Nobody learns that there was one (B21, B22)."""
    access, now = stand.site.access, stand.clock.at
    used, late = (access.hand_out(LinkKind.SIGN_IN, email="mia@example.org") for _ in range(2))
    revoked = access.hand_out(LinkKind.PERSON, SAMPLE, "amara")
    access.enter(used, "")
    access.store.revoke_links(SAMPLE, "amara", now)
    stand.clock.at += timedelta(hours=1)
    try:
        with stand.client() as client:
            told = {TOKEN.sub("", client.get(f"/in/{secret}").text) for secret in (used, late, revoked, "never")}
    finally:
        stand.clock.at = now
    assert len(told) == 1


def test_a_session_that_was_planted_is_of_no_use(stand: Stand) -> None:
    """Whoever comes in gets a new one (B23); what was shown before is over."""
    secret = stand.site.access.hand_out(LinkKind.PERSON, SAMPLE, "amara")
    planted = "planted-by-somebody-else"
    with stand.client(planted) as victim, stand.client(planted) as planter:
        done = victim.post(f"/in/{secret}", data=stand.token(planted))
        assert done.status_code == 303
        page = done.headers["location"]
        assert planter.get(page).status_code == 401


def test_who_signed_out_is_out(stand: Stand) -> None:
    """Also who still has the cookie (B23)."""
    cookie = stand.coordinator(email="out@example.org")
    with stand.client(cookie) as client, stand.client(cookie) as kept:
        gone = client.post("/out", data=stand.token(cookie))
        assert "Max-Age=0" in gone.headers["set-cookie"]
        assert kept.get(f"/p/{SAMPLE}").status_code == 401


@pytest.mark.parametrize("cookie", ["x" * 4_000, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjb3JhIn0.", "' OR 1=1 --", "{{7*7}}"])
def test_a_cookie_that_is_made_up_is_nobody(stand: Stand, cookie: str) -> None:
    """There is nothing in one that could be edited (B23)."""
    with stand.client() as client:
        assert client.get(f"/p/{SAMPLE}", headers={"Cookie": f"rondo={cookie}"}).status_code == 401


def test_guesses_are_slowed_down(tmp_path_factory: pytest.TempPathFactory) -> None:
    """429 with Retry-After after some of a minute (B24), for this client alone and not for who has a session."""
    limits = Limits(guesses=Limiter(3, 60), mails=Limiter(2, 60))
    with standing(tmp_path_factory.mktemp("slow") / "data", published=False, limits=limits) as stand:
        secret = stand.site.access.hand_out(LinkKind.PERSON, SAMPLE, "amara")
        with stand.client() as client:
            assert [client.get(f"/in/{number}").status_code for number in range(4)] == [404, 404, 404, 429]
            slowed = client.get(f"/in/{secret}")
            assert slowed.status_code == 429
            assert 0 < int(slowed.headers["retry-after"]) <= 60
        with stand.client(stand.person("amara")) as mine:
            assert mine.get(f"/p/{SAMPLE}/me/amara/meetings").status_code == 200


@pytest.mark.parametrize("host", ["evilhost.example", "evilhost.example:80@127.0.0.1", "127.0.0.1\\evilhost"])
def test_the_host_that_is_asked_for_is_in_no_link(stand: Stand, cora: str, host: str) -> None:
    """Links begin with the address of the settings (B27)."""
    with stand.client(cora) as client:
        for path in ("/", f"/p/{SAMPLE}/coordinators", "/sign-in", "/nothing"):
            told = client.get(path, headers={"Host": host})
            assert "evilhost" not in told.text
            assert "evilhost" not in str(told.headers)
        form = stand.token(cora) | {"email": "ann@example.org"}
        invited = client.post(f"/p/{SAMPLE}/coordinators", data=form, headers={"Host": host})
    assert f'value="{stand.address}/in/' in invited.text


def test_two_lengths_are_refused(stand: Stand) -> None:
    """Of a request that may have two ends (B27)."""
    said = b"POST /out HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert raw(stand.address, said).startswith(b"HTTP/1.1 400")


def test_a_header_that_is_too_large_is_refused(stand: Stand) -> None:
    """Before it is read whole (B27)."""
    said = b"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + b"x" * 200_000 + b"\r\n\r\n"
    assert raw(stand.address, said).startswith(b"HTTP/1.1 4")


def test_a_key_of_a_megabyte_is_refused(stand: Stand) -> None:
    """Before anybody looks for it (B29)."""
    said = b"POST /api/v1/programmes/spring/plans HTTP/1.1\r\nHost: x\r\nIdempotency-Key: " + b"x" * 1_000_000
    assert raw(stand.address, said + b"\r\n\r\n").startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(
    "name", ["../../people.csv", "people.svg", "<script>alert(1)</script>.csv", "C:\\con", "x" * 300]
)
@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04" + b"\0" * 99, b"<svg onload=alert(1)>"])
def test_a_file_that_is_no_table_is_refused(
    stand: Stand, cora: str, client: httpx.Client, name: str, content: bytes
) -> None:
    """Whatever it is called, and whatever is in it: with a reason, and its name as text at most (B28)."""
    files = {"files": (name, content, "text/csv")}
    told = client.post(f"/p/{SAMPLE}/import", data=stand.token(cora), files=files)
    assert told.status_code == 422
    assert "<script>alert" not in told.text
    assert "<svg onload" not in told.text


@pytest.mark.parametrize("twin", ["ANN@example.org", "ann@EXAMPLE.org"])
def test_an_address_in_capitals_is_nobody_new(stand: Stand, twin: str) -> None:
    """It is the same mailbox, and so the same coordinator (B34)."""
    access = stand.site.access
    assert access.by_mailbox(twin).id == access.by_mailbox("ann@example.org").id


def test_text_that_is_none_is_refused(stand: Stand, cora: str, client: httpx.Client) -> None:
    """A NUL can't be kept by every database (B26)."""
    form = stand.token(cora) | {"email": "a\0@example.org"}
    assert client.post(f"/p/{SAMPLE}/coordinators", data=form).status_code == 400


@pytest.mark.parametrize("email", ["ann", "a@b@c", "a\r\nBcc: all@example.org", "<b>@example.org", "x" * 5_000, ""])
def test_what_is_no_address_is_not_invited(stand: Stand, cora: str, client: httpx.Client, email: str) -> None:
    """422, at its field, with what was typed as text (B11, B12)."""
    told = client.post(f"/p/{SAMPLE}/coordinators", data=stand.token(cora) | {"email": email})
    assert told.status_code == 422
    assert 'aria-invalid="true"' in told.text
    assert "<b>" not in told.text.split("<main")[1].replace("<button", "")


def test_a_name_can_be_no_page(stand: Stand) -> None:
    """Whatever a provider says that somebody is called is text (B11)."""
    access = stand.site.access
    evil = access.known("https://x", "1", "e@example.org", "<script>alert(1)</script>{{7*7}}")
    access.store.let_coordinate(SAMPLE, evil.id, stand.clock.now())
    with stand.client(access.begin("", evil)) as client:
        told = client.get(f"/p/{SAMPLE}/coordinators").text
    assert "<script>alert" not in told
    assert "{{7*7}}" in told


def test_on_https_the_cookie_is_bound_to_its_host(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No other host of the domain can set it, and it never goes over plain http."""
    service = replace_public("https://rondo.example.org")
    with standing(tmp_path_factory.mktemp("tls") / "data", settings=service, published=False) as stand:
        with stand.client() as client:
            told = client.get("/sign-in").headers.get("set-cookie", "") + client.get("/").headers["set-cookie"]
        origin = {"Origin": "https://rondo.example.org"}
        cookie = stand.coordinator()
        with stand.client() as client:
            shown = {"Cookie": f"__Host-rondo={cookie}"}
            assert client.get(f"/p/{SAMPLE}", headers=shown).status_code == 200
            assert client.get(f"/p/{SAMPLE}", headers={"Cookie": f"rondo={cookie}"}).status_code == 401
            assert client.post("/out", data=stand.token(cookie), headers=shown | origin).status_code == 303
    assert told.startswith("__Host-rondo=")
    assert "Secure" in told
    assert "HttpOnly" in told
    assert "Path=/" in told


def replace_public(url: str) -> Settings:
    """Settings of a service that is reached there."""
    settings = Settings()
    return settings.model_copy(update={"service": settings.service.model_copy(update={"public_url": url})})
