"""A real PostgreSQL on loopback, with a cluster of its own in a folder of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

INSTALL = "apt-get install postgresql"
USER = "postgres"  # PostgreSQL refuses to run as root
PATIENCE_SECONDS = 120
SETTINGS = "fsync = off\nfull_page_writes = off\nmax_connections = 200\nshared_buffers = 32MB\n"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; None: PostgreSQL is not installed."""
    for folder in (*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), _on_path()):
        if folder is not None and (folder / "initdb").is_file() and (folder / "pg_ctl").is_file():
            return folder
    return None


def _on_path() -> Path | None:
    found = shutil.which("pg_ctl")
    return Path(found).resolve().parent if found else None


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running cluster: its programs, its folder, its port on 127.0.0.1."""

    bin: Path
    data: Path
    port: int

    @property
    def url(self) -> str:
        """The address of the database that is always there, as SQLAlchemy takes it."""
        return self._url("postgres")

    def database(self, name: str) -> str:
        """The address of an empty database of that name; what was there is gone."""
        with psycopg.connect(host="127.0.0.1", port=self.port, user=USER, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self._url(name)

    def start(self) -> None:
        """Come up, and wait until it answers."""
        _run(self.bin, "pg_ctl", "start", "-w", "-t", str(PATIENCE_SECONDS), "-D", self.data, "-l", self.data / "log")

    def stop(self, *, mode: str = "fast") -> None:
        """Go down: `fast` tells all clients off, `immediate` is a crash."""
        _run(self.bin, "pg_ctl", "stop", "-w", "-t", str(PATIENCE_SECONDS), "-m", mode, "-D", self.data)

    def restart(self, *, mode: str = "fast") -> None:
        """Down and up again, at the same port."""
        self.stop(mode=mode)
        self.start()

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """A new cluster, which is gone afterwards; `folder` keeps its log.

    Its files are elsewhere: root hands them to the user postgres, who can't look into pytest's folders.
    """
    found = programs()
    assert found is not None, INSTALL
    home = Path(tempfile.mkdtemp(prefix="rondo-postgres-"))
    server = Postgres(found, home / "data", _free_port())
    try:
        if os.geteuid() == 0:
            shutil.chown(home, USER, pwd.getpwnam(USER).pw_gid)
        _run(found, "initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync", "-D", server.data)
        with (server.data / "postgresql.conf").open("a") as settings:
            settings.write(f"{SETTINGS}port = {server.port}\nlisten_addresses = '127.0.0.1'\n")
            settings.write(f"unix_socket_directories = '{home}'\n")
        server.start()
        try:
            yield server
        finally:
            server.stop(mode="immediate")
            shutil.copy(server.data / "log", folder / "postgres.log")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(programs_in: Path, name: str, *arguments: str | Path) -> None:
    """Runs one of the programs as somebody who is not root. Its output goes nowhere: the server would hold a pipe."""
    as_user: Sequence[str] = ("runuser", "-u", USER, "--") if os.geteuid() == 0 else ()
    command = [*as_user, str(programs_in / name), *map(str, arguments)]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
