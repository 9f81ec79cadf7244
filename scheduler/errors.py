"""What can go wrong, as one tree.

    RondoError
    ├── InputError            somebody wrote what can't be read: says where, and what to do
    ├── Unavailable           a calendar can't be read or written now: try again later
    ├── CredentialsRejected   the owner has to sign in again
    ├── ChangedElsewhere      what was to be changed is no longer as it was: compare again
    └── StalePlan             a saved plan no longer fits what was read: plan again

"No slot" is no error but data: see `core.plan.Unplaced`.
"""


class RondoError(Exception):
    """Root of everything that Rondo raises on purpose; its text is meant for people."""

    exit_code = 1


class InputError(RondoError):
    """Text from a person that can't be read; `where` names file, line and column as far as known."""

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        self.message, self.where, self.hint = message, where, hint
        super().__init__(": ".join(part for part in (where, message) if part) + (f" {hint}" if hint else ""))

    def at(self, where: str) -> "InputError":
        """The same complaint, placed: an outer reader knows the file and line that an inner one can't."""
        return InputError(self.message, where=f"{where}:{self.where}" if self.where else where, hint=self.hint)


class Unavailable(RondoError):
    """A calendar or service that can't be reached or read now."""


class CredentialsRejected(RondoError):
    """A calendar whose owner has to sign in again."""

    exit_code = 5


class ChangedElsewhere(RondoError):
    """Somebody else changed what we were about to change."""


class StalePlan(RondoError):
    """A saved plan that no longer fits what was read since."""

    exit_code = 6
