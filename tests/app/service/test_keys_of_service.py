"""The keys of a service open more than one programme: what changes them changes all."""

from pathlib import Path

import pytest

from scheduler.app.calendars.connections import rotate
from scheduler.app.service.importing import bring_in
from scheduler.app.wiring.programme import open_app
from scheduler.core.account import Grant, Provider
from scheduler.settings import Settings
from tests.desks import Desk


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    """Two programmes of one service, each with a calendar that its person connected."""
    folders = []
    for name in ("one", "two"):
        desk = Desk(tmp_path / name)
        folder = bring_in(desk.path, tmp_path / "data", name, Settings(), desk.clock).folder
        grant = Grant(identity="feed", address="feed", secret=f"https://calendar.example/{name}", calendars=())
        open_app(folder).accounts.connect("amara", Provider.ICS, grant, desk.clock)
        folders.append(folder)
    return folders


def test_old_keys_can_be_forgotten_once_everything_of_every_programme_has_the_new_one(two: list[Path]) -> None:
    """Accounts and the programmes' own secrets alike: with the first key alone everything still opens."""
    before = [open_app(folder).home.key for folder in two]
    rotate(open_app(two[0]), forget_old=False)
    assert rotate(open_app(two[0]), forget_old=True).old_keys == 0
    for folder, key in zip(two, before, strict=True):
        app = open_app(folder)
        [account] = app.accounts.all()
        assert app.accounts.secret(account).read() == f"https://calendar.example/{folder.name}"
        assert app.home.key == key
