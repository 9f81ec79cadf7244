"""A web server with calendar files behind secret addresses, as calendar providers publish them."""

from hashlib import sha256

from werkzeug.wrappers import Request, Response

from tests.doubles.server import Double

MODIFIED = "Sat, 21 Nov 2026 08:00:00 GMT"


class Feeds(Double):
    """`texts` by path. With `validators` each answer has an ETag and a date, and what is known is not sent again."""

    def __init__(self, *, validators: bool = True) -> None:
        super().__init__()
        self.texts: dict[str, bytes] = {}
        self.validators = validators

    def answer(self, request: Request) -> Response:
        """A file, 304 or 404."""
        if request.method != "GET" or request.get_data():
            self.broken.append("a feed is fetched with GET, and without a body")
        if {"authorization", "cookie"} & {name.lower() for name, _ in request.headers}:
            self.broken.append("a feed needs no credentials but its address")
        if request.path not in self.texts:
            return Response("<html>nothing here</html>", 404)
        text = self.texts[request.path]
        if not self.validators:
            return Response(text, mimetype="text/calendar")
        etag = f'"{sha256(text).hexdigest()[:16]}"'
        headers = {"ETag": etag, "Last-Modified": MODIFIED}
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304, headers=headers)
        return Response(text, headers=headers, mimetype="text/calendar")
