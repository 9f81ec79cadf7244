"""No page and no calendar tells a time without its weekday and its place."""

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from scheduler.core.description import description, session_description
from scheduler.core.tongue import speaking
from scheduler.core.tongues import tongue_of
from scheduler.web.pages import PAGES
from tests.site import SAMPLE, Stand, standing
from tests.times_told import bare_in_page, bare_times
from tests.web.disturbing import disturb

PERSON, LANGUAGES = "chen", ("en-US", "de")
REFERENCE = "/api"  # of the HTTP interface: it shows how values are written


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, served, with appointments that came after it was published."""
    with standing(tmp_path_factory.mktemp("told") / "data") as served:
        disturb(served)
        yield served


def addresses(stand: Stand) -> set[str]:
    """Every page of the route table that can be named by a programme, a person, a group and a session."""
    group = next(each.id for each in stand.app().programme.groups if PERSON in each.members)
    parts = {"programme": SAMPLE, "person": PERSON, "group": group, "session": "3"}
    routes = [route for router in PAGES for route in router.routes if isinstance(route, APIRoute)]
    paths = [route.path for route in routes if "GET" in (route.methods or ())]
    return {path.format(**parts) for path in paths if set(re.findall(r"{(\w+)", path)) <= parts.keys()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_tells_times_whole(stand: Stand, language: str) -> None:
    """For a coordinator and for a participant, in each language and on each clock."""
    found, seen = {}, 0
    for cookie in (stand.coordinator(), stand.person(PERSON)):
        with stand.client(cookie) as client:
            for path in sorted(addresses(stand) - {REFERENCE}):
                answer = client.get(path, headers={"accept-language": language})
                if answer.headers.get("content-type", "").startswith("text/html") and answer.status_code != 404:
                    seen += 1
                    found[path] = bare_in_page(answer.text)
    assert {path: bare for path, bare in found.items() if bare} == {}
    assert seen > 25


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_calendars_say_tells_times_whole(stand: Stand, language: str) -> None:
    """In the series and in each session of its own."""
    for event in stand.app().store.events():
        with speaking(tongue_of(language)):
            for reader in ("", PERSON):
                told = [description(event, reader), *(session_description(event, each) for each in event.exceptions())]
                assert [bare for line in "\n".join(told).splitlines() for bare in bare_times(line)] == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Tue 14:30 London", 0),
        ("Di 9. Feb 14:30 London, UTC+00:00", 0),
        ("Tue Feb 9 2:30\N{NO-BREAK SPACE}PM New York", 0),
        ("Tue 9 Feb 14:00-15:30 London", 0),
        ("Tue 14:30, UTC+05:30", 0),
        ("14:30 London", 1),
        ("Tue 14:30", 1),
        ("at 14:30", 1),
        ("Tue 14:30 EST London", 1),
        ("version 1:234, 12:34:56", 0),
    ],
)
def test_a_bare_time_is_found(text: str, bare: int) -> None:
    """So that the tests above can fail."""
    assert len(bare_times(text)) == bare
    assert len(bare_in_page(f"<main><p>{text}</p><p>London</p></main>")) == bare


def test_a_cell_is_read_under_its_headings() -> None:
    """A row or column that names the place tells it for its cells."""
    page = "<table><caption>Tuesdays</caption><thead><tr><th>Date<th>Kim, Tokyo</thead><tr><td>x<td>14:30</tr></table>"
    assert bare_in_page(page) == []
    assert len(bare_in_page(page.replace(", Tokyo", ""))) == 1
