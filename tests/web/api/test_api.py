"""The API: pages of lists, tags, keys of writes, problems for all that is wrong; and a plan from asking to applying."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from scheduler.app.access.tokens import Tokens
from scheduler.core.token import Scope
from scheduler.store import SqlIdempotency
from scheduler.web.limits_of_rate import Limiter
from tests.site import SAMPLE, Stand
from tests.web.api.conftest import client, token
from tests.web.disturbing import disturb

PAIR = "pair-amara-chen"
LISTS = ("people", "groups", "occurrences", "coverage", "fairness", "decisions")


def all_of(api: httpx.Client, path: str, limit: int) -> Iterator[dict[str, object]]:
    """Every item of a list, page by page."""
    following: str | None = f"{path}?limit={limit}"
    while following:
        answer = api.get(api.base_url.join(following))
        yield from answer.json()["items"]
        following = answer.json()["next"]
        assert (answer.headers.get("link") is None) is (following is None)


def is_problem(answer: httpx.Response, status: int) -> dict[str, object]:
    """A problem of this status, as RFC 9457 has it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, object] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told


@pytest.mark.parametrize("name", LISTS)
def test_pages_together_are_the_list(api: httpx.Client, name: str) -> None:
    """Nothing lost, nothing doubled, in the same order."""
    whole = api.get(f"/{name}", params={"limit": 200}).json()
    assert len(whole["items"]) == min(whole["total"], 200)
    assert list(all_of(api, f"{name}", 3)) == whole["items"]


def test_occurrences_are_told_on_a_clock(api: httpx.Client) -> None:
    """The same instant in UTC, and with its offset on the clock that is asked for."""
    items = api.get("/occurrences", params={"tz": "Asia/Kolkata", "limit": 5}).json()["items"]
    for each in items:
        start = each["start"]
        assert start["tz"] == "Asia/Kolkata"
        at = datetime.fromisoformat(start["instant"])
        assert datetime.fromisoformat(start["local"]) == at
        assert start["local"] == at.astimezone(ZoneInfo("Asia/Kolkata")).isoformat()
        assert start["words"].endswith("Kolkata")


def test_occurrences_of_a_person_in_a_span(api: httpx.Client) -> None:
    """Only theirs, and only those that touch the span."""
    span = {"from": "2027-02-01T00:00:00Z", "to": "2027-03-01T00:00:00+01:00", "person": "chen", "limit": "200"}
    items = api.get("/occurrences", params=span).json()["items"]
    groups = api.get("/people/chen").json()["groups"]
    assert items
    assert {each["group"] for each in items} <= set(groups)
    assert all(each["end"]["instant"] >= "2027-02-01" and each["start"]["instant"] < "2027-03-01" for each in items)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "now"),
        ("from", "2027-02-01T00:00:00"),
        ("from", "2027-02-01T00:00:00+14:01"),
        ("from", "2027-02-01"),
        ("from", "2027-02-01T00:00:00.123456789012Z"),
        ("from", "2027-02-30T00:00:00Z"),
        ("from", "0000-01-01T00:00:00Z"),
        ("tz", "EST5"),
        ("tz", "../../etc/passwd"),
        ("tz", "localtime"),
        ("tz", ""),
        ("limit", "0"),
        ("limit", "1e3"),
        ("limit", "100000"),
        ("cursor", "{{7*7}}"),
        ("cursor", "WyJhIl0"),
        ("cursor", "x" * 600),
    ],
)
def test_a_parameter_that_can_not_be_read_is_named(api: httpx.Client, name: str, value: str) -> None:
    """422, with the parameter (B32)."""
    told = is_problem(api.get("/occurrences", params={name: value}), 422)
    assert name in str(told["errors"])


def test_a_span_that_ends_before_it_begins_or_is_endless(api: httpx.Client) -> None:
    """Both are refused (B32)."""
    for end in ("2027-01-01T00:00:00Z", "2127-01-01T00:00:00Z"):
        is_problem(api.get("/occurrences", params={"from": "2027-02-01T00:00:00Z", "to": end}), 422)


def test_what_is_known_is_not_sent_again(api: httpx.Client) -> None:
    """304 for the tag of before."""
    first = api.get("/groups")
    again = api.get("/groups", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert api.get("/people", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_limits_are_changed_by_who_saw_them(api: httpx.Client) -> None:
    """428 without a tag, 412 with one of before, and then it is there."""
    seen = api.get("/people/kwame")
    is_problem(api.patch("/people/kwame", json={"hours": "Mon-Thu 9-16"}), 428)
    match = {"If-Match": seen.headers["etag"]}
    done = api.patch("/people/kwame", json={"hours": "Mon-Thu 9-16"}, headers=match)
    assert done.json()["limits"] == seen.json()["limits"] | {"hours": "Mon-Thu 9-16"}
    is_problem(api.patch("/people/kwame", json={"hours": "Mon-Fri 9-16"}, headers=match), 412)
    assert api.get("/people/kwame").headers["etag"] == done.headers["etag"]


@pytest.mark.parametrize(
    "body",
    [
        {"hours": "whenever"},
        {"timezone": "EST"},
        {"timezone": " "},
        {"max_per_day": "-1"},
        {"max_per_day": True},
        {"role": "coordinator"},
        {"hours": 9},
        {"notice": "=cmd|' /C calc'!A0"},
        [],
        None,
    ],
)
def test_limits_that_can_not_be_are_refused(api: httpx.Client, body: object) -> None:
    """With what is wrong; nothing is changed."""
    seen = api.get("/people/ines")
    answer = api.patch("/people/ines", json=body, headers={"If-Match": seen.headers["etag"]})
    assert is_problem(answer, 422)["errors"]
    assert api.get("/people/ines").json() == seen.json()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[" * 100_000,
        '{"seconds": NaN}',
        '{"seconds": 1e400}',
        '{"replan": true, "replan": false}',
        '{"seconds": ' + "9" * 5_000 + "}",
        "\x00",
        "\ud800".encode("utf-8", "surrogatepass"),
        "{}".encode("utf-16"),
    ],
)
def test_a_body_that_is_no_json_is_refused(api: httpx.Client, body: str | bytes) -> None:
    """400, or 422 where it is some but none of ours; no 500 (B13)."""
    answer = api.post("/plans", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    is_problem(answer, answer.status_code)


def test_a_body_that_is_too_large_is_refused(api: httpx.Client) -> None:
    """413."""
    body = json.dumps({"replan": "x" * 1_000_000})
    is_problem(api.post("/plans", content=body, headers={"Content-Type": "application/json"}), 413)


def test_a_form_is_no_json(api: httpx.Client) -> None:
    """What a page of somebody else can have a browser send does nothing."""
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        is_problem(api.post("/plans", content='{"replan": true}', headers={"Content-Type": kind}), 422)


def test_who_shows_nothing_or_something_else_is_told_how(stand: Stand) -> None:
    """401 with a challenge; a coordinator's cookie opens nothing, and neither does a token in the address (B24)."""
    secret = token(stand, [Scope.READ])
    with stand.client(stand.coordinator()) as there:
        for path, headers in (
            (f"/api/v1/programmes/{SAMPLE}", {}),
            (f"/api/v1/programmes/{SAMPLE}?token={secret}&access_token={secret}", {}),
            (f"/api/v1/programmes/{SAMPLE}", {"Authorization": "Bearer rondo_wrong"}),
            (f"/api/v1/programmes/{SAMPLE}", {"Authorization": f"Basic {secret}"}),
            (f"/api/v1/programmes/{SAMPLE}", {"Authorization": f"Bearer {'x' * 100_0}"}),
        ):
            answer = there.get(path, headers=headers)
            is_problem(answer, 401)
            assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_a_token_ends(stand: Stand) -> None:
    """By its time, or by somebody's word."""
    tokens, began = Tokens(stand.service.database, stand.clock), stand.clock.at
    short, _ = tokens.issue(SAMPLE, "short", [Scope.READ], timedelta(hours=1))
    long, held = tokens.issue(SAMPLE, "long", [Scope.READ])
    try:
        assert tokens.shown(short)
        stand.clock.at += timedelta(hours=1)
        assert tokens.shown(short) is None
        assert tokens.shown(long)
        tokens.revoke(SAMPLE, held.id)
        assert tokens.shown(long) is None
    finally:
        stand.clock.at = began


def test_a_token_does_what_its_scopes_say(stand: Stand) -> None:
    """403 names the scope that is missing."""
    with client(stand, Scope.READ) as reader, client(stand, Scope.PLAN) as planner:
        assert reader.get("/people").status_code == 200
        for answer, scope in (
            (reader.post("/plans", json={}), "plan"),
            (reader.post("/plans/draft/apply"), "apply"),
            (reader.get("/webhooks"), "webhooks"),
            (reader.patch("/people/amara", json={}), "people"),
            (planner.get("/people"), "read"),
        ):
            is_problem(answer, 403)
            assert f'scope="{scope}"' in answer.headers["www-authenticate"]


def test_other_programmes_are_as_none(stand: Stand, api: httpx.Client) -> None:
    """The same answer, whether or not there is one."""
    told = [api.get(f"{stand.address}/api/v1/programmes/{each}").text for each in ("autumn", "never-was", "..%2f")]
    assert told[0] == told[1]
    is_problem(api.get(f"{stand.address}/api/v1/programmes/autumn"), 404)


def test_who_guesses_is_slowed_down(stand: Stand) -> None:
    """After sixty wrong tokens in a minute none is looked at, for 429 (B24)."""
    before = stand.application.state.limits
    stand.application.state.limits = type(before)(tokens=Limiter(60, 60))
    try:
        with stand.client() as there:
            told = [
                there.get("/api/v1/programmes/spring", headers={"Authorization": f"Bearer rondo_{number}"})
                for number in range(70)
            ]
    finally:
        stand.application.state.limits = before
    assert [each.status_code for each in told] == [401] * 60 + [429] * 10
    assert int(told[-1].headers["retry-after"]) > 0


def test_a_write_with_a_key_is_done_once(api: httpx.Client) -> None:
    """The same answer again; another body is refused; a key must be one (B29)."""
    key = {"Idempotency-Key": "once"}
    address = {"url": "https://example.org/once"}
    first, again = (api.post("/webhooks", json=address, headers=key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.headers["location"] == again.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert len([each for each in api.get("/webhooks").json() if each["url"] == address["url"]]) == 1
    is_problem(api.post("/webhooks", json={"url": "https://example.org/other"}, headers=key), 422)
    for bad in ("", "x" * 300):
        is_problem(api.post("/webhooks", json=address, headers={"Idempotency-Key": bad}), 400)


def test_what_failed_may_be_tried_again_with_its_key(api: httpx.Client) -> None:
    """Nothing was done."""
    key = {"Idempotency-Key": "again"}
    is_problem(api.post("/webhooks", json={"url": "nonsense"}, headers=key), 422)
    assert api.post("/webhooks", json={"url": "https://example.org/again"}, headers=key).status_code == 201


def test_of_two_with_a_key_at_once_one_is_done(api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other is told to wait (B29)."""
    both, began, end = threading.Barrier(2, timeout=20), threading.Event(), SqlIdempotency.end

    def slowly(self: SqlIdempotency, *arguments: object) -> None:
        began.set()
        both.wait()
        end(self, *arguments)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(SqlIdempotency, "end", slowly)
    told: list[httpx.Response] = []
    key, address = {"Idempotency-Key": "both"}, {"url": "https://example.org/both"}
    thread = threading.Thread(target=lambda: told.append(api.post("/webhooks", json=address, headers=key)))
    thread.start()
    assert began.wait(20)
    is_problem(api.post("/webhooks", json=address, headers=key), 409)
    both.wait()
    thread.join()
    assert told[0].status_code == 201


def test_a_plan_from_asking_to_applying(api: httpx.Client, stand: Stand) -> None:
    """Nothing is written before it is applied; its id names just these changes, and then they are none any more."""
    disturb(stand)
    asked = api.post("/plans", json={"replan": True, "seconds": 2})
    assert asked.status_code == 202
    job = f"{stand.address}{asked.headers['location']}"
    with api.stream("GET", f"{job}/events") as stream:
        lines = list(stream.iter_lines())
    events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    ids = [line.removeprefix("id: ") for line in lines if line.startswith("id: ")]
    assert events[-1]["state"] == "done"
    assert len(ids) == len(set(ids)) == len(events)
    with api.stream("GET", f"{job}/events", headers={"Last-Event-ID": ids[-1]}) as stream:
        assert not [line for line in stream.iter_lines() if line.startswith("data: ")]
    assert api.get(job).json() == events[-1]

    app = stand.app()
    stood = app.store.events()
    draft = api.get("/plans/draft").json()
    lines_ = api.get(f"/plans/{draft['id']}/diff", params={"limit": 200}).json()
    assert draft["changes"]["move"] == sum(each["change"] == "moved" for each in lines_["items"]) > 0
    assert all(each["told"] for each in lines_["items"])
    assert app.store.events() == stood
    told = is_problem(api.post("/plans/0123/apply"), 409)
    assert told["plan"] == draft["id"]
    assert told["diff"] == lines_["items"]
    done = api.post(f"/plans/{draft['id']}/apply")
    assert done.json()["changes"] == draft["changes"]
    assert app.store.events() != stood
    is_problem(api.post(f"/plans/{draft['id']}/apply"), 409)
    is_problem(api.post("/plans/draft/apply"), 422)


def test_a_time_is_explained_by_kinds_of_reasons(api: httpx.Client) -> None:
    """Who and which kind of limit, and no time of anybody's calendar."""
    told = api.get("/explain", params={"group": PAIR, "at": "Tue 10:00"}).json()
    assert told["asked"]
    assert {each["person"] for each in told["blockers"]} <= {"amara", "chen"}
    assert all(set(each) == {"person", "limit", "detail", "dates"} for each in told["blockers"])
    assert not [each for each in told["blockers"] if each["limit"] == "calendar" and each["detail"]]


def test_best_times_of_people_and_of_a_group(api: httpx.Client) -> None:
    """Best first; both ways of asking at once are refused, and so are people whom nobody knows."""
    told = api.get("/times", params={"person": ["amara", "chen"], "weeks": 8, "top": 2}).json()["slots"]
    assert len(told) == 2
    assert set(told[0]["local"]) == {"amara", "chen"}
    assert api.get("/times", params={"group": PAIR, "top": 1}).json()["slots"]
    for wrong in (
        {},
        {"group": PAIR, "person": "amara"},
        {"person": ["amara"]},
        {"person": ["amara", "zz"]},
        {"group": "zz"},
    ):
        is_problem(api.get("/times", params=wrong), 422)


def test_what_there_is_not_is_not_found(api: httpx.Client) -> None:
    """Each kind of thing."""
    for path in (
        "/people/zz",
        "/groups/zz",
        "/decisions/zz",
        "/jobs/zz",
        "/jobs/zz/events",
        "/webhooks/zz",
        "/nothing",
    ):
        is_problem(api.get(path), 404)
    is_problem(api.get(str(api.base_url.copy_with(path="/api/v2/nothing"))), 404)
    is_problem(api.get("/people/a%0Ab"), 404)
    is_problem(api.delete("/people"), 405)


def test_webhooks_are_made_and_ended(api: httpx.Client) -> None:
    """The secret is told once; a private address is refused."""
    made = api.post("/webhooks", json={"url": "https://example.org/hook", "events": ["meeting.moved"]}).json()
    assert made["secret"].startswith("whsec_")
    path = f"/webhooks/{made['id']}"
    assert api.get(path).json() == {name: each for name, each in made.items() if name != "secret"}
    assert api.post(f"{path}/rotate").json()["secret"] != made["secret"]
    [message] = api.post(f"{path}/test").json()["items"]
    assert message["body"]["type"] == "test"
    assert api.get(f"{path}/messages").json()["items"] == [message]
    assert api.post(f"{path}/messages/{message['id']}/resend").status_code == 202
    assert api.delete(path).status_code == 204
    is_problem(api.get(path), 404)
    is_problem(api.post("/webhooks", json={"url": "http://127.0.0.1/hook"}), 422)
    is_problem(api.post("/webhooks", json={"url": "https://example.org", "events": ["everything"]}), 422)


def test_nothing_that_is_said_has_a_title_of_anybody(api: httpx.Client, stand: Stand) -> None:
    """Of the sample's calendars, whose events all have one."""
    titles = {
        line.partition(":")[2].strip()
        for file in (stand.data / "programmes" / SAMPLE / "calendars").glob("*.ics")
        for line in file.read_text().splitlines()
        if line.startswith("SUMMARY")
    }
    paths = [f"/{each}?limit=200" for each in LISTS] + ["", "/plans/draft", "/plans/draft/diff", "/people/amara"]
    asked = [*paths, f"/times?group={PAIR}", f"/explain?group={PAIR}&at=Tue%2010:00", f"/explain?group={PAIR}"]
    said = "".join(api.get(path).text for path in asked)
    assert titles
    assert not [title for title in titles if title in said]
