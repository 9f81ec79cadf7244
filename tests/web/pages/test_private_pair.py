"""Two people by themselves: what one asks for the other answers, and no coordinator hears of it."""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from scheduler.core.decision import Action, Decision, State
from scheduler.settings import Notify, Settings, Smtp
from scheduler.store.tables import programme
from tests.site import SAMPLE, Stand, standing

GROUP, SESSION = "pair-amara-chen", 6
SMTP = Smtp.model_validate({"host": "mail.example.org", "sender": "rondo@example.org"})


@pytest.fixture
def stand(tmp_path: Path, published: Callable[[Path], Path]) -> Iterator[Stand]:
    """The sample, as if amara and chen had begun it for themselves."""
    notify = Notify.model_validate({"coordinators": ["desk@example.org"]})
    settings = Settings().model_copy(update={"notify": notify, "smtp": SMTP})
    with standing(published(tmp_path / "data"), sample=False, settings=settings) as stand:
        with stand.service.database.begin() as connection:
            connection.execute(update(programme).values(kind="pair"))
        yield stand


def asked(stand: Stand) -> Decision:
    """What amara asked for: to skip one."""
    cookie = stand.person("amara")
    base = f"/p/{SAMPLE}/me/amara/meetings/{GROUP}/{SESSION}"
    with stand.client(cookie) as client:
        [start] = set(re.findall(r'name="start" value="([^"]+)"', client.get(base).text))
        client.post(base, data={"wish": "skip", "start": start} | stand.token(cookie))
    return stand.app().store.decisions()[-1]


def answered(stand: Stand, who: str, decision: Decision, agreed: str) -> int:
    """The status of somebody's answer."""
    cookie = stand.person(who)
    with stand.client(cookie) as client:
        form = {"decision": decision.id, "agreed": agreed} | stand.token(cookie)
        return client.post(f"/p/{SAMPLE}/me/{who}/meetings/answer", data=form).status_code


@pytest.mark.parametrize(("agreed", "state"), [("yes", State.ACCEPTED), ("no", State.REFUSED)])
def test_the_other_one_answers(stand: Stand, agreed: str, state: State) -> None:
    """On their own page; whoever asked only may take it back."""
    wish = asked(stand)
    assert (wish.action, wish.state, wish.by) == (Action.SKIP, State.PROPOSED, "amara")
    with stand.client(stand.person("chen")) as client:
        page = html.unescape(client.get(f"/p/{SAMPLE}/me/chen/meetings").text)
    assert "It waits for your word" in page
    assert answered(stand, "amara", wish, agreed) == 422
    assert answered(stand, "hana", wish, agreed) == 422
    assert answered(stand, "chen", wish, agreed) == 303
    assert next(each.state for each in stand.app().store.decisions() if each.id == wish.id) is state
    [event] = [each for each in stand.app().store.events() if each.group == GROUP and not each.cancelled]
    skipped = next(each.start for each in event.occurrences if each.session == SESSION) is None
    assert skipped is (state is State.ACCEPTED)


def test_no_coordinator_is_told_and_the_other_one_is(stand: Stand) -> None:
    """Neither by mail nor at a service; whoever has to answer hears that a wish waits."""
    wish = asked(stand)
    [notice] = [each for each in stand.app().store.notices() if each.decision == wish.id]
    assert (notice.person, notice.address) == ("chen", "chen@example.org")
    assert "waits for your word" in notice.subject
    assert stand.app().audience.coordinators == ()
    assert stand.app().audience.services == ()
    assert not [notice for notice in stand.app().store.notices() if "desk@" in notice.address]
