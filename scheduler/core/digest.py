"""The week of a programme in words, for its coordinators: what was changed, what waits, and what can't be read."""

from collections.abc import Iterator, Sequence

from scheduler.core.notice_words import Line, Words, bounded, question, words
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext
from scheduler.core.words import listed, one_line

MOST_NAMES = 20


def digest(
    *,
    programme: str,
    done: Sequence[Line],
    waiting: Sequence[Line],
    unread: Sequence[str],
    missing: int,
    page: str = "",
) -> Words | None:
    """None: nothing happened, and nothing waits.

    `done` was decided in the week, `waiting` still waits for a word; `unread` are the names of people whose calendars
    can't be read, `missing` counts notices that may not have come; `page` is where the word is given.
    """
    paragraphs = [*_paragraphs(done, waiting, unread, missing, page)]
    if not paragraphs:
        return None
    subject = _("The week: %(changes)s, %(waiting)s waiting for your word") % {
        "changes": _changes(len(done)),
        "waiting": len(waiting),
    }
    return words(subject, "\n\n".join(paragraphs).splitlines(), programme)


def _changes(count: int) -> str:
    return ngettext("%(count)s change", "%(count)s changes", count) % {"count": count}


def _paragraphs(
    done: Sequence[Line], waiting: Sequence[Line], unread: Sequence[str], missing: int, page: str
) -> Iterator[str]:
    if done:
        yield "\n".join([f"{_changes(len(done))}:", *bounded(map(str, done))])
    if waiting:
        told = bounded("\n".join(question(line, page)) for line in waiting)
        here = [_("Say so here: %(page)s") % {"page": page}] if page else []
        yield "\n".join([_("Waiting for your word:"), *told, *here])
    if unread:
        more = len(unread) - MOST_NAMES
        names = [*map(one_line, unread[:MOST_NAMES]), *([_others(more)] if more > 0 else [])]
        yield _("Calendars that can't be read now: those of %(names)s") % {"names": listed(names)}
    if missing:
        yield ngettext(
            "%(count)s notice may not have come: rondo status shows whose.",
            "%(count)s notices may not have come: rondo status shows whose.",
            missing,
        ) % {"count": missing}


def _others(count: int) -> str:
    return ngettext("%(count)s other", "%(count)s others", count) % {"count": count}
