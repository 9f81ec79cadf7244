"""Documents of other hands: read to the letter, or refused with the place."""

import pytest
from pydantic import BaseModel, TypeAdapter

from scheduler.core.strict import Text, parsed
from scheduler.errors import InputError


class Form(BaseModel):
    """A document with a number, a name and anything else."""

    count: int
    name: Text = ""
    more: dict[str, object] = {}


FORM = TypeAdapter(Form)


def test_a_document_of_the_form_is_read() -> None:
    """Text and bytes are read alike, and unknown keys are ignored."""
    for text in ('{"count": 3, "later": [1]}', b'{"count": 3}', '\ufeff{"count": 3}'.encode("utf-8-sig")[3:]):
        assert parsed(FORM, text, "here").count == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no JSON document"),
        ("{", "no JSON document"),
        (b"\xff\xfe\x00", "no JSON document"),
        ('{"count": NaN}', "NaN"),
        ('{"count": 1, "more": {"x": -Infinity}}', "-Infinity"),
        ('{"count": 1, "more": {"x": 1e400}}', "1e400"),
        ('{"count": 1, "count": 2}', "'count' stands twice"),
        ('{"count": true}', "count: Input should be a valid integer"),
        ('{"count": 1.0}', "count: Input should be a valid integer"),
        ('{"count": "1"}', "count: Input should be a valid integer"),
        ('{"count": 1, "name": "\\ud800"}', "name: "),
        ('{"count": 1, "more": {"x": 1}, "\\ud800": 2, "name": 3}', "name: "),
        ("[]", "document: "),
        ('{"count": ' + "9" * 5000 + "}", "no JSON document"),
        ("[" * 200_000, "no JSON document"),
        ('{"count": 1, "more": {"' + "k" * 100_000 + '": 1, "' + "k" * 100_000 + '": 2}}', "stands twice"),
    ],
)
def test_anything_else_is_refused_in_one_short_line(text: str | bytes, words: str) -> None:
    """Numbers that can't be counted with, wrong types, doubled keys, bombs: the place, the reason, no traceback."""
    with pytest.raises(InputError) as caught:
        parsed(FORM, text, "here")
    assert words in str(caught.value)
    assert str(caught.value).startswith("here: ")
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)


def test_only_the_first_few_faults_are_told() -> None:
    """A document with many faults names five of them and the number of the others."""
    form = TypeAdapter(list[int])
    with pytest.raises(InputError, match=r"0: .*; 4: .*; and 95 more"):
        parsed(form, "[" + ",".join(['"x"'] * 100) + "]", "here")
