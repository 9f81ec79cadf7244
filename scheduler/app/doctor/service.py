"""What of a service can be looked at from beside it: that somebody works, and what waits for a person's word."""

from collections.abc import Iterator
from datetime import timedelta

from scheduler.app.doctor.check import Check
from scheduler.app.wiring.home import check_keys
from scheduler.app.wiring.programme import App
from scheduler.core.notice import NoticeState
from scheduler.errors import RondoError
from scheduler.store import SqlExecutors, SqlSubscriptions

SILENT = timedelta(seconds=30)


def service_checks(app: App) -> Iterator[Check]:
    """Of the service that has an app's programme, and of any programme what waits for a person."""
    if app.home.programme:
        yield _keys(app)
        yield _alive(app)
        yield _told(app)
    yield from _waiting(app)


def _keys(app: App) -> Check:
    try:
        check_keys(app.home.engine, app.home.state, app.settings)
    except RondoError as fault:
        return Check(what="service", words="its keys don't fit", todo=str(fault))
    return Check(what="service", words=f"{app.home.programme} in {app.home.state}")


def _alive(app: App) -> Check:
    lively = SqlExecutors(app.home.engine).alive(app.clock.now() - SILENT)
    if not lively:
        todo = f"Nothing is looked after until it runs: rondo serve --data {app.home.state}"
        return Check(what="processes", words="none was heard of in half a minute", todo=todo)
    return Check(what="processes", words=", ".join(lively))


def _told(app: App) -> Check:
    held = [each for owner, each in SqlSubscriptions(app.home.engine).all() if owner == app.home.programme]
    polled = f"every calendar is read each {app.settings.service.poll_minutes} minutes"
    if not app.settings.service.public_url:
        return Check(what="hints", words=f"none without service.public_url; {polled}")
    return Check(what="hints", words=f"providers tell of {len(held)} calendars; {polled}")


def _waiting(app: App) -> Iterator[Check]:
    """What waits for a person."""
    why = app.store.stopped()
    if why:
        todo = f"Look, then accept or refuse it: rondo proposals {app.folder}"
        yield Check(what="writing", words=f"stopped: {why}", todo=todo)
    waiting = sum(each.waits for each in app.store.decisions())
    if waiting:
        yield Check(what="proposals", words=f"{waiting} wait for a word: rondo proposals {app.folder}")
    missing = sum(each.state is NoticeState.BEGUN for each in app.store.notices())
    if missing:
        yield Check(
            what="notices", words=f"{missing} may not have come: sending ended in its midst, and is not repeated"
        )
