"""The programme folder: people.csv, groups.csv and programme.toml in, one value out."""

from scheduler.programme.complaints import ProgrammeErrors
from scheduler.programme.folder import load
from scheduler.programme.overlay import Overlay, parse_overlay
from scheduler.programme.values import Group, Person, Programme, Video, VideoProvider, series_of

__all__ = [
    "Group",
    "Overlay",
    "Person",
    "Programme",
    "ProgrammeErrors",
    "Video",
    "VideoProvider",
    "load",
    "parse_overlay",
    "series_of",
]
