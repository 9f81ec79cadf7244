"""A programme of 2,000 groups and 5,000 people: pages stay small, and their sums are those of all rows."""

import gzip
import re
import time
from collections.abc import Iterator

import httpx
import pytest

from scheduler.core.coverage import Cell
from tests.bigsite import BIG, standing_big
from tests.site import Stand

SMALL, MATRIX = 20_000, 60_000  # bytes, compressed


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Everything published."""
    with standing_big(tmp_path_factory.mktemp("many") / "data") as stand:
        yield stand


@pytest.fixture
def client(stand: Stand) -> Iterator[httpx.Client]:
    """A coordinator's browser."""
    with stand.client(stand.coordinator(BIG)) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "most"), [("", SMALL), ("/people", SMALL), ("/fairness", SMALL), ("/coverage", MATRIX), ("/digest", SMALL)]
)
def test_a_page_weighs_little(client: httpx.Client, path: str, most: int) -> None:
    """However many there are."""
    answer = client.get(f"/p/{BIG}{path}")
    assert answer.status_code == 200
    assert len(gzip.compress(answer.content, 6)) <= most


def test_the_sums_of_all_pages_of_the_table_are_those_of_the_headline(stand: Stand, client: httpx.Client) -> None:
    """And those of the plan."""
    covered = stand.site.overview(BIG).coverage
    assert covered is not None
    headline, placed, missing, rows = "", 0, 0, 0
    for number in range(1, 21):
        text = client.get(f"/p/{BIG}/coverage?page={number}").text
        headline = headline or re.sub(r"<[^>]+>", "", text.split('class="headline"')[1].split("</p>")[0])
        cells = re.findall(r'<td class="number">(\d+) of \d+</td>\s*<td class="number">(?:<span[^>]*>✕ )?(\d+)', text)
        rows += len(cells)
        placed += sum(int(one) for one, _ in cells)
        missing += sum(int(other) for _, other in cells)
    assert rows == 2_000
    assert (placed, missing) == (covered.placed, covered.count(Cell.MISSING))
    assert f"{placed:,} of {covered.planned:,} sessions" in headline
    assert f"{missing:,} no time" in headline


def test_what_takes_seconds_says_so_and_is_there_later(stand: Stand, client: httpx.Client) -> None:
    """The page of changes: they are found in another process, and nobody waits behind whoever asked for them."""
    app = stand.app(BIG)
    standing = app.store.standing()
    assert standing
    app.store.keep_draft(standing)
    page = client.get(f"/p/{BIG}/changes").text
    assert "is being compared" in page
    end = time.monotonic() + 120
    while "is being compared" in page:
        assert time.monotonic() < end
        time.sleep(0.1)
        page = client.get(f"/p/{BIG}/changes").text
    assert "Nothing would change" in page


def test_every_list_ends_and_none_begins_beyond_its_end(client: httpx.Client) -> None:
    """The last page has the last row."""
    assert "4,901 to 5,000 of 5,000" in client.get(f"/p/{BIG}/people?page=50").text
    assert "4,901 to 5,000 of 5,000" in client.get(f"/p/{BIG}/people?page=51").text
    assert "1 to 100 of 100" in client.get(f"/p/{BIG}/people?show=not-ready").text
