"""A whole service with its pages on loopback, filled with the sample programme; for tests, and to look at by hand.

`python -m tests.site` serves it until Ctrl-C, and prints links for a coordinator and for everybody of the sample.
"""

import argparse
import atexit
import functools
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import httpx
from fastapi import FastAPI

from scheduler.app.access.sessions import form_token
from scheduler.app.service.importing import bring_in
from scheduler.app.service.service import Service, open_service
from scheduler.app.site import Site
from scheduler.app.wiring.programme import App
from scheduler.core.visitor import LinkKind
from scheduler.programme.sample import PLANNED_AT, write_sample
from scheduler.settings import Settings
from scheduler.solve import Params
from scheduler.web import add_site, address, application, listen, serving
from scheduler.web.limits_of_rate import Limiter, Limits

SAMPLE = "spring"


@dataclass
class Still:
    """A clock that stands until somebody sets it."""

    at: datetime = PLANNED_AT

    def now(self) -> datetime:
        """As it was set."""
        return self.at


@dataclass(frozen=True)
class Stand:
    """A service that is being served. Its engine does not run: what is owed is written by `service.write`."""

    data: Path
    service: Service
    site: Site
    clock: Still
    application: FastAPI

    @property
    def address(self) -> str:
        """Where it is reached."""
        return self.site.address

    def app(self, programme: str = SAMPLE) -> App:
        """A programme as it is now."""
        return self.service.app(programme)

    def coordinator(self, programme: str = SAMPLE, email: str = "cora@example.org") -> str:
        """The cookie of a coordinator's session."""
        who = self.site.access.known("mail", email.casefold(), email, "Cora")
        self.site.access.store.let_coordinate(programme, who.id, self.clock.now())
        return self.site.access.begin("", who)

    def person(self, person: str, programme: str = SAMPLE) -> str:
        """The cookie of a participant's session."""
        cookie, _ = self.site.access.enter(self.site.access.hand_out(LinkKind.PERSON, programme, person), "")
        return cookie

    def client(self, cookie: str = "") -> httpx.Client:
        """A client that shows a session; forms also need `token`."""
        cookies = {"rondo": cookie} if cookie else {}
        return httpx.Client(base_url=self.address, cookies=cookies, timeout=30)

    def token(self, cookie: str) -> dict[str, str]:
        """What every form of a session carries."""
        return {"form_token": form_token(cookie)}


@contextmanager
def standing(
    data: Path,
    *,
    settings: Settings | None = None,
    published: bool = True,
    sample: bool = True,
    limits: Limits | None = None,
) -> Iterator[Stand]:
    """Serve a new data directory; with the sample in it, planned and, unless told otherwise, published.

    Visitors may do whatever they do often, unless `limits` say otherwise.
    """
    settings = settings or Settings()
    if sample and settings.service.database.get_secret_value():
        _make(data, settings, published)
    elif sample:
        shutil.copytree(_made(published), data)
    (data / "programmes").mkdir(parents=True, exist_ok=True)
    clock = Still()
    service = open_service(data, clock, settings)
    listening = listen("127.0.0.1", 0)
    site = Site(service, address(listening))
    served = add_site(application(service), site)
    served.state.limits = limits or Limits(**{each.name: Limiter(100_000, 60) for each in fields(Limits)})
    with serving(served, listening, ended=lambda: None):
        yield Stand(data, service, site, clock, served)
    service.database.dispose()


@functools.cache
def _made(published: bool) -> Path:
    """The data of a service with the sample, once for a process: a copy is quick, where planning is not."""
    folder = Path(tempfile.mkdtemp(prefix="rondo-made-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _make(folder / "data", Settings(), published)  # mails nobody, wherever it is used
    return folder / "data"


def _make(data: Path, settings: Settings, published: bool) -> None:
    clock, folder = Still(), data.parent / f"{data.name}-{SAMPLE}"
    (data / "programmes").mkdir(parents=True, exist_ok=True)
    write_sample(folder)
    bring_in(folder, data, SAMPLE, settings, clock)
    service = open_service(data, clock, settings)
    app = service.app(SAMPLE)
    app.refresh()
    planned = app.plan(app.pose(), params=Params(seed=1))
    if published:
        app.apply(planned, app.changes(planned))
    service.database.dispose()


def main() -> None:
    """Serve the sample until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--empty", action="store_true", help="without the sample")
    asked = parser.parse_args()
    data = asked.data or Path(tempfile.mkdtemp(prefix="rondo-site-")) / "data"
    with standing(data, sample=not asked.empty) as stand:
        if not asked.empty:
            print("coordinator  cookie rondo =", stand.coordinator(), flush=True)  # noqa: T201 - a command
            for person in stand.app().programme.people:
                secret = stand.site.access.hand_out(LinkKind.PERSON, SAMPLE, person.id)
                print(f"{person.id:<12} {stand.address}/in/{secret}", flush=True)  # noqa: T201 - a command
        print("serves at", stand.address, "- Ctrl-C stops it", flush=True)  # noqa: T201 - a command
        threading.Event().wait()


if __name__ == "__main__":
    main()
