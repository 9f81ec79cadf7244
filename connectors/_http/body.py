"""The body of an answer: unpacked while it comes, and never more of it than is allowed."""

import zlib
from collections.abc import Iterable, Iterator

import httpcore
import httpx

from scheduler.errors import Unavailable

PACKED = ("gzip", "x-gzip")
PLAIN = ("", "identity")
STEP = 64 * 1024
GZIP_BITS = 16 + zlib.MAX_WBITS


def unpacked(parts: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip packed, at most STEP bytes at a time. Raises httpx.DecodingError, and httpcore.ReadError if cut."""
    unzip, begun = zlib.decompressobj(wbits=GZIP_BITS), False
    try:
        for part in parts:
            rest = part
            while rest and not unzip.eof:
                begun = True
                yield unzip.decompress(rest, STEP)
                rest = unzip.unconsumed_tail
        yield unzip.flush()
    except zlib.error:
        raise httpx.DecodingError("no gzip") from None
    if begun and not unzip.eof:
        raise httpcore.ReadError("cut")


def capped(parts: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The same parts. Raises Unavailable once they are more than so many bytes."""
    total = 0
    for part in parts:
        total += len(part)
        if total > most:
            raise Unavailable(f"The answer is larger than {most / 1_000_000:g} MB.")
        yield part
