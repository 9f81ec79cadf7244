"""Text that came from people: files of it, and single words in them."""

import re
import unicodedata
from pathlib import Path

from scheduler.core.suggest import quoted
from scheduler.core.tongue import gettext as _
from scheduler.errors import InputError

LONGEST_TEXT = 200
LONGEST_ID = 64
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
LINE_BREAKS = "\u2028\u2029"
BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They can make a line read otherwise than it is."""


def read_text(path: Path, most_bytes: int) -> str:
    """A file's text: UTF-8, with or without a byte order mark.

    Raises InputError where there is no such file, or it is too large or in another encoding.
    """
    try:
        if not path.is_file():
            raise InputError(
                _("there is no such file."), where=path.name, hint=_("`rondo demo DIR` writes an example.")
            )
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise InputError(_("can't be read: %(why)s.") % {"why": error.strerror}, where=path.name) from error
    if len(content) > most_bytes:
        raise InputError(_("is larger than %(most)s MB.") % {"most": most_bytes // 1_000_000}, where=path.name)
    return decoded(content, path.name)


def single_line(text: str) -> str:
    """A text that fits on one line of a table, a mail header or a terminal, in the one spelling of NFC.

    Raises InputError for control characters, line breaks, and marks that turn the direction of writing.
    """
    for place, character in enumerate(text, 1):
        if unicodedata.category(character) == "Cc" or character in LINE_BREAKS + BIDI_CONTROLS:
            code = f"U+{ord(character):04X}"
            name = (
                _("a line break") if character in "\r\n" + LINE_BREAKS else _("the character %(code)s") % {"code": code}
            )
            raise InputError(
                _("%(text)s has %(name)s at %(place)s, which has no place here.")
                % {"text": quoted(text), "name": name, "place": place}
            )
    return unicodedata.normalize("NFC", text).strip()


def title(text: str) -> str:
    """A name for people. Raises InputError where it is no single line, or longer than 200 characters."""
    if len(text) > LONGEST_TEXT:
        raise InputError(
            _("%(text)s is longer than %(longest)s characters.") % {"text": quoted(text), "longest": LONGEST_TEXT}
        )
    return single_line(text)


def identifier(text: str) -> str:
    """An id of a person or group, fit to name a file. Raises InputError with what is allowed."""
    if not ID.fullmatch(text) or len(text) > LONGEST_ID or text.endswith("."):
        raise InputError(
            _("%(text)s is no id.") % {"text": quoted(text)},
            hint=_("Use letters a-z, digits and . _ - with a letter or digit at each end, at most %(longest)s.")
            % {"longest": LONGEST_ID},
        )
    return text


def decoded(content: bytes, name: str) -> str:
    """The text of a file's content: UTF-8, with or without a byte order mark. Raises InputError."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(_("is in UTF-16."), where=name, hint=_("Save it as UTF-8."))
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise InputError(_("has a NUL byte."), where=f"{name}:{line}", hint=_("Save it as text in UTF-8."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = content[error.start]
        hint = _("Save it as UTF-8; it may be in Latin-1.")
        raise InputError(
            _("the byte 0x%(byte)s is no UTF-8.") % {"byte": format(byte, "02X")}, where=f"{name}:{line}", hint=hint
        ) from error
