"""Settings: the file with its defaults, another file, the environment before both, and what is refused."""

import tomllib
from datetime import datetime
from pathlib import Path

import pytest

from scheduler.errors import InputError
from scheduler.settings import DEFAULTS, Settings, load_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches the tests."""
    for section, keys in Settings().model_dump().items():
        for key in keys:
            monkeypatch.delenv(f"RONDO_{section}__{key}".upper(), raising=False)
    monkeypatch.delenv("RONDO_CONFIG", raising=False)


def test_the_file_that_comes_with_rondo_says_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every key stands in config/rondo.toml, with the value that holds without it."""
    shipped = load_settings()
    (tmp_path / "empty.toml").touch()
    monkeypatch.setenv("RONDO_CONFIG", str(tmp_path / "empty.toml"))
    assert load_settings() == shipped
    assert tomllib.loads(DEFAULTS.read_text()) == shipped.model_dump(mode="json")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RONDO_GOOGLE__API_ENDPOINT", "http://127.0.0.1:8001/calendar/v3/"),
        ("RONDO_GOOGLE__AUTH_URI", "http://localhost:8001/auth"),
        ("RONDO_GOOGLE__TOKEN_URI", "http://[::1]:8001/token"),
        ("RONDO_GOOGLE__REVOKE_URI", "https://oauth2.example.org/revoke"),
        ("RONDO_MICROSOFT__AUTHORITY", "http://127.0.0.1:8002/organizations"),
        ("RONDO_MICROSOFT__GRAPH_ENDPOINT", "https://graph.microsoft.us/v1.0"),
        ("RONDO_ZOOM__API_ENDPOINT", "http://127.0.0.1:8003/v2"),
        ("RONDO_ZOOM__TOKEN_URI", "http://127.0.0.1:8003/oauth/token"),
    ],
)
def test_every_address_of_a_provider_can_be_another(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """https anywhere, and plain http on this machine."""
    monkeypatch.setenv(variable, value)
    section, key = variable.removeprefix("RONDO_").lower().split("__")
    assert getattr(getattr(load_settings(), section), key) == value


@pytest.mark.parametrize(
    "value",
    [
        "http://www.googleapis.com/calendar/v3/",
        "http://127.0.0.1.example.org/",
        "http://localhost@example.org/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "https://",
        "https://[::1",
        "",
    ],
)
def test_plain_http_to_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Tokens would be readable on the way."""
    monkeypatch.setenv("RONDO_GOOGLE__TOKEN_URI", value)
    with pytest.raises(InputError, match=r"google\.token_uri"):
        load_settings()


def test_a_secret_of_the_environment_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by the settings as text, nor by what is said where another of them is wrong."""
    secrets = {
        variable: f"CANARY-{variable}"
        for variable in (
            *("RONDO_GOOGLE__CLIENT_SECRET", "RONDO_MICROSOFT__CLIENT_SECRET", "RONDO_ZOOM__CLIENT_SECRET"),
            *("RONDO_SMTP__PASSWORD", "RONDO_SECRETS__KEYS"),
        )
    }
    secrets["RONDO_SERVICE__DATABASE"] = "postgresql://rondo:CANARY@db/rondo"
    for variable, value in secrets.items():
        monkeypatch.setenv(variable, value)
    settings = load_settings()
    assert settings.google.client_secret.get_secret_value() == secrets["RONDO_GOOGLE__CLIENT_SECRET"]
    assert "CANARY" not in f"{settings} {settings!r} {settings.model_dump_json()}"
    monkeypatch.setenv("RONDO_SMTP__PORT", "0")
    with pytest.raises(InputError, match=r"smtp\.port") as error:
        load_settings()
    assert "CANARY" not in str(error.value)


@pytest.mark.parametrize("value", ["mysql://rondo:CANARY@db/rondo", "CANARY", "sqlite:///CANARY.db"])
def test_a_database_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Without showing its address, where a password may stand."""
    monkeypatch.setenv("RONDO_SERVICE__DATABASE", value)
    with pytest.raises(InputError, match=r"service\.database: .*must begin with postgresql://") as error:
        load_settings()
    assert "CANARY" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "is_"),
    [
        ("", ""),
        ("https://rondo.example.org/", "https://rondo.example.org"),
        ("https://example.org/rondo", "https://example.org/rondo"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_the_public_address_has_no_slash_at_its_end(monkeypatch: pytest.MonkeyPatch, value: str, is_: str) -> None:
    """The addresses that providers are given are made of it."""
    monkeypatch.setenv("RONDO_SERVICE__PUBLIC_URL", value)
    assert load_settings().service.public_url == is_


@pytest.mark.parametrize(
    "value", ["http://rondo.example.org", "https://a@example.org", "https://example.org/?a=b", "https://example.org/#a"]
)
def test_a_public_address_that_providers_could_not_use_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """Messages of providers come with secrets: over https, and to an address that paths can be added to."""
    monkeypatch.setenv("RONDO_SERVICE__PUBLIC_URL", value)
    with pytest.raises(InputError, match=r"service\.public_url"):
        load_settings()


@pytest.mark.parametrize(
    ("value", "now", "due"),
    [
        ("Mon 07:00", "2026-11-23T06:59Z", False),
        ("Mon 07:00", "2026-11-23T07:00Z", True),
        ("Mon 07:00", "2026-11-23T08:30+02:00", False),
        ("Mon 07:00", "2026-11-29T23:59Z", True),
        ("Sun 23:05", "2026-11-29T23:04Z", False),
        ("Sun 23:05", "2026-11-29T23:05Z", True),
        ("Wed 00:30", "2026-11-24T23:59Z", False),
        ("off", "2026-11-29T23:59Z", False),
    ],
)
def test_the_digest_has_its_time_in_each_week(monkeypatch: pytest.MonkeyPatch, value: str, now: str, due: bool) -> None:
    """From then on until the week ends; a service that was down at that very minute is late, not silent."""
    monkeypatch.setenv("RONDO_SERVICE__DIGEST", value)
    assert load_settings().service.digest_due(datetime.fromisoformat(now)) is due


@pytest.mark.parametrize("value", ["", "monday", "Mon 24:00", "Mon 7:00", "Mon 07:60", "Mon 07:00 UTC", "off off"])
def test_another_time_of_the_digest_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """As everything that is misspelt."""
    monkeypatch.setenv("RONDO_SERVICE__DIGEST", value)
    with pytest.raises(InputError, match=r"service\.digest"):
        load_settings()


def test_allowed_networks_are_a_list_in_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written as JSON, as the section's other keys are words."""
    monkeypatch.setenv("RONDO_OUTBOUND__ALLOW", '["10.1.0.0/16", "127.0.0.1"]')
    assert load_settings().outbound.allow == ("10.1.0.0/16", "127.0.0.1")


def test_another_file_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it leaves out keeps its default."""
    file = tmp_path / "mine.toml"
    file.write_text("[planning]\nseed = 7\n")
    monkeypatch.setenv("RONDO_CONFIG", str(file))
    settings = load_settings()
    assert (settings.planning.seed, settings.planning.workers, settings.reading.stale_hours) == (7, 1, 24)


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RONDO_<SECTION>__<KEY>, key by key."""
    file = tmp_path / "mine.toml"
    file.write_text('[planning]\nseed = 7\nworkers = 2\n[video]\nhost = "a.example.org"\n')
    monkeypatch.setenv("RONDO_CONFIG", str(file))
    monkeypatch.setenv("RONDO_PLANNING__SEED", "9")
    monkeypatch.setenv("RONDO_VIDEO__HOST", "meet.example.org:8443")
    settings = load_settings()
    assert (settings.planning.seed, settings.planning.workers) == (9, 2)
    assert settings.video.host == "meet.example.org:8443"


def test_settings_are_frozen() -> None:
    """Nobody changes them under a running command."""
    with pytest.raises(ValueError, match="frozen"):
        Settings().planning.seed = 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[planning]\nsed = 1\n", "planning.sed"),
        ("[plannning]\nseed = 1\n", "plannning"),
        ("[planning]\nseed = -1\n", "planning.seed"),
        ("[planning]\nworkers = 0\n", "planning.workers"),
        ("[reading]\nstale_hours = nan\n", "reading.stale_hours"),
        ("[reading]\nstale_hours = 1e400\n", "reading.stale_hours"),
        ('[video]\nhost = "https://meet.example.org/x"\n', "video.host"),
        ("planning = 1\n", "planning"),
        ("[planning\n", ""),
        ("[planning]\nseed = 1\nseed = 2\n", ""),
        ("x = " + "[" * 9_000, ""),
    ],
)
def test_what_can_not_be_is_told_with_the_file_and_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    """In one line."""
    file = tmp_path / "mine.toml"
    file.write_text(text)
    monkeypatch.setenv("RONDO_CONFIG", str(file))
    with pytest.raises(InputError) as error:
        load_settings()
    assert str(error.value).startswith(f"{file}: {says}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[planning]\nseed = \x00"])
def test_what_is_no_text_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """A file of another kind."""
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    monkeypatch.setenv("RONDO_CONFIG", str(file))
    with pytest.raises(InputError) as error:
        load_settings()
    assert str(error.value).startswith(f"{file}: ")


@pytest.mark.parametrize("place", ["missing.toml", "."])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Whoever names one means it: a folder, or nothing at all, is no settings."""
    monkeypatch.setenv("RONDO_CONFIG", str(tmp_path / place))
    with pytest.raises(InputError, match="there is no such file"):
        load_settings()


@pytest.mark.parametrize(("key", "value"), [("RONDO_PLANNING__SEED", "one"), ("RONDO_PLANNING", "{")])
def test_a_bad_word_of_the_environment_is_told(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    """As one in a file is."""
    monkeypatch.setenv(key, value)
    with pytest.raises(InputError, match="planning"):
        load_settings()


def test_a_service_that_is_told_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable a label; its address is a secret."""
    monkeypatch.setenv("RONDO_NOTIFY__ADDRESSES__TEAM", "slack://CANARY")
    settings = load_settings()
    assert settings.notify.addresses["team"].get_secret_value() == "slack://CANARY"
    assert "CANARY" not in f"{settings} {settings!r} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PEOPLE", "everybody"),
        ("COORDINATORS", '["office"]'),
        ("COORDINATORS", '["a@example.org, b@example.org"]'),
        ("COORDINATORS", '["a@example.org\\r\\nBcc: eve@example.org"]'),
        ("COORDINATORS", "a@example.org"),
        ("ADDRESSES", '{"a@b": "slack://CANARY"}'),
        ("ADDRESSES", '{"": "slack://CANARY"}'),
        ("ADDRESSES", "slack://CANARY"),
    ],
)
def test_who_can_not_be_told_is_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """And no secret is repeated."""
    monkeypatch.setenv(f"RONDO_NOTIFY__{variable}", value)
    with pytest.raises(InputError, match="notify") as error:
        load_settings()
    assert "CANARY" not in str(error.value)
