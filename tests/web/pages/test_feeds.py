"""Feeds: what they say is what stands, they are asked again cheaply, and an address opens one feed while it lasts."""

from collections.abc import Iterator

import httpx
import pytest
import recurring_ical_events
from icalendar import Calendar

from scheduler.app.people.feeds import Whose, mac, renew
from tests.site import SAMPLE, Stand, standing


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A site with the sample, which these tests only read, but for the feeds that they name themselves."""
    with standing(tmp_path_factory.mktemp("feeds") / "data") as stand:
        yield stand


def address(stand: Stand, owner: str, whose: Whose = Whose.PERSON) -> str:
    """Where a feed is now."""
    return f"/feeds/{SAMPLE}/{whose}/{owner}/{mac(stand.app(), whose, owner)}.ics"


def starts(body: bytes) -> set[float]:
    """When the dates of a calendar begin that are not cancelled, as another library reads it."""
    found = recurring_ical_events.of(Calendar.from_ical(body)).between((2026, 6, 1), (2028, 1, 1))
    return {each["DTSTART"].dt.timestamp() for each in found if each.get("STATUS") != "CANCELLED"}


@pytest.mark.parametrize(("whose", "owner"), [(Whose.PERSON, "amara"), (Whose.GROUP, "pair-amara-chen")])
def test_a_feed_says_what_stands(stand: Stand, whose: Whose, owner: str) -> None:
    """Every session of the person or group and none else, with how often it is worth while to ask again."""
    with stand.client() as client:
        answer = client.get(address(stand, owner, whose))
    held = [
        event.seen_by(owner) if whose is Whose.PERSON else event
        for event in stand.app().store.events()
        if owner == event.group or owner in {each.id for each in event.attendees}
    ]
    assert starts(answer.content) == {each.start.timestamp() for event in held for each in event.sessions if each.start}
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    assert str(calendar["X-PUBLISHED-TTL"]) == "PT1H"
    assert calendar["REFRESH-INTERVAL"].to_ical() == b"PT1H"


def test_what_did_not_change_is_not_sent_again(stand: Stand) -> None:
    """By its entity tag, as a proxy may have made it too."""
    with stand.client() as client:
        tag = client.get(address(stand, "chen")).headers["etag"]
        for shown in (tag, f"W/{tag}", f'"another", {tag}'):
            answer = client.get(address(stand, "chen"), headers={"If-None-Match": shown})
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert client.get(address(stand, "chen"), headers={"If-None-Match": '"another"'}).status_code == 200


def test_an_address_that_is_made_anew_ends_the_old_one(stand: Stand) -> None:
    """That of others goes on."""
    old, others = address(stand, "hana"), address(stand, "chen")
    renew(stand.app(), Whose.PERSON, "hana")
    with stand.client() as client:
        assert client.get(old).status_code == 404
        assert client.get(address(stand, "hana")).status_code == 200
        assert client.get(others).status_code == 200


def test_no_other_address_opens_anything(stand: Stand) -> None:
    """One answer for all that is wrong: another's, a group's, none, of a programme that is not there."""
    mine = mac(stand.app(), Whose.PERSON, "amara")
    wrong = (
        f"/feeds/{SAMPLE}/person/chen/{mine}.ics",
        f"/feeds/{SAMPLE}/group/amara/{mine}.ics",
        f"/feeds/{SAMPLE}/nobody/amara/{mine}.ics",
        f"/feeds/autumn/person/amara/{mine}.ics",
        f"/feeds/{SAMPLE}/person/amara/{mine[:-1]}.ics",
        f"/feeds/{SAMPLE}/person/amara/%C3%A9.ics",
        f"/feeds/{SAMPLE}/person/nobody/{mac(stand.app(), Whose.PERSON, 'nobody')}.ics",
    )
    with stand.client() as client:
        answers: list[httpx.Response] = [client.get(each) for each in wrong]
    assert {each.status_code for each in answers} == {404}
    assert len({each.content for each in answers}) == 1
