"""My meetings: what is next, what was said of it, and what becomes of a wish; the pages alone, without a browser."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from scheduler.app.meetings.answers import agenda, answers_of
from scheduler.app.repair.round import take_over
from scheduler.core.answer import Said
from scheduler.core.decision import Action, Decision, State
from tests.site import SAMPLE, Stand, standing

GROUP = "pair-amara-chen"
FAR, NEAR = 6, 0


@pytest.fixture
def stand(tmp_path: Path, published: Callable[[Path], Path]) -> Iterator[Stand]:
    """The sample, published."""
    with standing(published(tmp_path / "data"), sample=False) as stand:
        yield stand


class Participant:
    """Somebody at their pages."""

    def __init__(self, stand: Stand, person: str) -> None:
        self.stand, self.person, self.cookie = stand, person, stand.person(person)

    def get(self, path: str = "") -> httpx.Response:
        """A page of theirs, below their meetings."""
        with self.stand.client(self.cookie) as client:
            return client.get(f"/p/{SAMPLE}/me/{self.person}/meetings{path}")

    def post(self, path: str, **form: str) -> httpx.Response:
        """Send a form of theirs, and go where it leads."""
        with self.stand.client(self.cookie) as client:
            data = form | self.stand.token(self.cookie)
            return client.post(f"/p/{SAMPLE}/me/{self.person}/meetings{path}", data=data, follow_redirects=True)

    def ask(self, session: int, wish: str, **more: str) -> httpx.Response:
        """Ask for something about a session that stands where it does now."""
        start = starts(self.stand)[session]
        assert start
        return self.post(f"/{GROUP}/{session}", wish=wish, start=start.isoformat(), **more)

    def offered(self, session: int) -> list[str]:
        """The times that a page offers."""
        return re.findall(r'name="to" value="([^"]+)"', self.get(f"/{GROUP}/{session}").text)

    def status(self, answer: httpx.Response) -> str:
        """What a page says was done."""
        found = re.search(r'role="(?:status|alert)"[^>]*>([^<]*)', answer.text)
        return html.unescape(found[1]) if found else ""


def starts(stand: Stand) -> dict[int, datetime | None]:
    """When the sessions of the pair stand."""
    [event] = [each for each in stand.app().store.events() if each.group == GROUP and not each.cancelled]
    return {each.session: each.start for each in event.occurrences}


def trail(stand: Stand) -> list[Decision]:
    """What was decided by people."""
    return [each for each in stand.app().store.decisions() if each.by != "rondo"]


def test_the_next_meeting_comes_first(stand: Stand) -> None:
    """With its weekday, time and place, with whom it is, and where to go; once it is over, the one after it."""
    page = Participant(stand, "chen").get().text
    assert re.search(r"Next meeting</small>\s+Fri 15 Jan 11:00 New York", page) or "Fri Jan 15 11:00" in page
    assert "Amara Nwosu" in page
    assert "https://meet.jit.si/" in page
    stand.clock.at = datetime.fromisoformat("2027-01-16T08:00:00+00:00")
    assert "Jan 15" not in Participant(stand, "chen").get().text


def test_every_session_ahead_is_told_as_it_stands(stand: Stand) -> None:
    """As many that hold, move and are skipped as the calendar has of each."""
    page = Participant(stand, "chen").get().text
    [event] = [each for each in stand.app().store.events() if each.group == GROUP]
    held = [each for each in event.occurrences if each.start == each.recurrence_id]
    moved = [each for each in event.occurrences if each.start and each.start != each.recurrence_id]
    skipped = [each for each in event.occurrences if each.start is None]
    counts = [page.count(sign) for sign in ("● holds", "↷ moves", "– skipped")]
    assert counts == [len(held), len(moved), len(skipped)]


def test_dates_on_which_the_clock_shows_another_time_are_named(stand: Stand) -> None:
    """New York and London change their clocks on different dates."""
    page = html.unescape(Participant(stand, "chen").get().text)
    told = page.partition("Clocks change")[2].partition("</ul>")[0]
    assert "New York" in told
    assert "March" in told


def test_a_confirmation_is_noted_and_writes_to_nobody(stand: Stand) -> None:
    """It is an answer to where the meeting stands; it changes no event."""
    amara, before = Participant(stand, "amara"), stand.app().store.events()
    start = starts(stand)[FAR]
    assert start
    answer = amara.post(f"/{GROUP}/{FAR}/confirm", start=start.isoformat())
    assert "you come" in amara.status(answer)
    [said] = answers_of(stand.app()).all("amara")
    assert (said.session, said.said, said.start) == (FAR, Said.COMES, start)
    assert stand.app().store.events() == before
    assert answer.text.count("/unsay") == 1
    assert "you said nothing" in amara.status(amara.post(f"/{GROUP}/{FAR}/unsay"))
    assert not answers_of(stand.app()).all("amara")
    assert "/unsay" not in amara.get().text


def test_one_that_was_moved_meanwhile_is_not_confirmed(stand: Stand) -> None:
    """Whoever saw another time said nothing about this one."""
    start = starts(stand)[FAR]
    assert start
    answer = Participant(stand, "amara").post(f"/{GROUP}/{FAR}/confirm", start=(start + timedelta(hours=1)).isoformat())
    assert answer.status_code == 409
    assert not answers_of(stand.app()).all()


def test_a_move_within_the_limits_is_made_and_can_be_taken_back(stand: Stand) -> None:
    """To one of three times; all concerned have it in their calendars; undone, it stands where it stood."""
    amara, was = Participant(stand, "amara"), starts(stand)[FAR]
    times = amara.offered(FAR)
    assert len(times) in (2, 3)
    assert was not in [datetime.fromisoformat(each) for each in times]
    answer = amara.ask(FAR, "move", to=times[1])
    assert starts(stand)[FAR] == datetime.fromisoformat(times[1])
    assert "You" in answer.text
    [done] = trail(stand)
    assert (done.action, done.state, done.by) == (Action.MOVE, State.DONE, "amara")
    assert not stand.app().store.pending()
    amara.post("/undo", decision=done.id)
    assert starts(stand)[FAR] == was


def test_where_it_stands_is_no_other_time(stand: Stand) -> None:
    """Also where it is the best of all: whoever asks can't come just then."""
    amara = Participant(stand, "amara")
    for session, start in [each for each in starts(stand).items() if each[1]][:6]:
        assert start not in [datetime.fromisoformat(each) for each in amara.offered(session)]


def test_a_second_move_of_the_same_group_asks_the_coordinator(stand: Stand) -> None:
    """Nobody moves others about again and again: the limits are those of repairs."""
    amara = Participant(stand, "amara")
    amara.ask(FAR, "move", to=amara.offered(FAR)[0])
    was = starts(stand)
    answer = amara.ask(FAR + 2, "move", to=amara.offered(FAR + 2)[0])
    assert "waits for your coordinator" in amara.status(answer)
    assert starts(stand) == was
    assert [each.state for each in trail(stand)] == [State.DONE, State.PROPOSED]


def test_a_skip_waits_for_a_word_and_can_be_withdrawn(stand: Stand) -> None:
    """Nobody leaves a meeting out for others by themself."""
    amara, was = Participant(stand, "amara"), starts(stand)
    amara.ask(FAR, "skip")
    [asked] = trail(stand)
    assert (asked.action, asked.state) == (Action.SKIP, State.PROPOSED)
    assert starts(stand) == was
    amara.post("/withdraw", decision=asked.id)
    assert [each.state for each in trail(stand)] == [State.LAPSED]
    assert not answers_of(stand.app()).all()


def test_who_can_not_come_moves_it_to_the_best_time_or_asks(stand: Stand) -> None:
    """As a repair does; what was said on a page does not lapse because calendars say nothing of it."""
    amara = Participant(stand, "amara")
    best = amara.offered(FAR)[0]
    amara.ask(FAR, "decline")
    assert starts(stand)[FAR] == datetime.fromisoformat(best)
    amara.ask(FAR + 2, "decline")
    asked = trail(stand)[-1]
    assert (asked.action, asked.state, asked.after) == (Action.DECLINE, State.PROPOSED, None)
    assert asked.options
    take_over(stand.app())
    assert trail(stand)[-1].state is State.PROPOSED


def test_one_that_begins_soon_is_never_changed_unasked(stand: Stand) -> None:
    """Others may have left: it says so, and asks."""
    stand.clock.at = datetime.fromisoformat("2027-01-14T09:00:00+00:00")
    amara, was = Participant(stand, "amara"), starts(stand)
    page = html.unescape(amara.get(f"/{GROUP}/{NEAR}").text)
    assert "others may have left already" in page
    for wish, more in (("decline", {}), *[("move", {"to": each}) for each in amara.offered(NEAR)[:1]]):
        amara.ask(NEAR, wish, **more)
    assert starts(stand) == was
    assert {each.state for each in trail(stand)} <= {State.PROPOSED, State.LAPSED}


def test_only_times_that_are_offered_are_taken(stand: Stand) -> None:
    """Any other is refused on the same page, and nothing is decided."""
    amara, was = Participant(stand, "amara"), starts(stand)
    for wish, to in (("move", "2027-02-28T03:00:00+00:00"), ("move", "soon"), ("move", ""), ("burn", ""), ("", "")):
        answer = amara.ask(FAR, wish, to=to)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert starts(stand) == was
    assert not trail(stand)


def test_an_optional_member_just_stays_away(stand: Stand) -> None:
    """It takes place without them; they are not asked to find another time."""
    group = next(each for each in stand.app().programme.groups if each.optional)
    who = Participant(stand, group.optional[0])
    ahead = agenda(stand.site.overview(SAMPLE), who.person).ahead
    found = next(each for each in ahead if each.group == group.id and not each.skipped)
    page = html.unescape(who.get(f"/{group.id}/{found.session}").text)
    assert "without you, too" in page
    who.post(f"/{group.id}/{found.session}", wish="away", start=found.start.isoformat())
    [said] = answers_of(stand.app()).all(who.person)
    assert said.said is Said.AWAY
    answer = who.post(f"/{group.id}/{found.session}", wish="skip", start=found.start.isoformat())
    assert answer.status_code == 422
    assert not trail(stand)


def test_meetings_of_others_are_not_there(stand: Stand) -> None:
    """The same for one that there is not, that is past, and that is others'."""
    amara = Participant(stand, "amara")
    paths = ("/pair-hana-jack/3", f"/{GROUP}/999", f"/{GROUP}/x", f"/{GROUP}/-1", "/nobody/0", f"/{GROUP}/%F0%9F%98%80")
    answers = [amara.get(path) for path in paths]
    assert {each.status_code for each in answers} == {404}
    assert len({each.text for each in answers}) == 1


def test_links_change_nothing(stand: Stand) -> None:
    """Mail scanners open them all; what was decided and said is as it was."""
    amara = Participant(stand, "amara")
    amara.ask(FAR, "skip")
    before = (trail(stand), stand.app().store.events(), answers_of(stand.app()).all())
    links = set(re.findall(r'href="(/p/[^"#]+)"', amara.get().text + amara.get(f"/{GROUP}/{FAR}").text))
    with stand.client(amara.cookie) as client:
        assert {client.get(html.unescape(link)).status_code for link in links} == {200}
    assert (trail(stand), stand.app().store.events(), answers_of(stand.app()).all()) == before


def test_a_new_address_for_the_feed_ends_the_old_one(stand: Stand) -> None:
    """Asked for by a form on the page, which shows the new one."""
    amara = Participant(stand, "amara")
    [old] = set(re.findall(r'value="http[^"]+(/feeds/spring/person/amara/[^"]+)"', amara.get().text))
    page = amara.post("/feed/renew").text
    [new] = set(re.findall(r'value="http[^"]+(/feeds/spring/person/amara/[^"]+)"', page))
    with stand.client() as client:
        assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
