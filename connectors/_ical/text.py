"""Bytes of a calendar file as lines: character sets and line ends repaired, folded lines joined.

Everything stays bytes until a value is needed: lines may be folded within a character, and text that nobody asks for
(titles, descriptions) is never decoded.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass

_FOLD = re.compile(rb"\n[ \t]")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: `lines` unfolded and ended by LF alone; `folded` as it was, to count lines when one must be named."""

    lines: bytes
    folded: bytes

    def line_at(self, offset: int) -> int:
        """The number, from 1, of the line of the file that stands at an offset into `lines`."""
        number = seen = 0
        for number, line in enumerate(self.folded.split(b"\n"), start=1):
            is_fold = number > 1 and line[:1] in (b" ", b"\t")
            seen += len(line) - 1 if is_fold else len(line) + 1
            if seen > offset + 1:
                break
        return number


def source_of(raw: bytes) -> Source:
    """A file's bytes, in any of the forms that exports have."""
    folded = _as_utf8(raw).replace(b"\0", b"").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return Source(_FOLD.sub(b"", folded), folded)


def decoded(value: bytes) -> str:
    """A value as text; bytes that are no UTF-8 stay apart from each other, as escapes."""
    return value.decode("utf-8", errors="backslashreplace")


def _as_utf8(raw: bytes) -> bytes:
    if raw.startswith(BOM_UTF8):
        return raw[len(BOM_UTF8) :]
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace").encode()
    # without a mark: every second byte of UTF-16 is zero, since it begins with a BEGIN
    for encoding, start in (("utf-16-le", b"B\0E\0"), ("utf-16-be", b"\0B\0E")):
        if raw[:4] == start:
            return raw.decode(encoding, errors="replace").encode()
    return raw
