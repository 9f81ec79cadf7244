"""No page and no calendar tells a time without its weekday and its place, and no page says a word that is English only.

Each page of the route table is read once in each language: as it is sent, without a browser.
"""

from collections.abc import Iterator

import pytest

from scheduler.core.description import description, session_description
from scheduler.core.tongue import speaking
from scheduler.core.tongues import LANGUAGES, tongue_of
from scheduler.core.words import LONG_DAYS, month_name, place, weekday
from scheduler.core.zones import all_zones
from tests.pseudo import LONG, plain_words, spoken, words_of
from tests.sights import Sight, seen
from tests.site import Stand
from tests.times_told import bare_in_page, bare_times

PERSON, READ_IN = "chen", (LONG, "en-US", "de")
REFERENCE = "api"  # of the HTTP interface: it shows how values are written, and is English
TYPED = {"import-preview": "'EST' in "}
"""What somebody typed is shown as it is."""
NAMES = """
    Rondo UTC API ICS and Easter Monday May Day Spring Bank Holiday name email timezone hours group person role
"""
"""Of holidays, and of the columns of tables that somebody brings."""


@pytest.fixture(scope="module")
def sights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stand, tuple[Sight, ...]]]:
    """All pages that can be looked at, with appointments that came after the sample was published."""
    with spoken(), seen(tmp_path_factory.mktemp("told") / "data") as served:
        yield served


@pytest.fixture(scope="module")
def stand(sights: tuple[Stand, tuple[Sight, ...]]) -> Stand:
    """What serves them."""
    return sights[0]


@pytest.mark.parametrize("language", READ_IN)
def test_every_page_tells_times_whole(sights: tuple[Stand, tuple[Sight, ...]], language: str) -> None:
    """For whoever may see it, in each language and on each clock; in one that nobody speaks, all words are accented."""
    stand, found = sights
    pages = dict(_pages(stand, found, language))
    bare = {
        name: [each for each in bare_in_page(page) if TYPED.get(name, "-") not in each] for name, page in pages.items()
    }
    assert {name: times for name, times in bare.items() if times} == {}
    assert len(pages) > 45
    if language == LONG:
        known = _known(stand)
        plain = {name: plain_words(page, known) for name, page in pages.items()}
        assert {name: words for name, words in plain.items() if words} == {}


def _pages(stand: Stand, found: tuple[Sight, ...], language: str) -> Iterator[tuple[str, str]]:
    for cookie in {sight.cookie for sight in found}:
        with stand.client(cookie) as client:
            for sight in found:
                if sight.cookie == cookie and not sight.form and sight.name != REFERENCE:
                    answer = client.get(sight.path, headers={"accept-language": language})
                    assert answer.status_code < 500, sight.path
                    if answer.headers.get("content-type", "").startswith("text/html"):
                        yield sight.name, answer.text


def _known(stand: Stand) -> set[str]:
    """Words that are of no language, or that others know: names, and what dates are made of."""
    programme = stand.app().programme
    people = [(who.id, who.name, "Amara Chen Cora") for who in programme.people]
    groups = [(group.id, group.title) for group in programme.groups]
    days = [(weekday(day), LONG_DAYS[day], LONG_DAYS[day].removesuffix("s")) for day in range(7)]
    months = [(month_name(month), month_name(month)[:3]) for month in range(1, 13)]
    texts = [programme.name, NAMES, *LANGUAGES.values(), *map(place, all_zones())]
    texts += [text for several in (*people, *groups, *days, *months) for text in several]
    return {word for text in texts for word in words_of(text)}


@pytest.mark.parametrize("language", READ_IN[1:])
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
