"""What the checks of this folder find: each is seen to find what it is for."""

from datetime import timedelta
from pathlib import Path

from tests.service.sound import wrong
from tests.service.stage import CANARY, Nursery, Stage, stage
from tests.simulation.calendars import AtGoogle


def told(stage: Stage) -> set[str]:
    """The numbers of what does not hold."""
    return {line.split()[0] for line in wrong(stage)}


def test_whatever_is_broken_is_found(tmp_path: Path, nursery: Nursery) -> None:
    """A programme that nobody disturbed is sound; then one thing after the other is broken, and mended again."""
    with stage(tmp_path, nursery) as made:
        made.begin("2027-04-02")
        made.serve()
        made.until_quiet()
        assert wrong(made) == []

        made.mailbox.mails.append(made.mailbox.mails[0])
        assert told(made) == {"6"}
        made.mailbox.mails.pop()

        mails = made.google.all_mails
        mails.append(mails[0])
        assert told(made) == {"6"}
        mails.pop()

        made.zoom.meetings[1] = {"id": 1}
        assert told(made) == {"1"}
        del made.zoom.meetings[1]

        note = made.data / "note"
        note.write_text(CANARY)
        assert told(made) == {"7"}
        note.unlink()

        published = made.home / "published" / "groups" / "files.ics"
        content = published.read_bytes()
        published.write_bytes(content.replace(b"RRULE:", b"X-RULE:"))
        assert told(made) == {"8"}
        published.write_bytes(content)

        ana = AtGoogle(made.google, made.mail("ana"))
        [key, *_] = ana.series()
        stored = made.google.store.people[made.mail("ana")].events
        date = ana.dates(key)[1]
        ana.move(key, date, date.start + timedelta(hours=1))
        assert told(made) == {"8"}
        kept = stored.pop(key)
        assert told(made) == {"1"}
        assert kept.id == key
