"""Reading documents of other hands: strict types, and errors that name the place."""

import json
from collections import Counter
from math import isfinite
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import AfterValidator, Field, PlainValidator, TypeAdapter, ValidationError

from scheduler.errors import InputError

T = TypeVar("T")


def _writable(text: str) -> str:
    text.encode()  # half a surrogate pair, which JSON can spell, can't be printed; a UnicodeError is a ValueError
    return text


MOST_MINUTES = 10_000_000  # twenty years: beyond any horizon, and far from where int64 ends
Text = Annotated[str, AfterValidator(_writable)]
Id = Annotated[Text, Field(min_length=1, max_length=200)]
Minute = Annotated[int, Field(ge=-MOST_MINUTES, le=MOST_MINUTES)]
_LISTS = TypeAdapter(list[Minute])


def _minutes(value: Any) -> Any:
    return value if isinstance(value, np.ndarray) else _LISTS.validate_python(value, strict=True)


Minutes = Annotated[Any, PlainValidator(_minutes)]
"""A list of minutes, or an array of them that `parsed` has made of it."""
MOST_SHOWN = 5
MOST_TEXT = 60


def parsed(form: TypeAdapter[T], text: str | bytes, where: str, minutes: str = "") -> T:
    """A JSON document in a given form; raises InputError with the path of each of the first few faults.

    Lists of whole numbers under the key `minutes` become arrays as soon as they are read: as Python's own numbers they
    would take ten times the memory, and there may be millions.
    """

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = _once(found)
        if minutes in whole and isinstance(whole[minutes], list):
            whole[minutes] = _as_array(whole[minutes])
        return whole

    try:
        document = json.loads(text, parse_constant=_refused, parse_float=_finite, object_pairs_hook=pairs)
        return form.validate_python(document, strict=True)
    except ValidationError as fault:
        raise InputError(_told(fault), where=where) from None
    except (ValueError, RecursionError) as fault:
        raise InputError(f"no JSON document: {fault}", where=where) from None


def _as_array(values: list[Any]) -> Any:
    """As an array, if all are whole numbers that fit; else as they are, for the form to complain of."""
    if set(map(type, values)) != {int} or not -MOST_MINUTES <= min(values) <= max(values) <= MOST_MINUTES:
        return values
    return np.array(values, dtype=np.int64)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once; JSON leaves open which of two would count."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {twice[:MOST_TEXT]!r} stands twice in an object")
    return found


def _finite(number: str) -> float:
    return float(number) if isfinite(float(number)) else _refused(number[:MOST_TEXT])


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no number that can be counted with")


def _told(fault: ValidationError) -> str:
    errors = fault.errors(include_url=False, include_input=False)
    lines = [f"{_path(error['loc']) or 'document'}: {error['msg']}" for error in errors[:MOST_SHOWN]]
    more = len(errors) - len(lines)
    return "; ".join(lines) + (f"; and {more} more" if more > 0 else "")


def _path(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part)[:MOST_TEXT] for part in place).encode(errors="replace").decode()
