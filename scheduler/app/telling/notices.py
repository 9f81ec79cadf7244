"""What of decisions is owed to whom, and the weekly digest."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from scheduler.app.wiring.programme import App
from scheduler.core.decision import Decision
from scheduler.core.freebusy import CalendarCopy, Knowledge, knowledge
from scheduler.core.notice import Notice, NoticeState
from scheduler.programme import Person
from scheduler.programme.problem import copies_of
from scheduler.telling import Audience, digests, notices_for


def notices_of(app: App, decisions: Sequence[Decision]) -> tuple[Notice, ...]:
    """What people have to be told of decisions that nobody was told of before."""
    return notices_for(app.programme, decisions, app.audience) if decisions else ()


def digest_owed(app: App) -> None:
    """Owe the digest of this week, once, to coordinators and services."""
    app.store.note((), _digests(app, app.audience))


def digest_text(app: App, page: str) -> str:
    """The digest of this week as it is mailed; empty: nothing happened, and nothing waits. `page`: see `Audience`."""
    one = replace(app.audience, coordinators=(), services=("page",), page=page)
    return next((each.text for each in _digests(app, one)), "")


def _digests(app: App, audience: Audience) -> tuple[Notice, ...]:
    copies = defaultdict[str, list[CalendarCopy]](list)
    for copy in app.store.copies().values():
        copies[copy.person].append(copy)
    unread = [who.id for who in app.programme.people if _knowledge(app, who, copies[who.id]) is not Knowledge.KNOWN]
    missing = sum(notice.state is NoticeState.BEGUN for notice in app.store.notices())
    return digests(
        app.programme,
        app.store.decisions(),
        audience,
        now=app.clock.now(),
        unread=unread,
        missing=missing,
    )


def _knowledge(app: App, who: Person, copies: Sequence[CalendarCopy]) -> Knowledge:
    return knowledge(copies_of(who, copies), app.clock.now(), app.rules.stale_for)
