"""What somebody typed into a form: read field by field, with what is wrong said at its field, and nothing lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError

T = TypeVar("T")
LONGEST = 200  # signs of a field


@dataclass(kw_only=True)
class Typed:
    """`said` by field as it was typed; `wrong` by field, in the order in which they were read."""

    said: dict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, reader: Callable[[str], T], default: T) -> T:
        """A field's value, or the default where it can't be read, which is noted."""
        text = self.said[name]
        try:
            if len(text) > LONGEST:
                raise InputError(_("this is too long."))
            return reader(text)
        except InputError as fault:
            self.wrong[name] = " ".join(filter(None, (fault.message, fault.hint)))
            return default

    @property
    def first_wrong(self) -> str:
        """The field that gets the focus."""
        return next(iter(self.wrong), "")


def needed(text: str) -> str:
    """What must not be empty. Raises InputError."""
    if not text:
        raise InputError(_("This is needed."))
    return text


def number_of(choices: Sequence[int]) -> Callable[[str], int]:
    """Reads one of some numbers."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) not in choices:
            raise InputError(_("choose one of these."))
        return int(text)

    return read
