"""Lists by pages: each page says where the next one is. What comes between two requests is neither lost nor doubled."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import Query, Response

from scheduler.web.api.access import Caller
from scheduler.web.api.problems import flaw

T = TypeVar("T")
Key: TypeAlias = tuple[str | int, ...]
MOST, USUAL = 200, 50

Limit = Annotated[int, Query(description="How many there are on a page.", ge=1, le=MOST)]
Cursor = Annotated[
    str | None, Query(description="Where to go on: what `next` of the page before it said.", max_length=500)
]


def paged(
    found: Sequence[T],
    key: Callable[[T], Key],
    shown: Callable[[T], Any],
    *,
    limit: int,
    cursor: str | None,
    known: Caller,
    response: Response,
    in_order: bool = False,
) -> dict[str, Any]:
    """A page of what was found, in the order of its keys, which are of one form and no two the same.

    `in_order`: it is in that order already.
    """
    ordered = found if in_order else sorted(found, key=key)
    begin = 0
    if cursor is not None:
        after = _after(cursor)
        try:
            begin = bisect_right(ordered, after, key=key)
        except TypeError:  # a cursor of another list
            raise _bad() from None
    page = ordered[begin : begin + limit]
    more = begin + limit < len(ordered)
    following = None
    if more and page:
        following = str(
            known.request.url.include_query_params(cursor=_cursor(key(page[-1]))).replace(scheme="", netloc="")
        )
        response.headers["Link"] = f'<{following}>; rel="next"'
    return {"items": [shown(each) for each in page], "next": following, "total": len(ordered)}


def _cursor(key: Key) -> str:
    return urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def _after(cursor: str) -> Key:
    try:
        parts = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise _bad() from None
    if not isinstance(parts, list) or not all(isinstance(part, str | int) for part in parts):
        raise _bad()
    return tuple(parts)


def _bad() -> Exception:
    return flaw("This cursor is none of ours: begin again without one.", parameter="cursor")
