"""Invitations: a link of somebody's own, in their language, not without end; and the end of all of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from scheduler.app.people.feeds import Whose, mac
from scheduler.app.people.inviting import MOST_A_DAY, invite, mail, revoke, words
from scheduler.errors import InputError
from tests.site import SAMPLE, Stand, standing


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The sample, planned."""
    with standing(tmp_path_factory.mktemp("inviting") / "data", published=False) as stand:
        yield stand


def test_a_link_opens_somebodys_pages_until_it_is_revoked(stand: Stand) -> None:
    """With it ends whoever came in by it, and the feed."""
    link, feed = invite(stand.site, SAMPLE, "amara"), mac(stand.app(), Whose.PERSON, "amara")
    cookie, _ = stand.site.access.enter(link.rpartition("/")[2], "")
    with stand.client(cookie) as client:
        assert client.get(f"/p/{SAMPLE}/me/amara/meetings").status_code == 200
        assert client.get(f"/p/{SAMPLE}/me/chen/meetings").status_code == 404
        assert client.get(f"/feeds/{SAMPLE}/person/amara/{feed}.ics").status_code == 200
        assert revoke(stand.site, SAMPLE, "amara") == 1
        assert client.get(f"/p/{SAMPLE}/me/amara/meetings").status_code == 404
        assert client.get(f"/feeds/{SAMPLE}/person/amara/{feed}.ics").status_code == 404


def test_nobody_is_given_links_without_end(stand: Stand) -> None:
    """So many a day to one person; others get theirs."""
    for _ in range(MOST_A_DAY):
        invite(stand.site, SAMPLE, "chen")
    with pytest.raises(InputError, match="many links"):
        invite(stand.site, SAMPLE, "chen")
    assert invite(stand.site, SAMPLE, "hana")


def test_without_a_mail_server_the_link_is_handed_over(stand: Stand) -> None:
    """And none is made for nothing."""
    before = len(stand.site.access.store.links_of(SAMPLE, "jack", stand.clock.now()))
    with pytest.raises(InputError, match="mail server"):
        mail(stand.site, SAMPLE, "jack")
    assert len(stand.site.access.store.links_of(SAMPLE, "jack", stand.clock.now())) == before


def test_a_name_can_not_say_more_than_a_name(stand: Stand) -> None:
    """Line breaks in it would begin another paragraph, or a header."""
    who = replace(stand.app().person("noor"), locale="en", name="Noor\r\nBcc: all@example.org")
    told = words(who, "Spring\n2027", "https://rondo.example/in/x")
    assert "\n" not in told.subject
    assert "Hello Noor Bcc: all@example.org," in told.text
    assert "https://rondo.example/in/x\n" in told.text
