"""The week of a programme in words, for its coordinators: what was changed, what waits, and what can't be read."""

from collections.abc import Iterator, Sequence

from scheduler.core.notice_words import Line, Words, bounded, question, words
from scheduler.core.words import listed, one_line

MOST_NAMES = 20


def digest(
    *, programme: str, done: Sequence[Line], waiting: Sequence[Line], unread: Sequence[str], missing: int
) -> Words | None:
    """None: nothing happened, and nothing waits.

    `done` was decided in the week, `waiting` still waits for a word; `unread` are the names of people whose calendars
    can't be read, `missing` counts notices that may not have come.
    """
    paragraphs = [*_paragraphs(done, waiting, unread, missing)]
    if not paragraphs:
        return None
    subject = f"The week: {counted(len(done), 'change')}, {len(waiting)} waiting for your word"
    return words(subject, "\n\n".join(paragraphs).splitlines(), programme)


def counted(number: int, what: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _paragraphs(done: Sequence[Line], waiting: Sequence[Line], unread: Sequence[str], missing: int) -> Iterator[str]:
    if done:
        yield "\n".join([f"{counted(len(done), 'change')}:", *bounded(map(str, done))])
    if waiting:
        told = bounded("\n".join(question(line)) for line in waiting)
        yield "\n".join(["Waiting for your word:", *told])
    if unread:
        more = len(unread) - MOST_NAMES
        names = [*map(one_line, unread[:MOST_NAMES]), *([f"{more} others"] if more > 0 else [])]
        yield f"Calendars that can't be read now: those of {listed(names)}"
    if missing:
        yield f"{counted(missing, 'notice')} may not have come: rondo status shows whose."
