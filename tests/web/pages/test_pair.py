"""A group's times, why not another, and booking: what each may see, and that looking writes nothing."""

import gzip
import html
import re
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from scheduler.app.pairs import pairs
from scheduler.app.planning.explaining import OWNER
from scheduler.app.planning.times import best_times, series_of_group
from scheduler.core.plan import Status
from tests.site import SAMPLE, Stand, standing

GROUP = "pair-amara-chen"
TIMES, WHY = f"/p/{SAMPLE}/groups/{GROUP}/times", f"/p/{SAMPLE}/groups/{GROUP}/why"
KEY = re.compile(r"book\?slot=([^\"]+)")


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, planned; nothing published."""
    with standing(tmp_path_factory.mktemp("pair") / "data", published=False) as stand:
        yield stand


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, published."""
    with standing(tmp_path_factory.mktemp("pair") / "data") as stand:
        yield stand


def begun(stand: Stand, client: httpx.Client, **said: str) -> httpx.Response:
    """The first page's form, sent."""
    page = client.get("/").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form = {"name": "Amara", "zone": "London", "hours": "Mon-Fri 9-17", "email": "", "other": "Chen"}
    form |= {
        "other_email": "",
        "ics": "",
        "every": "1",
        "minutes": "45",
        "first": "2027-01-11",
        "until": "2027-07-11",
        "room": "",
    }
    return client.post("/", data={**hidden, **form, **said})


def words(page: str) -> str:
    """A page's text without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("path", [TIMES, f"{WHY}?at=Tue+14:00", f"{WHY}?at=Fri+15:00&relax=1"])
@pytest.mark.parametrize("which", ["stand", "published"])
def test_nobody_learns_of_the_others_calendar(request: pytest.FixtureRequest, which: str, path: str) -> None:
    """Of Chen Amara's pages say on which dates, and nothing that only Chen knows: no kind of limit, and no time."""
    stand: Stand = request.getfixturevalue(which)
    with stand.client(stand.person("amara")) as client:
        text = words(client.get(path).text)
    app = stand.app()
    posed = app.pose()
    series = series_of_group(posed, GROUP)
    kinds = ("busy", "outside hours", "a day off", "a gap", "more notice", "another group", "enough sessions")
    told = [each for each in re.findall(r"Chen Liang [^.●✕]*", text) if "is not free" not in each]
    assert not [each for each in told if any(kind in each for kind in kinds)]
    options = best_times(app, posed, series, top=20, audience=OWNER)
    secrets = {reason.partition(": ")[2] for one in options for reason in one.reasons if reason.startswith("Chen")}
    assert secrets - {""}
    assert not [each for each in secrets if each and each in text]


def test_the_counts_of_the_headline_are_those_of_strip_and_table(stand: Stand) -> None:
    """26 cells for 26 weeks, as many of each state in the table."""
    with stand.client(stand.person("amara")) as client:
        page = client.get(TIMES).text
    app = stand.app()
    posed = app.pose()
    [best, *_] = best_times(app, posed, series_of_group(posed, GROUP), audience=OWNER)
    card = page.split("<article")[1]
    strip, table = card.split('<ol class="strip"')[1].split("</ol>")[0], card.split("<tbody>")[1].split("</tbody>")[0]
    assert f"holds {best.count(Status.HELD)} of 26" in words(card)
    for kind, status in (("holds", Status.HELD), ("moves", Status.MOVED), ("none", Status.SKIPPED)):
        assert strip.count(f'class="{kind}"') == table.count(f'class="{kind}"') == best.count(status)
    assert strip.count("<li>") == table.count("<tr") == 26


def test_the_first_visit_is_light(stand: Stand) -> None:
    """At most 60 KB and 6 requests, none of them to another host."""
    with stand.client(stand.person("amara")) as client:
        page = client.get(TIMES).text
        parts = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        assert len(parts) <= 5
        assert "http" not in re.sub(r'href="/[^"]*"', "", page.split("</head>")[0])
        weights = [len(gzip.compress(client.get(part).content)) for part in parts]
    assert sum(weights) + len(gzip.compress(page.encode())) <= 60_000


def test_in_a_programme_the_coordinator_books(stand: Stand) -> None:
    """Its people see the times, and have no button; a form of their own making is refused."""
    cookie = stand.person("amara")
    with stand.client(cookie) as client:
        assert "Book this time" not in client.get(TIMES).text
        sent = client.post(TIMES.replace("/times", "/book"), data={**stand.token(cookie), "slot": "", "seen": ""})
    assert sent.status_code == 422
    assert stand.app().store.events() == ()


def test_what_is_published_is_shown_as_booked(published: Stand) -> None:
    """With its dates, and without an undo that is the coordinator's."""
    with published.client(published.person("chen")) as client:
        text = words(client.get(TIMES).text)
    assert re.search(r"\w{3} \d?\d:\d\d( [AP]M)? London · \w{3} \d?\d:\d\d( [AP]M)? New York", text)
    assert "Undo" not in text


def test_a_coordinator_is_told_kinds_and_no_times(stand: Stand) -> None:
    """On the page of their own; somebody of the group has no such page."""
    with stand.client(stand.coordinator()) as client:
        page = client.get(f"/p/{SAMPLE}/groups/{GROUP}/explain?at=Fri+15:00")
        assert client.get(f"/p/{SAMPLE}/groups/nobody/explain").status_code == 404
    assert page.status_code == 200
    assert re.search(r"Chen Liang is busy on [^:]*(?! \d?\d:\d\d)", words(page.text))
    with stand.client(stand.person("amara")) as client:
        assert client.get(f"/p/{SAMPLE}/groups/{GROUP}/explain").status_code == 404


@pytest.mark.parametrize("asked", ["at=nonsense", "day=Tue&time=", "at=%00", "at=Tue+25:00"])
def test_a_time_that_is_none_is_answered_at_its_field(stand: Stand, asked: str) -> None:
    """And the page still says something."""
    with stand.client(stand.person("amara")) as client:
        page = client.get(f"{WHY}?{asked}")
    assert page.status_code == 422
    assert "Possible on" in page.text


def test_a_form_that_is_wrong_comes_back_whole(stand: Stand) -> None:
    """Each fault at its field, and nothing is made of it."""
    with stand.client() as client:
        page = begun(stand, client, name="", zone="EST", hours="whenever", every="99", until="2020-01-01", room="x")
    assert page.status_code == 422
    for name in ("name", "zone", "hours", "every", "until", "room"):
        assert f'id="{name}-wrong"' in page.text
    assert page.text.count("autofocus") == 1
    assert 'value="whenever"' in page.text


def test_a_calendar_that_cant_be_read_holds_up_nothing(stand: Stand) -> None:
    """The pair begins; the page says what went wrong, and an address on this machine is refused."""
    with stand.client() as client:
        page = begun(stand, client, ics="https://127.0.0.1:9/calendar.ics")
    assert page.status_code == 200
    assert "Your calendar was not connected" in page.text


def test_looking_writes_nothing_and_a_reload_books_once(stand: Stand) -> None:
    """From the first page to a booking: every page in between, looked at twice, leaves no event."""
    with stand.client() as one, stand.client() as other:
        page = begun(stand, one).text
        programme = _found(r"/p/(pair-\w+)/groups", page)
        link = _found(r'value="http[^"]+(/in/[^"]+)"', page)
        token = _found(r'name="form_token" value="([^"]*)"', other.get(link).text)
        other.post(link, data={"form_token": token}, follow_redirects=True)
        at = f"/p/{programme}/groups/pair"
        _send(other, f"{at}/times", f"{at}/join", name="Chen", zone="New York", hours="Mon-Fri 8-16")
        key = html.unescape(KEY.findall(one.get(f"{at}/times").text)[0])
        for client in (one, other):
            for path in (f"{at}/times", f"{at}/book?slot={key}", f"{at}/why", f"{at}/times.ics?slot={key}", "/"):
                assert [client.get(path).status_code for _ in range(2)] == [200, 200]
        assert stand.app(programme).store.events() == ()
        for client in (one, other, one, other):
            _send(client, f"{at}/book?slot={key}", f"{at}/book")
        [event] = stand.app(programme).store.events()
        assert event.sequence == 0
        assert "Booked." in one.get(f"{at}/times").text
        with stand.client(stand.person("amara")) as stranger:
            assert stranger.get(f"{at}/times").status_code == 404


def test_who_did_not_say_when_is_not_shown_as_free(stand: Stand) -> None:
    """Times of one alone have the bar of one alone, and say so."""
    with stand.client() as client:
        text = words(client.get(begun(stand, client).text.split('role="button" href="')[1].split('"')[0]).text)
    assert "Chen has not said yet when they can" in text
    assert "all 26 dates: Amara." in text
    assert "Chen Mon" not in text


def test_what_is_booked_can_be_downloaded(published: Stand) -> None:
    """As it is written, and without a word on what was in the way before."""
    with published.client(published.person("amara")) as client:
        page = client.get(TIMES).text
        file = client.get(re.findall(r'href="([^"]+times\.ics)"', page)[0])
    assert file.headers["content-type"].startswith("text/calendar")
    [event] = [each for each in published.app().store.events() if each.group == GROUP]
    assert f"UID:{event.uid}" in file.text
    assert "is not free" not in words(page)


def test_no_common_time_says_why_and_what_to_do(stand: Stand) -> None:
    """What, why, and one next step."""
    with stand.client() as one:
        programme = _found(r"/p/(pair-\w+)/groups", begun(stand, one).text)
        side = pairs.Side(name="Chen", zone="New York", hours="Sun 2-4")
        pairs.introduce(stand.site, programme, pairs.SECOND, side)
        text = words(one.get(f"/p/{programme}/groups/pair/times").text)
    assert "No time of the week suits everybody" in text
    assert "Chen is not free on" in text
    assert "Change when I can" in text


def _found(pattern: str, text: str) -> str:
    """What the pattern's group holds where it is first found."""
    found = re.search(pattern, text)
    assert found, pattern
    return found[1]


def _send(client: httpx.Client, page: str, to: str, **said: str) -> httpx.Response:
    """A form of a page with what is hidden in it; the page is asked for first."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', client.get(page).text))
    return client.post(to, data={**hidden, **said}, follow_redirects=True)


def test_times_are_looked_for_again_when_somebody_says_otherwise(stand: Stand) -> None:
    """What was found for two by themselves is kept, and no longer than it holds; in each reader's language."""
    with stand.client() as client:
        page = html.unescape(begun(stand, client).text)
        programme = re.search(r"/p/(pair-\w+)/", page)
        assert programme
        other = pairs.Side(name="Chen", zone="America/New_York", hours="Mon-Fri 8-16")
        pairs.introduce(stand.site, programme[1], pairs.SECOND, other)
        path = f"/p/{programme[1]}/groups/{pairs.GROUP}/times"
        first = words(client.get(path).text)
        assert words(client.get(path).text) == first
        assert "hält" in words(client.get(path, headers={"Accept-Language": "de"}).text)
        pairs.introduce(stand.site, programme[1], pairs.SECOND, replace(other, hours="Wed 8-16"))
        again = words(client.get(path).text)
    assert "Tue" in first
    assert "Tue" not in again.partition("Week by week")[0]
