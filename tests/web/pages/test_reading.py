"""The page on which somebody chooses language, clock and zone, and what becomes of it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scheduler.app.access.readers import COOKIE
from tests.site import Stand, standing
from tests.times_told import bare_in_page

LIMITS = "/p/spring/me/chen/meetings"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, served."""
    folder: Path = tmp_path_factory.mktemp("reading")
    with standing(folder / "data") as served:
        yield served


def choose(stand: Stand, cookie: str, **said: str) -> httpx.Response:
    """Save the form of somebody's session."""
    with stand.client(cookie) as client:
        return client.post("/reading", data={**said, **stand.token(cookie)})


def footer(stand: Stand, cookie: str, **headers: str) -> str:
    """In which times a page of Chen's says that it shows them."""
    with stand.client(cookie) as client:
        return client.get(LIMITS, headers=headers).text.partition('class="zone">')[2].partition("<")[0].strip()


def test_a_choice_outlives_its_session(stand: Stand) -> None:
    """Whoever signs out and comes in again by a link finds language, clock and zone as they were."""
    cookie = stand.person("chen")
    assert footer(stand, cookie) == "Times shown in: New York (UTC-05:00)"
    answer = choose(stand, cookie, locale="de", clock="12", zone="Berlin", back=LIMITS)
    assert (answer.status_code, answer.headers["location"]) == (303, LIMITS)
    with stand.client(cookie) as client:
        client.post("/out", data=stand.token(cookie))
    again = stand.person("chen")
    assert footer(stand, again) == "Zeiten gezeigt in: Berlin (UTC+01:00)"
    with stand.client(again) as client:
        page = client.get("/reading").text
        assert '<html lang="de" dir="ltr">' in page
        assert "9:00\N{NO-BREAK SPACE}AM Berlin" in page  # the stand's clock shows Monday 08:00 UTC
    assert footer(stand, stand.person("dev"), **{"accept-language": "en"}) == ""  # it is nobody else's choice, nor page
    choose(stand, again)
    assert footer(stand, again) == "Times shown in: New York (UTC-05:00)"


def test_the_browser_remembers_for_whoever_has_no_session(stand: Stand) -> None:
    """The cookie says only what was chosen."""
    with stand.client() as client:
        form = client.get("/reading")
        token = form.text.partition('name="form_token" value="')[2].partition('"')[0]
        answer = client.post("/reading", data={"form_token": token, "locale": "de", "zone": "Asia/Tokyo"})
        assert answer.status_code == 303
        assert answer.cookies[COOKIE].strip('"') == "locale=de&clock=&zone=Asia%2FTokyo"
        assert "Zeiten gezeigt in: Tokio (UTC+09:00)" in client.get("/").text


@pytest.mark.parametrize("kept", ["x" * 5000, "locale=../../etc&clock=13&zone=Nowhere", "%00", "locale=de"])
def test_a_cookie_of_anybody_s_making_does_no_harm(stand: Stand, kept: str) -> None:
    """What makes no sense in it counts for nothing."""
    with httpx.Client(base_url=stand.address, cookies={COOKIE: kept}) as client:
        assert client.get("/reading").status_code == 200


def test_a_place_that_is_none_is_told_and_nothing_is_lost(stand: Stand) -> None:
    """At its field, with the rest of the form as it was."""
    cookie = stand.person("chen")
    answer = choose(stand, cookie, locale="de", clock="12", zone="Berln")
    assert answer.status_code == 422
    assert 'value="Berln" aria-describedby="zone-hint" aria-invalid="true" autofocus' in answer.text
    assert '<option value="12" selected>' in answer.text
    assert footer(stand, cookie) == "Times shown in: New York (UTC-05:00)"


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_form_leads_to_no_other_site(stand: Stand, back: str) -> None:
    """Only to pages of ours."""
    assert choose(stand, stand.person("dev"), back=back).headers["location"] == "/"


def test_a_coordinator_sees_times_where_most_people_are_until_they_choose(stand: Stand) -> None:
    """And where they chose afterwards, in each programme."""
    cookie = stand.coordinator()
    choose(stand, cookie, zone="Asia/Kathmandu")
    with stand.client(cookie) as client:
        assert "Times shown in: Kathmandu (UTC+05:45)" in client.get("/p/spring").text
    choose(stand, cookie)


def test_the_page_tells_its_own_times_whole(stand: Stand) -> None:
    """Weekday and place in the examples, too."""
    with stand.client() as client:
        assert bare_in_page(client.get("/reading").text) == []
