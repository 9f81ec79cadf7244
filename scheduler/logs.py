"""Logs of the service: one JSON object a line, with names of events and ids, and never a text that came from outside.

What is logged as `logger.info("round_done", extra={"programme": id, "moved": 2})` comes out as it is. Of a library's
record only where it was logged, and the classes of errors, come out: its words may quote a provider or an address.
"""

import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from pythonjsonlogger.json import JsonFormatter

OURS = ("scheduler", "connectors")
IDS = frozenset({"programme", "group", "uid", "decision", "executor"})
WORDS = frozenset({"error", "provider", "state", "mode", "kind", "fault", "step"})
EVENT = re.compile(r"[a-z][a-z0-9_]{0,60}")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
WORD = re.compile(r"[A-Za-z][A-Za-z_]{0,60}")
REMOVED = "[removed]"
FRAMES = 8
FLOODED = "uvicorn"  # it warns of each request that is none, and anybody may send a thousand of them a second
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send all logs of this process there (stderr), from a level on; libraries' from warnings on.

    Also what would print texts past the logs: uncaught errors of threads, warnings, and DBOS's own handler.
    """
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(Lines([]))
    handler.addFilter(_is_wanted)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    dbos = logging.getLogger("dbos")  # makes a handler of its own where it finds none
    dbos.handlers[:], dbos.propagate = [handler], False
    logging.getLogger(FLOODED).setLevel(logging.ERROR)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


class Lines(JsonFormatter):
    """Formats a record of which only what is known to be harmless is left."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON: `at` (RFC 3339, UTC), `level`, `logger`, `event`, and what is known of it."""
        return super().format(logging.makeLogRecord({"msg": _fields(record)}))


class _Handler(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # the name is logging's
        """Nothing: it would print the record with its texts."""


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
    }
    if _is_ours(record.name) and isinstance(record.msg, str) and EVENT.fullmatch(record.msg):
        fields["event"] = record.msg
        fields |= {name: _shown(name, value) for name, value in vars(record).items() if name not in STANDARD}
    else:
        fields |= {"event": "logged", "where": f"{record.module}:{record.lineno}"}
    if record.exc_info and record.exc_info[1] is not None:
        fields |= _of_error(record.exc_info[1])
    return fields


def _shown(name: str, value: object) -> object:
    """A value that can hold nothing but a number, an id, or one of our own words."""
    if value is None or isinstance(value, bool | int | float):
        return value
    form = ID if name in IDS else WORD if name in WORDS else None
    return str(value) if isinstance(value, str) and form and form.fullmatch(value) else REMOVED


def _of_error(error: BaseException) -> dict[str, Any]:
    """Its class and where it was raised; never its words, nor those of what it came from."""
    frames = [(frame.f_globals.get("__name__", "?"), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    return {"error": type(error).__name__, "trace": [f"{module}:{line}" for module, line in frames[-FRAMES:]]}


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS


def _is_wanted(record: logging.LogRecord) -> bool:
    return _is_ours(record.name) or record.levelno >= logging.WARNING


def _uncaught(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("uncaught", exc_info=error)


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
