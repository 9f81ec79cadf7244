"""A receiver of webhooks on loopback, which answers as it is told, and keeps what it was sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ALLOW = ("127.0.0.1/32",)
"""What `outbound.allow` has to hold for it to be reached."""


@dataclass
class Receiver:
    """`answers` are given one after the other, the last one ever after; `got` are headers and body of each request."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [204])
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    waits: threading.Event | None = None  # before an answer

    def answer(self) -> int:
        """The next one."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that answers 204."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            receiver.got.append(({name.lower(): text for name, text in self.headers.items()}, body))
            if receiver.waits:
                receiver.waits.wait(20)
            status = receiver.answer()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.waits:
            receiver.waits.set()
        server.shutdown()
        thread.join()
        server.server_close()
