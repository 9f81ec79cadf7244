"""Without consent nothing is written into a calendar and nobody is mailed: whatever is looked at, and whichever form is
sent that is none of those that say so."""

from collections.abc import Iterator

import pytest

from scheduler.settings import Settings, Smtp
from tests.mailbox import Mailbox, mail_server
from tests.sights import PARTS, Sight, api_routes, filled, guard_of, seen
from tests.site import SAMPLE, Stand

CONSENT = {"publish", "undo", "undo-move", "keep-old", "release", "choose", "take-back", "proposal", "explain-do"}
CONSENT |= {"person-mail", "remind-do", "invite-coordinator", "session-do", "group-do", "sign-in-mail", "begin"}
"""Forms that publish, answer, book or mail, and are named so on their pages."""
LEFT_OUT = {"leave", "sample", "delete-programme"}
"""What ends the session or the programme that the others are about, or takes long."""

Scene = tuple[Stand, tuple[Sight, ...], Mailbox]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The sample, published, with a draft that would change something, and a real mail server."""
    with mail_server() as mailbox:
        smtp = Smtp(host="127.0.0.1", port=mailbox.port, security="none", sender="rondo@example.org")
        settings = Settings().model_copy(update={"smtp": smtp})
        with seen(tmp_path_factory.mktemp("consent") / "data", settings) as (stand, sights):
            yield stand, sights, mailbox


def standing_in(stand: Stand) -> dict[str, bytes]:
    """Every calendar file of the sample: those that are read, and those that we write."""
    folder = stand.data / "programmes" / SAMPLE
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*.ics"))}


def test_nothing_is_written_or_mailed_before_somebody_says_so(scene: Scene) -> None:
    """Every page, twice, and every other form, empty, by whom they are for."""
    stand, sights, mailbox = scene
    cookies = {"coordinator": stand.coordinator(), "participant": stand.person("amara")}
    cookies |= {"partner": cookies["participant"], "signed_in": cookies["coordinator"], "anybody": ""}
    parts = PARTS | {each.name: each.path.rpartition("/")[2] for each in sights}
    before, mails = standing_in(stand), len(mailbox.mails)
    events, owed = stand.app().store.events(), stand.app().store.pending()
    for sight in sights:
        with stand.client(sight.cookie) as client:
            assert [client.get(sight.path).status_code < 500 for _ in range(2)] == [True, True], sight.path
    sent = 0
    for route in api_routes(stand.application.routes):
        cookie = cookies.get(guard_of(route))
        if "POST" not in (route.methods or ()) or cookie is None or route.name in CONSENT | LEFT_OUT:
            continue
        path = filled(route.path, parts | {name: parts.get(name, "x") for name in route.param_convertors})
        with stand.client(cookie) as client:
            assert client.post(path, data=stand.token(cookie) if cookie else {}).status_code < 500, path
            sent += 1
    assert sent > 25
    assert standing_in(stand) == before
    assert len(mailbox.mails) == mails
    assert (stand.app().store.events(), stand.app().store.pending()) == (events, owed)


def test_publishing_twice_is_publishing_once(scene: Scene) -> None:
    """A double click and a page that is loaded again: the same events in the same versions, and no second mail."""
    stand, _, mailbox = scene
    cookie = stand.coordinator()
    review = stand.site.reviews.of(SAMPLE)
    form = stand.token(cookie) | {"stamp": review.stamp, "position": str(getattr(review, "position", ""))}
    with stand.client(cookie) as client:
        client.post(f"/p/{SAMPLE}/changes/publish", data=form)
        events, mails = stand.app().store.events(), len(mailbox.mails)
        for _ in range(2):
            client.post(f"/p/{SAMPLE}/changes/publish", data=form)
            client.get(f"/p/{SAMPLE}/changes")
    assert stand.app().store.events() == events
    assert len(mailbox.mails) == mails
