"""Settings, first steps and the log: what is typed is kept or told at its field; data goes out whole, or away."""

import html
import io
import re
import zipfile
from collections.abc import Iterator

import httpx
import pytest

from scheduler.app.programmes.first_run import is_sample
from scheduler.core.repairs import Mode
from scheduler.store import SqlProgrammes
from tests.site import SAMPLE, Stand, standing
from tests.web.disturbing import CANARY

SETTINGS = f"/p/{SAMPLE}/settings"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample."""
    with standing(tmp_path_factory.mktemp("settings") / "data", published=False) as stand:
        yield stand


@pytest.fixture(scope="module")
def client(stand: Stand) -> Iterator[httpx.Client]:
    """A coordinator's."""
    with stand.client(stand.coordinator()) as client:
        client.follow_redirects = True
        yield client


def fields(page: str) -> dict[str, str]:
    """A form as a browser would send it: its inputs, and what is chosen."""
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    chosen = re.findall(r'<select[^>]*name="([^"]+)".*?value="([^"]*)" selected', page, re.DOTALL)
    return {name: html.unescape(value) for name, value in (*inputs, *chosen) if name not in ("person", "typed")}


def test_what_is_kept_is_in_the_file_and_nothing_else_changes(stand: Stand, client: httpx.Client) -> None:
    """Sent as it is, the programme is the same; a change is what it says."""
    before = stand.app().programme
    form = fields(client.get(SETTINGS).text)
    assert client.post(SETTINGS, data=form).status_code == 200
    assert stand.app().programme == before
    client.post(SETTINGS, data=form | {"mode": "suggest", "name": "Spring, again"})
    assert stand.app().programme.repair.mode is Mode.SUGGEST
    assert stand.app().programme.name == "Spring, again"
    client.post(SETTINGS, data=form)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("from", "soon", "Write it like"),
        ("minutes", "many", "whole number"),
        ("until", "2020-01-01", "after until"),
        ("anchor", "EST", "ambiguous"),
    ],
)
def test_what_can_not_be_read_is_told_and_what_was_typed_stays(
    field: str, typed: str, words: str, stand: Stand, client: httpx.Client
) -> None:
    """422, and the programme as it was."""
    before = stand.app().programme
    answer = client.post(SETTINGS, data=fields(client.get(SETTINGS).text) | {field: typed})
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert f'value="{typed}"' in answer.text
    assert stand.app().programme == before


def test_all_data_goes_out_as_files(client: httpx.Client) -> None:
    """The three files, and nobody's calendar: it says what appointments are about."""
    packed = zipfile.ZipFile(io.BytesIO(client.get(f"{SETTINGS}/export").content))
    names = {name.removeprefix(f"{SAMPLE}/") for name in packed.namelist()}
    assert names == {"people.csv", "groups.csv", "programme.toml"}


def test_the_log_begins_empty_and_says_what_will_be_there(client: httpx.Client) -> None:
    """With a way on."""
    page = client.get(f"/p/{SAMPLE}/log").text
    assert "Nothing was decided here yet." in page
    assert CANARY not in page


def test_a_new_programme_begins_empty_and_leads_to_the_import(stand: Stand, client: httpx.Client) -> None:
    """Whoever made it coordinates it; without people there is no plan, but a next step."""
    page = client.get("/programmes/new").text
    wrong = client.post("/programmes/new", data=fields(page) | {"name": "", "until": "2020-01-01"})
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    made = client.post("/programmes/new", data=fields(page) | {"name": "Zoë's circle"})
    assert made.url.path == "/p/zoe-s-circle/import"
    assert "Import people and groups" in client.get("/p/zoe-s-circle/plan").text
    assert "Nothing is planned yet." in client.get("/p/zoe-s-circle/changes").text


def test_a_programme_is_deleted_by_its_name_alone(stand: Stand, client: httpx.Client) -> None:
    """What is made again under its name is another."""
    made = client.post("/programmes/sample", data=fields(client.get("/programmes/new").text))
    programme = made.url.path.split("/")[2]
    assert is_sample(programme)
    assert "nothing leaves this machine" in made.text
    path = f"/p/{programme}/settings"
    form = fields(client.get(path).text)
    assert client.post(f"{path}/delete", data=form | {"typed": "something"}).status_code == 422
    assert SqlProgrammes(stand.service.database).get(programme)
    client.post(f"{path}/delete", data=form | {"typed": stand.app(programme).programme.name})
    assert SqlProgrammes(stand.service.database).get(programme) is None
    assert client.get(path).status_code == 404
