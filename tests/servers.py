"""Real CalDAV servers on loopback, each in a process and folder of its own."""

import base64
import http.client
import imaplib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HEADERS = {"Content-Type": "text/calendar", "Authorization": "Basic YW55Ym9keTp4"}
PASSWORD = "a-passw0rd-7f3d"
PEOPLE = ("ana", "ben")
CYRUS = Path("/usr/lib/cyrus/bin")
CYRUS_INSTALL = "apt-get install cyrus-imapd cyrus-caldav cyrus-admin sasl2-bin libsasl2-modules"
PATIENCE = 600  # looks, a twentieth of a second apart


@dataclass(frozen=True, slots=True)
class CalendarServer:
    """A server and the path of a calendar on it."""

    port: int
    calendar: str

    def request(self, method: str, name: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Status and body of the answer for a file of the calendar; anybody's password will do."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, f"{self.calendar}{name}", body, HEADERS | headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@contextmanager
def radicale(folder: Path) -> Iterator[CalendarServer]:
    """Radicale, with a calendar for anybody."""
    port = _free_port()
    config = folder / "radicale.conf"
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n[rights]\ntype = authenticated\n"
        f"[storage]\nfilesystem_folder = {folder / 'collections'}\n[web]\ntype = none\n"
    )
    with _running([sys.executable, "-m", "radicale", "--config", str(config)], port):
        server = CalendarServer(port, "/anybody/meetings/")
        status, _ = server.request("MKCALENDAR", "")
        assert status == 201
        yield server


@contextmanager
def xandikos(folder: Path) -> Iterator[CalendarServer]:
    """Xandikos, with the calendar that it makes for its one user."""
    port = _free_port()
    command = [str(Path(sys.executable).with_name("xandikos")), "serve", "-d", str(folder), "--defaults"]
    listen = ["--listen-address", "127.0.0.1", "--port", str(port), "--current-user-principal", "/anybody"]
    with _running([*command, *listen], port):
        yield CalendarServer(port, "/anybody/calendars/calendar/")


@dataclass(frozen=True, slots=True)
class ServerOfPeople:
    """A server on which `ana` and `ben` have a calendar each, by path, and PASSWORD."""

    port: int
    calendars: Mapping[str, str]

    def url(self, path: str = "/") -> str:
        """The URL of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def request(self, person: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Status and body of an answer to a person; headers are named with `_` for `-`."""
        login = base64.b64encode(f"{person}:{PASSWORD}".encode()).decode()
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Authorization": f"Basic {login}", **told})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@contextmanager
def radicale_of_people(folder: Path) -> Iterator[ServerOfPeople]:
    """Radicale with passwords; nobody sees the calendars of others."""
    port, config, users = _free_port(), folder / "radicale.conf", folder / "users"
    users.write_text("".join(f"{person}:{PASSWORD}\n" for person in PEOPLE))
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {users}\nhtpasswd_encryption = plain\ndelay = 0\n"
        f"[rights]\ntype = owner_only\n[storage]\nfilesystem_folder = {folder / 'collections'}\n[web]\ntype = none\n"
    )
    with _running([sys.executable, "-m", "radicale", "--config", str(config)], port):
        server = ServerOfPeople(port, {person: f"/{person}/meetings/" for person in PEOPLE})
        for person, path in server.calendars.items():
            status, _ = server.request(person, "MKCALENDAR", path)
            assert status == 201
        yield server


@contextmanager
def xandikos_of_people(folder: Path) -> Iterator[ServerOfPeople]:
    """Xandikos, which asks nobody for a password: both have a calendar of its one user."""
    with xandikos(folder) as one:
        server = ServerOfPeople(one.port, {person: f"/anybody/calendars/{person}/" for person in PEOPLE})
        for person, path in server.calendars.items():
            status, _ = server.request(person, "MKCALENDAR", path)
            assert status == 201
        yield server


def cyrus_is_missing() -> str:
    """Why Cyrus can't run here, and what brings it; "" where it can."""
    if os.geteuid() != 0:
        return "Cyrus is started by root alone"
    here = (CYRUS / "httpd").exists() and shutil.which("cyrmaster") and shutil.which("saslpasswd2")
    return "" if here else f"Cyrus is not here: `{CYRUS_INSTALL}` brings it"


@contextmanager
def cyrus_of_people() -> Iterator[ServerOfPeople]:
    """Cyrus, which invites those who have an account (RFC 6638): NAME@example.org. It drops series of the past."""
    # it runs as a user of its own, who can't look into pytest's folders
    folder = Path(tempfile.mkdtemp(prefix="cyrus-"))
    try:
        imap, port = _free_port(), _free_port()
        _write_cyrus(folder, imap, port)
        files = (str(folder / name) for name in ("imapd.conf", "cyrus.conf", "pid"))
        options = [word for pair in zip(("-C", "-M", "-p"), files, strict=True) for word in pair]
        with _running(["cyrmaster", *options, "-D"], port):
            admin = imaplib.IMAP4("127.0.0.1", imap)
            admin.login("cyrus", PASSWORD)
            for person in PEOPLE:
                assert admin.create(f"user/{person}")[0] == "OK"
            admin.logout()
            server = ServerOfPeople(port, {person: f"/dav/calendars/user/{person}/Default/" for person in PEOPLE})
            for person, path in server.calendars.items():  # a calendar is made when its owner first looks for it
                assert server.request(person, "PROPFIND", path, Depth="0")[0] == 207
            yield server
    finally:
        shutil.rmtree(folder)


def _write_cyrus(folder: Path, imap: int, port: int) -> None:
    for name in ("db", "log", "msg", "proc", "quota", "socket", "ptclient", "lock"):
        (folder / "lib" / name).mkdir(parents=True)
    (folder / "spool").mkdir()
    config = folder / "imapd.conf"
    config.write_text(
        f"configdirectory: {folder}/lib\npartition-default: {folder}/spool\nproc_path: {folder}/lib/proc\n"
        f"mboxname_lockpath: {folder}/lib/lock\nhttpmodules: caldav freebusy\ncaldav_allowscheduling: on\n"
        "calendar_user_address_set: example.org\nvirtdomains: off\nunixhierarchysep: yes\nadmins: cyrus\n"
        "allowplaintext: yes\nsasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\nsasl_mech_list: PLAIN\n"
        f"sasl_sasldb_path: {folder}/sasldb2\nservername: {socket.gethostname()}\n"
    )
    services = (
        f'{name} cmd="{CYRUS}/{command} -C {config}" listen="127.0.0.1:{listen}" prefork=0'
        for name, command, listen in (("imap", "imapd", imap), ("http", "httpd", port))
    )
    (folder / "cyrus.conf").write_text("START {\n}\nSERVICES {\n" + "\n".join(services) + "\n}\nEVENTS {\n}\n")
    for person in ("cyrus", *PEOPLE):
        command = ["saslpasswd2", "-p", "-c", "-f", str(folder / "sasldb2"), "-u", socket.gethostname(), person]
        subprocess.run(command, input=PASSWORD, text=True, check=True)
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, "cyrus", "mail")
    folder.chmod(0o755)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    """The process while it serves; it is ended in any case."""
    # in a group of its own: Cyrus ends its whole group when it ends
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_for(process, port)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        with suppress(ProcessLookupError):  # what it left behind
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(PATIENCE):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"the server ended with {process.wait(timeout=0.05)} before it answered")
    raise AssertionError("the server did not answer in time")
