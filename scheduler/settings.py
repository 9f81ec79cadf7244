"""Settings of an installation: config/rondo.toml, and the environment before it. Frozen once read."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from scheduler.errors import InputError

DEFAULTS = Path(__file__).parent.parent / "config" / "rondo.toml"


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


class Settings(BaseSettings):
    """All settings; see config/rondo.toml for what each means."""

    model_config = SettingsConfigDict(
        env_prefix="RONDO_", env_nested_delimiter="__", frozen=True, extra="forbid", toml_file=None
    )
    reading: Reading = Reading()
    planning: Planning = Planning()
    video: Video = Video()

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
