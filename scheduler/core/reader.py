"""How somebody wants to read: what they chose themselves, in place of what their browser and people.csv say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """`locale` like `de-AT`, `clock` "12" or "24", `zone` by its IANA name; each is empty where nothing was chosen."""

    locale: str = ""
    clock: str = ""
    zone: str = ""
