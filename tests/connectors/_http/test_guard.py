"""connectors/_http/guard.py: redirects, size, time and TLS of whatever an address leads to."""

import gzip
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import httpx
import pytest
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request, Response

from connectors._http.guard import fetch, guarded_client
from connectors._http.retry import Later
from scheduler.errors import InputError, RondoError, Unavailable
from tests.connectors._http.internet import PUBLIC, Authority, Internet, authority, serving_tls
from tests.doubles.server import Double, Fault, serving

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

SECRET = "CANARY-secret-path"
OTHER = "93.184.216.99"


class AsItIs(Response):
    """An answer whose Location is sent as it was written."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """Without werkzeug's corrections."""
        return Headers([*self.headers, ("Content-Length", "0")])


class Pages(Double):
    """Answers by path: a body, or what makes the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: dict[str, Response | bytes | Iterable[bytes]] = {}

    def answer(self, request: Request) -> Response:
        """The page."""
        page = self.pages.get(request.path, Response(status=404))
        return page if isinstance(page, Response) else Response(page, mimetype="text/calendar")

    def leads(self, path: str, location: str, status: int = 302) -> None:
        """A redirect."""
        self.pages[path] = AsItIs(status=status, headers={"Location": location})


@pytest.fixture
def pages() -> Iterator[Pages]:
    """On loopback, which the client below is allowed."""
    double = Pages()
    with serving(double):
        yield double


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    """Allowed to call this machine."""
    with guarded_client(allow=["127.0.0.1"]) as opened:
        yield opened


@pytest.fixture(scope="module")
def signer() -> Authority:
    """Of all certificates here."""
    return authority()


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    """A public server and others around it."""
    names = {"public.example.org": PUBLIC, "other.example.org": OTHER, "inside.example.org": "10.0.0.1"}
    found = Internet(names={name: [[address]] for name, address in names.items()})
    found.install(monkeypatch)
    return found


@pytest.fixture
def public(internet: Internet, signer: Authority, tmp_path: Path) -> Iterator[Pages]:
    """Behind TLS, at two public addresses."""
    double = Pages()
    with serving_tls(double, signer.server(tmp_path, "public.example.org", "other.example.org")) as port:
        internet.routes.update({(PUBLIC, 443): port, (OTHER, 443): port})
        yield double


@pytest.fixture
def outside(signer: Authority, public: Pages) -> Iterator[httpx.Client]:
    """A client that believes the certificates of this internet, and is allowed nothing special."""
    with guarded_client(context=signer.client()) as opened:
        yield opened


def test_an_answer_comes_with_its_status_headers_and_body(pages: Pages, client: httpx.Client) -> None:
    """And where it came from."""
    pages.pages["/a"] = Response(b"text", headers={"ETag": '"1"'})
    found = fetch(client, f"{pages.url}/a", headers={"If-None-Match": '"0"'})
    assert (found.status, found.body, found.headers["etag"], found.url) == (200, b"text", '"1"', f"{pages.url}/a")
    assert pages.calls[0].headers["if-none-match"] == '"0"'


def test_an_answer_shows_nothing_but_its_status(pages: Pages, client: httpx.Client) -> None:
    """In a log or a traceback there is neither the address nor the text."""
    pages.pages[f"/{SECRET}"] = Response(SECRET, headers={"X-Secret": SECRET})
    assert SECRET not in repr(fetch(client, f"{pages.url}/{SECRET}"))


def test_the_body_of_an_error_is_not_read(pages: Pages, client: httpx.Client) -> None:
    """Nobody needs it, and it may say anything."""
    pages.pages["/a"] = Response(SECRET, status=403)
    assert fetch(client, f"{pages.url}/a").body == b""


def test_nothing_tells_who_asks(pages: Pages, client: httpx.Client) -> None:
    """No cookie is kept or sent, and no referrer."""
    pages.pages["/a"] = Response(b"x", headers={"Set-Cookie": "who=ana; Path=/"})
    pages.leads("/to", "/a")
    for path in ("/a", "/to", "/a"):
        fetch(client, f"{pages.url}{path}")
    assert not [call for call in pages.calls if {"cookie", "referer", "authorization"} & set(call.headers)]
    assert {call.headers["user-agent"] for call in pages.calls} == {"Rondo"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(pages: Pages, client: httpx.Client, status: int) -> None:
    """At most three, one after the other."""
    pages.pages["/end"] = b"end"
    for path, to in (("/1", "/2"), ("/2", "3"), ("/3", f"{pages.url}/end")):
        pages.leads(path, to, status)
    assert fetch(client, f"{pages.url}/1").body == b"end"


def test_a_fourth_redirect_is_not_followed(pages: Pages, client: httpx.Client) -> None:
    """Nor one in a circle."""
    pages.leads("/circle", "/circle")
    with pytest.raises(Unavailable, match="more than 3 times"):
        fetch(client, f"{pages.url}/circle")
    assert pages.count() == 4


@pytest.mark.parametrize("location", ["", " ", "http://[", "https://a:b:c/", "//", "https:///", "https://%00/", "x:y"])
def test_a_redirect_to_nowhere_is_told(pages: Pages, client: httpx.Client, location: str) -> None:
    """Without a traceback, and without repeating it."""
    pages.leads("/a", location)
    with pytest.raises((RondoError, Later)):
        fetch(client, f"{pages.url}/a")


PRIVATE = [
    *(
        "https://10.0.0.1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://inside.example.org/",
        "https://169.254.169.254/",
    ),
    *(
        "https://2130706433/",
        "https://[::ffff:10.0.0.1]/",
        "//127.0.0.1/",
        "//inside.example.org:8443/x",
        "https://localhost/",
    ),
    *(
        "http://public.example.org/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "gopher://10.0.0.1:6379/_",
        "data:text/plain,x",
    ),
    *(
        "https://public.example.org:25/",
        "https://user:word@public.example.org/",
        "ftp://public.example.org/",
        "javascript:1",
    ),
]


@pytest.mark.parametrize("location", PRIVATE)
@pytest.mark.parametrize("status", [301, 307])
def test_a_public_server_leads_nobody_inside(
    internet: Internet, public: Pages, outside: httpx.Client, location: str, status: int
) -> None:
    """Each hop is checked as the first was: only the public server was ever connected to."""
    public.leads("/a", location, status)
    with pytest.raises(Unavailable):
        fetch(outside, "https://public.example.org/a")
    assert internet.connected == [(PUBLIC, 443)]


def test_nothing_leads_from_https_to_plain_http(internet: Internet, public: Pages, signer: Authority) -> None:
    """Not even to what may be called by it."""
    public.leads("/a", "http://inside.example.org/b")
    with guarded_client(allow=["inside.example.org"], context=signer.client()) as client:
        with pytest.raises(Unavailable, match="without https"):
            fetch(client, "https://public.example.org/a")
        assert internet.connected == [(PUBLIC, 443)]
        with pytest.raises(Later):
            fetch(client, "http://inside.example.org/b")


def test_a_second_hop_is_checked_as_well(internet: Internet, public: Pages, outside: httpx.Client) -> None:
    """From one public server to another, and then inside."""
    public.leads("/a", "https://other.example.org/b")
    public.leads("/b", "https://inside.example.org/c")
    with pytest.raises(Unavailable, match="not public"):
        fetch(outside, "https://public.example.org/a")
    assert internet.connected == [(PUBLIC, 443), (OTHER, 443)]


def test_a_redirect_to_a_name_that_changes_sides_gains_nothing(
    internet: Internet, public: Pages, outside: httpx.Client
) -> None:
    """Rebinding between hops: the second look-up is the one that is checked and used."""
    internet.names["public.example.org"] = [[PUBLIC], ["127.0.0.1"]]
    public.pages["/a"] = Response(
        status=302, headers={"Location": "https://public.example.org/b", "Connection": "close"}
    )
    public.pages["/b"] = b"x"
    with pytest.raises(Unavailable, match="not public"):
        fetch(outside, "https://public.example.org/a")
    assert internet.connected == [(PUBLIC, 443)]


def test_credentials_never_reach_another_origin(internet: Internet, public: Pages, outside: httpx.Client) -> None:
    """They go along within one, and are dropped for good at the first step out of it."""
    public.leads("/a", "/b")
    public.leads("/b", "https://other.example.org/c")
    public.leads("/c", "https://public.example.org/d")
    public.pages["/d"] = b"end"
    headers = {"Authorization": "Bearer CANARY", "Cookie": "a=CANARY", "Proxy-Authorization": "CANARY", "X-Mine": "1"}
    assert fetch(outside, "https://public.example.org/a", headers=headers).body == b"end"
    assert [("CANARY" in str(call.headers), call.path) for call in public.calls] == [
        (True, "/a"),
        (True, "/b"),
        (False, "/c"),
        (False, "/d"),
    ]
    assert all(call.headers["x-mine"] == "1" for call in public.calls)


def test_the_certificate_must_be_that_of_the_name(internet: Internet, public: Pages, outside: httpx.Client) -> None:
    """The connection goes to an address, and yet it is the name that is verified."""
    internet.names["third.example.org"] = [[PUBLIC]]
    public.pages["/a"] = b"x"
    assert fetch(outside, "https://other.example.org/a").status == 200
    with pytest.raises(Unavailable, match=r"certificate of third\.example\.org is not valid"):
        fetch(outside, "https://third.example.org/a")
    assert public.count() == 1


def test_a_certificate_of_nobody_is_not_believed(internet: Internet, public: Pages) -> None:
    """Signed by an authority that the client doesn't know."""
    with guarded_client() as client, pytest.raises(Unavailable, match="not valid"):
        fetch(client, "https://public.example.org/a")
    assert public.count() == 0


def _bomb(megabytes: int) -> bytes:
    return gzip.compress(b"\0" * (megabytes * 1_000_000))


def _packed(body: bytes | Iterable[bytes], packing: str = "gzip") -> Response:
    return Response(body, headers={"Content-Encoding": packing})


def test_a_packed_body_is_unpacked(pages: Pages, client: httpx.Client) -> None:
    """In many parts, and to the last byte."""
    text = b"".join(b"line %d\r\n" % number for number in range(100_000))
    pages.pages["/a"] = _packed(gzip.compress(text))
    packed = gzip.compress(text)
    pages.pages["/b"] = (
        _packed(packed[i : i + 7] for i in range(0, len(packed), 7))
        if len(packed) < 1000
        else _packed(packed, "x-gzip")
    )
    pages.pages["/empty"] = _packed(b"")
    assert fetch(client, f"{pages.url}/a").body == text
    assert fetch(client, f"{pages.url}/b").body == text
    assert fetch(client, f"{pages.url}/empty").body == b""
    assert client.get(f"{pages.url}/a").content == text


@pytest.mark.parametrize("megabytes", [6, 200])
def test_a_bomb_is_cut_while_it_is_unpacked(pages: Pages, client: httpx.Client, megabytes: int) -> None:
    """One to a thousand: nothing is ever held that is much larger than what is allowed."""
    pages.pages["/bomb"] = _packed(_bomb(megabytes))
    began = time.process_time()
    for call in (fetch, httpx.Client.get):
        with pytest.raises(Unavailable, match="larger than 5 MB"):
            call(client, f"{pages.url}/bomb")
    assert time.process_time() - began < 2


def test_an_endless_body_is_cut(pages: Pages, client: httpx.Client) -> None:
    """Whether it is read through fetch or by the client itself."""
    taken = []

    def endless() -> Iterator[bytes]:
        for number in range(10_000):
            taken.append(number)
            yield b"x" * 100_000

    for call in (fetch, httpx.Client.get):
        pages.pages["/endless"] = Response(endless())
        with pytest.raises(Unavailable, match="larger than 5 MB"):
            call(client, f"{pages.url}/endless")
    assert len(taken) < 1000


def test_the_limit_is_to_the_byte(pages: Pages, client: httpx.Client) -> None:
    """And each call may have a lower one."""
    pages.pages["/a"] = b"x" * 1000
    assert len(fetch(client, f"{pages.url}/a", most_bytes=1000).body) == 1000
    with pytest.raises(Unavailable, match="larger than"):
        fetch(client, f"{pages.url}/a", most_bytes=999)


@pytest.mark.parametrize(
    ("body", "packing"),
    [
        (b"no gzip at all", "gzip"),
        (gzip.compress(b"text" * 1000)[:-10], "gzip"),
        (zlib.compress(b"text"), "deflate"),
        (gzip.compress(gzip.compress(b"text")), "gzip, gzip"),
        (b"text", "br"),
    ],
    ids=["none", "cut", "deflate", "twice", "brotli"],
)
def test_what_can_not_be_unpacked_is_an_error(pages: Pages, client: httpx.Client, body: bytes, packing: str) -> None:
    """And no text."""
    pages.pages["/a"] = _packed(body, packing)
    with pytest.raises((Unavailable, Later)):
        fetch(client, f"{pages.url}/a")


def _seconds_until_it_gives_up(client: httpx.Client, url: str, seconds: float) -> float:
    began = time.monotonic()
    with pytest.raises(Later, match=f"more than {seconds:g} seconds"):
        fetch(client, url, seconds=seconds)
    return time.monotonic() - began


def test_a_slow_drip_ends_with_the_time(pages: Pages, client: httpx.Client) -> None:
    """Each byte comes in time, and all of them would take minutes (fault F43)."""
    pages.faults.append(Fault(path="/a", status=200, body=b"x" * 10_000, delay=0.02, drip=True, times=-1))
    assert _seconds_until_it_gives_up(client, f"{pages.url}/a", 0.3) < 1.5


def test_a_silent_server_ends_with_the_time(pages: Pages, client: httpx.Client) -> None:
    """Also where it does not even begin."""
    pages.faults.append(Fault(path="/a", status=200, delay=1.5, times=-1))
    assert _seconds_until_it_gives_up(client, f"{pages.url}/a", 0.2) < 1.2


def test_redirects_share_one_time(pages: Pages, client: httpx.Client) -> None:
    """A chain of slow hops is as slow as one slow answer."""
    pages.leads("/a", "/a")
    pages.faults.append(Fault(path="/a", status=302, headers={"Location": "/a"}, delay=0.2, times=-1))
    assert _seconds_until_it_gives_up(client, f"{pages.url}/a", 0.5) < 1.5


def test_a_resolver_that_does_not_answer_ends_with_the_time(
    monkeypatch: pytest.MonkeyPatch, client: httpx.Client
) -> None:
    """The system's resolver takes no limit of its own."""
    over = Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [over.wait(5)][:0])
    try:
        assert _seconds_until_it_gives_up(client, "https://slow.example.org/", 0.2) < 1.2
    finally:
        over.set()


@pytest.mark.parametrize("fault", [Fault(status=0), Fault(truncate=3)])
def test_an_answer_that_breaks_off_may_be_asked_again(pages: Pages, client: httpx.Client, fault: Fault) -> None:
    """Half a calendar is none."""
    pages.pages["/a"] = b"0123456789"
    pages.faults.append(fault)
    with pytest.raises(Later):
        fetch(client, f"{pages.url}/a")
    assert fetch(client, f"{pages.url}/a").body == b"0123456789"


def test_no_error_tells_more_of_an_address_than_its_host(pages: Pages, client: httpx.Client) -> None:
    """The path of a feed is its password."""
    pages.leads("/away", f"https://10.0.0.1/{SECRET}")
    pages.leads("/circle", f"/circle?{SECRET}")
    pages.faults.append(Fault(path=f"/cut/{SECRET}", status=0, times=-1))
    urls = [
        *(f"http://10.0.0.1/{SECRET}", f"https://10.0.0.1/{SECRET}", f"ftp://x/{SECRET}", f"https://u:{SECRET}@x.org/"),
        *(
            f"https://127.1/{SECRET}",
            f"https://x.org:25/{SECRET}",
            f"https://[x/{SECRET}",
            f"{SECRET}",
            f"{pages.url}/away",
        ),
        *(
            f"{pages.url}/circle?{SECRET}",
            f"{pages.url}/cut/{SECRET}",
            f"https://a b/{SECRET}",
            f"https://localhost:1/{SECRET}",
        ),
    ]
    for url in urls:
        with pytest.raises((RondoError, Later)) as caught:
            fetch(client, url)
        assert SECRET not in f"{caught.value!r} {caught.value}"
        assert caught.value.__cause__ is None


def test_a_client_that_is_closed_ends_its_connections(pages: Pages) -> None:
    """As a context, or by hand."""
    client = guarded_client(allow=["127.0.0.1"])
    fetch(client, f"{pages.url}/a")
    client.close()
    with pytest.raises(RuntimeError):
        client.get(f"{pages.url}/a")


def test_a_loopback_server_may_be_named_alone(pages: Pages) -> None:
    """By the address that was typed, whatever its path; the rest of the machine is out of reach."""
    with serving(Pages()), guarded_client(loopback=f"{pages.url}/typed/") as client:
        assert fetch(client, f"{pages.url}/a").status == 404
        with pytest.raises(InputError):
            fetch(client, "http://127.0.0.1:1/")
