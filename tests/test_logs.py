"""Logs: events and ids come out, and no text from outside ever does, whoever logs it and however."""

import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest

from scheduler import logs
from tests.logged import Written, logged

CANARIES = (
    "CANARY therapy with Dr Sand",
    "https://calendar.example.org/CANARY/private-0123456789abcdef/basic.ics",
    "CANARY@example.org",
    "ya29.CANARY" + "a0AfB_byC" * 12,
    "postgresql://rondo:CANARY@db/rondo",
)


@pytest.fixture
def written() -> Iterator[Written]:
    """Logs as the service writes them."""
    with logged() as found:
        yield found


def test_an_event_is_one_line_of_json(written: Written) -> None:
    """When, how bad, who says it, what, and the ids and numbers that belong to it."""
    logging.getLogger("scheduler.app.rounds").info(
        "round_done",
        extra={"programme": "spring-2027", "uid": "3f-1:a", "moved": 2, "late": True, "provider": "google"},
    )
    (line,) = written.lines
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "scheduler.app.rounds",
        "event": "round_done",
        "programme": "spring-2027",
        "uid": "3f-1:a",
        "moved": 2,
        "late": True,
        "provider": "google",
    }


@pytest.mark.parametrize("canary", CANARIES)
def test_what_is_no_event_and_no_id_never_comes_out(written: Written, canary: str) -> None:
    """As a message, an argument, a field of any name, or inside a value."""
    log = logging.getLogger("scheduler.app.service.service")
    log.info(canary)
    log.info("read %s", canary)
    log.info(f"read {canary}")
    for name in [*sorted(logs.IDS), *sorted(logs.WORDS), "title", "calendar", "taskName"]:
        log.info("noted", extra={name: canary})
        log.info("noted", extra={name: [canary]})
        log.info("noted", extra={name: {canary: canary}})
        log.info("noted", extra={name: ValueError(canary)})
    assert "CANARY" not in written.text
    assert all(line["event"] in ("logged", "noted") for line in written.lines)


def test_a_word_under_an_unknown_name_does_not_come_out(written: Written) -> None:
    """A title may be one plain word: only what is known to hold none is shown."""
    logging.getLogger("scheduler.app").info("noted", extra={"title": "Therapy", "state": "done"})
    assert (written.lines[0]["title"], written.lines[0]["state"]) == (logs.REMOVED, "done")


@pytest.mark.parametrize("value", ["a\nb", "a b", "", "\x1b[31m", "a" * 200, "ana@example.org", "a/b", "é"])
def test_an_id_that_is_none_does_not_come_out(written: Written, value: str) -> None:
    """No line can be forged with one, and no address hides in one."""
    logging.getLogger("scheduler.app").info("noted", extra={"programme": value})
    assert written.lines[0]["programme"] == logs.REMOVED
    assert written.text.count("\n") == 1


@pytest.mark.parametrize("name", ["dbos", "uvicorn.error", "httpx", "googleapiclient.http", "msal.x", "asyncio", ""])
def test_of_a_library_only_the_place_comes_out(written: Written, name: str) -> None:
    """Its words may quote a provider, a request, or the arguments of a workflow."""
    log = logging.getLogger(name)
    log.debug("CANARY")
    log.info("CANARY %s", "CANARY")
    log.error("CANARY %s", "CANARY", extra={"body": "CANARY", "programme": "CANARY"}, stack_info=True)
    (line,) = written.lines
    assert (line["level"], line["logger"], line["event"]) == ("error", name or "root", "logged")
    assert line["where"].startswith("test_logs:")
    assert "CANARY" not in written.text


def test_of_an_error_only_classes_and_places_come_out(written: Written) -> None:
    """Neither its words nor those of what it came from; but where to look for it."""
    try:
        try:
            raise ValueError("CANARY cause")
        except ValueError as cause:
            raise ConnectionError("CANARY error") from cause
    except ConnectionError:
        logging.getLogger("scheduler.app").exception("round_failed", extra={"programme": "spring"})
        logging.getLogger("httpx").exception("CANARY")
    ours, library = written.lines
    assert (ours["event"], ours["error"], ours["programme"]) == ("round_failed", "ConnectionError", "spring")
    assert ours["trace"][0].partition(":")[0].endswith("test_logs")
    assert (library["event"], library["error"]) == ("logged", "ConnectionError")
    assert "CANARY" not in written.text


def test_what_is_wrong_with_a_log_line_prints_nothing(written: Written, capfd: pytest.CaptureFixture[str]) -> None:
    """logging itself would print the whole record with its arguments."""
    logs.configure("debug", written.stream)  # without the handler of pytest, which minds
    logging.getLogger("httpx").error("CANARY %d", "CANARY")
    written.stream.close()
    logging.getLogger("scheduler.app").error("noted")
    assert capfd.readouterr() == ("", "")
    written.stream = io.StringIO()


def test_a_warning_of_python_is_a_line_too(written: Written) -> None:
    """Of which the words stay inside."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("CANARY", UserWarning, stacklevel=1)
    assert written.lines[0]["logger"] == "py.warnings"
    assert "CANARY" not in written.text


def test_an_uncaught_error_of_a_thread_is_a_line_too(written: Written) -> None:
    """Instead of a traceback with its words."""

    def fail() -> None:
        raise KeyError("CANARY")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    (line,) = written.lines
    assert (line["level"], line["event"], line["error"]) == ("critical", "uncaught", "KeyError")
    assert "CANARY" not in written.text


PROCESS = """
import logging, sys
from scheduler import logs
from tests.logged import Written, logged
logs.configure("info")
import dbos, uvicorn, httpx, googleapiclient.http, msal
from dbos._logger import init_logger
init_logger()
for name in ("dbos", "uvicorn.error", "uvicorn.access", "httpx", "googleapiclient.http", "msal"):
    logging.getLogger(name).error("CANARY %s", "CANARY")
logging.getLogger("scheduler.app").info("noted")
raise RuntimeError("CANARY")
"""


def test_a_whole_process_with_all_libraries_prints_nothing_else() -> None:
    """Handlers that libraries bring along, and the traceback of an error that nobody caught."""
    said = subprocess.run([sys.executable, "-c", PROCESS], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "CANARY" not in said.stdout + said.stderr
    lines = [json.loads(line) for line in said.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["logged"] * 6 + ["noted", "uncaught"]
    assert lines[-1]["error"] == "RuntimeError"


@pytest.mark.parametrize(("level", "events"), [("info", ["b", "c"]), ("error", ["c"])])
def test_a_level_leaves_out_what_is_below_it(written: Written, level: str, events: list[str]) -> None:
    """As asked for with --log-level."""
    logs.configure(level, written.stream)
    log = logging.getLogger("scheduler.app")
    log.debug("a")
    log.warning("b")
    log.error("c")
    assert [line["event"] for line in written.lines] == events


def test_whoever_floods_is_not_quoted(written: Written) -> None:
    """A line for each request that is none could fill a disk."""
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    assert written.lines == []
