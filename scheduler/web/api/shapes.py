"""What the models of the API are made of: instants and zones, pages of a list, and how strict each is."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from scheduler.core.walltime import parse_instant
from scheduler.core.zones import is_zone
from scheduler.errors import InputError

T = TypeVar("T")
RFC_3339 = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]((0\d|1[0-3]):[0-5]\d|14:00))$"


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("it is no time zone of the IANA database, such as Europe/London")
    return name


def _instant(text: str) -> str:
    try:
        parse_instant(text.upper())
    except InputError as fault:
        raise ValueError(fault.message) from None
    return text.upper()


Zone = Annotated[str, AfterValidator(_zone), Field(max_length=64, examples=["Europe/London"])]
Instant = Annotated[
    str, AfterValidator(_instant), Field(pattern=RFC_3339, max_length=40, examples=["2027-03-05T14:00:00Z"])
]
Tz = Annotated[
    Zone | None,
    Query(description="On which zone's clock `local` is shown (IANA). Without it: on that of the group or person."),
]
GroupId = Annotated[str, Field(max_length=64, description="The id of a group.")]
PersonId = Annotated[str, Field(max_length=64, description="The id of a person.")]


class Said(BaseModel):
    """What the API says."""

    model_config = ConfigDict(extra="forbid")


class Asked(BaseModel):
    """What the API takes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Paged(Said, Generic[T]):
    """A page of a list. `next`: the address of the page after it, null on the last. `total`: how many there are."""

    items: list[T]
    next: str | None
    total: int


class Moment(Said):
    """An instant in UTC, the same on a zone's clock (both RFC 3339), that zone (IANA), and all of it in words."""

    instant: str
    local: str
    tz: str
    words: str
