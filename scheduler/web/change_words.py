"""Counts of changes in words: what the headline and the buttons say."""

from collections.abc import Sequence

from babel.numbers import format_decimal

from scheduler.app.planning.reviewing import Headline, Line
from scheduler.core.change import Kind
from scheduler.core.tongue import gettext as _
from scheduler.core.tongue import ngettext, tongue

MOST_NAMES = 6


def word(line: Line) -> str:
    """What becomes of it."""
    words = {
        Kind.MOVED: _("moves"),
        Kind.RESTORED: _("takes place again"),
        Kind.SKIPPED: _("no time"),
        None: _("same times; people, title or link change"),
    }
    if line.kind is Kind.ADDED:
        return ngettext("%(count)d new meeting", "%(count)d new meetings", line.count) % {"count": line.count}
    if line.kind is Kind.DROPPED:
        return ngettext("%(count)d meeting is cancelled", "%(count)d meetings are cancelled", line.count) % {
            "count": line.count
        }
    return words[line.kind]


def in_words(headline: Headline) -> str:
    """`8 meetings move, 0 cancelled, 1,485 stay.`"""
    move, cancel, add = headline.move, headline.cancel, headline.add
    parts = [ngettext("%(count)s meeting moves", "%(count)s meetings move", move) % {"count": figure(move)}]
    if add:
        parts.append(_("%(count)s are new") % {"count": figure(add)})
    parts.append(_("%(count)s cancelled") % {"count": figure(cancel)})
    parts.append(_("%(count)s stay") % {"count": figure(headline.stay)})
    return ", ".join(parts) + "."


def publish_words(headline: Headline) -> str:
    """What the button says."""
    count = figure(headline.changes or headline.groups)
    if headline.changes == headline.move and headline.move:
        return ngettext("Publish %(count)s move", "Publish %(count)s moves", headline.move) % {"count": count}
    return ngettext("Publish %(count)s change", "Publish %(count)s changes", headline.changes) % {"count": count}


def figure(number: int) -> str:
    """A number as the reader writes it."""
    return str(format_decimal(number, locale=tongue().locale))


def shortened(names: Sequence[str]) -> str:
    """Some names, and how many more."""
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + " " + _("and %(count)d more") % {"count": more}
