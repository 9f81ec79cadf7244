"""What changed since a token: whole rounds of delta, of one range, and never at another place."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from connectors.outlook import OutlookReader
from scheduler.errors import Unavailable
from tests.connectors.stage import CANARY
from tests.connectors.stages.outlook import NOW, OutlookStage
from tests.doubles.server import Fault

ANA = "outlook:ana@contoso.example"
AT = datetime(2027, 3, 10, 9, 7, tzinfo=UTC)


def test_a_round_of_many_pages_names_what_changed_once(stage: OutlookStage) -> None:
    """What Graph tells twice counts once, and an appointment that went is named by what is left of it."""
    stage.graph.switches.delta_page = 3
    feed = stage.feed()
    begun = feed.changes(ANA, "")
    assert begun.everything
    ids = [stage.graph.add_event("ana@contoso.example", AT + timedelta(days=day), 53, text=CANARY) for day in range(8)]
    came = feed.changes(ANA, begun.token)
    assert came.uids == {stage.graph.store.events[id_].ical_uid for id_ in ids}
    assert not came.everything
    stage.graph.drop_event(ids[0])
    went = feed.changes(ANA, came.token)
    assert went.uids == {ids[0]}
    assert CANARY not in repr((begun, came, went))


def test_a_token_that_expired_begins_anew(stage: OutlookStage) -> None:
    """410, or another status with one of the reasons that Graph names."""
    feed = stage.feed()
    begun = feed.changes(ANA, "")
    stage.graph.expire_deltas()
    anew = feed.changes(ANA, begun.token)
    assert anew.everything
    body = json.dumps({"error": {"code": "resyncRequired"}})
    stage.graph.faults.append(Fault(path="delta", status=400, body=body))
    assert feed.changes(ANA, anew.token).everything


def test_where_a_page_fails_the_token_does_not_move(stage: OutlookStage) -> None:
    """The round is read again as a whole, and nothing of it is lost."""
    stage.graph.switches.delta_page = 2
    feed = stage.feed()
    begun = feed.changes(ANA, "")
    for day in range(5):
        stage.graph.add_event("ana@contoso.example", AT + timedelta(days=day), 53)
    stage.graph.faults.append(Fault(path="delta", status=400, skip=1))
    with pytest.raises(Unavailable):
        feed.changes(ANA, begun.token)
    assert len(feed.changes(ANA, begun.token).uids) == 5


def test_a_range_that_is_nearly_over_is_begun_anew(stage: OutlookStage) -> None:
    """A delta link is bound to its range, and time goes on."""
    begun = stage.feed().changes(ANA, "")
    later = OutlookReader(stage.session("ana"), now=lambda: NOW + timedelta(days=150))
    assert not later.changes(ANA, begun.token).everything
    too_late = OutlookReader(stage.session("ana"), now=lambda: NOW + timedelta(days=200))
    assert too_late.changes(ANA, begun.token).everything


@pytest.mark.parametrize(
    "link", ["https://evil.example/v1.0/me/calendarView/delta?$deltatoken=1", "{endpoint}.evil.example/", "/me", ""]
)
def test_a_link_to_another_place_is_not_followed(stage: OutlookStage, link: str) -> None:
    """Neither out of an answer nor out of a token: it would be given our access token."""
    feed = stage.feed()
    url = link.replace("{endpoint}", stage.graph.endpoint)
    for name in ("@odata.nextLink", "@odata.deltaLink"):
        told = {"value": [], name: url}
        stage.graph.faults.append(Fault(path="delta", status=200, body=json.dumps(told)))
        with pytest.raises(Unavailable):
            feed.changes(ANA, "")
    token = json.dumps({"link": url, "until": "2028-01-01T00:00:00"})
    assert feed.changes(ANA, token).everything


def test_an_app_by_itself_is_told_of_any_mailbox(app_only: OutlookStage) -> None:
    """Of ben's, by his address."""
    app_only.feed().changes("outlook:ben@contoso.example", "")
    assert app_only.graph.count("GET", "/v1.0/users/ben@contoso.example/calendarView/delta") == 1
