"""Tokens and webhooks on pages: a secret is shown once, what was typed is kept, and what ends, ends."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.site import SAMPLE, Stand, standing

HERE = f"/p/{SAMPLE}"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, with nothing planned."""
    with standing(tmp_path_factory.mktemp("programs") / "data", published=False) as each:
        yield each


@pytest.fixture(scope="module")
def cookie(stand: Stand) -> str:
    """A coordinator's."""
    return stand.coordinator()


@pytest.fixture(scope="module")
def visitor(stand: Stand, cookie: str) -> Iterator[httpx.Client]:
    """The coordinator."""
    with stand.client(cookie) as each:
        yield each


def secret_of(page: httpx.Response) -> str:
    """What a page shows once."""
    found = re.search(r'id="secret" readonly value="([^"]+)"', page.text)
    return found[1] if found else ""


def test_a_token_is_shown_once_works_and_is_revoked(stand: Stand, cookie: str, visitor: httpx.Client) -> None:
    """From the page to the API and back."""
    form = stand.token(cookie) | {"name": "Report", "may-read": "yes", "lasts": "30"}
    secret = secret_of(visitor.post(f"{HERE}/tokens", data=form))
    page = visitor.get(f"{HERE}/tokens").text
    assert "Report" in page
    assert secret not in page
    header = {"Authorization": f"Bearer {secret}"}
    with stand.client() as program:
        assert program.get(f"/api/v1/programmes/{SAMPLE}", headers=header).status_code == 200
        [path] = re.findall(rf'action="({HERE}/tokens/[0-9a-f]+/revoke)"', page)
        assert visitor.post(path, data=stand.token(cookie)).status_code == 303
        assert program.get(f"/api/v1/programmes/{SAMPLE}", headers=header).status_code == 401
    assert visitor.post(path, data=stand.token(cookie)).status_code == 404


def test_a_token_that_can_do_nothing_is_not_made(stand: Stand, cookie: str, visitor: httpx.Client) -> None:
    """What was typed stays, and what is wrong is said at its field."""
    for form in ({"name": "<b>Report</b>"}, {"name": "", "may-read": "yes"}):
        page = visitor.post(f"{HERE}/tokens", data=stand.token(cookie) | form)
        assert page.status_code == 422
        assert 'aria-invalid="true"' in page.text
        assert not secret_of(page)
    assert (
        "&lt;b&gt;Report" in visitor.post(f"{HERE}/tokens", data=stand.token(cookie) | {"name": "<b>Report</b>"}).text
    )


def test_a_webhook_is_made_tried_and_removed(stand: Stand, cookie: str, visitor: httpx.Client) -> None:
    """With its secret shown once, and its messages listed."""
    form = stand.token(cookie) | {"url": "https://example.org/hook", "tell-meeting.moved": "yes"}
    page = visitor.post(f"{HERE}/webhooks", data=form)
    assert secret_of(page).startswith("whsec_")
    [path] = re.findall(rf'href="({HERE}/webhooks/[0-9a-f]+)"', visitor.get(f"{HERE}/webhooks").text)
    token = stand.token(cookie)
    assert visitor.post(f"{path}/test", data=token).headers["location"] == path
    [again] = re.findall(rf'action="({path}/messages/msg_[0-9a-f]+/resend)"', visitor.get(path).text)
    assert visitor.post(again, data=token).status_code == 303
    assert visitor.post(again.replace("msg_", "msg_0"), data=token).status_code == 404
    assert secret_of(visitor.post(f"{path}/rotate", data=token)) != secret_of(page)
    assert visitor.post(f"{path}/remove", data=token).status_code == 303
    assert visitor.get(path).status_code == 404


def test_an_address_that_is_not_called_is_refused(stand: Stand, cookie: str, visitor: httpx.Client) -> None:
    """And stays in the form."""
    page = visitor.post(f"{HERE}/webhooks", data=stand.token(cookie) | {"url": "http://127.0.0.1/"})
    assert page.status_code == 422
    assert 'value="http://127.0.0.1/"' in page.text


def test_the_reference_tells_of_everything(stand: Stand) -> None:
    """Every operation, to anybody, without anything from elsewhere."""
    with stand.client() as anybody:
        page = anybody.get("/api").text
        described = anybody.get("/openapi.json").json()
    count = sum(len(each) for each in described["paths"].values())
    assert page.count('class="operation"') == count > 25
    assert not re.search(r'(src|href)="https?://', page)
    assert len(page) < 120_000
