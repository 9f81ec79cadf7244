"""Calendar files from people we don't know: opened without following links, without blocking, and not without end."""

import errno
import os
import stat
from pathlib import Path, PurePosixPath

from scheduler.core.icaltime import shown
from scheduler.errors import InputError, Unavailable

MOST_BYTES = 10_000_000
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not keep us waiting
_REASONS = {
    errno.ENOENT: "There is no such file.",
    errno.ENOTDIR: "There is no such file.",
    errno.ELOOP: "The file is a link.",
    errno.EACCES: "The file may not be read.",
    errno.ENAMETOOLONG: "The file's name is too long.",
}


def read_below(root: Path, name: str) -> bytes:
    """The bytes of a file below a folder; no part of its path may be a link.

    Raises InputError where the path is none or leads out of the folder, Unavailable where it can't be read.
    """
    parts = _parts(name)
    try:
        folder = os.open(root, _FLAGS | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                inner = os.open(part, _FLAGS | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = inner
            return _bytes_of(os.open(parts[-1], _FLAGS | os.O_NOFOLLOW, dir_fd=folder))
        finally:
            os.close(folder)
    except OSError as error:
        raise _unavailable(error) from None


def read_file(path: Path) -> bytes:
    """The bytes of any file that somebody names, through links as well. Raises Unavailable."""
    try:
        return _bytes_of(os.open(path, _FLAGS))
    except (OSError, ValueError) as error:
        raise _unavailable(error) from None


def _parts(name: str) -> tuple[str, ...]:
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
        raise InputError(f"{shown(name)} is no calendar file of this folder.", hint="Write it like calendars/ana.ics.")
    return path.parts


def _bytes_of(descriptor: int) -> bytes:
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unavailable("It is no file.")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MOST_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MOST_BYTES:
        raise Unavailable(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    return data


def _unavailable(error: OSError | ValueError) -> Unavailable:
    return Unavailable(_REASONS.get(getattr(error, "errno", 0), "The file can't be opened."))
