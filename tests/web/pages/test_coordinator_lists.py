"""What coordinators see: home, people, coverage, fairness, groups and the digest, without a browser."""

import csv
import re
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from scheduler.app.programmes.editing import new_programme
from tests.site import SAMPLE, Stand, standing

GROUP = "pair-amara-chen"
LISTS = ("people", "coverage", "fairness")
NONSENSE = ("%", "_", "'", "{{7*7}}", "' OR 1=1 --", "<script>alert(1)</script>", "\u202e", "x" * 5_000)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, published."""
    with standing(tmp_path_factory.mktemp("lists") / "data") as stand:
        yield stand


@pytest.fixture(scope="module")
def cookie(stand: Stand) -> str:
    """A coordinator's session."""
    return stand.coordinator()


@pytest.fixture
def client(stand: Stand, cookie: str) -> Iterator[httpx.Client]:
    """A coordinator's browser."""
    with stand.client(cookie) as client:
        yield client


def shown(client: httpx.Client, path: str) -> str:
    """A page that has to be there, as text without tags."""
    answer = client.get(f"/p/{SAMPLE}{path}")
    assert answer.status_code == 200, answer.text
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def numbers(client: httpx.Client, path: str, column: int) -> list[int]:
    """The numbers in a column of the table."""
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", client.get(f"/p/{SAMPLE}{path}").text, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[column] for row in rows]
    return [int(re.findall(r"\d+", re.sub(r"<[^>]+>", "", cell))[0]) for cell in cells]


def test_home_says_first_what_needs_somebody(client: httpx.Client) -> None:
    """With a link to just that."""
    text = shown(client, "")
    assert "1 thing needs you" in text
    assert "2 sessions have no time" in text
    assert f'href="/p/{SAMPLE}/coverage?show=missing"' in client.get(f"/p/{SAMPLE}").text
    assert "68 of 70 meetings have a time" in text


def test_what_waits_is_on_the_home_page_as_soon_as_it_does(stand: Stand, client: httpx.Client) -> None:
    """Also that writing is stopped."""
    stand.app().store.stop("too many changes at once")
    assert "Writing is stopped" in shown(client, "")
    stand.app().store.stop("")
    assert "Writing is stopped" not in shown(client, "")


def test_counts_of_the_headline_are_the_sums_of_the_table(client: httpx.Client) -> None:
    """And each filter shows the rows that it names."""
    text = shown(client, "/coverage")
    assert "68 of 70 sessions have a time" in text
    placed, missing, moves = (numbers(client, "/coverage", column) for column in (0, 1, 2))
    assert (sum(placed), sum(missing), sum(moves)) == (68, 2, 10)
    for words, count in (("no time", sum(missing)), ("move", sum(moves)), ("hold", sum(placed) - sum(moves))):
        assert f"{count} {words}" in text
    assert numbers(client, "/coverage?show=missing", 1) == [2]
    assert all(numbers(client, "/coverage?show=moves", 2))
    assert "No group is like that" in shown(client, "/coverage?show=unplanned")


def test_people_are_sorted_searched_and_filtered(client: httpx.Client) -> None:
    """By what the address says."""
    text = shown(client, "/people")
    assert text.index("Amara Nwosu") < text.index("Chen Liang") < text.index("Oliver Grant")
    outside = numbers(client, "/people?sort=outside", 3)
    assert outside == sorted(outside, reverse=True)
    assert "1 to 1 of 1" in shown(client, "/people?q=chen+LIANG")
    assert "Nobody is like that" in shown(client, "/people?q=nobody")
    assert "Nobody is like that" in shown(client, "/people?show=not-ready")
    assert re.search(r"(Mon|Sun|Tue) \d{1,2}:\d\d.{0,4} London", text)


@pytest.mark.parametrize("page", LISTS)
@pytest.mark.parametrize("asked", NONSENSE)
def test_nonsense_finds_nothing_and_breaks_nothing(client: httpx.Client, page: str, asked: str) -> None:
    """What was searched for is shown again as text."""
    answer = client.get(f"/p/{SAMPLE}/{page}", params={"q": asked, "sort": asked, "show": asked, "page": asked[:9]})
    assert answer.status_code == 200
    assert "49" not in re.findall(r'name="q" value="([^"]*)"', answer.text)
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("page", ["0", "-1", "99999999999", "²", "1e3", ""])
def test_a_page_that_is_not_there_is_the_nearest(client: httpx.Client, page: str) -> None:
    """No list answers with an error."""
    assert "1 to 12 of 12" in shown(client, f"/people?page={page}")


def test_fairness_is_told_in_words_and_by_a_row_each(client: httpx.Client) -> None:
    """The worst first."""
    text = shown(client, "/fairness")
    minutes = numbers(client, "/fairness", 0)
    assert minutes == sorted(minutes, reverse=True)
    assert f"{sum(each > 45 for each in minutes)} people meet more than 45 minutes a month" in text
    assert f"Most: Devika Rao, {minutes[0]} minutes" in text
    assert f"{minutes.count(0)} of 12 have none" in text


def test_a_group_is_told_with_all_its_dates(client: httpx.Client) -> None:
    """26 cells for 26 weeks, and as many rows."""
    page = client.get(f"/p/{SAMPLE}/groups/{GROUP}").text
    assert len(re.findall(r'<li><a href="#s-\d+"', page)) == 26
    assert len(re.findall(r'<tr id="s-\d+"', page)) == 26
    assert "24 of 26 sessions have a time" in page
    assert client.get(f"/p/{SAMPLE}/groups/nobody").status_code == 404


def test_a_session_is_moved_after_the_change_was_shown(stand: Stand, cookie: str, client: httpx.Client) -> None:
    """Showing it changes nothing; the form says again what was shown."""
    before = stand.app().store.events()
    offered = client.get(f"/p/{SAMPLE}/groups/{GROUP}/sessions/6").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', offered.split("Move to")[0]))
    form.pop("form_token", None)
    sure = client.get(f"/p/{SAMPLE}/groups/{GROUP}/sure", params=form)
    assert "→" in sure.text
    assert stand.app().store.events() == before
    done = client.post(f"/p/{SAMPLE}/groups/{GROUP}/sure", data={**form, **stand.token(cookie)})
    assert done.status_code == 303
    assert "The session was moved" in client.get(done.headers["location"]).text
    assert stand.app().store.events() != before
    again = client.post(f"/p/{SAMPLE}/groups/{GROUP}/sure", data={**form, **stand.token(cookie)})
    assert again.status_code in (409, 422)


def test_a_group_rests_and_goes_on(stand: Stand, cookie: str, client: httpx.Client) -> None:
    """After each was shown."""
    path = f"/p/{SAMPLE}/groups/circle-writers"
    for what, told in (("pause", "The group rests now"), ("resume", "The group goes on")):
        assert client.get(f"{path}/sure?what={what}").status_code == 200
        done = client.post(f"{path}/sure", data={"what": what, **stand.token(cookie)})
        assert told in client.get(done.headers["location"]).text


@pytest.mark.parametrize(
    "said", ["", "what=explode", "what=move&session=1", "what=move&session=9999&to=x", "what=skip"]
)
def test_a_change_that_says_nothing_sensible_is_refused(client: httpx.Client, said: str) -> None:
    """With a page, and no change."""
    assert client.get(f"/p/{SAMPLE}/groups/{GROUP}/sure?{said}").status_code == 422


def test_a_link_is_shown_once_opens_one_persons_pages_and_ends(stand: Stand, cookie: str, client: httpx.Client) -> None:
    """Nobody can look it up later."""
    path = f"/p/{SAMPLE}/people/hana"
    made = client.post(f"{path}/link", data=stand.token(cookie)).text
    link = re.findall(r'value="(http[^"]+/in/[^"]+)"', made)[0]
    assert link not in client.get(path).text
    with stand.client() as hers:
        assert "Hana" in hers.get(link).text
        client.post(f"{path}/revoke", data=stand.token(cookie))
        assert "Hana" not in hers.get(link).text
    assert "No link is open" in client.get(path).text


def test_reminding_shows_whom_first_and_mails_nobody_where_all_are_ready(
    stand: Stand, cookie: str, client: httpx.Client
) -> None:
    """A GET sends nothing."""
    assert "Everybody is ready" in shown(client, "/remind")
    done = client.post(f"/p/{SAMPLE}/remind", data=stand.token(cookie))
    assert done.headers["location"].endswith("reminded=0&failed=0")


def test_links_for_everybody_open_each_their_own_pages(stand: Stand, cookie: str, client: httpx.Client) -> None:
    """A GET makes none; the table has one for each who had none; after that there is nobody without."""
    path, people = f"/p/{SAMPLE}/links", stand.app().programme.people
    waiting = stand.site.access.store.linked(SAMPLE, stand.clock.now())
    assert f"{len(people) - len(waiting)} people have no link yet" in shown(client, "/links")
    table = client.post(path, data=stand.token(cookie))
    assert table.headers["content-disposition"] == f'attachment; filename="{SAMPLE}-links.csv"'
    rows = list(csv.DictReader(table.text.splitlines()))
    names = {each.name for each in people if each.id not in waiting}
    assert {row["name"] for row in rows} == names
    assert len({row["link"] for row in rows}) == len(names)
    with stand.client() as theirs:
        assert rows[0]["name"] in theirs.get(rows[0]["link"]).text
    assert "Everybody has a link" in shown(client, "/links")


def test_people_in_no_group_are_told_of(stand: Stand) -> None:
    """They are somebody, and what is missing is said."""
    table = b"id,name,timezone,hours\nzoe,Zoe,Europe/Paris,Mon-Fri 9-17\n"
    toml = b'[programme]\nname = "One"\nfrom = 2027-01-11\nuntil = 2027-03-19\n'
    new_programme(
        stand.service, "alone", {"people.csv": table, "groups.csv": b"group,person\n", "programme.toml": toml}
    )
    with stand.client(stand.coordinator("alone")) as client:
        for page in ("", "/plan"):
            assert "1 person is here, in no group yet" in client.get(f"/p/alone{page}").text


def test_the_digest_has_the_words_of_the_mail(client: httpx.Client) -> None:
    """And what was, and what comes."""
    text = shown(client, "/digest")
    assert "Last week" in text
    assert "The next 7 days" in text
    assert "As it is mailed" in text


def test_no_page_for_coordinators_tells_a_title_of_anybodys_calendar(stand: Stand, client: httpx.Client) -> None:
    """Nor when somebody is busy."""
    files = (stand.data / "programmes" / SAMPLE / "calendars").glob("*.ics")
    titles = {
        line.partition(":")[2].strip()
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("SUMMARY") and len(line) > 20
    }
    assert titles
    pages = (
        "",
        "/people",
        "/people/amara",
        "/coverage",
        "/fairness",
        "/digest",
        f"/groups/{GROUP}",
        "/groups/circle-world",
    )
    for page in pages:
        text = shown(client, page)
        assert not [title for title in titles if title in text], page


def test_a_programme_in_which_nobody_is_yet_says_how_to_begin(stand: Stand) -> None:
    """Each page has its word, and none is blank or an error."""
    settings = '[programme]\nname = "Empty"\nfrom = 2027-01-25\nuntil = 2027-07-25\nminutes = 45\n'
    files = {"people.csv": b"id,name,timezone\n", "groups.csv": b"group,person\n", "programme.toml": settings.encode()}
    new_programme(stand.service, "empty", files)
    with stand.client(stand.coordinator("empty")) as client:
        home = client.get("/p/empty").text
        assert "Nobody is here yet" in home
        assert 'href="/p/empty/import"' in home
        for page, words in (
            ("people", "There is nobody yet"),
            ("coverage", "There are no groups yet"),
            ("fairness", "Nothing stands yet"),
            ("digest", "Nothing happened"),
        ):
            answer = client.get(f"/p/empty/{page}")
            assert answer.status_code == 200
            assert words in answer.text
