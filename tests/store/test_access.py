"""Who may come in: sessions that end, links that open once, owners, and roles that are taken back at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from scheduler.core.visitor import Identity, Link, LinkKind, Visitor
from scheduler.store import SqlAccess, SqlEngine, SqlProgrammes
from tests.store.samples import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CORA = Identity(id="c", issuer="https://accounts.example.org", subject="1", email="cora@example.org", name="Cora")
OLGA = Identity(id="o", issuer="here", subject="first", email="", name="")


@pytest.fixture
def access(engine: SqlEngine) -> SqlAccess:
    """Cora coordinates the programme `spring`, Olga owns the installation; Cora's session is `s`."""
    made = SqlAccess(engine)
    for who, programme in ((CORA, "spring"), (OLGA, "")):
        made.keep_identity(who, NOW)
        made.let_coordinate(programme, who.id, NOW)
    made.begin_session("s", CORA.id, NOW + 30 * DAY, NOW)
    return made


def seen(access: SqlAccess, now: datetime, hash_: str = "s") -> Visitor | None:
    """Whose session it is, with 12 hours of patience."""
    return access.visitor(hash_, now, idle=12 * HOUR)


def link(kind: LinkKind, hash_: str = "l", **more: str) -> Link:
    """One that lasts for ten days."""
    single = kind is not LinkKind.PERSON
    said = {"programme": "spring", "person": "", "email": ""} | more
    return Link(hash=hash_, kind=kind, single=single, expires_at=NOW + 10 * DAY, **said)


def test_a_session_tells_who_it_is(access: SqlAccess) -> None:
    """And what they coordinate; one that was never begun tells nothing."""
    assert seen(access, NOW) == Visitor(session="s", identity=CORA, coordinates=frozenset({"spring"}))
    assert seen(access, NOW, "t") is None


def test_a_coordinator_who_is_seen_stays_and_one_who_is_not_goes(access: SqlAccess) -> None:
    """Twelve hours from the last look; once gone they stay so, and the session with its seats stays."""
    access.keep_link(link(LinkKind.PERSON, person="ana"), NOW)
    access.take_seat("s", link(LinkKind.PERSON, person="ana"))
    for hours in (11, 22, 33):
        found = seen(access, NOW + hours * HOUR)
        assert found
        assert found.identity == CORA
    for hours in (46, 47):
        found = seen(access, NOW + hours * HOUR)
        assert found
        assert found.identity is None
        assert not found.coordinates
        assert found.sits("spring") == {"ana"}


def test_a_session_ends_after_its_time_however_often_it_is_seen(access: SqlAccess) -> None:
    """Also where a clock went back in between."""
    for hours in [*range(0, 30 * 24, 11), 5]:
        assert seen(access, NOW + hours * HOUR)
    assert seen(access, NOW + 30 * DAY) is None


def test_a_new_session_takes_the_place_of_the_old_one(access: SqlAccess) -> None:
    """Whoever planted the old one has nothing."""
    access.begin_session("t", None, NOW + DAY, NOW, instead_of="s")
    assert seen(access, NOW) is None
    found = seen(access, NOW, "t")
    assert found
    assert found.identity == CORA


def test_a_link_that_opens_once_opens_for_one(access: SqlAccess, another: Callable[[], SqlEngine]) -> None:
    """Of many at the same time."""
    access.keep_link(link(LinkKind.SIGN_IN), NOW)
    others = [SqlAccess(another()) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        got: Sequence[Link | None] = list(pool.map(lambda each: each.use_link("l", NOW), others))
    assert len([each for each in got if each]) == 1
    assert access.link("l", NOW) is None


def test_seats_end_with_their_link(access: SqlAccess) -> None:
    """Revoked, or past its time."""
    mine = link(LinkKind.PERSON, person="ana")
    access.keep_link(mine, NOW)
    access.take_seat("s", mine)
    assert (found := seen(access, NOW))
    assert found.sits("spring") == {"ana"}
    assert (found := seen(access, NOW + 10 * DAY))
    assert not found.seats
    assert access.revoke_links("spring", "ana", NOW) == 1
    assert (found := seen(access, NOW))
    assert not found.seats
    assert access.link("l", NOW) is None


def test_the_last_coordinator_stays_and_others_go_at_once(access: SqlAccess) -> None:
    """With all their sessions."""
    assert not access.remove_coordinator("spring", CORA.id)
    access.let_coordinate("spring", OLGA.id, NOW)
    assert access.remove_coordinator("spring", CORA.id)
    assert seen(access, NOW) is None
    assert access.coordinators("spring") == (OLGA,)
    assert not access.coordinates(CORA.id)


def test_owners_take_what_nobody_coordinates_but_no_private_pair(access: SqlAccess, engine: SqlEngine) -> None:
    """Only these, and only once."""
    programmes = SqlProgrammes(engine)
    for programme, kind in (("spring", "programme"), ("autumn", "programme"), ("ours", "pair")):
        programmes.put(programme, programme, {"people.csv": b""}, "sealed", NOW, kind=kind)
    access.adopt(NOW)
    access.adopt(NOW)
    access.begin_session("t", OLGA.id, NOW + DAY, NOW)
    found = seen(access, NOW, "t")
    assert found
    assert found.owner
    assert found.coordinates == {"autumn"}


def test_invitations_are_listed_until_they_are_taken_or_withdrawn(access: SqlAccess) -> None:
    """Other links are none."""
    for hash_, kind, email in (("a", LinkKind.INVITE, "a@x.org"), ("b", LinkKind.OWNER, "b@x.org")):
        access.keep_link(link(kind, hash_, email=email), NOW)
    access.keep_link(link(LinkKind.PERSON, "p", person="ana"), NOW)
    assert [each.email for each in access.invitations("spring", NOW)] == ["a@x.org", "b@x.org"]
    assert access.use_link("a", NOW)
    access.revoke_link("autumn", "b", NOW)
    assert [each.email for each in access.invitations("spring", NOW)] == ["b@x.org"]
    access.revoke_link("spring", "b", NOW)
    assert not access.invitations("spring", NOW)


def test_what_ended_is_forgotten(access: SqlAccess) -> None:
    """Nothing else."""
    access.keep_link(link(LinkKind.PERSON, person="ana"), NOW)
    access.tidy(NOW)
    assert seen(access, NOW)
    assert access.link("l", NOW)
    access.tidy(NOW + 30 * DAY)
    assert seen(access, NOW) is None
    assert access.link("l", NOW) is None
