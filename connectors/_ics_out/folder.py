"""A folder of files that are replaced whole: no reader and no crash sees half of one, and no link leads out of it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scheduler.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Folder:
    """An open folder; its name is for messages."""

    descriptor: int
    name: str

    def read(self, name: str) -> bytes:
        """What a file holds; nothing where there is none. Raises Unavailable."""
        with _told(f"{self.name}/{name}", "read"):
            try:
                with open(name, "rb", opener=self._opened) as file:
                    return file.read()
            except FileNotFoundError:
                return b""

    def write(self, name: str, content: bytes) -> None:
        """Put a file in the place of what stood there. Raises Unavailable."""
        new = f".{name}.new"
        with _told(f"{self.name}/{name}", "written"):
            with open(new, "wb", opener=self._opened) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
            os.fsync(self.descriptor)

    def _opened(self, name: str, flags: int) -> int:
        # a FIFO in the place of a file must not keep us waiting
        return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644, dir_fd=self.descriptor)


@contextmanager
def folder(root: Path, *parts: str) -> Iterator[Folder]:
    """The folder below `root` with these names, made where it is missing. Raises Unavailable, also for a link.

    As long as it is open nobody else opens it: two events in the file of one person are not lost on each other.
    """
    with ExitStack() as opened:
        with _told("/".join(parts), "opened"):
            inner = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
            opened.callback(os.close, inner)
            for part in parts:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=inner)
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=inner)
                opened.callback(os.close, inner)
            fcntl.flock(inner, fcntl.LOCK_EX)
        yield Folder(inner, "/".join(parts))


@contextmanager
def _told(name: str, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise Unavailable(f"{name} can't be {what}: {(fault.strerror or 'unknown fault').lower()}.") from fault
