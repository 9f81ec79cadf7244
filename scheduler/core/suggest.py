"""What somebody may have meant by a word that is unknown."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from scheduler.core.tongue import gettext as _

MOST_CHOICES = 2_000  # beyond these a comparison with each takes too long for a hint
LONGEST_WORD = 100
NEAR_ENOUGH = 0.75


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that is nearest to a word, whatever the case; None where none is near."""
    if len(word) > LONGEST_WORD:
        return None
    plain = {choice.casefold(): choice for choice in islice(choices, MOST_CHOICES)}
    near = get_close_matches(word.casefold(), plain, n=1, cutoff=NEAR_ENOUGH)
    return plain[near[0]] if near else None


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """`Did you mean X?`, or nothing where no choice is near."""
    near = nearest(word, choices)
    return _("Did you mean %(meant)s?") % {"meant": near} if near else ""


def quoted(text: str, most: int = 60) -> str:
    """A text in quotes for a message, cut where it is long, with control characters shown and not obeyed."""
    shown = text if len(text) <= most else text[:most] + "…"
    return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in shown) + '"'
