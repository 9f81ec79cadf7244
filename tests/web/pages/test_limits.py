"""Somebody's limits: shown in their own words, read by one parser, kept whole, and lost by no mistake."""

import re
from collections.abc import Iterator

import httpx
import pytest

from scheduler.core.hours import format_hours, parse_hours
from scheduler.core.hours_painted import Level, painted, parse_painted
from tests.core.test_hours import BROKEN, OVER_MIDNIGHT, PHRASES
from tests.site import SAMPLE, Stand, standing

PAGE = f"/p/{SAMPLE}/me/amara/limits"
ASKED = {
    "hours": "Mon-Fri 9-17, not 12-13",
    "preferred": "",
    "timezone": "London",
    "gap": "10m",
    "notice": "24h",
    "country": "GB",
    "max_per_day": "2",
    "max_per_week": "3",
}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, published."""
    with standing(tmp_path_factory.mktemp("limits") / "data") as stand:
        yield stand


@pytest.fixture(scope="module")
def amara(stand: Stand) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """Amara's browser, and what her forms carry."""
    cookie = stand.person("amara")
    with stand.client(cookie) as client:
        yield client, stand.token(cookie)


Amara = tuple[httpx.Client, dict[str, str]]


def value(html: str, name: str) -> str:
    """What a field holds."""
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', html)
    assert found, name
    return found[1]


def sent(amara: Amara, path: str = PAGE, **fields: str) -> httpx.Response:
    """The answer to a form."""
    client, token = amara
    return client.post(path, data={**ASKED, **fields, **token})


def test_limits_are_shown_in_the_words_in_which_they_stand(amara: Amara) -> None:
    """And as a painted week, with what they leave in common with others."""
    html = amara[0].get(PAGE).text
    assert value(html, "hours") == "Mon-Fri 9-17:30, not 12-13"
    assert value(html, "off_first") == "2027-02-15"
    assert re.search(r"You and Chen Liang share \d+ h( \d+ min)? a week\.", html)
    assert "Others see only free or busy, never titles." in html
    assert html.count('<td class="l2') == 5 * 10  # 10 to 16, but for lunch


def test_what_is_saved_is_what_the_programme_is(amara: Amara, stand: Stand) -> None:
    """With trips and days off; the page says what it means for the meetings that stand."""
    answer = sent(
        amara,
        hours="Mon 9-12",
        max_per_week="",
        travel_zone="Lisbon",
        travel_first="2027-05-03",
        travel_last="2027-05-17",
        off_first="2027-03-01",
        off_last="",
    )
    assert answer.status_code == 303
    limits = stand.app().person("amara").boundary
    assert (format_hours(limits.hours), limits.max_per_day, limits.max_per_week) == ("Mon 09:00-12:00", 2, None)
    assert [(trip.zone, str(trip.first)) for trip in limits.travel] == [("Europe/Lisbon", "2027-05-03")]
    assert [str(on) for on, why in limits.days_off.items() if why == "leave"] == ["2027-03-01"]
    html = amara[0].get(answer.headers["location"]).text
    assert re.search(r"\d+ of your meetings no longer fit", html)
    assert sent(amara, hours="always", timezone="London").status_code == 303
    assert 'role="status"' in amara[0].get(f"{PAGE}?saved=1").text


@pytest.mark.parametrize("phrase", sorted(PHRASES | OVER_MIDNIGHT)[::2])
def test_words_and_painted_week_agree(amara: Amara, phrase: str) -> None:
    """One parser for all."""
    answer = sent(amara, f"{PAGE}/week", hours=phrase, what="text").json()
    assert answer["hint"] == ""
    assert answer["grid"] == str(painted(parse_hours(phrase), {}))


def test_what_is_painted_is_put_into_words(amara: Amara) -> None:
    """The half hours that were painted, and no others."""
    grid = list(parse_painted(str(painted(parse_hours(ASKED["hours"]), {}))).levels)
    grid[24:26] = [Level.IF_NEEDED] * 2
    answer = sent(amara, f"{PAGE}/week", grid="".join(str(int(each)) for each in grid), what="grid").json()
    assert answer["hours"] == "Mon 09:00-17:00; Tue-Fri 09:00-12:00, 13:00-17:00"
    assert answer["preferred"] == "Mon-Fri 09:00-12:00, 13:00-17:00"


def test_what_was_painted_and_not_yet_put_into_words_is_saved(amara: Amara, stand: Stand) -> None:
    """Whoever is quick loses nothing."""
    grid = str(painted(parse_hours("Tue 10-12"), {}))
    assert sent(amara, grid=grid).status_code == 303
    assert format_hours(stand.app().person("amara").boundary.hours) == "Tue 10:00-12:00"


@pytest.mark.parametrize("phrase", [each for each in BROKEN if each][::3])
def test_a_bad_phrase_is_told_and_nothing_is_lost(amara: Amara, stand: Stand, phrase: str) -> None:
    """422, what was typed in its field, the error beside it, and the focus there."""
    before = stand.app().person("amara")
    answer = sent(amara, hours=phrase, gap="15m", travel_zone="Lisbon")
    assert answer.status_code == 422
    assert value(answer.text, "gap") == "15m"
    field = re.search(r'<input id="hours"[^>]*>', answer.text)
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert "autofocus" in field[0]
    assert 'id="hours-wrong"' in answer.text
    assert stand.app().person("amara") == before


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"timezone": "EST"}, "timezone", "New_York"),
        ({"timezone": ""}, "timezone", "Say where you live"),
        ({"country": "XX"}, "country", "unknown"),
        ({"notice": "24"}, "notice", "24h"),
        ({"max_per_day": "-1"}, "max_per_day", "no count"),
        ({"off_first": "2027-03-09", "off_last": "2027-03-01"}, "days_off-0", "ends before it begins"),
        ({"travel_zone": "Lisbon"}, "travel-0", "no date"),
        ({"travel_first": "2027-03-01"}, "travel-0", "Say where you will be"),
        ({"travel_zone": "Atlantis", "travel_first": "2027-03-01"}, "travel-0", "Atlantis"),
        ({"grid": "x"}, "", "no painted week"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(amara: Amara, fields: dict[str, str], field: str, told: str) -> None:
    """In its own words, and with what would do."""
    answer = sent(amara, **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert not field or f'id="{field}-wrong"' in answer.text


@pytest.mark.parametrize(
    ("fields", "hours"),
    [
        ({"act": "lunch", "lunch_first": "12:00", "lunch_last": "13:00"}, "Mon-Fri 09:00-12:00, 13:00-20:00"),
        ({"act": "quiet", "quiet_first": "18:00", "quiet_last": "10:00"}, "Mon-Fri 10:00-18:00"),
        ({"act": "day", "no_day": "2"}, "Mon-Tue, Thu-Fri 09:00-20:00"),
    ],
)
def test_hours_are_kept_free_without_a_script(amara: Amara, stand: Stand, fields: dict[str, str], hours: str) -> None:
    """The form changes, says that it is not saved, and nothing is."""
    before = stand.app().person("amara")
    answer = sent(amara, hours="9-20", **fields)
    assert (answer.status_code, value(answer.text, "hours")) == (200, hours)
    assert "Not saved yet." in answer.text
    assert stand.app().person("amara") == before


def test_rows_come_and_go_without_a_script(amara: Amara) -> None:
    """One more trip, one less, the others stay."""
    rows = {"travel_zone": "Lisbon", "travel_first": "2027-05-03", "travel_last": "2027-05-17"}
    more = sent(amara, act="more-travel", **rows).text
    assert more.count('name="travel_zone"') == 2
    assert value(more, "travel_zone") == "Lisbon"
    less = sent(amara, act="drop-travel-0", **rows).text
    assert value(less, "travel_zone") == ""


@pytest.mark.parametrize(
    "fields", [{"act": "lunch", "lunch_first": "noon"}, {"act": "day", "no_day": "9"}, {"act": "x"}]
)
def test_what_no_button_sends_is_refused(amara: Amara, fields: dict[str, str]) -> None:
    """In words, on the same page."""
    answer = sent(amara, **fields)
    assert (answer.status_code, "cut-wrong" in answer.text) == (422, True)


def test_a_partners_hours_are_a_mark_and_no_other_is_named(amara: Amara) -> None:
    """Of a pair only; of circles nobody's hours are shown."""
    html = amara[0].get(PAGE).text
    assert "Chen Liang has hours then" in html
    assert "Giulia Ferri has hours" not in html
    assert re.search(r'<td class="l\d with"', html)
