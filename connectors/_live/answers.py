"""What a provider answers to one call, as it is."""

from dataclasses import dataclass
from typing import Any

from scheduler.errors import Unavailable

Json = dict[str, Any]
FORBIDDEN = 403


class NotAllowed(Unavailable):
    """Something that the account was not granted."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of `who`: its status, its code where it is an error, and what it holds where it is none."""

    who: str
    status: int
    code: str
    body: Json

    @property
    def ok(self) -> bool:
        """Whether it is a success."""
        return self.status < 300

    @property
    def words(self) -> str:
        """Its status, and its code where it has one."""
        return f"{self.status} {self.code}".rstrip()

    def needed(self, what: str) -> Json:
        """The body. Raises NotAllowed, Unavailable where it is no success."""
        if self.status == FORBIDDEN:
            raise NotAllowed(f"this sign-in may not do it: {what} is refused with {self.words}")
        if not self.ok:
            raise Unavailable(f"{self.who} refuses {what}: {self.words}.")
        return self.body
