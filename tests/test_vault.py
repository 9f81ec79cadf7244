"""The vault: only the account that a text was sealed for can open it, with a key that it was sealed with."""

import os
import stat
from pathlib import Path

import pytest

from scheduler.errors import CredentialsRejected, InputError
from scheduler.vault import KeyFile, Vault, new_key

CANARY = "CANARY-refresh-token-5c1e"
ANA = ("ana", "google", "https://accounts.google.com 1001")
BEN = ("ben", "google", "https://accounts.google.com 1002")


def test_what_was_sealed_is_opened_again() -> None:
    """Whatever text it is, and nothing of it can be seen in between."""
    vault = Vault([new_key()])
    for text in ("", CANARY, '{"refresh_token": "é \\u0000 ]"}', "x" * 100_000):
        sealed = vault.seal(text, ANA)
        assert vault.open(sealed, ANA) == text
        assert CANARY not in sealed
        assert "google" not in sealed


@pytest.mark.parametrize(
    "other", [BEN, ("ana", "outlook", ANA[2]), (*ANA[:2], BEN[2]), (*ANA[:2],), (*ANA, "")], ids=" ".join
)
def test_a_row_that_was_copied_to_another_account_is_not_opened(other: tuple[str, ...]) -> None:
    """Person, provider and identity are all inside."""
    vault = Vault([new_key()])
    with pytest.raises(CredentialsRejected, match="belongs to another one") as error:
        vault.open(vault.seal(CANARY, ANA), other)
    assert CANARY not in str(error.value)


def test_another_key_opens_nothing_and_says_what_to_do() -> None:
    """With the name of where the keys are, and neither keys nor texts."""
    key = new_key()
    sealed = Vault([new_key()]).seal(CANARY, ANA)
    with pytest.raises(CredentialsRejected, match=r"ana google .* another key than those of keys\.txt") as error:
        Vault([key], source="keys.txt").open(sealed, ANA)
    assert not any(secret in str(error.value) for secret in (CANARY, key, sealed))


@pytest.mark.parametrize("change", [lambda text: text[:-8], lambda text: "", lambda text: f"{CANARY}", lambda t: t * 2])
def test_what_is_no_sealed_text_is_never_taken_for_clear_text(change: object) -> None:
    """Cut, missing, in clear, or doubled."""
    vault = Vault([new_key()])
    assert callable(change)
    with pytest.raises(CredentialsRejected):
        vault.open(change(vault.seal(CANARY, ANA)), ANA)


def test_a_new_key_seals_while_old_ones_still_open() -> None:
    """And what the newest one sealed needs no other."""
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal(CANARY, ANA)
    both = Vault([new, old])
    assert both.open(sealed, ANA) == CANARY
    assert Vault([new]).open(both.seal(CANARY, ANA), ANA) == CANARY
    with pytest.raises(CredentialsRejected):
        Vault([new]).open(sealed, ANA)


def test_a_process_that_began_earlier_takes_up_keys_that_were_rotated_since() -> None:
    """It looks again before it gives up."""
    old, new = new_key(), new_key()
    vault = Vault([old], again=lambda: (new, old))
    assert vault.open(Vault([new]).seal(CANARY, ANA), ANA) == CANARY
    with pytest.raises(CredentialsRejected):
        vault.open(Vault([new_key()]).seal(CANARY, ANA), ANA)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ([], "there is no key"),
        ([""], "key 1 is no key of 32 bytes"),
        (["short"], "key 1 is no key of 32 bytes"),
        (["A" * 43 + "="], "key 1 is not random"),
        (["Y2hhbmdlbWVjaGFuZ2VtZWNoYW5nZW1lY2hhbmdlbWU="], "key 1 is not random"),
        (["changeme"], "key 1 is no key"),
        (["é" * 44], "key 1 is no key"),
        ([new_key(), new_key()[:-4]], "key 2 is no key of 32 bytes"),
        ([new_key() + new_key()], "key 1 is no key"),
    ],
    ids=["none", "empty", "short", "zeroes", "changeme, long", "changeme", "no ASCII", "the second cut", "two in one"],
)
def test_a_key_that_could_be_guessed_is_refused(keys: list[str], says: str) -> None:
    """With its place, its number and how to make one, and never the key itself."""
    with pytest.raises(InputError, match=says) as error:
        Vault(keys, source="keys.txt")
    assert str(error.value).startswith("keys.txt: ")
    assert "openssl rand" in str(error.value)
    assert not any(len(key) > 8 and key in str(error.value) for key in keys)


# --- the file


def test_a_file_of_keys_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """With one random key, whatever the umask says; a second maker changes nothing."""
    file = KeyFile(tmp_path / "state" / "keys")
    before = os.umask(0)
    try:
        file.make()
    finally:
        os.umask(before)
    assert file.path.stat().st_mode & 0o777 == 0o600
    keys = file.read()
    assert len(keys) == 1
    Vault(keys)
    file.make()
    assert file.read() == keys
    assert [path.name for path in file.path.parent.iterdir()] == ["keys"]


def test_a_file_of_keys_is_replaced_whole(tmp_path: Path) -> None:
    """Nothing else is left beside it."""
    file = KeyFile(tmp_path / "keys")
    file.make()
    keys = (new_key(), *file.read())
    file.replace(keys)
    assert file.read() == keys
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file.path]


def test_keys_are_on_the_disk_before_anything_is_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content, then the name in its folder: a power cut after the database's commit loses neither."""
    kinds: list[str] = []

    def synced(number: int) -> None:
        kinds.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file")

    monkeypatch.setattr(os, "fsync", synced)
    file = KeyFile(tmp_path / "keys")
    file.make()
    file.replace([new_key()])
    assert kinds == ["file", "folder"] * 2


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """With the command that closes it."""
    file = KeyFile(tmp_path / "keys")
    file.make()
    file.path.chmod(mode)
    with pytest.raises(InputError, match=r"others may read this file.* chmod 600") as error:
        file.read()
    assert file.path.read_text().strip() not in str(error.value)


def test_a_file_that_is_not_there_or_no_file_is_told(tmp_path: Path) -> None:
    """With its path."""
    with pytest.raises(InputError, match="keys: No such file"):
        KeyFile(tmp_path / "keys").read()
    with pytest.raises(InputError, match="directory"):
        KeyFile(tmp_path).read()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"file/keys\.\w+|file/keys"):
        KeyFile(tmp_path / "file" / "keys").make()
