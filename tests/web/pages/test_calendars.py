"""My calendars: connecting at providers and by address, choosing, disconnecting; and all that can go wrong there."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from scheduler.core.account import Account, Provider
from scheduler.settings import Google as GoogleSettings
from scheduler.settings import Microsoft, Settings
from tests.doubles import graph as entra
from tests.doubles.google import CLIENT, SECRET, Google
from tests.doubles.graph import GraphDouble
from tests.doubles.server import serving
from tests.site import SAMPLE, Stand, standing

CANARY = "CANARY-7f3d dentist"
PEOPLE = ("amara", "chen", "devika", "farah", "giulia", "hana", "ines", "jack", "kwame", "lucia", "noor", "oliver")


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    """Google, with an account for everybody."""
    double = Google()
    with serving(double):
        for who in PEOPLE:
            double.add_person(f"{who}@example.org")
        yield double


@pytest.fixture(scope="module")
def graph() -> Iterator[GraphDouble]:
    """Microsoft, with a mailbox for everybody."""
    double = GraphDouble()
    with serving(double):
        for who in PEOPLE:
            double.add_person(f"{who}@example.org")
        yield double
        assert double.broken == []


@pytest.fixture(scope="module")
def stand(
    tmp_path_factory: pytest.TempPathFactory, published: Callable[[Path], Path], google: Google, graph: GraphDouble
) -> Iterator[Stand]:
    """A service that is registered at both; each test takes somebody of its own."""
    app_at_google = GoogleSettings(
        api_endpoint=google.endpoint,
        auth_uri=google.auth_uri,
        token_uri=google.token_uri,
        revoke_uri=google.revoke_uri,
        client_id=CLIENT,
        client_secret=SecretStr(SECRET),
    )
    app_at_microsoft = Microsoft(
        authority=graph.authority,
        graph_endpoint=graph.endpoint,
        client_id=entra.CLIENT,
        client_secret=SecretStr(entra.CLIENT_SECRET),
    )
    settings = Settings().model_copy(update={"google": app_at_google, "microsoft": app_at_microsoft})
    data = published(tmp_path_factory.mktemp("calendars") / "data")
    with standing(data, sample=False, settings=settings) as stand:
        yield stand


class Owner:
    """Somebody at the page of their calendars, in a browser that shows one session."""

    def __init__(self, stand: Stand, person: str) -> None:
        self.stand, self.person, self.cookie = stand, person, stand.person(person)
        self.base = f"/p/{SAMPLE}/me/{person}/calendars"

    def get(self, path: str) -> httpx.Response:
        """A page."""
        with self.stand.client(self.cookie) as client:
            return client.get(path, follow_redirects=True)

    def post(self, path: str, **form: str | list[str]) -> httpx.Response:
        """Send a form, and go where it leads."""
        with self.stand.client(self.cookie) as client:
            return client.post(self.base + path, data=form | self.stand.token(self.cookie), follow_redirects=True)

    def set_out(self, provider: str, **form: str) -> str:
        """The provider's address to which the page leads."""
        page = self.post(f"/connect/{provider}", **form).text
        found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page)
        assert found, page
        return html.unescape(found[1])

    def consent(self, provider: str, **form: str) -> str:
        """Answer at the provider's page; the address to which it sends one back."""
        with httpx.Client() as client:
            return client.get(self.set_out(provider, **form)).headers["location"]

    def connect(self, provider: str, **form: str) -> httpx.Response:
        """There and back."""
        return self.get(self.consent(provider, **form))

    @property
    def accounts(self) -> list[Account]:
        """What is kept."""
        return [each for each in self.stand.app().accounts.all() if each.person == self.person]


def alert(answer: httpx.Response) -> str:
    """What a page complains of."""
    found = re.search(r'role="alert"[^>]*>([^<]*)', answer.text)
    assert found, answer.text
    return html.unescape(found[1])


def test_google_is_connected_for_reading_alone(stand: Stand, google: Google) -> None:
    """With the least scopes, PKCE and a state; its busy times are read, its titles nowhere."""
    amara, google.oauth.consents = Owner(stand, "amara"), "amara@example.org"
    start = stand.clock.at.replace(tzinfo=UTC) + timedelta(days=3)
    google.add_event("amara@example.org", start, start + timedelta(hours=1), summary=CANARY)
    asked = parse_qs(urlsplit(amara.set_out("google")).query)
    assert not [scope for scope in asked["scope"][0].split() if "events.owned" in scope or scope.endswith("/calendar")]
    assert (asked["code_challenge_method"], asked["access_type"]) == (["S256"], ["offline"])
    page = amara.connect("google")
    assert page.status_code == 200
    assert "amara@example.org" in page.text
    assert "writes nothing" in page.text
    stand.service.read(SAMPLE)
    page = amara.get(amara.base)
    assert "read just now" in page.text
    assert CANARY not in page.text + amara.get(f"{amara.base}/choose").text


def test_writing_is_asked_of_an_organiser_who_allows_it(stand: Stand, google: Google) -> None:
    """Of nobody else, even if their form says so."""
    organiser = next(group.organizer for group in stand.app().programme.groups if group.organizer != "amara")
    other = next(each for each in PEOPLE if each not in {group.organizer for group in stand.app().programme.groups})
    google.oauth.consents = f"{organiser}@example.org"
    assert "events.owned" in Owner(stand, organiser).set_out("google", write="yes")
    assert "events.owned" not in Owner(stand, organiser).set_out("google")
    assert "events.owned" not in Owner(stand, other).set_out("google", write="yes")
    assert "writes your meetings" in Owner(stand, organiser).connect("google", write="yes").text


def test_outlook_is_connected(stand: Stand, graph: GraphDouble) -> None:
    """By a web app, whose secret goes along when its token is renewed."""
    devika, graph.entra.signs_in = Owner(stand, "devika"), "devika@example.org"
    page = devika.connect("outlook")
    assert page.status_code == 200
    [account] = devika.accounts
    assert (account.provider, account.address) == (Provider.OUTLOOK, "devika@example.org")
    stand.service.read(SAMPLE)
    assert "read just now" in devika.get(devika.base).text


@pytest.mark.parametrize("provider", ["google", "outlook"])
def test_who_refuses_is_told_what_to_do(stand: Stand, google: Google, graph: GraphDouble, provider: str) -> None:
    """Nothing is kept, and there are two ways on."""
    farah = Owner(stand, "farah")
    google.oauth.deny = graph.entra.refuses = True
    try:
        page = farah.connect(provider)
    finally:
        google.oauth.deny = graph.entra.refuses = False
    assert page.status_code == 422
    assert "you did not allow it" in alert(page)
    assert f"{farah.base}/connect/{provider}" in page.text
    assert not farah.accounts


def test_what_comes_back_is_good_once(stand: Stand, google: Google) -> None:
    """Whoever shows it again, or takes the code to another state, connects nothing."""
    giulia, google.oauth.consents = Owner(stand, "giulia"), "giulia@example.org"
    back = giulia.consent("google")
    assert giulia.get(back).status_code == 200
    again = giulia.get(back)
    assert again.status_code == 422
    assert "used already" in alert(again)
    code = parse_qs(urlsplit(back).query)["code"][0]
    state = parse_qs(urlsplit(giulia.set_out("google")).query)["state"][0]
    replayed = giulia.get(f"/connected/google?code={code}&state={state}")
    assert "not good" in alert(replayed)
    assert len(giulia.accounts) == 1


def test_another_session_can_not_end_it(stand: Stand, google: Google) -> None:
    """Who is led to somebody else's address connects nobody's calendar; the one who began it still can."""
    farah, google.oauth.consents = Owner(stand, "farah"), "farah@example.org"
    back = farah.consent("google")
    for other in (Owner(stand, "farah"), Owner(stand, "chen")):
        assert other.get(back).status_code == 422
    with stand.client() as client:
        assert client.get(back).status_code == 422
    assert not farah.accounts
    assert farah.get(back).status_code == 200


@pytest.mark.parametrize("query", ["", "?state=", "?code=1", "?state=x&code=1", "?state=%00&error=<script>"])
@pytest.mark.parametrize("provider", ["google", "outlook", "caldav", "nobody"])
def test_what_never_began_is_refused(stand: Stand, provider: str, query: str) -> None:
    """In the same words, without those that came along."""
    page = Owner(stand, "chen").get(f"/connected/{provider}{query}")
    assert page.status_code == 422
    assert "<script>" not in page.text


def test_it_has_to_come_back_to_the_same_provider_and_in_time(stand: Stand, google: Google) -> None:
    """Ten minutes are enough."""
    ines, google.oauth.consents = Owner(stand, "ines"), "ines@example.org"
    back, at = ines.consent("google"), stand.clock.at
    stand.clock.at = at + timedelta(minutes=10)
    try:
        assert ines.get(back).status_code == 422
    finally:
        stand.clock.at = at
    assert ines.get(ines.consent("google").replace("/connected/google", "/connected/outlook")).status_code == 422
    assert not ines.accounts


def test_fewer_and_more_scopes_than_asked_are_refused(stand: Stand, google: Google) -> None:
    """Nothing is kept, and what was given is given back."""
    jack, google.oauth.consents = Owner(stand, "jack"), "jack@example.org"
    google.oauth.grant = frozenset({"openid"})
    try:
        assert "Not everything was allowed" in alert(jack.connect("google"))
    finally:
        google.oauth.grant = None
    back = jack.consent("google")
    code = parse_qs(urlsplit(back).query)["code"][0]
    token, *rest = google.oauth.codes[code]
    wide = token.scopes | {"https://www.googleapis.com/auth/drive"}
    google.oauth.codes[code] = (replace(token, scopes=wide), *rest)  # type: ignore[assignment]  # as long as it was
    assert "more than was asked for" in alert(jack.get(back))
    assert not jack.accounts
    assert not [each for each in google.oauth.refresh.values() if each.email == "jack@example.org"]


def test_another_account_than_before_is_refused(stand: Stand, google: Google) -> None:
    """The one that stands stays; signing in to that again is fine."""
    kwame = Owner(stand, "kwame")
    google.oauth.consents = "kwame@example.org"
    kwame.connect("google")
    google.oauth.consents = "oliver@example.org"
    page = kwame.connect("google")
    assert "oliver@example.org" in alert(page)
    assert "rondo " not in alert(page)
    assert [each.address for each in kwame.accounts] == ["kwame@example.org"]
    google.oauth.consents = "kwame@example.org"
    assert kwame.connect("google").status_code == 200


def test_who_lost_their_seat_meanwhile_connects_nothing(stand: Stand, google: Google) -> None:
    """A link that was revoked opens nothing, wherever its owner was at that moment."""
    lucia, google.oauth.consents = Owner(stand, "lucia"), "lucia@example.org"
    back = lucia.consent("google")
    stand.site.access.store.revoke_links(SAMPLE, "lucia", stand.clock.now())
    assert lucia.get(back).status_code in (404, 422)
    assert not [each for each in stand.app().accounts.all() if each.person == "lucia"]


def test_calendars_are_chosen_and_given_back(stand: Stand, google: Google) -> None:
    """Names are shown to their owner; a calendar that nobody offered is not taken; at the end nothing is left."""
    noor, google.oauth.consents = Owner(stand, "noor"), "noor@example.org"
    noor.connect("google")
    page = noor.get(f"{noor.base}/choose")
    assert 'value="google:noor@example.org" checked' in page.text
    noor.post("/choose", offered=["google:noor@example.org"], count=["google:chen@example.org"])
    assert [each.calendars for each in noor.accounts] == [()]
    noor.post("/choose", offered=["google:noor@example.org"], count=["google:noor@example.org"])
    assert [each.calendars for each in noor.accounts] == [("google:noor@example.org",)]
    query = {"provider": "google", "address": "noor@example.org"}
    sure = noor.get(f"{noor.base}/disconnect?provider=google&address=noor@example.org")
    assert "erased" in sure.text
    assert len(noor.accounts) == 1
    assert "is disconnected" in noor.post("/disconnect", **query).text
    assert not noor.accounts
    assert not [each for each in google.oauth.refresh.values() if each.email == "noor@example.org"]
    assert noor.post("/disconnect", **query).status_code == 404


def test_a_sign_in_that_ended_says_so_and_leads_on(stand: Stand, google: Google) -> None:
    """Whoever took their consent back at Google finds one button."""
    oliver, google.oauth.consents = Owner(stand, "oliver"), "oliver@example.org"
    oliver.connect("google")
    google.oauth.revoke("oliver@example.org")
    stand.service.changed(SAMPLE, {"oliver"})
    stand.service.read(SAMPLE)
    page = oliver.get(oliver.base)
    assert alert(page)
    assert "Sign in again" in page.text
    assert "rondo connect" not in page.text


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.ics",
        "http://[::1]/a.ics",
        "http://169.254.169.254/latest/meta-data",
        "http://2130706433/",
        "http://localhost/a.ics",
        "file:///etc/passwd",
        "https://user:pass@127.0.0.1/a.ics",
        "no address",
        "",
    ],
)
@pytest.mark.parametrize("provider", ["ics", "caldav"])
def test_addresses_inside_are_not_asked(stand: Stand, provider: str, url: str) -> None:
    """Nobody on the web makes us call this machine or its network; what was typed stays, but for the password."""
    chen = Owner(stand, "chen")
    page = chen.post(f"/connect/{provider}", url=url, user="chen", password="CANARY-secret")
    assert page.status_code == 422
    assert alert(page)
    assert html.escape(url) in page.text
    assert "CANARY-secret" not in page.text
    assert not chen.accounts


def test_the_doubles_saw_no_write(stand: Stand, google: Google, graph: GraphDouble) -> None:
    """Connecting, choosing and disconnecting write nothing into anybody's calendar, and mail nobody."""
    assert not google.count("POST", "/events") + google.count("PATCH", "/events")
    assert not graph.count("POST", "/events")
    assert not google.all_mails
