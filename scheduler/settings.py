"""Settings of an installation: config/rondo.toml, and the environment before it. Frozen once read."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from scheduler.core.address import MAILBOX
from scheduler.core.notice_words import Whom
from scheduler.errors import InputError

DEFAULTS = Path(__file__).parent.parent / "config" / "rondo.toml"


LOOPBACK = ("localhost", "127.0.0.1", "::1")
POSTGRESQL = ("postgresql", "postgresql+psycopg")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DIGEST = re.compile(rf"off|({'|'.join(DAYS)}) ([01][0-9]|2[0-3]):([0-5][0-9])")


def _safe(url: str) -> str:
    """A provider's address: https, or plain http on this machine alone."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return url
    raise ValueError("must be an https address; plain http is for this machine alone")


Endpoint = Annotated[str, AfterValidator(_safe)]


def _public(url: str) -> str:
    """An address that ours are made of, without a slash at its end; empty: nobody reaches us."""
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.username or parts.password:
        raise ValueError("must be an address without user, query and fragment")
    return _safe(url).rstrip("/") if url else url


def _postgresql(url: SecretStr) -> SecretStr:
    if url.get_secret_value() and urlsplit(url.get_secret_value()).scheme not in POSTGRESQL:
        raise ValueError("must begin with postgresql://, or be empty")
    return url


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reading(_Section):
    """How calendars are read."""

    stale_hours: Annotated[int, Field(ge=0, le=24 * 14)] = 24


class Planning(_Section):
    """How plans are made."""

    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    workers: Annotated[int, Field(ge=1, le=256)] = 1
    freeze_hours: Annotated[int, Field(ge=0, le=24 * 60)] = 48


class Video(_Section):
    """Where video rooms are."""

    host: Annotated[str, Field(pattern=r"^[a-z0-9.-]+(:\d{1,5})?$")] = "meet.jit.si"


class Google(_Section):
    """Google Calendar: its addresses, and the app that is registered there."""

    api_endpoint: Endpoint = "https://www.googleapis.com/calendar/v3/"
    auth_uri: Endpoint = "https://accounts.google.com/o/oauth2/auth"
    token_uri: Endpoint = "https://oauth2.googleapis.com/token"
    revoke_uri: Endpoint = "https://oauth2.googleapis.com/revoke"
    issuer: Endpoint = "https://accounts.google.com"
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    web_client_id: str = ""
    web_client_secret: SecretStr = SecretStr("")

    @property
    def of_pages(self) -> tuple[str, str]:
        """Id and secret of the app that pages send people to: Google has another kind of client for them."""
        if self.web_client_id:
            return self.web_client_id, self.web_client_secret.get_secret_value()
        return self.client_id, self.client_secret.get_secret_value()


class Microsoft(_Section):
    """Outlook calendars on Microsoft Graph: their addresses, and the app that is registered there."""

    authority: Endpoint = "https://login.microsoftonline.com/organizations"
    graph_endpoint: Endpoint = "https://graph.microsoft.com/v1.0"
    tenant: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")

    @property
    def of_tenant(self) -> str:
        """The authority of the tenant, where one is named; else as it stands."""
        parts = urlsplit(self.authority)
        return parts._replace(path=f"/{self.tenant}").geturl() if self.tenant else self.authority


class Zoom(_Section):
    """Zoom: its addresses, and the server-to-server app."""

    api_endpoint: Endpoint = "https://api.zoom.us/v2"
    token_uri: Endpoint = "https://zoom.us/oauth/token"
    account_id: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")


class Smtp(_Section):
    """The mail server for invitations; none where `host` is empty."""

    host: str = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str = ""


class Outbound(_Section):
    """Where addresses that somebody typed may lead to, beside the public internet."""

    allow: tuple[str, ...] = ()


class Secrets(_Section):
    """Where the keys are that encrypt what accounts are opened with."""

    key_file: str = ""
    keys: SecretStr = SecretStr("")


class Service(_Section):
    """How the service runs: where its state is, who reaches it, and how often it looks after things."""

    database: Annotated[SecretStr, AfterValidator(_postgresql)] = SecretStr("")
    public_url: Annotated[str, AfterValidator(_public)] = ""
    poll_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 5
    sweep_seconds: Annotated[int, Field(ge=1, le=3600)] = 5
    renew_minutes: Annotated[int, Field(ge=1, le=59)] = 10
    retention_days: Annotated[int, Field(ge=1, le=3650)] = 30
    digest: Annotated[str, Field(pattern=f"^(?:{DIGEST.pattern})$")] = "Mon 07:00"

    def digest_due(self, now: datetime) -> bool:
        """Whether the time of this week's digest has come, in ISO weeks of UTC."""
        day, hour, minute = DIGEST.fullmatch(self.digest).groups()  # type: ignore[union-attr]  # the field's own pattern
        at = now.astimezone(UTC)
        return bool(day) and (at.weekday(), at.hour, at.minute) >= (DAYS.index(day), int(hour), int(minute))


class Notify(_Section):
    """Who is told of what changed, and of what waits for a word."""

    people: Whom = "changes"
    coordinators: tuple[Annotated[str, Field(pattern=f"^{MAILBOX.pattern}$")], ...] = ()
    addresses: Mapping[Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$")], SecretStr] = Field(default_factory=dict)


class Settings(BaseSettings):
    """All settings; see config/rondo.toml for what each means."""

    model_config = SettingsConfigDict(
        env_prefix="RONDO_", env_nested_delimiter="__", frozen=True, extra="forbid", toml_file=None
    )
    reading: Reading = Reading()
    planning: Planning = Planning()
    video: Video = Video()
    google: Google = Google()
    microsoft: Microsoft = Microsoft()
    zoom: Zoom = Zoom()
    smtp: Smtp = Smtp()
    outbound: Outbound = Outbound()
    secrets: Secrets = Secrets()
    service: Service = Service()
    notify: Notify = Notify()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment goes before the file."""
        path = Path(os.environ.get("RONDO_CONFIG", DEFAULTS))
        return env_settings, TomlConfigSettingsSource(settings_cls, toml_file=path)


def load_settings() -> Settings:
    """Read the settings; raises InputError that names the key."""
    path = Path(os.environ.get("RONDO_CONFIG", DEFAULTS))
    if "RONDO_CONFIG" in os.environ and not path.is_file():
        raise InputError("there is no such file", where=f"RONDO_CONFIG={path}")
    try:
        return Settings()
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        raise InputError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", where=str(path)) from None
    except (SettingsError, ValueError, OSError, RecursionError) as fault:
        raise InputError(str(fault), where=str(path)) from None
