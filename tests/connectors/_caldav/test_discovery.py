"""connectors/_caldav/discovery.py: from an address to calendars."""

import pytest

from connectors.caldav import grant_of, listed
from scheduler.core.account import Listed
from scheduler.errors import CredentialsRejected, InputError, Unavailable
from tests.connectors._caldav.double import HOME, SPACES, DavDouble
from tests.connectors.stages.caldav import CalDavStage
from tests.doubles.server import Fault
from tests.servers import PASSWORD


@pytest.mark.parametrize(
    ("typed", "counts"),
    [("", "/home/ana/"), ("/", "/home/ana/"), ("/principal/", "/home/ana/"), ("/home/ben/", "/home/ben/")],
)
def test_any_address_of_an_account_leads_to_its_calendars(stage: CalDavStage, typed: str, counts: str) -> None:
    """That of a server, of the account, or of one calendar, which then counts."""
    grant = grant_of(stage.url(typed), "ana", PASSWORD, client=stage.client)
    assert grant.identity == stage.url("/principal/")
    assert grant.calendars == (f"caldav:{stage.url(counts)}",)
    assert not grant.schedules


def test_an_address_beside_the_mark_is_looked_up_where_servers_say_it(stage: CalDavStage, double: DavDouble) -> None:
    """/.well-known/caldav leads on (RFC 6764), on the same server."""
    double.faults.append(Fault(path="well-known", status=301, headers={"Location": "/principal/"}))
    grant = grant_of(stage.url("/webmail/"), "ana", PASSWORD, client=stage.client)
    assert grant.calendars == (f"caldav:{stage.url('/home/ana/')}",)


def test_a_server_without_caldav_is_told(stage: CalDavStage, double: DavDouble) -> None:
    """A site that answers everything with a page."""
    double.faults.append(Fault(status=200, body="<html>CANARY-7f3d</html>", times=-1))
    with pytest.raises(InputError, match="no CalDAV server"):
        grant_of(stage.url(), "ana", PASSWORD, client=stage.client)


def test_a_page_instead_of_an_answer_is_told(stage: CalDavStage, double: DavDouble) -> None:
    """Though it calls itself one."""
    double.faults.append(Fault(status=207, body="<html>CANARY-7f3d</html>", times=-1))
    with pytest.raises(Unavailable, match="not one of CalDAV"):
        grant_of(stage.url(), "ana", PASSWORD, client=stage.client)


def test_only_what_an_owner_can_tick_is_listed(stage: CalDavStage, double: DavDouble) -> None:
    """No collection of tasks; what may not be written is said."""

    def calendar(name: str, kind: str, privilege: str) -> str:
        return (
            f"<D:response><D:href>/home/{name}</D:href><D:propstat><D:prop>"
            "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
            f"<D:displayname>{name.title()}</D:displayname>"
            f'<C:supported-calendar-component-set><C:comp name="{kind}"/></C:supported-calendar-component-set>'
            "<D:current-user-privilege-set><D:privilege>"
            f"<D:{privilege}/></D:privilege></D:current-user-privilege-set>"
            "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
        )

    told = [calendar("tasks/", "VTODO", "all"), calendar("team/", "VEVENT", "read"), calendar("own", "VEVENT", "write")]
    body = f"<D:multistatus {SPACES}>{''.join(told)}</D:multistatus>"
    double.faults.append(Fault(method="PROPFIND", path=f"^{HOME}$", status=207, body=body, times=-1))
    session = stage.session("ana")
    session.url = stage.url()
    assert listed(session) == (
        Listed(address=f"caldav:{stage.url('/home/team/')}", name="Team/", writable=False),
        Listed(address=f"caldav:{stage.url('/home/own/')}", name="Own", writable=True),
    )
    assert grant_of(session.url, "ana", PASSWORD, client=stage.client).calendars == (
        f"caldav:{stage.url('/home/own/')}",
    )


def test_an_account_without_a_calendar_is_told(stage: CalDavStage, double: DavDouble) -> None:
    """There is nothing to connect."""
    double.faults.append(Fault(path=f"^{HOME}$", status=207, body=f"<D:multistatus {SPACES}/>", times=-1))
    with pytest.raises(InputError, match="no calendar"):
        grant_of(stage.url(), "ana", PASSWORD, client=stage.client)


@pytest.mark.parametrize(
    ("outbox", "address", "features", "schedules"),
    [
        ("/out/", "mailto:Ana%2Bx@Example.org", "1, calendar-auto-schedule", True),
        ("", "mailto:ana@example.org", "1, calendar-auto-schedule", False),
        ("/out/", "/principal/", "1, calendar-auto-schedule", False),
        ("/out/", "mailto:ana@example.org", "1, calendar-access", False),
    ],
)
def test_a_server_schedules_where_it_says_so_three_times(
    stage: CalDavStage,
    double: DavDouble,
    outbox: str,
    address: str,
    features: str,
    schedules: bool,
) -> None:
    """An outbox, a mail address, and the feature (RFC 6638); some have an outbox and deliver to nobody."""
    told = (
        f"<C:calendar-home-set><D:href>{HOME}</D:href></C:calendar-home-set>"
        f"<C:calendar-user-address-set><D:href>{address}</D:href></C:calendar-user-address-set>"
        + (f"<C:schedule-outbox-URL><D:href>{outbox}</D:href></C:schedule-outbox-URL>" if outbox else "")
    )
    body = (
        f"<D:multistatus {SPACES}><D:response><D:href>/principal/</D:href><D:propstat><D:prop>{told}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>"
    )
    double.faults += [
        Fault(method="PROPFIND", path="principal", status=207, body=body, times=-1),
        Fault(method="OPTIONS", status=200, headers={"DAV": features}, times=-1),
    ]
    assert grant_of(stage.url(), "ana", PASSWORD, client=stage.client).schedules is schedules


def test_a_password_that_ends_on_the_way_is_told(stage: CalDavStage, double: DavDouble) -> None:
    """Wherever on the way it is refused."""
    double.faults.append(Fault(path=HOME, status=401))
    with pytest.raises(CredentialsRejected):
        grant_of(stage.url(), "ana", PASSWORD, client=stage.client)
