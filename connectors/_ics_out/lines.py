"""Content lines, escaped and folded by the `icalendar` library."""

from urllib.parse import quote

from icalendar.parser import Contentline, Parameters
from icalendar.prop import vInline, vText

EOL = b"\r\n"
URI_SIGNS = ":/?#[]@!$&'()*+,;=%"  # RFC 3986, reserved; and % of what is escaped already


def text(name: str, value: str, **parameters: str) -> bytes:
    """A property of type TEXT; line breaks and separators in the value are escaped."""
    return _line(name, vText(value), parameters)


def raw(name: str, value: str, **parameters: str | list[str]) -> bytes:
    """A property whose value is written as it is: of our own making, or through `uri`."""
    return _line(name, vInline(value), parameters)


def folded(line: str) -> bytes:
    """A whole line that somebody else wrote."""
    return bytes(Contentline(line).to_ical()) + EOL  # type: ignore[no-untyped-call]  # the library leaves it untyped


def quotable(words: str) -> str:
    """A name for a parameter: RFC 6868 escapes quotation marks and circumflexes there, but few readers know it."""
    return words.replace('"', "'").replace("^", " ")


def uri(address: str) -> str:
    """An address in which whatever is no sign of a URI (RFC 3986) is escaped, line breaks too."""
    return quote(address, safe=URI_SIGNS)


def _line(name: str, value: vText | vInline, parameters: dict[str, str] | dict[str, str | list[str]]) -> bytes:
    return bytes(Contentline.from_parts(name, Parameters(parameters), value, sorted=False).to_ical()) + EOL
