"""connectors/zoom.py: one meeting a series, made once however often it is asked for, against a double of Zoom."""

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors._http.secret import Held
from connectors.zoom import ZoomRooms, ZoomSession, grant_of
from scheduler.core.delivery import Delivery, Receipt
from scheduler.core.event import Attendee, Event, Occurrence, RecurrenceRule
from scheduler.core.walltime import WallTime
from scheduler.errors import CredentialsRejected, InputError, RondoError, Unavailable
from tests.doubles.server import Fault, serving
from tests.doubles.zoom import ACCOUNT, CLIENT, CREATE, LIST, SECRET, SETTINGS, UPDATE, ZoomDouble

TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
MEETINGS = "/v2/users/me/meetings"
UID = "11111111-2222-5333-8444-555555555555"
KEPT = json.dumps({"account_id": ACCOUNT, "client_id": CLIENT, "client_secret": SECRET})


class Desk:
    """Zoom's double, and our rooms on it; `paused`: the seconds that they would have waited; `now`: their clock."""

    def __init__(self, double: ZoomDouble) -> None:
        self.double, self.now = double, TODAY
        self.paused: list[float] = []
        self.rooms = self.fresh()

    def fresh(self, api: str = "", secret: str = KEPT) -> ZoomRooms:
        """Rooms that know nothing of earlier ones, as in another run."""
        session = ZoomSession(
            Held(secret),
            api_endpoint=api or self.double.api,
            token_uri=self.double.door,
            pause=self.paused.append,
            now=lambda: self.now,
        )
        self.session = session
        return ZoomRooms(session)

    def meetings(self) -> list[dict[str, Any]]:
        """What stands at Zoom."""
        return list(self.double.meetings.values())


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A double of its own, which was asked for nothing that Zoom would refuse."""
    double = ZoomDouble()
    with serving(double):
        yield Desk(double)
    assert double.broken == []


def _event(uid: str = UID, **changes: object) -> Event:
    rule = RecurrenceRule(zone="Europe/London", first=WallTime(date(2027, 1, 5), 870))
    event = Event(
        uid=uid,
        group="circle-7",
        slot=0,
        generation=0,
        rule=rule,
        duration=45,
        occurrences=tuple(Occurrence(session=i, recurrence_id=at, start=at) for i, at in enumerate(rule.instants(6))),
        title="Circle 7",
        organizer="ana",
        attendees=(Attendee(id="ana", name="Ana", email="ana@example.org", zone="Europe/London"),),
        meeting="zoom",
        stamped=datetime(2026, 11, 20, tzinfo=UTC),
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # names and values of the tests below


def _put(rooms: ZoomRooms, event: Event, standing: Delivery | None = None) -> Delivery:
    return Delivery(event=event, receipt=rooms.put(event, standing=standing))


# --- one meeting a series


def test_a_series_has_one_meeting_without_times(desk: Desk) -> None:
    """Its number and its link are the receipt; it says no time, no name, and nothing of the event but its title."""
    receipt = desk.rooms.put(_event(), standing=None)
    [meeting] = desk.meetings()
    assert receipt == Receipt(id=str(meeting["id"]), conference=meeting["join_url"])
    assert (meeting["topic"], meeting["type"]) == ("Circle 7", 3)
    assert not {"start_time", "recurrence", "duration", "timezone"} & set(meeting)
    assert UID not in meeting["agenda"]
    assert "Ana" not in json.dumps(meeting)


def test_people_get_in_without_the_owner_of_the_account(desk: Desk) -> None:
    """No waiting room that nobody minds, never the owner's personal room, and nothing is recorded."""
    desk.rooms.put(_event(), standing=None)
    assert desk.meetings()[0]["settings"] == {
        "use_pmi": False,
        "join_before_host": True,
        "waiting_room": False,
        "auto_recording": "none",
    }


def test_each_series_has_a_meeting_of_its_own(desk: Desk) -> None:
    """Also where titles are the same: no two groups share a link."""
    links = {desk.rooms.put(_event(f"{uid}"), standing=None).conference for uid in range(5)}
    assert len(links) == len(desk.meetings()) == 5


def test_whatever_becomes_of_the_dates_nothing_is_written_again(desk: Desk) -> None:
    """Sessions move and are skipped, people come and go; the room stays as it is."""
    stands = _put(desk.rooms, _event())
    occurrences = _event().occurrences
    event = _event(occurrences=(replace(occurrences[0], start=None), *occurrences[1:]), duration=90, sequence=1)
    assert desk.rooms.put(event, standing=stands) == stands.receipt
    assert (desk.double.count("POST", MEETINGS), desk.double.count("PATCH")) == (1, 0)


def test_a_new_title_is_shown_at_zoom(desk: Desk) -> None:
    """One change, and the link stays."""
    stands = _put(desk.rooms, _event())
    after = desk.rooms.put(_event(title="Circle of seven"), standing=stands)
    assert after == stands.receipt
    assert desk.meetings()[0]["topic"] == "Circle of seven"


def test_a_title_that_somebody_changed_at_zoom_stays(desk: Desk) -> None:
    """Until ours changes."""
    stands = _put(desk.rooms, _event())
    desk.meetings()[0]["topic"] = "Our own room"
    desk.rooms.put(_event(duration=60), standing=stands)
    assert desk.meetings()[0]["topic"] == "Our own room"


@pytest.mark.parametrize(("title", "topic"), [("a\r\nb\x00c", "a b c"), ("x" * 300, "x" * 200)])
def test_titles_fit_in_a_line_of_zooms(desk: Desk, title: str, topic: str) -> None:
    """On one line, at most 200 signs, and not written again for that."""
    desk.rooms.put(_event(title=title), standing=None)
    desk.rooms.put(_event(title=title), standing=None)
    assert [each["topic"] for each in desk.meetings()] == [topic]
    assert desk.double.count("PATCH") == 0


def test_cancelling_deletes_the_meeting(desk: Desk) -> None:
    """And again: what is gone is no error."""
    stands, other = _put(desk.rooms, _event()), _put(desk.rooms, _event("other"))
    for _ in range(2):
        assert desk.rooms.cancel(_event(cancelled=True), standing=stands) == Receipt()
    assert [str(each["id"]) for each in desk.meetings()] == [other.receipt.id]


def test_a_meeting_of_which_nothing_was_noted_is_deleted_too(desk: Desk) -> None:
    """It is found by its mark; where there is none, nothing is deleted."""
    desk.rooms.put(_event(), standing=None)
    desk.rooms.put(_event("other"), standing=None)
    desk.fresh().cancel(_event(cancelled=True), standing=None)
    desk.fresh().cancel(_event(cancelled=True), standing=None)
    assert (len(desk.meetings()), desk.double.count("DELETE")) == (1, 1)


def test_a_meeting_that_was_deleted_at_zoom_is_made_anew(desk: Desk) -> None:
    """People are still to meet, and their link would lead nowhere."""
    stands = _put(desk.rooms, _event())
    desk.double.meetings.clear()
    after = desk.rooms.put(_event(sequence=1), standing=stands)
    assert after.conference == desk.meetings()[0]["join_url"] != stands.receipt.conference


# --- never two


@pytest.mark.parametrize("tells_agenda", [True, False])
def test_a_run_that_died_before_it_noted_the_meeting_finds_it(desk: Desk, tells_agenda: bool) -> None:
    """By its mark, among others on several pages, whether or not Zoom's list tells it."""
    desk.double.tells_agenda, desk.double.page = tells_agenda, 2
    receipts = [desk.rooms.put(_event(str(uid)), standing=None) for uid in range(5)]
    desk.double.meetings[7] = {"id": 7, "topic": "Circle 7", "type": 2, "created_at": "0", "join_url": "", "uuid": ""}
    desk.double.meetings[7]["host_id"] = ""
    assert [desk.fresh().put(_event(str(uid)), standing=None) for uid in range(5)] == receipts
    assert len(desk.meetings()) == 6


def test_of_lists_that_do_not_tell_each_meeting_is_read_once(desk: Desk) -> None:
    """Else a hundred series would be ten thousand calls."""
    desk.double.tells_agenda = False
    for uid in range(6):
        ZoomRooms(desk.session).put(_event(str(uid)), standing=None)
    assert desk.double.count("GET", r"/meetings/\d+") == 5


@pytest.mark.parametrize("fault", [Fault(after=True, status=504), Fault(after=True, status=0), Fault(truncate=20)])
def test_an_answer_that_was_lost_makes_no_second_meeting(desk: Desk, fault: Fault) -> None:
    """Zoom made it and could not say so: it is looked for before it is made again."""
    desk.double.faults.append(replace(fault, method="POST", path=MEETINGS))
    receipt = desk.rooms.put(_event(), standing=None)
    [meeting] = desk.meetings()
    assert receipt.conference == meeting["join_url"]
    assert desk.double.count("POST", MEETINGS) == 1


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("call", range(5))
def test_a_run_that_breaks_off_anywhere_is_taken_up(desk: Desk, call: int, after: bool) -> None:
    """Made, renamed, deleted; cut at any call, and for good: what is then done again ends as if nothing had been."""
    renamed = _event(title="Circle of seven")

    def story(rooms: ZoomRooms) -> None:
        stands = _put(rooms, _event())
        _put(rooms, renamed, stands)
        rooms.cancel(_event("other"), standing=None)

    desk.rooms.put(_event("other"), standing=None)
    desk.double.faults.append(Fault(path="/v2", status=503, skip=call, times=-1, after=after))
    with suppress(Unavailable):
        story(desk.rooms)
    desk.double.faults.clear()
    story(desk.fresh())
    assert [meeting["topic"] for meeting in desk.meetings()] == ["Circle of seven"]


@pytest.mark.parametrize("body", ["{}", '{"meetings": null}', "<html>sign in</html>", ""])
def test_no_meeting_is_made_where_the_list_can_not_be_read(desk: Desk, body: str) -> None:
    """What is not known to be missing is not made."""
    desk.double.faults.append(Fault(method="GET", path=MEETINGS, status=200, body=body, times=-1))
    with pytest.raises(Unavailable):
        desk.rooms.put(_event(), standing=None)
    assert desk.meetings() == []


def test_a_list_without_end_ends(desk: Desk) -> None:
    """Zoom's marks of the next page lead round in a circle."""
    said = json.dumps({"meetings": [], "next_page_token": "at0"})
    desk.double.faults.append(Fault(method="GET", path=MEETINGS, status=200, body=said, times=-1))
    with pytest.raises(Unavailable, match="more meetings"):
        desk.rooms.put(_event(), standing=None)
    assert len(desk.double.calls) < 120


# --- the limit of a day


def test_the_limit_of_a_day_is_told_and_not_tried_further(desk: Desk) -> None:
    """The event stands without its link; the next day it gets one."""
    desk.double.limit = 2
    made = [_put(desk.rooms, _event(str(uid))) for uid in range(2)]
    for uid in range(2, 5):
        with pytest.raises(Unavailable, match="100 meetings a day for one user; it goes on at 00:00 UTC"):
            ZoomRooms(desk.session).put(_event(str(uid)), standing=None)
    assert (desk.double.count("POST", MEETINGS), desk.paused) == (3, [])
    assert desk.rooms.put(_event("0", duration=60), standing=made[0]) == made[0].receipt
    desk.now, desk.double.day = datetime(2026, 11, 22, 0, 1, tzinfo=UTC), "2026-11-22"
    assert desk.rooms.put(_event("4"), standing=None).conference


def test_a_title_that_can_not_be_changed_today_keeps_nobody_from_the_link(desk: Desk) -> None:
    """It is told as a difference."""
    stands = _put(desk.rooms, _event())
    desk.double.limit = 1
    after = desk.rooms.put(_event(title="Circle of seven"), standing=stands)
    assert after.conference == stands.receipt.conference
    assert after.differences == ("Zoom still shows its former title: at most 100 meetings a day can be changed",)


# --- links


@pytest.mark.parametrize(
    "link",
    [
        "http://us02web.zoom.us/j/",
        "https://zoom.us.evil.example/j/",
        "https://evilzoom.us/j/",
        "https://zoom.us@evil.example/j/",
        "https://us02web.zoom.us:8443/j/",
        "https://zооm.us/j/",
        "https://us02web.zoom.us/j/\r\nATTENDEE:",
        "https://[zoom.us/j/",
        "javascript:alert(1)//zoom.us/",
        "",
    ],
)
def test_a_link_that_does_not_lead_to_zoom_is_not_used(desk: Desk, link: str) -> None:
    """Only https, on zoom.us or a host of it, without port, user or odd signs."""
    desk.double.link = link
    with pytest.raises(Unavailable, match="does not lead to zoom"):
        desk.rooms.put(_event(), standing=None)


@pytest.mark.parametrize("link", ["https://zoom.us/j/", "https://us02web.zoom.us/j/", "https://rondo-inc.zoom.us/j/"])
def test_links_of_zoom_are_used(desk: Desk, link: str) -> None:
    """As they are."""
    desk.double.link = link
    assert desk.rooms.put(_event(), standing=None).conference.startswith(link)


@pytest.mark.parametrize("number", [None, "../users", 1.5, True, {}])
def test_a_number_that_is_none_is_not_used(desk: Desk, number: object) -> None:
    """It would become part of an address that we call."""
    said = json.dumps({"id": number, "join_url": "https://zoom.us/j/1"})
    desk.double.faults.append(Fault(method="POST", path=MEETINGS, status=201, body=said))
    with pytest.raises(Unavailable, match="without a number"):
        desk.rooms.put(_event(), standing=None)


# --- patience


@pytest.mark.parametrize(
    ("headers", "waited"), [({"Retry-After": "7"}, [7.0, 7.0]), ({}, None), ({"Retry-After": "-5"}, None)]
)
def test_a_busy_zoom_is_asked_again_when_it_says(desk: Desk, headers: dict[str, str], waited: list[float]) -> None:
    """As its header asks; without a useful one, after a while."""
    desk.double.faults.append(Fault(path=MEETINGS, status=429, headers=headers, times=2))
    assert desk.rooms.put(_event(), standing=None).conference
    assert len(desk.paused) == 2
    assert waited is None or desk.paused == waited


def test_who_asks_for_too_long_a_wait_is_left_alone(desk: Desk) -> None:
    """Ten days are not waited for."""
    desk.double.faults.append(Fault(path=MEETINGS, status=429, headers={"Retry-After": "864000"}, times=-1))
    with pytest.raises(Unavailable, match="left alone"):
        desk.rooms.put(_event(), standing=None)
    assert (desk.paused, desk.double.count(path=MEETINGS)) == ([], 1)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, body="CANARY"),
        Fault(status=503),
        Fault(status=0),
        Fault(status=200, body="<html>CANARY</html>"),
        Fault(status=200, body='{"id": 1, "join'),
        Fault(status=200, body="[" * 100_000),
        Fault(status=302, headers={"Location": "https://zoom.us/signin"}),
        Fault(status=404, body="<html>no such page</html>"),
        Fault(status=404, body="{}"),
    ],
)
@pytest.mark.parametrize("path", [MEETINGS, "/oauth/token"])
def test_a_zoom_that_is_out_of_order_is_told(desk: Desk, fault: Fault, path: str) -> None:
    """After a bounded number of calls, in our own words; and when it is well again, all is as it should be."""
    desk.double.faults.append(replace(fault, path=path, times=-1))
    with pytest.raises(Unavailable) as caught:
        desk.rooms.put(_event(), standing=None)
    assert "CANARY" not in str(caught.value)
    assert len(desk.double.calls) <= 12
    desk.double.faults.clear()
    assert desk.rooms.put(_event(), standing=None).conference
    assert len(desk.meetings()) == 1


@pytest.mark.parametrize("fault", [Fault(status=404, body="<html>gone</html>"), Fault(status=503), Fault(status=429)])
def test_a_zoom_that_can_not_answer_takes_no_link_away(desk: Desk, fault: Fault) -> None:
    """The meeting stands for all we know: it is neither given up nor made a second time, and nobody waits."""
    stands = _put(desk.rooms, _event())
    desk.double.faults.append(replace(fault, path="/v2", times=-1))
    assert desk.rooms.put(_event(duration=60), standing=stands) == stands.receipt
    assert desk.paused == []
    with pytest.raises(Unavailable):
        desk.rooms.put(_event(title="Circle of seven"), standing=stands)
    assert len(desk.meetings()) == 1


def test_a_link_that_was_changed_at_zoom_is_taken_up(desk: Desk) -> None:
    """With another passcode the former link leads to a closed door."""
    stands = _put(desk.rooms, _event())
    desk.meetings()[0]["join_url"] = "https://us02web.zoom.us/j/81000000001?pwd=another"
    after = desk.rooms.put(_event(duration=60), standing=stands)
    assert after.conference == "https://us02web.zoom.us/j/81000000001?pwd=another"


def test_what_zoom_refuses_is_not_tried_again(desk: Desk) -> None:
    """Its number is told, its words are not."""
    said = json.dumps({"code": 3161, "message": "CANARY"})
    desk.double.faults.append(Fault(method="POST", path=MEETINGS, status=400, body=said, times=-1))
    with pytest.raises(InputError, match=r"refuses the meeting \(400, code 3161\)") as caught:
        desk.rooms.put(_event(), standing=None)
    assert "CANARY" not in str(caught.value)
    assert desk.double.count("POST", MEETINGS) == 1


# --- signing in


def test_a_token_serves_many_calls_and_is_renewed(desk: Desk) -> None:
    """Once it is rejected, another one is fetched, and nobody notices."""
    stands = _put(desk.rooms, _event())
    assert desk.double.count(path="/oauth/token") == 1
    desk.double.tokens = {"others"}
    assert desk.rooms.put(_event(), standing=stands) == stands.receipt
    assert desk.double.count(path="/oauth/token") == 2


def test_a_token_is_renewed_before_it_ends(desk: Desk) -> None:
    """One that has less than a minute left is not used."""
    said = json.dumps({"access_token": "short", "expires_in": 30})
    desk.double.tokens.add("short")
    desk.double.faults.append(Fault(path="/oauth/token", status=200, body=said))
    desk.rooms.put(_event(), standing=None)
    assert desk.double.count(path="/oauth/token") == 2


def test_an_app_that_was_shut_out_has_to_be_connected_again(desk: Desk) -> None:
    """Said at once, and nothing is tried again."""
    stands = _put(desk.rooms, _event())
    desk.double.tokens.clear()
    desk.double.secret = "another"
    with pytest.raises(CredentialsRejected, match="rondo connect zoom DIR"):
        desk.rooms.put(_event(), standing=stands)
    assert (desk.double.count(path="/oauth/token"), desk.paused) == (2, [])


def test_a_token_that_is_never_taken_ends(desk: Desk) -> None:
    """Two calls, two tokens, and it is told."""
    desk.double.faults.append(Fault(path=MEETINGS, status=401, body='{"code": 124}', times=-1))
    with pytest.raises(CredentialsRejected, match="rejects the app"):
        desk.rooms.put(_event(), standing=None)
    assert len(desk.double.calls) == 4


@pytest.mark.parametrize("fault", [Fault(status=403, body='{"code": 403}'), None])
def test_an_app_without_a_scope_is_told_where_they_are_listed(desk: Desk, fault: Fault | None) -> None:
    """Zoom says so in two ways."""
    desk.double.scopes = False
    desk.double.faults += [replace(fault, path=MEETINGS)] if fault else []
    with pytest.raises(CredentialsRejected, match=r"docs/how-to/video\.md"):
        desk.rooms.put(_event(), standing=None)


@pytest.mark.parametrize("text", ["", "[]", '{"account_id": "a"}', "null", "CANARY-text"])
def test_credentials_that_can_not_be_read_have_to_be_connected_again(desk: Desk, text: str) -> None:
    """Without a word of what is kept."""
    with pytest.raises(CredentialsRejected, match="rondo connect zoom DIR") as caught:
        desk.fresh(secret=text or " ").put(_event(), standing=None)
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "a\r\nX-Evil: 1", "t\u00f6ken", 7, None])
def test_a_token_that_is_none_is_not_sent(desk: Desk, token: object) -> None:
    """It would stand in a header."""
    said = json.dumps({"access_token": token, "expires_in": 3600})
    desk.double.faults.append(Fault(path="/oauth/token", status=200, body=said, times=-1))
    with pytest.raises(Unavailable, match="gives no token"):
        desk.rooms.put(_event(), standing=None)
    assert desk.double.count(path=MEETINGS) == 0


def test_a_grant_is_tried_by_a_call_that_changes_nothing(desk: Desk) -> None:
    """It is bound to the account, and keeps what opens it."""
    double = desk.double
    grant = grant_of(ACCOUNT, CLIENT, SECRET, api_endpoint=double.url, token_uri=double.door)
    assert (grant.identity, grant.calendars) == (f"zoom:{ACCOUNT}", ())
    assert "meeting:write:meeting:admin" in grant.scopes
    assert {call.method for call in double.calls if call.path == MEETINGS} == {"GET"}
    with pytest.raises(CredentialsRejected, match="client id or client secret"):
        grant_of(ACCOUNT, CLIENT, "wrong", api_endpoint=double.api, token_uri=double.door)
    desk.fresh(api=f"{double.url}/", secret=grant.secret).put(_event(), standing=None)


@pytest.mark.parametrize("url", ["http://api.zoom.us/v2", "ftp://127.0.0.1/v2"])
def test_plain_http_is_for_this_machine_alone(desk: Desk, url: str) -> None:
    """The token would be read on its way."""
    with pytest.raises(InputError):
        desk.fresh(api=url).put(_event(), standing=None)


# --- what leaves


def test_no_secret_is_in_errors_or_logs(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the app's, nor a token, nor what Zoom says."""
    caplog.set_level(logging.DEBUG)
    texts = []
    faults = [
        *(Fault(status=status, body='{"code": 9, "message": "CANARY"}') for status in (400, 401, 403, 404, 409, 500)),
        Fault(path="/oauth/token", status=400, body='{"reason": "CANARY"}'),
        Fault(status=200, body='{"access_token": ["CANARY"]}'),
        Fault(status=200, body="CANARY"),
    ]
    for fault in faults:
        desk.double.faults = [replace(fault, times=-1)]
        with pytest.raises(RondoError) as caught:
            desk.fresh().put(_event(), standing=None)
        texts += ["".join(traceback.format_exception(caught.value)), repr(caught.value)]
    assert "CANARY" not in "".join(texts) + caplog.text


# --- our description against theirs

NEWER = {"next_page_token"}
"""Names that Zoom added after its published description."""


def _names(definition: dict[str, Any], contract: dict[str, Any]) -> dict[str, Any]:
    """The properties of a definition, those of what it builds on too."""
    parts = [contract["definitions"][each["$ref"].rsplit("/", 1)[-1]] for each in definition.get("allOf", ())]
    names: dict[str, Any] = dict(definition.get("properties", {}))
    for part in parts:
        names |= _names(part, contract)
    return names


@pytest.mark.parametrize(
    ("ours", "theirs"), [(CREATE, "Meeting"), (UPDATE, "MeetingUpdate"), (SETTINGS, "MeetingSettings")]
)
def test_what_we_send_has_the_names_and_types_of_zooms_description(
    shared: Path, ours: dict[str, Any], theirs: str
) -> None:
    """Each property that our double takes is one of Zoom's, of the same type, with values that Zoom knows."""
    contract = json.loads((shared / "contracts" / "zoom-meetings.swagger.json").read_text())
    known = _names(contract["definitions"][theirs], contract)
    for name, schema in ours["properties"].items():
        assert known[name].get("type", "object") == schema["type"] or known[name].get("$ref", "").endswith("Settings")
        assert set(schema.get("enum", ())) <= set(known[name].get("enum", schema.get("enum", ())))


def test_our_calls_are_those_of_zooms_description(shared: Path) -> None:
    """Their paths, methods and query parameters."""
    contract = json.loads((shared / "contracts" / "zoom-meetings.swagger.json").read_text())
    assert {"get", "post"} <= set(contract["paths"]["/users/{userId}/meetings"])
    assert {"get", "patch", "delete"} <= set(contract["paths"]["/meetings/{meetingId}"])
    queries = {each["name"]: each for each in contract["parameters"].values() if each["in"] == "query"}
    assert set(LIST["properties"]) - NEWER <= set(queries)
    assert LIST["properties"]["type"]["enum"] == queries["type"]["enum"]
    assert queries["page_size"]["maximum"] == 300
