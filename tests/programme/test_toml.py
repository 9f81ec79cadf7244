"""Where the keys of a TOML file stand."""

from pathlib import Path

import pytest

from scheduler.programme.toml import read_toml

TEXT = """\
# a comment with a = sign
top = 1

[table]
  "quoted key" = [
    1,
  ]
plain.dotted = { inner = 2 }

[[list]]
a = 1
[[list]]
a = 2
['odd.name'.sub]
b = 1
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("top",), "2:1"),
        (("table",), "4:1"),
        (("table", "quoted key"), "5:3"),
        (("table", "quoted key", 0), "5:3"),
        (("table", "plain", "dotted"), "8:1"),
        (("table", "plain", "dotted", "inner"), "8:1"),
        (("table", "missing"), "4:1"),
        (("list", 0, "a"), "11:1"),
        (("list", 1, "a"), "13:1"),
        (("odd.name", "sub", "b"), "15:1"),
        (("nowhere",), "1:1"),
    ],
)
def test_a_key_or_the_nearest_around_it_has_a_place(tmp_path: Path, path: tuple[str | int, ...], place: str) -> None:
    """Line and column of a key; what has no line of its own is placed where its table or array begins."""
    (tmp_path / "x.toml").write_text(TEXT)
    values, places = read_toml(tmp_path / "x.toml")
    assert values["list"] == [{"a": 1}, {"a": 2}]
    assert places.of(*path) == f"x.toml:{place}"
