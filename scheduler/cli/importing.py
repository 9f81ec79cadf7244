"""`import`, `backup`, `restore`, `copy`: a folder goes into a service, and its state into a file or a server."""

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from scheduler.app.doctor.service import SILENT
from scheduler.app.service.importing import bring_in
from scheduler.app.wiring.home import DATABASE, open_data
from scheduler.app.wiring.programme import SystemClock
from scheduler.cli.console import Folder, Json, confirm, print_json, rondo
from scheduler.errors import InputError, Unavailable
from scheduler.settings import load_settings
from scheduler.store import SqlExecutors, copy_database, open_database
from scheduler.store import backup as write_backup
from scheduler.store import restore as restore_from
from scheduler.worker import claimed

NO_ID = re.compile(r"[^a-z0-9]+")

Data = Annotated[Path, typer.Option("--data", metavar="DATA", help="The service's data directory.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import", epilog="Example: rondo import spring --data /var/lib/rondo")(import_)
    app.command("backup", epilog="Example: rondo backup rondo-monday.db --data /var/lib/rondo")(backup)
    app.command("restore", epilog="Example: rondo restore rondo-monday.db --data /var/lib/rondo")(restore)
    app.command("copy", epilog="Example: rondo copy --data /var/lib/rondo")(copy)


def import_(
    folder: Folder,
    data: Data,
    name: Annotated[str, typer.Option("--id", help="Its name there; else that of the folder.")] = "",
    over: Annotated[bool, typer.Option("--over", help="Also over what was changed on pages since.")] = False,
    json: Json = False,
) -> None:
    """Take a programme into a service: its files, and at the first time all that was published from it.

    The service's database rules from then on. Changed files are brought in by the same command.
    """
    programme = name or NO_ID.sub("-", folder.resolve().name.casefold()).strip("-")
    done = bring_in(folder, data, programme, load_settings(), SystemClock(), over=over)
    if json:
        print_json(
            {
                "schema": "rondo/import/1",
                "programme": done.programme,
                "folder": str(done.folder),
                "revision": done.revision,
                "joined": done.joined,
                "changed": done.changed,
            }
        )
        return
    came = ", with what was published from it" if done.joined else ""
    typer.echo(f"{done.programme} is at {done.folder}{came}. Plan there: {rondo('plan', done.folder)}")


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    data: Data,
    json: Json = False,
) -> None:
    """Write a service's database, as it is at one moment, into a file; the service may run meanwhile.

    The keys (DATA/keys) are not in it: keep a copy of them elsewhere.
    """
    write_backup(open_data(data, load_settings()), target)
    if json:
        print_json({"schema": "rondo/backup/1", "file": str(target), "bytes": target.stat().st_size})
    else:
        typer.echo(f"Written: {target}. Keep a copy of {data / 'keys'} elsewhere: without it nothing can be opened.")


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="What `rondo backup` wrote.")],
    data: Data,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    json: Json = False,
) -> None:
    """Put a backup in the place of a service's database; the service may not run meanwhile.

    What was written to calendars since then is found there and taken over: nothing is made twice.
    """
    if not source.is_file():
        raise InputError("there is no such file.", where=str(source))
    if load_settings().service.database.get_secret_value():
        raise InputError("the service's database is on PostgreSQL, which restores its own backups: pg_restore.")
    if not yes and not confirm(f"Replace the database in {data}?", "nothing was restored", "Say --yes."):
        raise typer.Exit(1)
    with claimed(data, "serve"):
        _check_nobody_works(data / DATABASE)
        restore_from(source, data / DATABASE)
    if json:
        print_json({"schema": "rondo/restore/1", "file": str(source)})
    else:
        typer.echo(f"Restored. Start the service again: {rondo('serve --data', data)}")


def copy(data: Data, json: Json = False) -> None:
    """Copy a service's state from DATA/rondo.db into the empty PostgreSQL database of the settings (service.database).

    The service may not run meanwhile. Where it is started with the same setting, it goes on there.
    """
    source, target = data / DATABASE, load_settings().service.database.get_secret_value()
    if not target:
        hint = "Like: RONDO_SERVICE__DATABASE=postgresql://user@host/name"
        raise InputError("the settings name no database to copy to (service.database).", hint=hint)
    if not source.is_file():
        raise InputError("there is no such file.", where=str(source))
    with claimed(data, "serve"):
        _check_nobody_works(source)
        there = open_database(target)
        with ExitStack() as stack:
            stack.callback(there.dispose)
            copy_database(open_database(source), there)
    if json:
        print_json({"schema": "rondo/copy/1", "file": str(source)})
    else:
        typer.echo(f"Copied. {source} stays as it was: start the service with the same service.database from now on.")


def _check_nobody_works(database: Path) -> None:
    """Raise Unavailable while a worker does: it would go on with the old database. A damaged one tells nothing."""
    try:
        alive = SqlExecutors(open_database(database)).alive(SystemClock().now() - SILENT)
    except Unavailable:
        return
    workers = [each for each in alive if "-worker-" in each]  # of `serve` we hold the lock
    if workers:
        raise Unavailable(f"{', '.join(workers)} worked there within half a minute: stop it, and wait that long.")
