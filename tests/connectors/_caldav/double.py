"""A CalDAV server in memory that can be told to fail, to cut its lists short, and to lie."""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

from werkzeug.wrappers import Request, Response

from tests.doubles.server import Double

HOME = "/home/"
PRINCIPAL = "/principal/"
SPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
XML = "application/xml; charset=utf-8"


@dataclass(slots=True)
class Stored:
    """One resource; `version` is its ETag."""

    text: bytes
    version: int


class DavDouble(Double):
    """Two calendars, /home/ana/ and /home/ben/; any password is good but "wrong". What it does ill is set by tests."""

    def __init__(self) -> None:
        super().__init__()
        self.stored: dict[str, Stored] = {}
        self.history: list[str] = []  # the path of each change; the sync-token is how many there were
        self.etags = True
        self.page = 0  # how many responses a list may have; 0: any number
        self.forbidden = False  # events may not be seen
        self.busy = b""  # what the free-busy report answers then
        self.tokens = True  # whether there is a sync-token
        self.extra = ""  # responses that are added to every list
        self.principal = PRINCIPAL

    def answer(self, request: Request) -> Response:
        """By method; whoever has no password is asked for one."""
        login = request.authorization
        if login is None or login.password == "wrong":
            return Response(status=401, headers={"WWW-Authenticate": 'Basic realm="r"'})
        does = {
            "PROPFIND": self._propfind,
            "REPORT": self._report,
            "GET": self._get,
            "PUT": self._put,
            "DELETE": self._delete,
        }
        if request.method not in does:
            return Response(status=200, headers={"DAV": "1, calendar-access"})
        return does[request.method](request)

    def change(self, path: str, text: bytes) -> None:
        """What stands at a path from now on; nothing: it is deleted."""
        self.history.append(path)
        if text:
            self.stored[path] = Stored(text, len(self.history))
        else:
            del self.stored[path]

    def _propfind(self, request: Request) -> Response:
        path = request.path
        if path == HOME:
            return _multistatus(*(self._calendar(f"{HOME}{person}/") for person in ("ana", "ben")))
        if path in (f"{HOME}ana/", f"{HOME}ben/"):
            below = self._below(path) if request.headers["Depth"] == "1" else []
            return _multistatus(self._calendar(path), *(_response(each, "<D:getetag/>") for each in below))
        if path in ("/", PRINCIPAL, "/.well-known/caldav"):
            found = (
                f"<D:current-user-principal><D:href>{self.principal}</D:href></D:current-user-principal>"
                f"<C:calendar-home-set><D:href>{HOME}</D:href></C:calendar-home-set>"
            )
            return _multistatus(_response(path, found))
        return Response(status=404)

    def _calendar(self, path: str) -> str:
        token = f"<D:sync-token>{len(self.history)}</D:sync-token>" if self.tokens else ""
        kind = "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
        whose = f"<D:current-user-principal><D:href>{self.principal}</D:href></D:current-user-principal>"
        return _response(path, f"{kind}{whose}<D:displayname>CANARY-7f3d</D:displayname>{token}")

    def _report(self, request: Request) -> Response:
        body = request.get_data(as_text=True)
        if request.path not in (f"{HOME}ana/", f"{HOME}ben/"):
            return Response(status=404)
        if "sync-collection" in body:
            return self._sync(request.path, re.findall(r"<D:sync-token>(.*?)</D:sync-token>", body)[0])
        if "free-busy-query" in body:
            return Response(self.busy, content_type="text/calendar")
        if self.forbidden and "prop-filter" not in body:
            return Response(f"<D:error {SPACES}><D:need-privileges/></D:error>", status=403, content_type=XML)
        uid = re.search(r"<C:text-match[^>]*>(.*?)<", body)
        found = [each for each in self._below(request.path) if not uid or uid[1].encode() in self.stored[each].text]
        if not uid:
            [(start, end)] = re.findall(r'start="(\w+)Z" end="(\w+)Z"', body)
            found = [each for each in found if start <= self._start(each) < end]
        if self.page and len(found) > self.page:
            short = [self._data(each) for each in found[: self.page]]
            return _multistatus(*short, _cut(request.path), self.extra)
        return _multistatus(*(self._data(each) for each in found), self.extra)

    def _sync(self, path: str, token: str) -> Response:
        if not token.isdigit() or int(token) > len(self.history):
            return Response(f"<D:error {SPACES}><D:valid-sync-token/></D:error>", status=403, content_type=XML)
        changed = self.history[int(token) :]
        until = len(self.history)
        if cut := self.page and len(changed) > self.page:
            changed, until = changed[: self.page], int(token) + self.page
        parts = [self._data(each) if each in self.stored else _gone(each) for each in changed if each.startswith(path)]
        return _multistatus(*parts, _cut(path) if cut else "", f"<D:sync-token>{until}</D:sync-token>")

    def _get(self, request: Request) -> Response:
        stored = self.stored.get(request.path)
        if stored is None:
            return Response(status=404)
        return Response(stored.text, content_type="text/calendar", headers=self._etag(stored))

    def _put(self, request: Request) -> Response:
        if not self._met(request):
            return Response(status=412)
        self.change(request.path, request.get_data())
        return Response(status=201)

    def _delete(self, request: Request) -> Response:
        if request.path not in self.stored:
            return Response(status=404)
        if not self._met(request):
            return Response(status=412)
        self.change(request.path, b"")
        return Response(status=204)

    def _met(self, request: Request) -> bool:
        stored = self.stored.get(request.path)
        if request.headers.get("If-None-Match") == "*":
            return stored is None
        wanted = request.headers.get("If-Match")
        return wanted is None or (stored is not None and wanted == f'"{stored.version}"')

    def _etag(self, stored: Stored) -> dict[str, str]:
        return {"ETag": f'"{stored.version}"'} if self.etags else {}

    def _data(self, path: str) -> str:
        stored = self.stored[path]
        etag = f'<D:getetag>"{stored.version}"</D:getetag>' if self.etags else ""
        return _response(path, f"{etag}<C:calendar-data>{escape(stored.text.decode())}</C:calendar-data>")

    def _start(self, path: str) -> str:
        return str(re.findall(r"DTSTART[^:]*:(\w{15})", self.stored[path].text.decode())[-1])

    def _below(self, path: str) -> list[str]:
        return [each for each in self.stored if each.startswith(path)]


def _response(href: str, found: str) -> str:
    status = "<D:status>HTTP/1.1 200 OK</D:status>"
    propstat = f"<D:propstat><D:prop>{found}</D:prop>{status}</D:propstat>"
    return f"<D:response><D:href>{href}</D:href>{propstat}</D:response>"


def _gone(href: str) -> str:
    return f"<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>"


def _cut(href: str) -> str:
    return f"<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 507 Insufficient Storage</D:status></D:response>"


def _multistatus(*parts: str) -> Response:
    return Response(f"<D:multistatus {SPACES}>{''.join(parts)}</D:multistatus>", status=207, content_type=XML)
