"""What is wrong in a programme folder, collected, so that somebody can mend all of it at once."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError

T = TypeVar("T")
MOST = 100


class ProgrammeErrors(InputError):
    """All complaints about a folder; its text has one a line."""

    def __init__(self, errors: Sequence[InputError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in errors))


class Complaints:
    """Complaints so far. Beyond a hundred of them the reading ends: such a file needs another look as a whole."""

    def __init__(self) -> None:
        self.errors: list[InputError] = []

    def add(self, error: InputError) -> None:
        """Keep one more; raises ProgrammeErrors where it is the last that is of use."""
        self.errors.append(error)
        if len(self.errors) == MOST:
            raise ProgrammeErrors([*self.errors, InputError(_("there may be more: these were the first hundred."))])

    def tried(self, read: Callable[[], T], where: str = "") -> T | None:
        """What a reader gives; or None, and its complaint is kept, placed at `where`."""
        try:
            return read()
        except ProgrammeErrors as several:
            for error in several.errors:
                self.add(error)
        except InputError as error:
            self.add(error.at(where) if where else error)
        return None

    def end(self) -> None:
        """Raises ProgrammeErrors if there is anything to complain of."""
        if self.errors:
            raise ProgrammeErrors(self.errors)
