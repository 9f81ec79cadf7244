"""connectors/feeds.py: calendars at addresses, read only where they changed and believed only where they can be."""

import gzip
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from connectors._feeds.seen import seen_in
from connectors._http.guard import guarded_client
from connectors._http.retry import LONGEST
from connectors.feeds import TRIES, IcsFeeds, grant_of
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from scheduler.ports import Answer, Asked, CalendarReader, ChangeFeed, Own
from tests.connectors._ical.calendars import YEAR, calendar, event, interval, spans
from tests.doubles.feeds import Feeds
from tests.doubles.server import Fault, serving
from tests.servers import CalendarServer, radicale, xandikos

WINDOW = interval(YEAR)
CANARY = "CANARY-4c1e"
CREATED = 201
PATH = f"/private-{CANARY}/basic.ics"


def _meeting(day: int, uid: str = "") -> str:
    words = [f"{name}:{CANARY}" for name in ("SUMMARY", "LOCATION", "DESCRIPTION")]
    return event(f"DTSTART:202603{day:02}T090000Z", "DURATION:PT1H", *words, uid=uid or f"day-{day}")


TWO = calendar(_meeting(2), _meeting(3))
MANY = calendar(*(_meeting(day) for day in range(1, 21)))
FEW = calendar(_meeting(2))
NONE = calendar()
PAGE = f"<!doctype html><title>{CANARY}</title><p>BEGIN:VCALENDAR in a sentence</p>".encode()


@dataclass
class Web:
    """A server of feeds, our reader of them, and the seconds that it would have waited."""

    feeds: Feeds
    client: httpx.Client
    waits: list[float] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The secret address."""
        return f"{self.feeds.url}{PATH}"

    @property
    def reader(self) -> IcsFeeds:
        """A new one at each use: it remembers nothing by itself."""
        return IcsFeeds(self.client, pause=self.waits.append)

    def publish(self, text: bytes) -> None:
        """Put a text at the address."""
        self.feeds.texts[PATH] = text

    def read(self, token: str = "", **asked: object) -> Answer:
        """What our reader says of it."""
        question = Asked(**{"calendar": self.url, "token": token} | asked)  # type: ignore[arg-type]  # fields of Asked
        reader: CalendarReader = self.reader
        [answer] = reader.free_busy([question], window=WINDOW)
        assert CANARY not in repr(answer.error) + str(answer.error) + answer.token
        return answer

    def statuses(self) -> list[int]:
        """What the server answered so far."""
        return [call.status for call in self.feeds.calls]


@pytest.fixture
def web() -> Iterator[Web]:
    """On loopback, which the client is allowed; the server finds fault with no request."""
    feeds = Feeds()
    with serving(feeds), guarded_client(allow=["127.0.0.1"]) as client:
        yield Web(feeds, client)
    assert feeds.broken == []


def _busy(answer: Answer) -> list[str]:
    assert answer.error is None
    assert answer.free_busy is not None
    assert answer.free_busy.complete
    return spans(answer.free_busy.busy)


def _unchanged(answer: Answer) -> bool:
    return answer.free_busy is None and answer.error is None


BOTH = ["03-02 09:00-10:00", "03-03 09:00-10:00"]

# Reading


def test_a_feed_is_read(web: Web) -> None:
    """Its busy times, and nothing else."""
    web.publish(TWO)
    answer = web.read()
    assert _busy(answer) == BOTH
    assert CANARY not in repr(answer)


def test_a_feed_is_read_on_its_owners_clock_and_without_our_own_events(web: Web) -> None:
    """As every calendar."""
    web.publish(calendar(event("DTSTART:20260302T090000", "DURATION:PT1H", uid="float"), _meeting(3, "ours")))
    own = Own(uids=frozenset({"ours"}))
    assert _busy(web.read(zone="Asia/Kolkata", own=own)) == ["03-02 03:30-04:30"]


def test_a_webcal_address_is_one_of_https(web: Web) -> None:
    """The scheme of calendar programs; in any case of letters. By plain http it is never called."""
    web.publish(TWO)
    for scheme in ("webcal", "WebCal", "webcals"):
        answer = web.read(calendar=web.url.replace("http", scheme, 1))
        assert isinstance(answer.error, Unavailable)  # the double speaks no TLS
    assert web.feeds.calls == []


def test_many_feeds_have_an_answer_each_in_their_order(web: Web) -> None:
    """However many are read at once, and whatever is wrong with one of them."""
    for day in range(1, 13):
        web.feeds.texts[f"/{day}.ics"] = calendar(_meeting(day)) if day % 3 else PAGE
    asked = [Asked(calendar=f"{web.feeds.url}/{day}.ics") for day in range(1, 14)]
    answers = web.reader.free_busy(asked, window=WINDOW)
    assert [_busy(each) if each.free_busy else type(each.error) for each in answers] == [
        [f"03-{day:02} 09:00-10:00"] if day % 3 else Unavailable for day in range(1, 13)
    ] + [Unavailable]


def test_a_packed_feed_is_unpacked(web: Web) -> None:
    """As most servers send it."""
    packed = Fault(path=PATH, status=200, body=gzip.compress(MANY), headers={"Content-Encoding": "gzip"})
    web.feeds.faults.append(packed)
    assert len(_busy(web.read())) == 20


@pytest.mark.parametrize("packing", ["gzip", ""])
def test_a_feed_without_end_is_cut(web: Web, packing: str) -> None:
    """Five megabytes of it, unpacked (fault B2)."""
    text = MANY + b"X-FILL:" + b"x" * 6_000_000
    body = gzip.compress(text) if packing else text
    web.feeds.faults.append(Fault(status=200, body=body, headers={"Content-Encoding": packing} if packing else {}))
    assert "larger than 5 MB" in str(web.read().error)


# Nothing changed


def test_what_did_not_change_is_not_sent_again(web: Web) -> None:
    """The server knows by the ETag, or by the date, and says 304; that is an answer with neither."""
    web.publish(TWO)
    first = web.read()
    again = web.read(first.token)
    assert _unchanged(again)
    assert again.token == first.token
    assert web.statuses() == [200, 304]
    assert web.feeds.calls[1].headers["if-modified-since"]


def test_what_did_not_change_is_not_read_again_where_a_server_sends_it_all_the_same(web: Web) -> None:
    """Some know no ETag, and some don't look at it."""
    web.publish(TWO)
    web.feeds.validators = False
    first = web.read()
    assert _unchanged(web.read(first.token))
    assert web.statuses() == [200, 200]
    assert "if-none-match" not in web.feeds.calls[1].headers


def test_the_moment_at_which_a_text_was_made_is_no_change(web: Web) -> None:
    """Some servers write it into every event, at every call."""
    web.feeds.validators = False
    stamped = [calendar(event("DTSTART:20260302T090000Z", f"DTSTAMP:2026110{n}T000000Z")) for n in (1, 2)]
    web.publish(stamped[0])
    first = web.read()
    web.publish(stamped[1])
    assert _unchanged(web.read(first.token))


def test_a_change_is_read(web: Web) -> None:
    """With the token of whatever came before."""
    web.publish(TWO)
    first = web.read()
    web.publish(MANY)
    second = web.read(first.token)
    assert len(_busy(second)) == 20
    assert _unchanged(web.read(second.token))


@pytest.mark.parametrize(
    "other",
    [
        {"zone": "Asia/Kolkata"},
        {"own": Own(uids=frozenset({"day-2"}))},
    ],
)
def test_another_question_is_answered_anew(web: Web, other: dict[str, object]) -> None:
    """The same text says something else to it: the server is not told that we know it."""
    web.publish(TWO)
    first = web.read()
    assert not _unchanged(web.read(first.token, **other))
    assert "if-none-match" not in web.feeds.calls[1].headers
    assert web.statuses() == [200, 200]


def test_another_window_is_another_question(web: Web) -> None:
    """Busy times outside of the old one were left out."""
    web.publish(TWO)
    token = web.read().token
    [answer] = web.reader.free_busy(
        [Asked(calendar=web.url, token=token)], window=interval(("2026-03-03T00:00:00Z", "2026-04-01T00:00:00Z"))
    )
    assert _busy(answer) == ["03-03 09:00-10:00"]


def test_other_zone_data_ask_anew(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read by old ones may be an hour off."""
    web.publish(TWO)
    first = web.read()
    monkeypatch.setattr("connectors._feeds.seen.version", lambda _: "2099.1")
    assert _busy(web.read(first.token)) == BOTH


@pytest.mark.parametrize(
    "token", ["x", "{}", "[]", "null", '{"etag": 3}', '{"more": "x"}', '{"size": "2"}', "\ud800", "{" * 9999]
)
def test_a_token_that_is_none_of_ours_is_no_token(web: Web, token: str) -> None:
    """Everything is read."""
    web.publish(TWO)
    assert _busy(web.read(token)) == BOTH


@pytest.mark.parametrize("etag", ['"caf\u00e9"', '"' + "x" * 5000 + '"'])
def test_a_strange_etag_is_not_kept(web: Web, etag: str) -> None:
    """Nobody has us send what they like, or keep what they like."""
    web.feeds.faults += [Fault(status=200, body=TWO, headers={"ETag": etag})]
    first = web.read()
    assert (seen_in(first.token).etag, len(first.token) < 1000) == ("", True)
    web.publish(TWO)
    assert _unchanged(web.read(first.token))


def test_nothing_changed_where_nobody_asked_is_an_error(web: Web) -> None:
    """A server that says so to whom it never sent anything."""
    web.feeds.faults.append(Fault(status=304))
    assert isinstance(web.read().error, Unavailable)


# What may be no calendar


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (PAGE, "no calendar"),
        (b'{"error": "x"}', "no calendar"),
        (b"\x00\x01\x02", "no calendar"),
        (MANY[:-200], "breaks off"),
        (b"BEGIN:VCALENDAR\r\n", "breaks off"),
    ],
    ids=["nothing", "blank", "page", "json", "bytes", "cut", "begun"],
)
def test_what_is_no_calendar_is_unavailable_however_often_it_comes(web: Web, body: bytes, told: str) -> None:
    """The last good copy stays, and is known again when the calendar is back."""
    web.publish(MANY)
    good = web.read()
    web.publish(body)
    token = good.token
    for _ in range(3):
        bad = web.read(token)
        assert isinstance(bad.error, Unavailable)
        assert told in str(bad.error)
        assert bad.free_busy is None
        token = bad.token
    web.publish(MANY)
    assert _unchanged(web.read(token))


@pytest.mark.parametrize("text", [FEW, NONE], ids=["few", "none"])
def test_a_text_that_lost_most_is_believed_the_second_time(web: Web, text: bytes) -> None:
    """It may be a fault of the server, and it may be that somebody left their job."""
    web.publish(MANY)
    good = web.read()
    web.publish(text)
    doubted = web.read(good.token)
    assert isinstance(doubted.error, Unavailable)
    assert "much less than before" in str(doubted.error)
    believed = web.read(doubted.token)
    assert _busy(believed) == (["03-02 09:00-10:00"] if text == FEW else [])
    assert _unchanged(web.read(believed.token))


def test_a_calendar_that_lost_all_its_events_is_doubted_however_large_it_still_is(web: Web) -> None:
    """What remains may be the description of its time zones."""
    zones = f"X-ZONES:{'x' * 5000}"
    web.publish(calendar(zones, _meeting(2)))
    good = web.read()
    web.publish(calendar(zones))
    doubted = web.read(good.token)
    assert isinstance(doubted.error, Unavailable)
    assert _busy(web.read(doubted.token)) == []


def test_a_text_that_is_back_was_never_lost(web: Web) -> None:
    """And the doubt is forgotten: the next loss is doubted again."""
    web.publish(MANY)
    good = web.read()
    web.publish(FEW)
    doubted = web.read(good.token)
    web.publish(MANY)
    back = web.read(doubted.token)
    assert _unchanged(back)
    web.publish(FEW)
    assert isinstance(web.read(back.token).error, Unavailable)


def test_each_other_loss_is_doubted_for_itself(web: Web) -> None:
    """A server that says something else each time is not right the second time."""
    web.publish(MANY)
    token = web.read().token
    for day in (1, 2, 3):
        web.publish(calendar(_meeting(day)))
        answer = web.read(token)
        assert isinstance(answer.error, Unavailable)
        token = answer.token


def test_a_doubt_outlasts_an_error(web: Web) -> None:
    """Small, then busy, then small again: that is twice."""
    web.publish(MANY)
    token = web.read().token
    web.publish(FEW)
    token = web.read(token).token
    web.feeds.faults.append(Fault(status=404))
    token = web.read(token).token
    assert _busy(web.read(token)) == ["03-02 09:00-10:00"]


def test_a_doubt_does_not_depend_on_the_question(web: Web) -> None:
    """A new plan changes what is our own, but not what the feed held."""
    web.publish(MANY)
    token = web.read().token
    web.publish(FEW)
    own = Own(uids=frozenset({"x"}))
    doubted = web.read(token, own=own)
    assert isinstance(doubted.error, Unavailable)
    assert _busy(web.read(doubted.token)) == ["03-02 09:00-10:00"]


def test_a_text_that_lost_less_than_half_is_believed(web: Web) -> None:
    """People do delete things."""
    web.publish(MANY)
    good = web.read()
    web.publish(calendar(*(_meeting(day) for day in range(1, 13))))
    assert len(_busy(web.read(good.token))) == 12


def test_an_empty_calendar_is_free_where_it_never_held_anything(web: Web) -> None:
    """A new one."""
    web.publish(NONE)
    assert _busy(web.read()) == []


# Errors


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (401, CredentialsRejected, "rondo connect ics"),
        (403, CredentialsRejected, "rondo connect ics"),
        (404, Unavailable, "no calendar at this address"),
        (410, Unavailable, "no calendar at this address"),
        (400, Unavailable, "(400)"),
        (204, Unavailable, "(204)"),
        (206, Unavailable, "(206)"),
        (300, Unavailable, "(300)"),
        (418, Unavailable, "(418)"),
    ],
)
def test_an_error_is_told_once_and_in_our_own_words(web: Web, status: int, error: type[RondoError], told: str) -> None:
    """It is not tried again, and nothing of its page is repeated; what is known is kept."""
    web.feeds.faults.append(Fault(status=status, body=PAGE if status != 204 else b"", times=-1))
    answer = web.read("kept")
    assert type(answer.error) is error
    assert told in str(answer.error)
    assert (answer.token, len(web.feeds.calls), web.waits) == ("kept", 1, [])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(web: Web, status: int) -> None:
    """After the time that it asks for."""
    web.publish(TWO)
    web.feeds.faults.append(Fault(status=status, headers={"Retry-After": "3"}, body=PAGE, times=TRIES - 1))
    assert _busy(web.read()) == BOTH
    assert web.waits == [3.0] * (TRIES - 1)


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(status=0), Fault(truncate=50), Fault(status=429)], ids=str)
def test_a_server_that_stays_busy_is_unavailable(web: Web, fault: Fault) -> None:
    """After a few tries."""
    fault.times = -1
    web.publish(MANY)
    web.feeds.faults.append(fault)
    answer = web.read("kept")
    assert type(answer.error) is Unavailable
    assert (answer.token, len(web.feeds.calls)) == ("kept", TRIES)
    assert sum(web.waits) <= TRIES * LONGEST


def test_a_server_that_asks_for_days_is_left_alone(web: Web) -> None:
    """The others are read meanwhile."""
    web.feeds.faults.append(Fault(status=429, headers={"Retry-After": "864000"}))
    assert "240 hours" in str(web.read().error)
    assert (len(web.feeds.calls), web.waits) == (1, [])


@pytest.mark.parametrize(
    "address", ["calendars/ana.ics", "", "ftp://example.org/x", "https://", "https://[", "google:a@b.c"]
)
def test_what_is_no_address_of_a_feed_is_a_mistake(web: Web, address: str) -> None:
    """Of the person who wrote it."""
    assert isinstance(web.read(calendar=address).error, InputError)


def test_what_is_not_allowed_is_not_called(web: Web) -> None:
    """The guard stands before feeds as before everything."""
    web.publish(TWO)
    with guarded_client() as client:
        [answer] = IcsFeeds(client).free_busy([Asked(calendar=web.url)], window=WINDOW)
    assert isinstance(answer.error, InputError)
    assert web.feeds.calls == []


def test_no_log_has_an_address_or_a_title(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    """However much is logged."""
    caplog.set_level(logging.DEBUG)
    web.publish(TWO)
    web.read(web.read().token)
    web.feeds.faults.append(Fault(status=302, headers={"Location": f"/other-{CANARY}"}))
    web.read()
    assert CANARY not in caplog.text


# Changes


def test_a_change_is_told_without_where(web: Web) -> None:
    """A feed is one text: whatever changed, everything may have."""
    feed: ChangeFeed = web.reader
    web.publish(TWO)
    begun = feed.changes(web.url, "")
    assert begun.everything
    assert not feed.changes(web.url, begun.token).everything
    assert web.statuses() == [200, 304]
    web.publish(MANY)
    changed = feed.changes(web.url, begun.token)
    assert (changed.everything, changed.uids) == (True, frozenset())


def test_no_change_is_told_where_only_the_validators_changed(web: Web) -> None:
    """The same text under another ETag."""
    web.publish(TWO)
    begun = web.reader.changes(web.url, "")
    web.feeds.faults.append(Fault(status=200, body=TWO, headers={"ETag": '"other"'}))
    assert not web.reader.changes(web.url, begun.token).everything


@pytest.mark.parametrize(("status", "error"), [(403, CredentialsRejected), (404, Unavailable), (200, Unavailable)])
def test_an_error_is_no_change(web: Web, status: int, error: type[RondoError]) -> None:
    """Nobody may conclude from it that something was deleted."""
    web.feeds.faults.append(Fault(status=status, body=PAGE))
    with pytest.raises(error):
        web.reader.changes(web.url, "")


# Connecting


def test_a_feed_is_connected_by_its_address(web: Web) -> None:
    """The address is the secret, and everything else that is kept hides it."""
    web.publish(TWO)
    grant = grant_of(web.url, client=web.client)
    assert grant.secret == web.url
    assert CANARY not in f"{grant.identity} {grant.address} {grant.calendars} {grant.scopes}"
    assert grant.identity.startswith("127.0.0.1/")
    assert grant.calendars == (grant.address,)
    assert grant == grant_of(web.url, client=web.client)


def test_another_address_is_another_account(web: Web) -> None:
    """Of the same server."""
    web.publish(TWO)
    web.feeds.texts["/other.ics"] = TWO
    other = grant_of(f"{web.feeds.url}/other.ics", client=web.client)
    assert other.identity != grant_of(web.url, client=web.client).identity


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(status=403), CredentialsRejected),
        (Fault(status=200, body=PAGE), Unavailable),
        (Fault(status=404), Unavailable),
    ],
    ids=["refused", "page", "gone"],
)
def test_what_is_no_feed_is_not_connected(web: Web, fault: Fault, error: type[RondoError]) -> None:
    """It is tried before it is kept."""
    web.feeds.faults.append(fault)
    with pytest.raises(error):
        grant_of(web.url, client=web.client)
    with pytest.raises(InputError):
        grant_of("calendars/ana.ics", client=web.client)


# Real servers


@pytest.mark.parametrize("opened", [radicale, xandikos])
def test_a_collection_of_a_real_server_is_a_feed(
    tmp_path: Path, opened: Callable[[Path], AbstractContextManager[CalendarServer]]
) -> None:
    """GET on a CalDAV calendar: changes are seen, and what did not change is not read again."""
    with opened(tmp_path) as server:
        _follow(server)


def _follow(server: CalendarServer) -> None:
    origin = f"http://127.0.0.1:{server.port}"
    assert server.request("PUT", "a.ics", calendar(_meeting(2)))[0] == CREATED
    with guarded_client(loopback=origin) as client:
        client.headers["Authorization"] = "Basic YW55Ym9keTp4"
        reader, asked = IcsFeeds(client), Asked(calendar=f"{origin}{server.calendar}")
        [first] = reader.free_busy([asked], window=WINDOW)
        assert _busy(first) == ["03-02 09:00-10:00"]
        [again] = reader.free_busy([Asked(calendar=asked.calendar, token=first.token)], window=WINDOW)
        assert _unchanged(again)
        assert server.request("PUT", "b.ics", calendar(_meeting(3)))[0] == CREATED
        [more] = reader.free_busy([Asked(calendar=asked.calendar, token=again.token)], window=WINDOW)
        assert _busy(more) == BOTH
