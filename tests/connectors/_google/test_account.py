"""connectors/_google/account.py and sign_in.py: whose account it is, its calendars, and giving it back."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from connectors._http.secret import Held
from connectors.google import READING, WRITING, GoogleSession, grant_of, listed, revoke, sign_in
from scheduler.core.account import Grant, Listed
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from tests.connectors.stages.google import GoogleStage
from tests.doubles.google import CLIENT, EVERYTHING, SECRET
from tests.doubles.server import Fault

ROBOT = "robot@project.iam.gserviceaccount.com"
WITHOUT_IDENTITY = EVERYTHING[2:]


def granted(stage: GoogleStage, secret: str, mailbox: str = "") -> Grant:
    """What a secret opens on the double."""
    return grant_of(secret, endpoint=stage.google.endpoint, token_uri=stage.google.token_uri, mailbox=mailbox)


def test_a_user_is_known_by_issuer_and_subject(stage: GoogleStage) -> None:
    """And not by an address, which may be somebody else's tomorrow."""
    found = granted(stage, stage.google.user_json("ana@example.org"))
    assert found.identity == f"https://accounts.google.com {stage.google.oauth.subs['ana@example.org']}"
    assert found.address == "ana@example.org"
    assert found.calendars == ("google:ana@example.org",)
    assert set(found.scopes) == set(EVERYTHING)
    assert not found.everybody
    assert SECRET not in repr(found)


def test_a_user_without_an_id_token_is_known_by_the_primary_calendar(stage: GoogleStage) -> None:
    """Where its list may be read."""
    found = granted(stage, stage.google.user_json("ana@example.org", WITHOUT_IDENTITY), "ben@example.org")
    assert (found.identity, found.address) == ("ana@example.org", "ana@example.org")


def test_a_user_with_free_busy_alone_is_known_by_the_mailbox_that_it_is_for(stage: GoogleStage) -> None:
    """Google says no more; without one, nobody can know whose account it is."""
    secret = stage.google.user_json("ana@example.org", WITHOUT_IDENTITY[:1])
    assert granted(stage, secret, "ana@example.org").address == "ana@example.org"
    with pytest.raises(InputError, match=r"people\.csv"):
        granted(stage, secret)


def test_a_service_account_with_delegation_is_for_everybody(stage: GoogleStage) -> None:
    """It acts for the mailbox that it is shown."""
    found = granted(stage, stage.google.service_json(ROBOT), "ana@example.org")
    assert (found.identity, found.address, found.everybody) == (ROBOT, "ana@example.org", True)


def test_a_service_account_without_delegation_reads_what_it_sees(stage: GoogleStage) -> None:
    """It is nobody but itself."""
    stage.google.add_person(ROBOT)
    found = granted(stage, stage.google.service_json(ROBOT, delegated=()), "ana@example.org")
    assert (found.address, found.everybody) == ("ana@example.org", False)
    stage.google.switches.private.add("ana@example.org")
    with pytest.raises(InputError, match="does not see"):
        granted(stage, stage.google.service_json(ROBOT, delegated=()), "ana@example.org")


def test_a_secret_that_opens_nothing_is_refused(stage: GoogleStage) -> None:
    """Consent was taken back, or it is no secret at all."""
    secret = stage.google.user_json("ana@example.org")
    stage.google.revoke("ana@example.org")
    with pytest.raises(CredentialsRejected):
        granted(stage, secret)
    with pytest.raises(InputError):
        granted(stage, "{}")


def test_a_refresh_token_that_changed_on_the_way_is_the_one_that_is_kept(stage: GoogleStage) -> None:
    """The one that was handed in is good no more."""
    stage.google.oauth.rotate = True
    secret = stage.google.user_json("ana@example.org")
    found = granted(stage, secret)
    assert found.secret != secret
    assert granted(stage, found.secret).identity == found.identity


def test_calendars_are_listed_for_their_owner(stage: GoogleStage) -> None:
    """The primary one first, then what it subscribes to."""
    assert listed(stage.session("ana")) == (
        Listed(address="google:ana@example.org", name="ana@example.org", writable=True),
        Listed(address="google:en.uk#holiday@group.v.calendar.google.com", name="Holidays", writable=False),
    )


def test_consent_is_taken_back(stage: GoogleStage) -> None:
    """Twice is no error; after it, nothing opens."""
    secret = stage.google.user_json("ana@example.org")
    for _ in range(2):
        assert revoke(secret, revoke_uri=stage.google.revoke_uri) == ""
    with pytest.raises(CredentialsRejected):
        granted(stage, secret)


def test_a_service_account_has_no_consent_to_take_back(stage: GoogleStage) -> None:
    """It is said what is left to do."""
    assert "admin console" in revoke(stage.google.service_json(ROBOT), revoke_uri=stage.google.revoke_uri)


def test_consent_that_can_not_be_taken_back_now_is_said(stage: GoogleStage) -> None:
    """So that its owner can do it at Google."""
    stage.google.faults.append(Fault(path="/revoke", status=403))
    with pytest.raises(Unavailable):
        revoke(stage.google.user_json("ana@example.org"), revoke_uri=stage.google.revoke_uri)


# Signing in


@dataclass
class Browser:
    """Opens the page that it is told, as a person would; its requests run beside ours."""

    stage: GoogleStage
    threads: list[threading.Thread]
    urls: list[str]

    def tell(self, url: str) -> None:
        """Go there."""
        self.urls.append(url)
        self.threads.append(threading.Thread(target=httpx.get, args=(url,), kwargs={"follow_redirects": True}))
        self.threads[-1].start()

    def sign_in(self, scopes: tuple[str, ...]) -> str:
        """The whole of it."""
        google = self.stage.google
        return sign_in(
            client_id=CLIENT,
            client_secret=SECRET,
            auth_uri=google.auth_uri,
            token_uri=google.token_uri,
            scopes=scopes,
            tell=self.tell,
            open_browser=False,
        )


@pytest.fixture
def browser(stage: GoogleStage) -> Iterator[Browser]:
    """Ana's."""
    stage.google.oauth.consents = "ana@example.org"
    opened = Browser(stage, [], [])
    yield opened
    for thread in opened.threads:
        thread.join()


@pytest.mark.parametrize("scopes", [READING, WRITING])
def test_signing_in_gives_what_opens_the_account(
    stage: GoogleStage, browser: Browser, scopes: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """With PKCE and state, and nothing is printed; no switch of a library is left on."""
    secret = browser.sign_in(scopes)
    assert granted(stage, secret).address == "ana@example.org"
    assert "code_challenge_method=S256" in browser.urls[0]
    assert "state=" in browser.urls[0]
    assert SECRET not in browser.urls[0]
    assert not [name for name in os.environ if name.startswith("OAUTHLIB")]
    session = GoogleSession(Held(secret), endpoint=stage.google.endpoint, token_uri=stage.google.token_uri)
    assert listed(session)
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


def test_a_refusal_is_no_sign_in(stage: GoogleStage, browser: Browser) -> None:
    """Nothing is kept."""
    stage.google.oauth.deny = True
    with pytest.raises(CredentialsRejected):
        browser.sign_in(READING)


def test_an_answer_with_another_state_is_not_taken(stage: GoogleStage, browser: Browser) -> None:
    """It is of somebody else's session."""
    stage.google.oauth.foreign_state = True
    with pytest.raises(CredentialsRejected):
        browser.sign_in(READING)


def test_a_box_that_was_not_ticked_is_named(stage: GoogleStage, browser: Browser) -> None:
    """Google lets people allow a part of what was asked."""
    stage.google.oauth.grant = frozenset(READING)
    with pytest.raises(InputError, match=r"calendar\.events\.owned"):
        browser.sign_in(WRITING)


def test_a_code_that_is_not_taken_is_no_sign_in(stage: GoogleStage, browser: Browser) -> None:
    """The exchange was refused."""
    stage.google.faults.append(Fault(path="/token", status=400, body='{"error": "invalid_grant"}'))
    with pytest.raises(CredentialsRejected):
        browser.sign_in(READING)


def test_a_server_of_tokens_that_does_not_answer_is_unavailable(stage: GoogleStage, browser: Browser) -> None:
    """No traceback of a library."""
    stage.google.faults.append(Fault(path="/token", status=0, times=-1))
    with pytest.raises(Unavailable):
        browser.sign_in(READING)
