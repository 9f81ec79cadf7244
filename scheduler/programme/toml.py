"""programme.toml as plain values, with the place of every key, which `tomllib` doesn't tell."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from scheduler.errors import InputError
from scheduler.programme.text import read_text

KeyPath: TypeAlias = tuple[str | int, ...]
"""Where a value stands: the keys of tables and the numbers (from 0) in arrays."""

MOST_BYTES = 1_000_000
LONGEST_LINE = 10_000
MOST_DOTS_A_LINE, MOST_DOTS = 200, 50_000
KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
DOTTED = rf"{KEY}(?:\s*\.\s*{KEY})*"
LINE = re.compile(rf"(?P<indent>\s*)(?:(?P<brackets>\[\[?)\s*(?P<table>{DOTTED})\s*\]|(?P<key>{DOTTED})\s*=)")
AT = re.compile(r" \(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True, slots=True)
class Places:
    """Line and column of each key that stands at the beginning of a line, and the words that `said` others."""

    file: str
    found: Mapping[KeyPath, tuple[int, int]]
    said: Mapping[KeyPath, str] = field(default_factory=dict)

    def of(self, *path: str | int) -> str:
        """`file:line:column` of a key, or of the nearest table around it that has a line."""
        around = (path[:length] for length in range(len(path), 0, -1))
        known = next((each for each in around if each in self.found or each in self.said), ())
        line, column = self.found.get(known, (1, 1))
        return self.said.get(known) or f"{self.file}:{line}:{column}"


def read_toml(path: Path) -> tuple[dict[str, Any], Places]:
    """The file's values, and where they stand. Raises InputError with line and column where it is no TOML."""
    text = read_text(path, MOST_BYTES)
    _refuse_long_keys(text, path.name)
    try:
        return tomllib.loads(text), Places(path.name, dict(_places(text)))
    except RecursionError as error:
        raise InputError("is nested too deeply.", where=path.name) from error
    except ValueError as error:  # TOMLDecodeError is one, and so is a number with too many digits
        raise _not_toml(str(error), path.name) from error


def _refuse_long_keys(text: str, file: str) -> None:
    """Keys like a.a.a… of thousands of parts cost `tomllib` minutes, within a megabyte."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE or line.count(".") > MOST_DOTS_A_LINE:
            why = f"a line has more than {LONGEST_LINE} characters or {MOST_DOTS_A_LINE} dots."
            raise InputError(why, where=f"{file}:{number}", hint="Break the line.")
    if text.count(".") > MOST_DOTS:
        raise InputError(f"has more than {MOST_DOTS} dots.", where=file)


def _not_toml(message: str, file: str) -> InputError:
    at = AT.search(message)
    where = f"{file}:{at[1]}:{at[2]}" if at else file
    plain = AT.sub("", message)
    return InputError(f"is no proper TOML here: {plain}.", where=where)


def _places(text: str) -> Iterator[tuple[KeyPath, tuple[int, int]]]:
    table: KeyPath = ()
    tables: Counter[KeyPath] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        match = LINE.match(line)
        if not match:
            continue
        if match["table"]:
            table = _keys(match["table"])
            if match["brackets"] == "[[":
                table, plain = (*table, tables[table]), table
                tables[plain] += 1
        path = table if match["table"] else table + _keys(match["key"])
        yield path, (number, len(match["indent"]) + 1)


def _keys(dotted: str) -> tuple[str, ...]:
    found: Sequence[str] = re.findall(KEY, dotted)
    return tuple(key[1:-1] if key[0] in "\"'" else key for key in found)
