"""`serve` and `worker`: the service, until somebody stops it; and `sign-in`: a way into its pages."""

import json as json_text
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from typing import Annotated

import typer

from scheduler import logs
from scheduler.app.service.importing import made
from scheduler.app.service.service import Service, open_service
from scheduler.app.site import Site
from scheduler.cli.console import Json
from scheduler.cli.importing import Data
from scheduler.core.visitor import LinkKind
from scheduler.errors import CredentialsRejected, Unavailable
from scheduler.ports import Clock
from scheduler.web import add_site, address, application, listen, serving
from scheduler.worker import claimed, told_to_stop, working

ENDED = "ended"


class Level(StrEnum):
    """From where on something is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


LogLevel = Annotated[Level, typer.Option("--log-level", help="How much is logged on stderr, as a line of JSON each.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("serve", epilog="Example: rondo serve --data /var/lib/rondo")(serve)
    app.command("sign-in", epilog="Example: rondo sign-in --data /var/lib/rondo")(sign_in)
    app.command("worker", epilog="Example: rondo worker --data /var/lib/rondo --slot 1")(worker)


def serve(
    data: Data,
    host: Annotated[str, typer.Option("--host", help="Where to listen; keep TLS before it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")] = 8000,
    open_: Annotated[bool, typer.Option("--open", help="Open the pages in this machine's browser.")] = False,
    log_level: LogLevel = Level.INFO,
    json: Json = False,
) -> None:
    """Look after all programmes of a data directory, and serve their pages and the API, until it is stopped.

    The directory is made where there is none. While nobody can sign in there (no provider and no mail server are set),
    a link is printed by which whoever runs the service comes in.
    """
    with open_site(data, host, port, log_level) as (site, executor, told):
        first = first_link(site)
        more = {"address": site.address} | ({"first": first} if first else {})
        _ready(f"Serves at {site.address}", executor, json=json, **more)
        if first and not json:
            typer.echo(f"Within an hour, and once, this link lets you in as its owner: {first}")
        if open_:
            webbrowser.open(first or site.address)
        wait(told)


def sign_in(
    data: Data,
    url: Annotated[
        str, typer.Option("--url", help="Where its pages are, unless service.public_url says.")
    ] = "http://127.0.0.1:8000",
    json: Json = False,
) -> None:
    """Print a link by which the owner of a service comes into its pages, once, within an hour.

    It coordinates every programme that nobody else does. Whoever may read the data directory may have it.
    """
    site = Site(_opened(data), url.rstrip("/"))
    link = _link(site)
    typer.echo(json_text.dumps({"schema": "rondo/sign-in/1", "link": link}) if json else link)


@contextmanager
def open_site(
    data: Path, host: str, port: int, log_level: Level = Level.WARNING, clock: Clock | None = None
) -> Iterator[tuple[Site, str, SimpleQueue[str]]]:
    """A service at work behind its pages, as long as the block lasts: its site, its name, and where `wait` listens.

    Raises InputError, Unavailable.
    """
    with ExitStack() as stack:
        told = stack.enter_context(told_to_stop())
        made(data)
        executor = stack.enter_context(claimed(data, "serve"))
        listening = stack.enter_context(listen(host, port))
        service = _opened(data, clock)
        logs.configure(log_level)
        stack.enter_context(working(service, executor))
        site = Site(service, address(listening))
        app = add_site(application(service), site)
        stack.enter_context(serving(app, listening, ended=lambda: told.put(ENDED)))
        yield site, executor, told


def first_link(site: Site) -> str:
    """A link for whoever runs the service to come in by, where nobody can sign in yet; else empty."""
    site.access.adopt()
    if site.access.store.any_coordinator() and site.signing_in.ways:
        return ""
    return _link(site)


def _link(site: Site) -> str:
    return f"{site.public_url}/in/{site.access.hand_out(LinkKind.FIRST)}"


def wait(told: SimpleQueue[str]) -> None:
    """Until somebody stops it. Raises Unavailable where it ended by itself."""
    if told.get() == ENDED:
        raise Unavailable("the web server ended by itself: the log says why.")


def worker(
    data: Data,
    slot: Annotated[int, typer.Option("--slot", min=1, max=999, help="Which of this machine's workers it is.")],
    log_level: LogLevel = Level.INFO,
    json: Json = False,
) -> None:
    """Do the service's work without its web server, beside others on the same database, until it is stopped."""
    with told_to_stop() as told, claimed(data, f"worker-{slot}") as executor:
        service = _opened(data)
        logs.configure(log_level)
        with working(service, executor):
            _ready("Works", executor, json=json)
            told.get()


def _opened(data: Path, clock: Clock | None = None) -> Service:
    """Raises Unavailable for keys that don't fit, too: here it is no person who has to sign in again."""
    try:
        return open_service(data, clock)
    except CredentialsRejected as fault:
        raise Unavailable(str(fault)) from None


def _ready(words: str, executor: str, *, json: bool, **more: str) -> None:
    """One line on stdout, in JSON too, for whoever waits for it."""
    if json:
        typer.echo(json_text.dumps({"schema": "rondo/ready/1", "executor": executor} | more))
    else:
        typer.echo(f"{words} as {executor}. Ctrl-C stops it.")
