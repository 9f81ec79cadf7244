"""Answers to sessions: one of each person to each session, the last that they gave."""

from dataclasses import replace
from datetime import timedelta

from scheduler.core.answer import Answer, Said
from scheduler.store import SqlAnswers, SqlEngine
from tests.store.samples import NOW

COMES = Answer(group="pair", session=3, person="ana", start=NOW + timedelta(days=2), said=Said.COMES, at=NOW)


def test_the_last_answer_counts(engine: SqlEngine) -> None:
    """Of the same person to the same session; others keep theirs, in other programmes too."""
    answers = SqlAnswers(engine, "spring")
    others = (replace(COMES, session=4), replace(COMES, person="ben"))
    for each in (COMES, *others, replace(COMES, said=Said.AWAY)):
        answers.keep(each)
    assert set(answers.all()) == {replace(COMES, said=Said.AWAY), *others}
    assert answers.all("ben") == (others[1],)
    assert SqlAnswers(engine, "autumn").all() == ()


def test_an_answer_is_taken_back(engine: SqlEngine) -> None:
    """Once, or when there is none any more."""
    answers = SqlAnswers(engine, "spring")
    answers.keep(COMES)
    answers.forget("pair", 3, "ana")
    answers.forget("pair", 3, "ana")
    assert answers.all() == ()
