"""Encryption of what accounts are opened with, by keys that lie outside the database (Fernet: AES-128-CBC with HMAC).

Of several keys the first one seals and any of them opens, so that a new key can take over without a gap.
"""

import contextlib
import json
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from scheduler.errors import CredentialsRejected, InputError

BYTES = 32
DIFFERENT = 16  # of the 32 bytes of a random key some 30 differ; fewer than 16 never, within the age of the universe
OTHERS = 0o077
HINT = "A key is 32 random bytes in URL-safe base64, such as `openssl rand -base64 32 | tr +/ -_` prints."

About = tuple[str, ...]
"""Whose secret it is: person, provider and identity of an account."""


class Vault:
    """Seals texts, each for one account: what was copied to another account's row can't be opened there.

    `again` gives the keys as they are now, for a process that began before another one rotated them.
    """

    def __init__(self, keys: Sequence[str], *, source: str = "", again: Callable[[], Sequence[str]] | None = None):
        """Raises InputError, naming `source`, for keys that are none or can be guessed."""
        self._source, self._again = source, again
        self._fernet = self._with(keys)

    def seal(self, text: str, about: About) -> str:
        """A text encrypted with the newest key."""
        return self._fernet.encrypt(json.dumps([*about, text]).encode()).decode()

    def open(self, sealed: str, about: About) -> str:
        """The text that was sealed for this very account. Raises CredentialsRejected."""
        try:
            content = self._decrypted(sealed)
        except InvalidToken:
            raise CredentialsRejected(
                f"what the account {_named(about)} is opened with was encrypted with another key than those of "
                f"{self._source or 'this installation'}: bring that key back, or disconnect and connect again."
            ) from None
        *meant, text = json.loads(content)
        if tuple(meant) != about:
            raise CredentialsRejected(f"what is kept for the account {_named(about)} belongs to another one.")
        return str(text)

    def _decrypted(self, sealed: str) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            if self._again is None:
                raise
        self._fernet = self._with(self._again())
        return self._fernet.decrypt(sealed)

    def _with(self, keys: Sequence[str]) -> MultiFernet:
        if not keys:
            raise InputError("there is no key in it.", where=self._source, hint=HINT)
        return MultiFernet([Fernet(_checked(key, number, self._source)) for number, key in enumerate(keys, start=1)])


class KeyFile:
    """Keys in a file that only its owner may read: one a line, the newest first."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[str, ...]:
        """The keys. Raises InputError for a file that is missing or that others may read."""
        try:
            with self.path.open(encoding="ascii", errors="replace") as file:
                mode = os.fstat(file.fileno()).st_mode
                lines = file.read().split()
        except OSError as fault:
            raise InputError(fault.strerror or "can't be read", where=str(self.path)) from None
        if mode & OTHERS:
            raise InputError(
                "others may read this file.", where=str(self.path), hint=f"Close it: chmod 600 {self.path}"
            )
        return tuple(lines)

    def make(self) -> None:
        """Begin with one random key where there is no file; of two who do so at once one wins."""
        aside = self._written([new_key()])
        with contextlib.suppress(FileExistsError):
            os.link(aside, self.path)
        aside.unlink()
        self._settle()

    def replace(self, keys: Sequence[str]) -> None:
        """Hold these keys, or after a crash still the old ones."""
        self._written(keys).replace(self.path)
        self._settle()

    def _settle(self) -> None:
        """The name is on the disk too, before anything is sealed with a key that it leads to."""
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _written(self, keys: Sequence[str]) -> Path:
        aside = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        try:
            self.path.parent.mkdir(exist_ok=True)
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.writelines(f"{key}\n" for key in keys)
                file.flush()
                os.fsync(file.fileno())
        except OSError as fault:
            raise InputError(fault.strerror or "can't be written", where=str(self.path)) from None
        return aside


def new_key() -> str:
    """A random key."""
    return Fernet.generate_key().decode()


def _checked(key: str, number: int, source: str) -> str:
    """A key that nobody guesses. Raises InputError, which never shows it."""
    try:
        content = urlsafe_b64decode(key)
    except (NoBase64, ValueError):
        content = b""
    if len(content) != BYTES or urlsafe_b64encode(content).decode() != key:
        raise InputError(f"key {number} is no key of {BYTES} bytes.", where=source, hint=HINT)
    if len(set(content)) < DIFFERENT:
        raise InputError(f"key {number} is not random.", where=source, hint=HINT)
    return key


def _named(about: About) -> str:
    return " ".join(part for part in about[:2] if part)
