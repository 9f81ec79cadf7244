"""The catalogues are whole: everything that pages, mails and calendars say is said in each language."""

import re

import pytest
from babel.messages.catalog import Catalog

from scheduler.core.tongue import ENGLISH, gettext, ngettext, speaking
from scheduler.core.tongues import tongue_of
from tests.catalogue import TRANSLATED, complaints, held, template

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def said() -> Catalog:
    """What the code says."""
    return template()


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_lacks_nothing_and_holds_nothing_else(language: str, said: Catalog) -> None:
    """`python3 dev.py words` brings new messages in and drops old ones; then somebody translates them."""
    assert list(complaints(held(language), said)) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_translation_says_the_same_values(language: str) -> None:
    """None is lost, and none is asked for that nobody gives."""
    for message in held(language):
        forms, told = (list(each) if isinstance(each, tuple) else [each] for each in (message.id, message.string))
        if message.id and all(told):
            known = set(PLACEHOLDER.findall(" ".join(map(str, forms))))
            assert all(set(PLACEHOLDER.findall(str(each))) <= known for each in told), message.id
            assert set(PLACEHOLDER.findall(str(told[-1]))) == set(PLACEHOLDER.findall(str(forms[-1]))), message.id


def test_what_is_missing_left_over_or_wrong_is_told() -> None:
    """So the test above can fail."""
    said, kept = Catalog(), Catalog(locale="de")
    said.add("new")
    said.add("on %(day)s")
    kept.add("on %(day)s", "am %(tag)s")
    kept.add("old", "alt")
    told = [each.partition(":")[0] for each in complaints(kept, said)]
    assert told[:2] == ["no translation", "nobody says it"]
    assert len(told) == 3


def test_messages_are_told_in_the_language_of_whoever_is_spoken_to() -> None:
    """And in English where it is none of ours."""
    with speaking(tongue_of("de-AT")):
        assert gettext("Sign out") == "Abmelden"
        assert ngettext("%(count)s change", "%(count)s changes", 2) == "%(count)s Änderungen"
    with speaking(tongue_of("fr")):
        assert gettext("Sign out") == "Sign out"
    with speaking(ENGLISH):
        assert gettext("Sign out") == "Sign out"
