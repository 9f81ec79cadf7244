"""Who gets what is published by itself, and who has to be told in another way."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from scheduler.app.wiring.reaching import unreached
from scheduler.settings import Settings, Smtp
from tests.site import standing


@pytest.mark.parametrize(("host", "reached"), [("", False), ("mail.example.org", True)])
def test_without_mail_nobody_without_an_account_is_reached(tmp_path: Path, host: str, *, reached: bool) -> None:
    """The sample's people have mail addresses and no account."""
    smtp = Smtp(host=host, sender="rondo@example.org", password=SecretStr("none"))
    with standing(tmp_path / "data", settings=Settings().model_copy(update={"smtp": smtp})) as stand:
        app = stand.app()
        invited = {each.id for event in app.store.events() for each in event.attendees}
        assert unreached(app, app.store.events()) == (set() if reached else invited)
