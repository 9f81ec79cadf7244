"""The programmes of a service as they are now: each unpacked, and read again only where its files changed."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

from scheduler.app.service.importing import FILES
from scheduler.app.wiring.home import PROGRAMMES, Home, unpacked
from scheduler.app.wiring.programme import App
from scheduler.app.wiring.reading import connected
from scheduler.core.account import Account
from scheduler.errors import RondoError
from scheduler.ports import Clock
from scheduler.programme import Programme, load
from scheduler.settings import Settings
from scheduler.store import SqlEngine, SqlProgrammes, Unchanged
from scheduler.vault import Vault

log = logging.getLogger(__name__)


class Opened:
    """Programmes by their ids; sessions with providers stay open from one time to the next. From any thread."""

    def __init__(self, data: Path, database: SqlEngine, settings: Settings, clock: Clock, unchanged: Unchanged) -> None:
        self._data, self._database, self._settings, self._clock = data, database, settings, clock
        self._unchanged = unchanged
        self._programmes = SqlProgrammes(database)
        self._homes: dict[str, Home] = {}
        self._known: dict[Path, tuple[object, Programme]] = {}
        self._whole: dict[str, tuple[Programme, tuple[Account, ...], Programme]] = {}
        self._lock = threading.Lock()
        self._files = threading.Lock()  # nobody reads them while another thread writes them

    def app(self, programme: str) -> App:
        """A programme as it is now. Raises Unavailable."""
        home = self.home(programme)
        self._unchanged.of(("opened", programme), lambda: self._look_again(home))
        with self._files:
            known = self._loaded(home.folder)
        return App(home.folder, self._connected(home, known), self._settings, self._clock, home)

    def apps(self) -> Iterator[tuple[str, App]]:
        """Every programme that can be opened; one that can't holds up no other."""
        for home in self.homes():
            try:
                app = self.app(home.programme)
            except RondoError as fault:
                log.warning("not_opened", extra={"programme": home.programme, "fault": type(fault).__name__})
            else:
                yield home.programme, app

    def homes(self) -> Iterator[Home]:
        """Where the state of each programme is."""
        return (self.home(held.id) for held in self._programmes.all())

    def vault(self, programme: str) -> Vault:
        """What seals the secrets of a programme."""
        return self.home(programme).accounts.vault

    def forget(self, programme: str) -> None:
        """Keep nothing of a programme that is gone."""
        with self._lock:
            home = self._homes.pop(programme, None)
            self._whole.pop(programme, None)
            if home:
                self._known.pop(home.folder, None)

    def home(self, programme: str) -> Home:
        """Where a programme's state is, or will be; all share the service's connections."""
        with self._lock:
            if programme not in self._homes:
                home = Home(self._data / PROGRAMMES / programme, self._data, programme, self._settings)
                self._homes[programme] = home.on(self._database)
            return self._homes[programme]

    def _look_again(self, home: Home) -> None:
        """Take what was written since: accounts that were connected, and files."""
        home.accounts.again()
        with self._files:
            unpacked(self._database, home.programme, home.folder)

    def _connected(self, home: Home, known: Programme) -> Programme:
        """With the calendars that people connected: the same value as long as neither is another."""
        accounts = home.accounts.all()
        whole = self._whole.get(home.programme)
        if whole is None or whole[0] is not known or whole[1] != accounts:
            whole = self._whole[home.programme] = known, accounts, connected(known, accounts)
        return whole[2]

    def _loaded(self, folder: Path) -> Programme:
        """A programme as its files say, which are read again when one of them is another."""
        files = [path.stat() for path in map(folder.joinpath, FILES) if path.is_file()]
        said = [(each.st_ino, each.st_mtime_ns, each.st_size) for each in files]
        with self._lock:
            known = self._known.get(folder)
        if known is None or known[0] != said:
            known = said, load(folder)
            with self._lock:
                self._known[folder] = known
        return known[1]
