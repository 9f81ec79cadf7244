"""Changes: what moves, why, and who is told stands there before anything is written; and it can be taken back."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scheduler.core.change import Kind
from tests.site import SAMPLE, Stand, standing
from tests.web.disturbing import CANARY, busy, disturb


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    """The sample, published."""
    with standing(tmp_path / "data") as stand:
        yield stand


@pytest.fixture
def client(stand: Stand) -> Iterator[httpx.Client]:
    """A coordinator's, which follows where it is led."""
    with stand.client(stand.coordinator()) as client:
        client.follow_redirects = True
        yield client


def token(client: httpx.Client, path: str) -> dict[str, str]:
    """What the forms of a page carry."""
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(path).text)
    assert found
    return {"form_token": found[1]}


def planned(client: httpx.Client) -> str:
    """The changes page, once a plan was made."""
    answer = client.post(f"/p/{SAMPLE}/plan", data=token(client, f"/p/{SAMPLE}/plan"))
    for _ in range(600):
        if "/changes" in str(answer.url):
            return answer.text
        answer = client.get(str(answer.url))
    raise AssertionError("no plan came")


def field(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def published(stand: Stand) -> dict[str, bytes]:
    """Every calendar that was handed out, byte by byte."""
    folder = stand.app().published
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.ics")}


def publish(client: httpx.Client) -> httpx.Response:
    """Look once more, and press."""
    path = f"/p/{SAMPLE}/changes/publish"
    page = client.get(path).text
    fields = {name: field(page, name) for name in ("form_token", "stamp", "position")}
    return client.post(path, data=fields)


def test_each_move_says_old_new_why_and_who_is_told_and_nothing_is_written(stand: Stand, client: httpx.Client) -> None:
    """By the kind of reason: neither title nor time of an appointment."""
    before = published(stand)
    disturb(stand, 2)
    page = planned(client)
    review = stand.site.reviews.of(SAMPLE)
    moved = [line for line in review.lines if line.kind is Kind.MOVED]
    assert moved
    assert f"{review.headline.move} meetings move" in page
    assert "Nothing written yet." in page
    assert page.count("<del>") == len(review.lines)
    assert page.count("Told: ") == len(review.lines)
    assert page.count("calendar is taken.") >= len(moved)
    assert CANARY not in page
    assert published(stand) == before
    assert stand.app().home.store.waiting() == (0, 0)


def test_undo_gives_back_the_same_bytes(stand: Stand, client: httpx.Client) -> None:
    """Publish, look, and take back; the second press of a double click does nothing more."""
    before = published(stand)
    calendars = {path: path.read_bytes() for path in (stand.app().folder / "calendars").iterdir()}
    disturb(stand, 2)
    planned(client)
    page = client.get(f"/p/{SAMPLE}/changes/publish").text
    fields = {name: field(page, name) for name in ("form_token", "stamp", "position")}
    first, second = (client.post(f"/p/{SAMPLE}/changes/publish", data=fields) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert "Published." in first.text
    assert published(stand) != before
    page = client.get(f"/p/{SAMPLE}/changes/undo").text
    form = {"form_token": field(page, "form_token")}
    refused = client.post(f"/p/{SAMPLE}/changes/undo", data=form)
    assert refused.status_code == 409
    assert "can&#39;t stand again" in refused.text  # the appointments are still there
    for path, content in calendars.items():
        path.write_bytes(content)
    stand.app().refresh()
    answer = client.post(f"/p/{SAMPLE}/changes/undo", data=form)
    assert "Taken back" in answer.text
    assert _without_counters(published(stand)) == _without_counters(before)


def _without_counters(files: dict[str, bytes]) -> dict[str, bytes]:
    """SEQUENCE and DTSTAMP grow with each form that an event is given (RFC 5546, section 2.1.4)."""
    grows = re.compile(rb"^(SEQUENCE|DTSTAMP|LAST-MODIFIED)[:;].*\r\n", re.MULTILINE)
    return {name: grows.sub(b"", content) for name, content in files.items()}


def test_a_meeting_that_is_kept_stays_and_can_be_let_go(stand: Stand, client: httpx.Client) -> None:
    """By a person's word, whatever is in the way."""
    disturb(stand, 1)
    page = planned(client)
    before = stand.site.reviews.of(SAMPLE)
    [line] = [each for each in before.lines if each.kind is Kind.MOVED]
    form = {"form_token": field(page, "form_token"), "group": line.group, "session": str(line.session)}
    answer = client.post(f"/p/{SAMPLE}/changes/keep", data=form)
    for _ in range(600):
        if "/changes" in str(answer.url):
            break
        answer = client.get(str(answer.url))
    assert not stand.site.reviews.of(SAMPLE).headline.move
    assert "Kept by hand" in answer.text
    client.post(f"/p/{SAMPLE}/changes/release", data=form)
    assert not stand.app().store.pins()


def test_who_comes_second_sees_what_came_first(stand: Stand, client: httpx.Client) -> None:
    """409, nothing of theirs written, and the changes of the other."""
    disturb(stand, 1)
    planned(client)
    seen = client.get(f"/p/{SAMPLE}/changes/publish").text
    fields = {name: field(seen, name) for name in ("form_token", "stamp", "position")}
    publish(client)
    event = next(each for each in stand.app().store.events() if not each.cancelled and len(each.sessions) > 12)
    busy(stand, event, event.sessions[11].session)
    planned(client)
    before = published(stand)
    answer = client.post(f"/p/{SAMPLE}/changes/publish", data=fields)
    assert answer.status_code == 409
    assert "What came first" in answer.text
    assert answer.text.count("<del>") >= 1
    assert published(stand) == before


def test_a_plan_that_fits_no_more_says_so(stand: Stand, client: httpx.Client) -> None:
    """With what to do next."""
    planned(client)
    event = next(each for each in stand.app().store.events() if not each.cancelled and len(each.sessions) > 8)
    busy(stand, event, event.sessions[8].session)
    stand.app().refresh()
    page = client.get(f"/p/{SAMPLE}/changes").text
    assert "no longer fits" in page or "Nothing would change" in page
    assert "Plan again" in page


def test_what_is_not_there_is_404(stand: Stand, client: httpx.Client) -> None:
    """Jobs, decisions, uploads."""
    form = token(client, f"/p/{SAMPLE}/plan")
    assert client.get(f"/p/{SAMPLE}/jobs/nothing").status_code == 404
    assert client.get(f"/p/{SAMPLE}/import/nothing").status_code == 404
    assert client.post(f"/p/{SAMPLE}/changes/proposals/nothing", data=form | {"said": "yes"}).status_code == 404
    assert client.post(f"/p/{SAMPLE}/changes/moves/nothing/undo", data=form).status_code == 404
