"""Signing in: by a browser, by a code, by an app itself; whose account it is, and what it may do."""

import json
import threading
import webbrowser
from collections.abc import Callable

import pytest

from connectors._http.secret import Held
from connectors.outlook import APP_ONLY, READ, WRITE, grant_of, listed, revoke, sign_in
from scheduler.core.account import Grant, Listed
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from tests.connectors.stage import CANARY
from tests.connectors.stages.outlook import OutlookStage
from tests.doubles._graph.entra import PERSONAL
from tests.doubles.graph import CLIENT, CLIENT_SECRET, TENANT
from tests.doubles.server import Fault

Granted = Callable[..., Grant]


@pytest.fixture
def granted(stage: OutlookStage) -> Granted:
    """`grant_of` at the double."""

    def of(secret: str, **what: str) -> Grant:
        settings = {
            "endpoint": stage.graph.endpoint,
            "authority": stage.graph.authority,
            "client_id": CLIENT,
            "client_secret": CLIENT_SECRET,
        }
        return grant_of(secret, **{**settings, **what})

    return of


def consenting(stage: OutlookStage) -> Callable[[str], None]:
    """Somebody who opens each address that they are told, while we wait for them."""

    def tell(told: str) -> None:
        url = told.removeprefix("Open this address in a browser: ")
        threading.Thread(target=stage.graph.consent, args=(url,), daemon=True).start()

    return tell


def test_a_browser_signs_somebody_in(stage: OutlookStage, granted: Granted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none can be opened, its address is told; the account is the one that consented, with what it granted."""
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    stage.graph.entra.signs_in = "ana@contoso.example"
    secret = sign_in(
        client_id=CLIENT, authority=stage.graph.authority, scopes=READ, tell=consenting(stage), device=False
    )
    grant = granted(secret)
    assert grant.identity.startswith(f"{TENANT}/")
    assert (grant.address, grant.calendars) == ("ana@contoso.example", ("outlook:ana@contoso.example",))
    assert (grant.scopes, grant.everybody) == (READ, False)
    assert "ana@contoso.example" not in grant.identity


def test_a_code_signs_somebody_in(stage: OutlookStage, granted: Granted) -> None:
    """Typed on any machine; nothing of Microsoft's text is told but the address and the code."""
    stage.graph.entra.signs_in = "ben@contoso.example"
    told: list[str] = []
    secret = sign_in(client_id=CLIENT, authority=stage.graph.authority, scopes=WRITE, tell=told.append, device=True)
    assert told == ["Open https://microsoft.com/devicelogin on any machine, and type ABCD-1234"]
    assert granted(secret).scopes == WRITE
    assert granted(secret, mailbox="BEN@contoso.example").address == "ben@contoso.example"
    with pytest.raises(InputError, match=r"ben@contoso\.example signed in"):
        granted(secret, mailbox="ana@contoso.example")


def test_who_does_not_consent_has_no_account(stage: OutlookStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by a browser nor by a code."""
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    stage.graph.entra.refuses = True
    for device in (True, False):
        tell = (lambda told: None) if device else consenting(stage)
        with pytest.raises(CredentialsRejected):
            sign_in(client_id=CLIENT, authority=stage.graph.authority, scopes=READ, tell=tell, device=device)


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=0), Fault(status=200, body=CANARY)])
def test_where_the_sign_in_is_out_of_order_that_is_said(stage: OutlookStage, fault: Fault) -> None:
    """In our own words."""
    fault.times = -1
    stage.graph.faults.append(fault)
    with pytest.raises(Unavailable) as raised:
        sign_in(client_id=CLIENT, authority=stage.graph.authority, scopes=READ, tell=print, device=True)
    assert CANARY not in str(raised.value)


def test_an_identity_stays_and_is_nobody_elses(stage: OutlookStage, granted: Granted) -> None:
    """The same person twice is the same; another person, and the same name at another place, are others."""
    ana, again, ben = (granted(stage.graph.secret(f"{who}@contoso.example")) for who in ("ana", "ana", "ben"))
    assert ana.identity == again.identity
    assert ana.identity != ben.identity
    stage.graph.add_person("pat@outlook.example", personal=True)
    assert granted(stage.graph.secret("pat@outlook.example")).identity.startswith(f"{PERSONAL}/")


def test_a_grant_holds_the_secret_as_it_was_renewed(stage: OutlookStage, granted: Granted) -> None:
    """The token that was used up while it was checked is not the one to be kept."""
    secret = stage.graph.secret("ana@contoso.example")
    stage.graph.entra.passes.clear()
    grant = granted(secret)
    assert grant.secret != secret
    assert granted(grant.secret).identity == grant.identity


def test_an_app_by_itself_acts_for_everybody(stage: OutlookStage, granted: Granted) -> None:
    """It is known by its tenant and the mailbox."""
    grant = granted(APP_ONLY, mailbox="Ana@contoso.example")
    assert grant.everybody
    assert grant.identity == f"{TENANT}/ana@contoso.example"
    assert grant.secret == APP_ONLY
    assert CLIENT_SECRET not in repr(grant)


def test_an_app_by_itself_must_not_reach_a_mailbox_that_is_none_of_ours(stage: OutlookStage, granted: Granted) -> None:
    """Its permission holds for all mailboxes unless a policy limits it: then the probe is denied."""
    with pytest.raises(InputError, match=r"may open ben@contoso\.example too"):
        granted(APP_ONLY, mailbox="ana@contoso.example", probe="ben@contoso.example")
    stage.graph.switches.out_of_scope.add("ben@contoso.example")
    assert granted(APP_ONLY, mailbox="ana@contoso.example", probe="ben@contoso.example").everybody
    with pytest.raises(InputError, match="Name a mailbox that is there"):
        granted(APP_ONLY, mailbox="ana@contoso.example", probe="nobody@contoso.example")
    with pytest.raises(CredentialsRejected):
        granted(APP_ONLY, mailbox="ben@contoso.example")


def test_an_app_by_itself_needs_its_tenant_a_secret_and_a_mailbox(stage: OutlookStage, granted: Granted) -> None:
    """What is missing is said before anything is asked."""
    for what, told in (
        ({"authority": f"{stage.graph.url}/organizations"}, "tenant"),
        ({"authority": stage.graph.url}, "tenant"),
        ({"client_secret": ""}, "client secret"),
        ({"mailbox": ""}, "mailbox"),
    ):
        with pytest.raises(InputError, match=told):
            granted(APP_ONLY, **{"mailbox": "ana@contoso.example", **what})
    assert stage.graph.calls == []
    with pytest.raises(CredentialsRejected):
        granted(APP_ONLY, mailbox="ana@contoso.example", client_secret="another")


def test_a_tenant_that_is_none_is_said(stage: OutlookStage, granted: Granted) -> None:
    """A name that was mistyped."""
    with pytest.raises(CredentialsRejected, match="tenant"):
        granted(APP_ONLY, mailbox="ana@contoso.example", authority=f"{stage.graph.url}/no-such-tenant")


def test_only_calendars_with_busy_times_of_their_own_are_listed(stage: OutlookStage) -> None:
    """The mailbox's own; a further one in it has none, and one of somebody else's has theirs."""
    assert listed(stage.session("ana")) == (
        Listed(address="outlook:ana@contoso.example", name="Calendar", writable=True),
    )
    shared = {"name": "Ben", "canEdit": False, "isDefaultCalendar": False, "owner": {"address": "ben@contoso.example"}}
    own = {"name": "Calendar", "canEdit": True, "isDefaultCalendar": True, "owner": {"address": "ana@contoso.example"}}
    body = json.dumps({"value": [shared, own]})
    stage.graph.faults.append(Fault(path="calendars$", status=200, body=body))
    assert [each.address for each in listed(stage.session("ana"))] == [
        "outlook:ben@contoso.example",
        "outlook:ana@contoso.example",
    ]


def test_it_is_said_what_is_left_to_do(stage: OutlookStage) -> None:
    """Microsoft lets no app give back its own access; nothing is asked of it."""
    assert "myapplications.microsoft.com" in revoke(stage.secrets["ana"].text)
    assert "administrator" in revoke(APP_ONLY)
    assert stage.graph.calls == []
    with pytest.raises(InputError) as raised:
        revoke(f'{{"kind": "{CANARY}"}}')
    assert CANARY not in str(raised.value)


def test_who_may_only_read_can_not_write(stage: OutlookStage) -> None:
    """The least scope is asked for; then a write is refused at once."""
    stage.secrets["ana"] = Held(stage.graph.secret("ana@contoso.example", *READ))
    session = stage.session("ana")
    assert session.call("GET", "/me/calendar")
    with pytest.raises(CredentialsRejected, match="does not allow"):
        session.call("POST", "/me/events", body={"subject": "Circle 7"})
