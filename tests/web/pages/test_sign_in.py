"""Signing in: at Google and Microsoft, by a link to a mailbox, by an invitation; and everything that is refused."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from scheduler.app.access.signing_in import TRIP
from scheduler.core.visitor import LinkKind
from scheduler.settings import Google, Microsoft, Settings, Smtp
from tests.doubles.google import CLIENT, SECRET
from tests.doubles.google import Google as GoogleDouble
from tests.doubles.graph import CLIENT as GRAPH_CLIENT
from tests.doubles.graph import CLIENT_SECRET, GraphDouble
from tests.doubles.server import Fault, serving
from tests.mailbox import Mailbox, mail_server
from tests.site import SAMPLE, Stand, standing

CORA, OTHER = "cora@example.org", "other@example.org"
HIDDEN = re.compile(r'name="form_token" value="([^"]+)"')
ONWARD = re.compile(r'href="(http://127[^"]+)"')


class Signer:
    """A browser of somebody who signs in; `at` is the provider."""

    def __init__(self, stand: Stand, client: httpx.Client, at: str) -> None:
        self.stand, self.client, self.at = stand, client, at

    def set_out(self, **fields: str) -> httpx.URL:
        """To the provider's page, and its answer: the address that leads back to us."""
        shown = self.client.get("/sign-in")
        assert shown.status_code == 200, shown.text
        form = {"form_token": HIDDEN.findall(shown.text)[0], **fields}
        away = self.client.post(f"/sign-in/{self.at}", data=form)
        assert away.status_code == 200, away.text
        url = ONWARD.findall(away.text)[0].replace("&amp;", "&")
        answer = httpx.get(url)
        if answer.status_code == 200:  # a form that scripts send (response_mode=form_post)
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action
            return httpx.URL(action[1], params=dict(re.findall(r'name="([^"]+)" value="([^"]*)"', answer.text)))
        return httpx.URL(answer.headers["location"])

    def come_back(self, to: httpx.URL, **changed: str) -> httpx.Response:
        """To the address that the provider led to, or to another one."""
        return self.client.get(to.copy_merge_params(changed) if changed else to)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """A mail server."""
    with mail_server() as box:
        yield box


@pytest.fixture(scope="module")
def providers() -> Iterator[tuple[GoogleDouble, GraphDouble]]:
    """Both providers."""
    google, graph = GoogleDouble(), GraphDouble()
    with serving(google), serving(graph):
        graph.entra.at_home = True
        google.add_person(CORA)
        google.add_person(OTHER)
        yield google, graph


@pytest.fixture(scope="module")
def stand(
    tmp_path_factory: pytest.TempPathFactory, providers: tuple[GoogleDouble, GraphDouble], mailbox: Mailbox
) -> Iterator[Stand]:
    """The sample, with all ways to sign in."""
    google, graph = providers
    own = {
        "google": Google(issuer=google.url, client_id=CLIENT, client_secret=SecretStr(SECRET)),
        "microsoft": Microsoft(
            authority=f"{graph.url}/organizations", client_id=GRAPH_CLIENT, client_secret=SecretStr(CLIENT_SECRET)
        ),
        "smtp": Smtp(host="127.0.0.1", port=mailbox.port, security="none", sender="rondo@example.org"),
    }
    settings = Settings().model_copy(update=own)
    with standing(tmp_path_factory.mktemp("sign-in") / "data", settings=settings, published=False) as made:
        yield made


@pytest.fixture
def signers(stand: Stand) -> Iterator[Callable[[str], Signer]]:
    """A new browser for each call."""
    with ExitStack() as stack:
        yield lambda at: Signer(stand, stack.enter_context(stand.client()), at)


@pytest.fixture
def google(
    stand: Stand, signers: Callable[[str], Signer], providers: tuple[GoogleDouble, GraphDouble]
) -> Iterator[Signer]:
    """Cora, who coordinates the sample by her Google account, before its page."""
    double = providers[0]
    double.oauth.consents = CORA
    who = stand.site.access.known("https://accounts.google.com", double.oauth.subs[CORA], CORA, "")
    stand.site.access.store.let_coordinate(SAMPLE, who.id, stand.clock.now())
    yield signers("google")
    double.oauth.deny, double.oauth.issuer = False, ""
    double.oauth.id_tokens.__init__()  # type: ignore[misc]  # the double holds this very object
    stand.site.access.store.end_sessions_of(who.id)
    assert double.broken == []


def test_a_coordinator_signs_in_at_google(google: Signer) -> None:
    """By issuer and subject; the cookie is a new one, and the programme is open."""
    to = google.set_out(next="/p/spring/settings")
    before = google.client.cookies["rondo"]
    done = google.come_back(to)
    assert (done.status_code, done.headers["location"]) == (303, "/p/spring/settings")
    assert google.client.cookies["rondo"] != before
    assert google.client.get("/p/spring").status_code == 200
    with google.stand.client(before) as planted:
        assert planted.get("/p/spring").status_code == 401


def test_a_coordinator_signs_in_at_microsoft(
    stand: Stand, signers: Callable[[str], Signer], providers: tuple[GoogleDouble, GraphDouble]
) -> None:
    """Where each tenant has an issuer of its own; an invitation binds the account."""
    graph = providers[1]
    graph.add_person(OTHER)
    graph.entra.signs_in = OTHER
    invitation = stand.site.access.hand_out(LinkKind.INVITE, SAMPLE, email=OTHER)
    for fields in ({"invitation": invitation}, {}):
        signer = signers("microsoft")
        done = signer.come_back(signer.set_out(**fields))
        assert (done.status_code, done.headers["location"]) == (303, "/p/spring")
        assert signer.client.get("/p/spring").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://accounts.example.org"},
        {"iss": None},
        {"aud": "another-app"},
        {"aud": ["another-app", CLIENT], "azp": "another-app"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"sub": None},
        {"nbf": 9_999_999_999},
    ],
    ids=str,
)
def test_a_token_that_says_something_else_is_refused(
    google: Signer, providers: tuple[GoogleDouble, GraphDouble], claims: Mapping[str, Any]
) -> None:
    """Each claim is checked, and each is needed (B17)."""
    providers[0].oauth.id_tokens.claims = dict(claims)
    refused(google, google.come_back(google.set_out()))


@pytest.mark.parametrize(("algorithm", "stranger"), [("none", False), ("HS256", False), ("RS256", True)])
def test_a_token_that_the_provider_did_not_sign_is_refused(
    google: Signer, providers: tuple[GoogleDouble, GraphDouble], algorithm: str, stranger: bool
) -> None:
    """Not signed, signed with what everybody knows, signed by another."""
    tokens = providers[0].oauth.id_tokens
    tokens.algorithm, tokens.stranger = algorithm, stranger
    refused(google, google.come_back(google.set_out()))


def test_a_tenant_does_not_speak_for_another(
    signers: Callable[[str], Signer], providers: tuple[GoogleDouble, GraphDouble]
) -> None:
    """The issuer names the tenant that the token is from."""
    graph = providers[1]
    graph.entra.signs_in, graph.entra.id_tokens.claims = OTHER, {"tid": "00000000-0000-0000-0000-000000000000"}
    try:
        signer = signers("microsoft")
        refused(signer, signer.come_back(signer.set_out()))
    finally:
        graph.entra.id_tokens.claims = {}


def test_another_account_is_refused(google: Signer, providers: tuple[GoogleDouble, GraphDouble]) -> None:
    """Whoever was not invited learns what to do, also with the address of somebody who was."""
    providers[0].oauth.consents = OTHER
    providers[0].oauth.id_tokens.claims = {"email": CORA}
    told = google.come_back(google.set_out())
    refused(google, told)
    assert "is not known here" in told.text
    assert "invitation" in told.text


def test_an_invitation_is_for_one_account(google: Signer, providers: tuple[GoogleDouble, GraphDouble]) -> None:
    """Another account that signs in does not take it; the right one may still (B18)."""
    invitation = google.stand.site.access.hand_out(LinkKind.INVITE, SAMPLE, email=OTHER)
    refused(google, google.come_back(google.set_out(invitation=invitation)))
    providers[0].oauth.consents = OTHER
    assert google.come_back(google.set_out(invitation=invitation)).status_code == 303


@pytest.mark.parametrize(
    "changed",
    [{"state": "another"}, {"state": ""}, {"code": ""}, {"code": "another"}, {"iss": "https://login.example.org"}],
    ids=str,
)
def test_a_return_that_was_tampered_with_is_refused(google: Signer, changed: Mapping[str, str]) -> None:
    """State, code, and the issuer that names itself (RFC 9207; B17)."""
    refused(google, google.come_back(google.set_out(), **changed))


def test_a_return_counts_once(google: Signer) -> None:
    """The second time its state is gone, also for whoever is signed in."""
    to = google.set_out()
    assert google.come_back(to).status_code == 303
    again = google.come_back(to)
    assert again.status_code == 403


def test_a_return_to_another_session_is_refused_and_spoils_nothing(
    google: Signer, signers: Callable[[str], Signer]
) -> None:
    """Who follows somebody's address of return is not signed in as them (login CSRF), and they still are."""
    to = google.set_out()
    victim = signers("google")
    victim.client.get("/sign-in")
    refused(victim, victim.come_back(to))
    with google.stand.client() as bare:
        assert bare.get(to).status_code == 403
    assert google.come_back(to).status_code == 303


def test_a_return_of_one_provider_is_none_of_another(google: Signer) -> None:
    """An address of return belongs to its provider."""
    to = google.set_out()
    refused(google, google.client.get(str(to).replace("/google/", "/microsoft/")))


def test_a_return_after_ten_minutes_is_too_late(google: Signer) -> None:
    """By the service's clock."""
    to, now = google.set_out(), google.stand.clock.at
    google.stand.clock.at += TRIP + timedelta(seconds=1)
    try:
        refused(google, google.come_back(to))
    finally:
        google.stand.clock.at = now


def test_who_says_no_at_the_provider_is_told_so(google: Signer, providers: tuple[GoogleDouble, GraphDouble]) -> None:
    """What, and one next step."""
    providers[0].oauth.deny = True
    told = google.come_back(google.set_out())
    refused(google, told)
    assert "Nobody signed in there" in told.text
    assert "Continue with Google" in told.text


@pytest.mark.parametrize(
    "following",
    [
        *("//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil.example", "/%2f%2fevil.example"),
        *("/p/spring/../../evil", "/p/spring//evil.example", "\\/evil.example", "/p/spring?next=//evil", " /p/spring"),
        *("/p/spring\r\nLocation: //evil", "/in/x", "/out"),
    ],
)
def test_a_sign_in_leads_inside_alone(google: Signer, following: str) -> None:
    """Whatever was asked, where it leads is one of our own pages."""
    assert google.come_back(google.set_out(next=following)).headers["location"] == "/p/spring"


def test_a_provider_that_is_down_is_told_and_another_way_offered(
    google: Signer, providers: tuple[GoogleDouble, GraphDouble]
) -> None:
    """503, what is wrong, and the other ways."""
    to = google.set_out()
    providers[0].faults.append(Fault(path="/certs|/token", status=0, times=2))
    told = google.come_back(to)
    providers[0].faults.clear()
    assert told.status_code == 503
    assert "can&#39;t be reached" in told.text
    assert "Continue with Microsoft" in told.text


def test_a_link_to_a_mailbox_signs_in_once(stand: Stand, mailbox: Mailbox) -> None:
    """It is opened by a button: whoever only looks at it uses nothing up."""
    stand.coordinator(email="Mia@example.org")
    mailbox.mails.clear()
    with stand.client() as client:
        asked = client.post("/sign-in/mail", data=token_of(client, "/sign-in") | {"email": "mia@EXAMPLE.org"})
        assert asked.status_code == 200
        path = re.findall(r"/in/[\w-]+", wait_for_mail(mailbox))[0]
        assert client.get(path).status_code == client.get(path).status_code == 200
        done = client.post(path, data=token_of(client, path))
        assert (done.status_code, done.headers["location"]) == (303, "/p/spring")
        assert client.get("/p/spring").status_code == 200
        assert client.get(path).status_code == 404


def test_nobody_learns_which_mailboxes_are_known(stand: Stand, mailbox: Mailbox) -> None:
    """The same answer, and no mail to a stranger, whatever form an address has."""
    stand.coordinator(email="lea@example.org")
    mailbox.mails.clear()
    answers = []
    for email in ("ann@example.org", "lea@example.org"):
        with stand.client() as client:
            answers.append(client.post("/sign-in/mail", data=token_of(client, "/sign-in") | {"email": email}).text)
    wait_for_mail(mailbox)
    assert [mail.to for mail in mailbox.mails] == ["lea@example.org"]
    assert HIDDEN.sub("", answers[0]).replace("ann@", "lea@") == HIDDEN.sub("", answers[1])


def test_a_link_to_a_mailbox_ends_after_a_quarter_of_an_hour(stand: Stand) -> None:
    """By the service's clock."""
    stand.coordinator(email="noa@example.org")
    secret, now = stand.site.access.hand_out(LinkKind.SIGN_IN, email="noa@example.org"), stand.clock.at
    stand.clock.at += timedelta(minutes=15)
    try:
        with stand.client() as client:
            assert client.get(f"/in/{secret}").status_code == 404
    finally:
        stand.clock.at = now


def test_what_is_no_address_is_said_at_its_field(stand: Stand) -> None:
    """422, with what was typed."""
    with stand.client() as client:
        told = client.post("/sign-in/mail", data=token_of(client, "/sign-in") | {"email": "no one"})
    assert told.status_code == 422
    assert 'value="no one"' in told.text
    assert 'aria-invalid="true"' in told.text


def refused(signer: Signer, answer: httpx.Response) -> None:
    """A page that says so, with the ways to sign in; and nobody is signed in."""
    assert answer.status_code == 403, answer.text
    assert 'role="alert"' in answer.text
    assert "Continue with" in answer.text
    assert signer.client.get("/p/spring").status_code == 401


def token_of(client: httpx.Client, path: str) -> dict[str, str]:
    """What the forms of a page carry."""
    return {"form_token": HIDDEN.findall(client.get(path).text)[0]}


def wait_for_mail(mailbox: Mailbox) -> str:
    """The text of the first mail that comes: it is sent after the answer."""
    until = time.monotonic() + 10
    while not mailbox.mails and time.monotonic() < until:
        time.sleep(0.02)
    return str(mailbox.mails[0].message.get_content())
