"""What a check-up says of one thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at. `todo`: what somebody has to do; empty: all is well.

    `again`: the owner of an account has to sign in again.
    """

    what: str
    words: str
    todo: str = ""
    again: bool = False
