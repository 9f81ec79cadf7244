"""connectors/_http/body.py: packed bodies, a little at a time."""

import gzip
import tracemalloc

import httpcore
import httpx
import pytest

from connectors._http.body import STEP, capped, unpacked
from scheduler.errors import Unavailable

TEXT = b"".join(b"line %d\r\n" % number for number in range(50_000))


@pytest.mark.parametrize("size", [1, 7, 1000, 10**9])
def test_a_text_is_the_same_in_whatever_parts_it_comes(size: int) -> None:
    """To the last byte, and with empty parts between."""
    packed = gzip.compress(TEXT[:20_000] if size == 1 else TEXT)
    parts = [part for at in range(0, len(packed), size) for part in (packed[at : at + size], b"")]
    assert b"".join(unpacked(parts)) == gzip.decompress(packed)


def test_no_step_holds_more_than_it_may() -> None:
    """A part of a few kilobytes may be a megabyte; that never is in memory at once."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        assert max(map(len, unpacked([bomb]))) <= STEP
        assert tracemalloc.get_traced_memory()[1] < 20 * STEP
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", [1, 5, 12, 100])
def test_what_is_cut_is_no_text(cut: int) -> None:
    """Not even where all of the text came, and only its checksum is missing."""
    with pytest.raises(httpcore.ReadError):
        list(unpacked([gzip.compress(TEXT)[:-cut]]))


def test_what_is_changed_on_its_way_is_no_text() -> None:
    """The checksum tells."""
    packed = bytearray(gzip.compress(TEXT))
    packed[-6] ^= 1
    with pytest.raises(httpx.DecodingError):
        list(unpacked([bytes(packed)]))


def test_what_stands_behind_the_end_is_not_looked_at() -> None:
    """However much comes."""
    assert b"".join(unpacked([gzip.compress(b"text") + b"more", b"x" * 100_000])) == b"text"


def test_nothing_is_nothing() -> None:
    """An answer without a body may say that it is packed."""
    assert b"".join(unpacked([])) == b""
    assert b"".join(unpacked([b"", b""])) == b""


def test_a_limit_holds_for_all_parts_together() -> None:
    """It is reached, and not gone beyond."""
    assert b"".join(capped([b"ab", b"", b"cd"], 4)) == b"abcd"
    parts = capped([b"ab", b"", b"cd"], 3)
    assert [next(parts), next(parts)] == [b"ab", b""]
    with pytest.raises(Unavailable, match="larger than"):
        next(parts)
