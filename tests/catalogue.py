"""The catalogues of our words: what the code says now, brought into each of them.

`python3 dev.py words` runs this; whoever translates then fills what is new in scheduler/words/*.po. English needs none.
"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from scheduler.core.tongues import LANGUAGES, WORDS

ROOT = Path(__file__).parents[1]
SPEAKING = ("scheduler", "connectors")
METHODS = [("**.py", "python"), ("**/templates/**", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**": {"newstyle_gettext": "true", "extensions": "jinja2.ext.do", "silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "noted": None}
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")


def template() -> Catalog:
    """Every message that the code and its templates say."""
    catalog = Catalog(project="Rondo")
    for package in SPEAKING:
        for _file, _line, message, _comments, context in extract_from_dir(ROOT / package, METHODS, OPTIONS, KEYWORDS):
            catalog.add(message, context=context)
    return catalog


def held(language: str) -> Catalog:
    """A catalogue as it is kept."""
    with (WORDS / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def complaints(catalog: Catalog, said: Catalog) -> Iterator[str]:
    """What is missing in a catalogue, left over in it, unsure, or says other values than the message does."""
    yield from (f"no translation: {message.id}" for message in _messages(said) if not _done(catalog.get(message.id)))
    yield from (f"nobody says it: {message.id}" for message in _messages(catalog) if message.id not in said)
    yield from (f"nobody says it: {id_}" for id_ in catalog.obsolete)
    for message in _messages(catalog):
        if message.fuzzy:
            yield f"unsure: {message.id}"
        yield from (f"{fault}: {message.id}" for fault in message.check(catalog))


def update(language: str) -> None:
    """Bring what is said now into a catalogue, without a guess at its translation, and drop what nobody says."""
    catalog = held(language)
    catalog.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    with (WORDS / f"{language}.po").open("wb") as file:
        write_po(file, catalog, width=120, no_location=True, sort_output=True)


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _done(message: Message | None) -> bool:
    if message is None:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def main() -> None:
    """Update all of them, and say what they lack."""
    said = template()
    for language in TRANSLATED:
        update(language)
        for complaint in complaints(held(language), said):
            print(f"{language}: {complaint}")  # noqa: T201  # it is a command's output


if __name__ == "__main__":
    main()
