"""`serve` and `worker`: the service, until somebody stops it."""

import json as json_text
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scheduler import logs
from scheduler.app.service import Service, open_service
from scheduler.app.site import Site
from scheduler.cli.console import Json
from scheduler.cli.importing import Data
from scheduler.errors import CredentialsRejected, Unavailable
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
    """Add both commands."""
    app.command("serve", epilog="Example: rondo serve --data /var/lib/rondo")(serve)
    app.command("worker", epilog="Example: rondo worker --data /var/lib/rondo --slot 1")(worker)


def serve(
    data: Data,
    host: Annotated[str, typer.Option("--host", help="Where to listen; keep TLS before it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")] = 8000,
    log_level: LogLevel = Level.INFO,
    json: Json = False,
) -> None:
    """Look after all programmes of a data directory, and answer health checks and providers, until it is stopped."""
    with ExitStack() as stack:
        told = stack.enter_context(told_to_stop())
        executor = stack.enter_context(claimed(data, "serve"))
        listening = stack.enter_context(listen(host, port))
        service = _opened(data)
        logs.configure(log_level)
        stack.enter_context(working(service, executor))
        app = add_site(application(service), Site(service, address(listening)))
        stack.enter_context(serving(app, listening, ended=lambda: told.put(ENDED)))
        _ready(f"Serves at {address(listening)}", executor, json=json, address=address(listening))
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


def _opened(data: Path) -> Service:
    """Raises Unavailable for keys that don't fit, too: here it is no person who has to sign in again."""
    try:
        return open_service(data)
    except CredentialsRejected as fault:
        raise Unavailable(str(fault)) from None


def _ready(words: str, executor: str, *, json: bool, **more: str) -> None:
    """One line on stdout, in JSON too, for whoever waits for it."""
    if json:
        typer.echo(json_text.dumps({"schema": "rondo/ready/1", "executor": executor} | more))
    else:
        typer.echo(f"{words} as {executor}. Ctrl-C stops it.")
