"""connectors/_http/addresses.py and network.py: nothing leads to what is not public, counted at sockets."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

import httpx
import pytest

from connectors._http.addresses import allowed, is_public
from connectors._http.guard import fetch, guarded_client
from connectors._http.retry import Later
from connectors.feeds import IcsFeeds
from scheduler.core.interval import Interval
from scheduler.errors import InputError, RondoError
from scheduler.ports import Asked
from tests.connectors._http.forms import NAME_TABLE, PRIVATE_4, forms
from tests.connectors._http.internet import PUBLIC, Internet

FORMS = tuple(dict.fromkeys(forms()))
WINDOW = Interval(datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC))
PUBLIC_FORMS = {
    "https://public.example.org/": (PUBLIC, 443),
    "HTTPS://PUBLIC.EXAMPLE.ORG./": (PUBLIC, 443),
    "https://public.example.org:8443/": (PUBLIC, 8443),
    "https://93.184.216.34/": (PUBLIC, 443),
    "https://[2606:4700:4700::1111]/": ("2606:4700:4700::1111", 443),
    "https://[64:ff9b::8.8.8.8]/": ("64:ff9b::808:808", 443),
    "https://[::ffff:8.8.8.8]/": ("::ffff:8.8.8.8", 443),
}


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    """Names that lead inside, and servers that would answer there: nobody may even knock."""
    found = Internet(names={name: list(lists) for name, lists in NAME_TABLE.items()})
    found.install(monkeypatch)
    return found


@pytest.fixture
def inside() -> Iterator[socket.socket]:
    """A server on loopback, listening on the port of https where it may."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        yield server


def test_there_are_more_than_two_hundred_forms() -> None:
    """Each once."""
    assert len(FORMS) >= 200


def test_no_form_makes_a_connection(internet: Internet) -> None:
    """Every one is refused in words, and no socket is told to connect."""
    with guarded_client() as client:
        for form in FORMS:
            with pytest.raises(RondoError) as caught:
                fetch(client, form)
            assert len(str(caught.value).splitlines()) == 1, form
            assert internet.connected == [], form


def test_no_form_makes_a_connection_by_any_other_method(internet: Internet) -> None:
    """The client itself is the guard, however it is called, and whatever redirects it is told to follow."""
    with guarded_client() as client:
        for form in FORMS:
            with pytest.raises((RondoError, httpx.InvalidURL)):
                client.request("PROPFIND", form, follow_redirects=True)
            assert internet.connected == [], form


def test_no_form_is_read_as_a_feed(internet: Internet) -> None:
    """Each has its own answer, an error."""
    with guarded_client() as client:
        answers = IcsFeeds(client).free_busy([Asked(calendar=form) for form in FORMS], window=WINDOW)
    for form, answer in zip(FORMS, answers, strict=True):
        assert answer.error is not None, form
        assert answer.free_busy is None, form
    assert internet.connected == []


def test_a_server_inside_sees_nobody(inside: socket.socket) -> None:
    """With the real resolver and real sockets: nothing ever waits to be accepted."""
    port = inside.getsockname()[1]
    hosts = (
        "127.0.0.1",
        "localhost",
        "LOCALHOST.",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0",
    )
    with guarded_client() as client:
        for scheme in ("http", "https"):
            for host in hosts:
                with pytest.raises(RondoError):
                    fetch(client, f"{scheme}://{host}:{port}/")
    with pytest.raises(BlockingIOError):
        inside.accept()


@pytest.mark.parametrize("form", PUBLIC_FORMS)
def test_a_public_server_is_called_at_the_address_that_was_checked(internet: Internet, form: str) -> None:
    """The guard does not simply refuse everything."""
    with guarded_client() as client, pytest.raises(Later):
        fetch(client, form)
    assert internet.connected == [PUBLIC_FORMS[form]]


def test_a_name_that_leads_elsewhere_the_next_time_gains_nothing(internet: Internet) -> None:
    """It is looked up once a connection, and the connection goes to what was checked (DNS rebinding)."""
    internet.names["rebind.example.org"] = [[PUBLIC], ["127.0.0.1"]]
    with guarded_client() as client:
        with pytest.raises(Later):
            fetch(client, "https://rebind.example.org/")
        assert (internet.asked, internet.connected) == (["rebind.example.org"], [(PUBLIC, 443)])
        with pytest.raises(RondoError, match="not public"):
            fetch(client, "https://rebind.example.org/")
    assert internet.connected == [(PUBLIC, 443)]


def test_one_private_address_among_public_ones_refuses_the_name(internet: Internet) -> None:
    """Whichever stands first."""
    for order in ([PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, "::1"], ["fe80::1", PUBLIC]):
        internet.names["mixed.example.org"] = [order]
        with guarded_client() as client, pytest.raises(RondoError, match="not public"):
            fetch(client, "https://mixed.example.org/")
    assert internet.connected == []


def test_each_address_of_a_name_is_tried(internet: Internet) -> None:
    """A server that is off on IPv6 may answer on IPv4."""
    internet.names["two.example.org"] = [["2606:4700::1", PUBLIC, PUBLIC]]
    with guarded_client() as client, pytest.raises(Later):
        fetch(client, "https://two.example.org/")
    assert internet.connected == [("2606:4700::1", 443), (PUBLIC, 443)]


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("10.0.0.0/8", "http://10.0.0.1:8080/"),
        ("10.0.0.0/8", "https://intranet:8443/"),
        ("127.0.0.1", "http://127.0.0.1:5232/"),
        ("::1", "http://[::1]:5232/"),
        ("intranet", "http://INTRANET.:8080/"),
        ("Intranet", "https://intranet/"),
    ],
)
def test_what_the_operator_allows_is_called(internet: Internet, entry: str, url: str) -> None:
    """A network or a host, by plain http too."""
    with guarded_client(allow=[entry]) as client, pytest.raises(Later):
        fetch(client, url)
    assert len(internet.connected) == 1


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("10.1.0.0/16", "http://10.2.0.1:8080/"),
        ("10.0.0.0/8", "http://intranet:8080/"),  # by http only what is allowed itself
        ("intranet", "https://router/"),
        ("intranet", "https://10.1.1.1/"),
        ("intranet", "https://intranet:25/"),
        ("intranet", "https://user:word@intranet/"),
        ("intranet", "https://intranet.example.org/"),
        ("10.1.0.0/16", "https://both.example.org/"),
    ],
)
def test_what_the_operator_allows_allows_nothing_else(internet: Internet, entry: str, url: str) -> None:
    """Neither a neighbour nor another form."""
    internet.names["intranet.example.org"] = [["10.1.1.1"]]
    with guarded_client(allow=[entry]) as client, pytest.raises(RondoError):
        fetch(client, url)
    assert internet.connected == []


@pytest.mark.parametrize(
    "entry", ["10.1.0.1/16", "10.0.0.0/33", "", "*", "a b", "http://x", "127.1", "x/8", "2130706433"]
)
def test_what_can_not_be_allowed_is_told(entry: str) -> None:
    """As a mistake in the settings."""
    with pytest.raises(InputError, match=r"outbound\.allow"):
        guarded_client(allow=[entry])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_of_this_machine_is_called_where_the_operator_typed_it(internet: Internet, host: str) -> None:
    """That origin, whatever the path; no other port, no other host, and no other scheme."""
    typed = f"http://{host}:5232/ana/"
    with guarded_client(loopback=typed) as client:
        with pytest.raises(Later):
            fetch(client, f"http://{host}:5232/ben/")
        assert len(internet.connected) == 1
        for other in (f"http://{host}:5233/", "http://127.0.0.2:5232/", "http://[::1]:5232/"):
            with pytest.raises(RondoError):
                fetch(client, other)
    assert len(internet.connected) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "http://10.0.0.1:5232/",
        "http://router:5232/",
        "http://public.example.org/",
        "ftp://127.0.0.1/",
        "nonsense",
        "http://[",
    ],
)
def test_what_is_typed_allows_no_other_machine(internet: Internet, typed: str) -> None:
    """The permission is for loopback alone."""
    with guarded_client(loopback=typed) as client, pytest.raises(RondoError):
        fetch(client, typed)
    assert internet.connected == []


def test_a_loopback_name_that_leads_elsewhere_is_refused(internet: Internet) -> None:
    """Somebody who answers for "localhost" gains nothing."""
    internet.names["localhost"] = [["10.0.0.1"]]
    with guarded_client(loopback="http://localhost:5232/") as client, pytest.raises(RondoError, match="not public"):
        fetch(client, "http://localhost:5232/")
    assert internet.connected == []


@pytest.mark.parametrize("address", PRIVATE_4)
def test_an_address_that_is_not_public_is_not_public_inside_another(address: str) -> None:
    """Mapped, translated, tunnelled."""
    number = int(ip_address(address))
    for carrier in (0xFFFF << 32, 0x64FF9B << 96, 0x2606_4700 << 96 | 0x5EFE << 32):
        assert not is_public(ip_address((carrier | number).to_bytes(16)))
    assert not is_public(ip_address((0x2002 << 112 | number << 80 | 1).to_bytes(16)))


def test_an_address_of_one_network_card_is_not_public() -> None:
    """Resolvers give them for names of the neighbourhood (RFC 4007)."""
    assert is_public(ip_address("2606:4700::1111"))
    assert not is_public(ip_address("2606:4700::1111%eth0"))


@pytest.mark.parametrize("host", ["1572395042", "0x5db8d822", "93.184.55330", "0x5d.0xb8.0xd8.0x22", "93.184.216.0x22"])
def test_an_address_has_one_form(internet: Internet, host: str) -> None:
    """Of a public one as well: what others read as something else is not even looked up."""
    with guarded_client() as client, pytest.raises(InputError, match="no name of a server"):
        fetch(client, f"https://{host}/")
    assert internet.connected == []


def test_proxies_of_the_environment_are_not_used(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect to what nobody checked."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.9.9.9:3128")
    with guarded_client() as client, pytest.raises(Later):
        fetch(client, "https://public.example.org/")
    assert internet.connected == [(PUBLIC, 443)]


def test_allowing_nothing_is_the_default() -> None:
    """Without settings there are neither hosts nor networks nor a loopback."""
    nothing = allowed((), "")
    assert (nothing.networks, nothing.hosts, nothing.loopback) == ((), frozenset(), None)
