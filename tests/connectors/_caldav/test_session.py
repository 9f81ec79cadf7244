"""connectors/_caldav/session.py: calls to one server, and its password for nobody else."""

import json
import traceback
from collections.abc import Iterator

import httpx
import pytest
from werkzeug.wrappers import Request, Response

from connectors._caldav import session as module
from connectors._caldav.session import CalDavSession, origin_of, strong
from connectors._http.guard import guarded_client
from connectors._http.retry import Later, patiently
from connectors._http.secret import Held
from connectors.caldav import grant_of
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from tests.connectors._caldav.double import DavDouble
from tests.connectors.stages.caldav import CalDavStage
from tests.doubles.server import Double, Fault, serving
from tests.servers import PASSWORD

WHERE = "/home/ana/"


@pytest.fixture
def opened(stage: CalDavStage) -> CalDavSession:
    """Ana's account."""
    return stage.session("ana")


class Stranger(Double):
    """Another server, which must not be called."""

    def answer(self, request: Request) -> Response:
        """Whatever it likes."""
        return Response(status=200)


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    """On a port of its own."""
    with serving(double := Stranger()):
        yield double


def test_a_wrong_password_is_told_without_it(stage: CalDavStage) -> None:
    """And the owner is told what to do."""
    with pytest.raises(CredentialsRejected, match="rondo connect caldav") as caught:
        grant_of(stage.url(), "ana", "wrong", client=stage.client)
    assert not stage.waited
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"url": "ftp://x", "user": "a", "password": "p"}', "null", '"x"'])
def test_a_secret_that_is_none_is_no_crash(stage: CalDavStage, text: str) -> None:
    """Its owner has to connect again."""
    with pytest.raises(CredentialsRejected):
        CalDavSession(Held(text), client=stage.client)


def test_the_password_goes_to_no_other_host(opened: CalDavSession, double: DavDouble, stranger: Stranger) -> None:
    """A redirect that leads there is not followed at all."""
    double.faults.append(Fault(status=301, headers={"Location": f"{stranger.url}/dav/"}))
    with pytest.raises(InputError, match="not given the password"):
        opened.request("PROPFIND", WHERE)
    assert not stranger.calls


@pytest.mark.parametrize(
    "href", ["https://evil.example/home/", "//evil.example/x", "http://[::1", "http://127.0.0.1:1/home/", "ftp://x/"]
)
def test_an_address_of_another_host_is_refused(opened: CalDavSession, href: str) -> None:
    """Wherever in an answer it stands."""
    with pytest.raises(Unavailable, match="another host"):
        opened.absolute(href)


def test_discovery_names_another_host_and_does_not_call_it(
    stage: CalDavStage, double: DavDouble, stranger: Stranger
) -> None:
    """Large providers have accounts on several: whoever knows it for the right one can connect with its address."""
    double.principal = f"{stranger.url}/principal/"
    with pytest.raises(InputError, match="which is not given the password"):
        grant_of(stage.url(), "ana", PASSWORD, client=stage.client)
    assert not stranger.calls


def test_a_redirect_on_the_same_server_is_followed(opened: CalDavSession, double: DavDouble) -> None:
    """With the same method, body and password."""
    double.faults.append(Fault(status=302, headers={"Location": "/home/"}))
    reply = opened.xml("PROPFIND", WHERE, b"<x/>", "1")
    assert (reply.status, reply.url) == (207, opened.absolute("/home/"))
    assert [(call.method, call.path, call.body) for call in double.calls][1] == ("PROPFIND", "/home/", b"<x/>")


def test_redirects_end(opened: CalDavSession, double: DavDouble) -> None:
    """A server that sends round in circles is left."""
    double.faults.append(Fault(status=307, headers={"Location": WHERE}, times=-1))
    with pytest.raises(Unavailable, match="without end"):
        opened.request("GET", WHERE)
    assert len(double.calls) == 4


def test_an_answer_without_end_is_cut(opened: CalDavSession, double: DavDouble) -> None:
    """At so many bytes."""
    double.faults.append(Fault(status=200, body=b"x" * 100_000))
    with pytest.raises(Unavailable, match="larger"):
        opened.request("GET", WHERE, most=10_000)


@pytest.mark.parametrize("guarded", [True, False])
def test_an_answer_byte_by_byte_is_left(
    stage: CalDavStage, double: DavDouble, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Slow servers are told so, whatever client is used; each byte alone would come in time."""
    monkeypatch.setattr(module, "SECONDS", 0.2)
    double.faults.append(Fault(status=200, body=b"x" * 30, delay=0.03, drip=True))
    with httpx.Client(trust_env=False) as plain:
        if not guarded:
            stage.client = plain
        with pytest.raises(Later, match="too long"):
            stage.session("ana").request("GET", WHERE)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, headers={"Retry-After": "7"}),
        Fault(status=503, headers={"Retry-After": "7"}),
        Fault(status=0),
        Fault(status=500),
        Fault(truncate=3),
    ],
)
def test_a_busy_server_is_asked_again(
    stage: CalDavStage, opened: CalDavSession, double: DavDouble, fault: Fault
) -> None:
    """After as long as it asks for."""
    double.faults.append(fault)
    reply = patiently(lambda: opened.xml("PROPFIND", WHERE, b"", "0"), pause=opened.pause)
    assert reply.status == 207
    assert len(stage.waited) == 1
    if fault.headers:
        assert stage.waited == [7]


class DigestOnly(DavDouble):
    """Knows no Basic."""

    def answer(self, request: Request) -> Response:
        """Whoever shows a digest is let in."""
        if request.headers.get("Authorization", "").startswith("Digest "):
            return Response(status=204)
        challenge = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
        return Response(status=401, headers={"WWW-Authenticate": challenge})


def test_a_server_that_wants_a_digest_gets_one() -> None:
    """After the first call without asking."""
    with serving(double := DigestOnly()), guarded_client(loopback=double.url) as client:
        secret = json.dumps({"url": double.url, "user": "ana", "password": PASSWORD})
        opened = CalDavSession(Held(secret), client=client)
        assert opened.request("GET", "/").status == 204
        before = len(double.calls)
        assert opened.request("GET", "/").status == 204
        assert len(double.calls) == before + 1


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://dav.example.org/x", "https://dav.example.org:443"),
        ("https://dav.example.org:8443", "https://dav.example.org:8443"),
        ("http://localhost:5232/", "http://localhost:5232"),
        ("http://[::1]:5232/", "http://[::1]:5232"),
        ("http://dav.example.org/", None),
        ("https://ana:p@dav.example.org/", None),
        ("https://", None),
        ("https://x:99999/", None),
        ("file:///etc/passwd", None),
        ("gopher://x/", None),
        ("", None),
    ],
)
def test_only_https_and_this_machine_are_called(url: str, origin: str | None) -> None:
    """And no URL with a password in it."""
    if origin:
        assert origin_of(url) == origin
        return
    with pytest.raises(InputError):
        origin_of(url)


def test_nothing_that_a_server_says_is_told(stage: CalDavStage, double: DavDouble) -> None:
    """Neither its words nor the password are in an error or its traceback."""
    for status in (400, 403, 404, 409, 418, 500, 501, 507):
        double.faults = [Fault(status=status, body="CANARY-7f3d <script>", times=-1)]
        with pytest.raises(RondoError) as caught:
            grant_of(stage.url("/home/ana/"), "ana", PASSWORD, client=stage.client, pause=stage.waited.append)
        told = "".join(traceback.format_exception(caught.value))
        assert "CANARY" not in told
        assert PASSWORD not in told


@pytest.mark.parametrize(
    ("etag", "kept"), [('"a-1"', True), ('W/"a"', False), ("a", False), ("", False), ('"ä"', False), ('"a\nb"', False)]
)
def test_only_what_can_be_sent_back_is_a_condition(etag: str, kept: bool) -> None:
    """A weak ETag matches nothing (RFC 9110, 13.1.1), and one with other signs would break the request."""
    assert strong(etag) == (etag if kept else "")
