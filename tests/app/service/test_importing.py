"""Bringing a folder into a service: once with all that it has, afterwards its files, and out again."""

import shutil
from pathlib import Path

import pytest

from scheduler.app.service import importing
from scheduler.app.service.importing import Imported, bring_in, hand_out
from scheduler.app.wiring.home import check_keys, home_of, open_data
from scheduler.app.wiring.programme import App, open_app
from scheduler.core.account import Grant, Provider
from scheduler.errors import ChangedElsewhere, CredentialsRejected, InputError, Unavailable
from scheduler.settings import Settings
from scheduler.solve import Params
from scheduler.store import SqlProgrammes, only_one
from tests.desks import PEOPLE, SECRETS, Desk, ics, settings, weekly

GRANT = Grant(identity="caldav ela", address="https://dav.example/ela/", secret="hush-CANARY", calendars=())


def came(desk: Desk, data: Path, programme: str = "spring") -> Imported:
    """What came of bringing a desk's folder in."""
    return bring_in(desk.path, data, programme, Settings(), desk.clock)


def inside(done: Imported, desk: Desk) -> App:
    """The programme where it is now."""
    return open_app(done.folder, desk.clock)


def test_a_published_programme_comes_with_all_that_it_has(published: Desk, tmp_path: Path) -> None:
    """Events, plans and UIDs are the same, so that nothing is made twice."""
    before = published.app
    events, pins, scope, key = before.store.events(), before.store.pins(), before.scope, before.home.key
    done = came(published, tmp_path / "data")
    assert (done.joined, done.changed, done.revision) == (True, True, 1)
    app = inside(done, published)
    assert app.store.events() == events != ()
    assert (app.store.pins(), app.scope, app.home.key) == (pins, scope, key)
    assert {path.name: path.read_bytes() for path in (done.folder / "published").rglob("*.ics")} == {
        Path(name).name: content for name, content in published.published().items()
    }
    app.refresh()
    planned = app.plan(app.pose(), params=Params())
    assert {type(change).__name__ for change in app.changes(planned)} == {"Keep"}


def test_the_folder_says_where_it_went(published: Desk, tmp_path: Path) -> None:
    """No command goes on in it beside the service."""
    done = came(published, tmp_path / "data")
    with pytest.raises(InputError, match="imported into a service") as told:
        open_app(published.path, published.clock)
    assert str(done.folder) in str(told.value)


def test_again_only_files_that_changed_count(published: Desk, tmp_path: Path) -> None:
    """The revision says how often; the state stays as it is there."""
    done = came(published, tmp_path / "data")
    inside(done, published).store.keep_pins([])
    assert came(published, tmp_path / "data") == Imported(
        programme="spring", folder=done.folder, revision=1, joined=False, changed=False
    )
    published.write(settings=settings(name='"Autumn"'))
    again = came(published, tmp_path / "data")
    assert (again.revision, again.joined, again.changed) == (2, False, True)
    assert inside(again, published).programme.name == "Autumn"


def test_a_folder_without_state_comes_too(tmp_path: Path) -> None:
    """Its key is made there."""
    desk = Desk(tmp_path / "spring")
    done = came(desk, tmp_path / "data")
    assert (done.joined, inside(done, desk).store.events()) == (False, ())
    assert len(inside(done, desk).home.key) == 32


def test_accounts_come_along_sealed_anew(published: Desk, tmp_path: Path) -> None:
    """They open there, by the service's keys alone."""
    published.app.accounts.connect("ela", Provider.CALDAV, GRANT, published.clock)
    done = came(published, tmp_path / "data")
    [account] = inside(done, published).accounts.all()
    assert inside(done, published).accounts.secret(account).read() == "hush-CANARY"
    for file in (tmp_path / "data").rglob("*"):
        assert not file.is_file() or b"hush-CANARY" not in file.read_bytes()


def test_with_a_wrong_key_or_none_nothing_comes(published: Desk, tmp_path: Path) -> None:
    """The folder goes on as before."""
    published.app.accounts.connect("ela", Provider.CALDAV, GRANT, published.clock)
    keys = published.path / ".rondo" / "keys"
    kept = keys.read_bytes()
    keys.unlink()
    with pytest.raises(CredentialsRejected):
        came(published, tmp_path / "data")
    assert open_app(published.path, published.clock).store.events()
    keys.write_bytes(kept)
    assert came(published, tmp_path / "data").joined


def test_a_service_whose_keys_are_gone_takes_nothing_more(published: Desk, tmp_path: Path) -> None:
    """It says so, and makes no others."""
    data = tmp_path / "data"
    came(published, data)
    (data / "keys").unlink()
    with pytest.raises(CredentialsRejected):
        came(published, data)
    with pytest.raises(CredentialsRejected):
        check_keys(open_data(data, Settings()), data, Settings())
    assert not (data / "keys").exists()


def test_another_folder_can_not_take_its_place(published: Desk, tmp_path: Path) -> None:
    """Nor goes one folder to two places."""
    came(published, tmp_path / "data")
    other = Desk(tmp_path / "other")
    with pytest.raises(InputError, match="from another folder"):
        came(other, tmp_path / "data")
    assert came(other, tmp_path / "data", "other").programme == "other"
    with pytest.raises(InputError, match="imported before"):
        came(published, tmp_path / "elsewhere")


def test_what_was_changed_on_pages_is_not_written_over_unasked(published: Desk, tmp_path: Path) -> None:
    """The folder is refused until somebody says so; files that say the same are welcome."""
    data = tmp_path / "data"
    came(published, data)
    engine = open_data(data, Settings())
    programmes = SqlProgrammes(engine)
    there = dict(programmes.files("spring")) | {"people.csv": (published.path / "people.csv").read_bytes() + b"\n"}
    programmes.put("spring", "Spring", there, "", published.clock.now())
    with pytest.raises(ChangedElsewhere, match="--over"):
        came(published, data)
    assert programmes.files("spring")["people.csv"] == there["people.csv"]
    bring_in(published.path, data, "spring", Settings(), published.clock, over=True)
    assert programmes.files("spring")["people.csv"] != there["people.csv"]
    assert not came(published, data).changed


@pytest.mark.parametrize("name", ["", "-a", "A", "a/b", "..", "a b", "a" * 64, "ä", "a\n"])
def test_what_is_no_id_is_refused(published: Desk, tmp_path: Path, name: str) -> None:
    """It names a folder, and stands in addresses."""
    with pytest.raises(InputError, match="is no id"):
        came(published, tmp_path / "data", name)
    assert not (tmp_path / "data").exists()


def test_nothing_from_outside_the_folder_comes_along(published: Desk, tmp_path: Path) -> None:
    """A link or a path that leads out of it is no file of the programme."""
    (tmp_path / "secret.ics").write_text(ics([]))
    calendar = published.path / "calendars" / "dev.ics"
    calendar.unlink()
    calendar.symlink_to(tmp_path / "secret.ics")
    with pytest.raises(InputError, match="leads out of the folder"):
        came(published, tmp_path / "data")
    calendar.unlink()
    published.write(people=PEOPLE.replace("calendars/dev.ics", "../secret.ics"))
    with pytest.raises(InputError):
        came(published, tmp_path / "data")


def test_what_appointments_are_about_is_in_no_database(published: Desk, tmp_path: Path) -> None:
    """Calendars lie beside it, as they were; at the next import as they are then."""
    done = came(published, tmp_path / "data")
    for file in (tmp_path / "data").glob("rondo.db*"):
        assert not any(secret.encode() in file.read_bytes() for secret in SECRETS)
    for _ in range(2):
        mine, theirs = (path / "calendars" / "dev.ics" for path in (published.path, done.folder))
        assert theirs.read_bytes() == mine.read_bytes()
        published.calendar("dev", weekly("2027-03-02T15:00", 30))
        came(published, tmp_path / "data")


def test_a_file_that_is_too_large_does_not_come(published: Desk, tmp_path: Path) -> None:
    """Ten megabytes is no calendar of one person's."""
    with (published.path / "calendars" / "dev.ics").open("wb") as file:
        file.truncate(importing.LARGEST + 1)
    with pytest.raises(InputError, match="larger than 10 MB"):
        came(published, tmp_path / "data")


@pytest.mark.parametrize("step", ["_join", "SqlProgrammes.put", "unpacked"])
def test_who_is_killed_in_between_imports_again(
    published: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before or after any step; never do folder and service go on beside each other."""

    class Killed(BaseException):
        """The process ends."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    before = published.app.store.events()
    with monkeypatch.context() as patch:
        target, name = (SqlProgrammes, "put") if "." in step else (importing, step)
        patch.setattr(target, name, die)
        with pytest.raises(Killed):
            came(published, tmp_path / "data")
    with pytest.raises(InputError, match="imported into a service"):
        open_app(published.path, published.clock)
    done = came(published, tmp_path / "data")
    assert inside(done, published).store.events() == before


def test_while_somebody_applies_in_the_folder_it_stays(published: Desk, tmp_path: Path) -> None:
    """What is being written would be forgotten."""
    with only_one(published.path / ".rondo" / "lock"), pytest.raises(Unavailable):
        came(published, tmp_path / "data")
    assert open_app(published.path, published.clock)
    assert came(published, tmp_path / "data").joined


def test_a_data_directory_that_can_not_be_made_is_named(published: Desk, tmp_path: Path) -> None:
    """It is no fault of the folder's."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(Unavailable, match="can't be made"):
        came(published, tmp_path / "data")


def test_a_programme_is_handed_out_as_a_folder(published: Desk, tmp_path: Path) -> None:
    """With the same files; its state stays with the service, so it is another programme from there on."""
    done = came(published, tmp_path / "data")
    home, target = home_of(done.folder, Settings()), tmp_path / "out"
    assert hand_out(home, target) == 6
    for path in target.rglob("*"):
        assert path.is_dir() or path.read_bytes() == (published.path / path.relative_to(target)).read_bytes()
    with pytest.raises(InputError, match="is there already"):
        hand_out(home, target)
    with pytest.raises(InputError, match="folder already"):
        hand_out(home_of(target, Settings()), tmp_path / "more")
    assert open_app(target, published.clock).programme.name == "Spring"


def test_what_somebody_changed_in_the_unpacked_files_is_put_right(published: Desk, tmp_path: Path) -> None:
    """At the next import; the database rules."""
    done = came(published, tmp_path / "data")
    shutil.rmtree(done.folder)
    with pytest.raises(InputError):
        open_app(done.folder, published.clock)
    came(published, tmp_path / "data")
    assert inside(done, published).programme.groups
