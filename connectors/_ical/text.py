"""Bytes of a calendar file as lines: character sets and line ends repaired, folded lines joined.

Everything stays bytes until a value is needed: lines may be folded within a character, and text that nobody asks for
(titles, descriptions) is never decoded.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass

import numpy as np
from propcache.api import cached_property

from scheduler.core.interval import Int64Array

_FOLD = re.compile(rb"\n\n*[ \t]")  # some exports double their line ends; \n+ is slower, for want of a fixed prefix


@dataclass(frozen=True, eq=False)
class Source:
    """One file with LF at the end of lines: `folded` as it was, and `lines` joined."""

    folded: bytes

    @cached_property
    def lines(self) -> bytes:
        """The text without its folds."""
        return _FOLD.sub(b"", self.folded)

    def line_at(self, offset: int) -> int:
        """The number, from 1, of the line of the file that stands at an offset into `lines`."""
        before = np.searchsorted(self._line_ends, offset)
        folds = np.searchsorted(self._folds[:, 0], offset)
        return int(1 + before + self._folds[:folds, 1].sum())

    @cached_property
    def _line_ends(self) -> Int64Array:
        return np.flatnonzero(np.frombuffer(self.lines, dtype=np.uint8) == ord("\n"))

    @cached_property
    def _folds(self) -> Int64Array:
        """Each fold's offset into `lines` and the line ends that it takes away."""
        spans = np.array([match.span() for match in _FOLD.finditer(self.folded)], dtype=np.int64).reshape(-1, 2)
        sizes = spans[:, 1] - spans[:, 0]
        return np.stack([spans[:, 0] - np.cumsum(sizes) + sizes, sizes - 1], axis=1)


def source_of(raw: bytes) -> Source:
    """A file's bytes, in any of the forms that exports have."""
    return Source(_as_utf8(raw).replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def decoded(value: bytes) -> str:
    """A value as text; bytes that are no UTF-8 stay apart from each other, as escapes."""
    return value.decode("utf-8", errors="backslashreplace")


def _as_utf8(raw: bytes) -> bytes:
    if raw.startswith(BOM_UTF8):
        return raw[len(BOM_UTF8) :]
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace").encode()
    # without a mark it still shows: the text starts with the B of BEGIN, and every second byte is zero
    for encoding, start in (("utf-16-le", b"B\0"), ("utf-16-be", b"\0B")):
        if raw.startswith(start):
            return raw.decode(encoding, errors="replace").encode()
    return raw
