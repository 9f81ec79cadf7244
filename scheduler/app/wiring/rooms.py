"""Each group's video room, by the provider that it asks for; and where that can't be had, what takes its place."""

from collections.abc import Mapping

from connectors.video import FixedRoom, JitsiRooms, NoVideo
from scheduler.core.delivery import MEET, TEAMS, ZOOM, Channel, Reach
from scheduler.ports import Conferencing, Room
from scheduler.programme import Group, Video, VideoProvider

WANTS = {VideoProvider.MEET: (MEET, Channel.GOOGLE), VideoProvider.TEAMS: (TEAMS, Channel.OUTLOOK)}


class GroupRooms:
    """The rooms of a programme's groups (ports.Rooms).

    `key`: the programme's own secret; `reach`: how people are reached, since Meet and Teams belong to the organiser's
    calendar; `zoom`: whether an account of Zoom is connected.
    """

    def __init__(
        self,
        groups: tuple[Group, ...],
        *,
        scope: str,
        host: str,
        key: bytes,
        reach: Mapping[str, Reach],
        zoom: bool,
    ) -> None:
        self._groups = {group.id: group for group in groups}
        self._scope, self._host, self._key, self._reach, self._zoom = scope, host, key, reach, zoom

    def of(self, group: str) -> Room:
        """The room of a group."""
        asked = self._groups[group]
        if maker := self._maker(asked):
            return Room(maker=maker)
        return Room(self._provider(asked.video).room(self._scope, group))

    def fallbacks(self) -> tuple[str, ...]:
        """Of each group that can't have the rooms that it asks for: why, and what it gets."""
        return tuple(
            f"{group.id}: {_reason(group)}, so its room is from {group.video.fallback}."
            for group in self._groups.values()
            if group.video.provider in (*WANTS, VideoProvider.ZOOM) and not self._maker(group)
        )

    def _maker(self, group: Group) -> str:
        if group.video.provider is VideoProvider.ZOOM:
            return ZOOM if self._zoom else ""
        maker, channel = WANTS.get(group.video.provider, ("", None))
        return maker if self._reach.get(group.organizer, Reach()).channel is channel else ""

    def _provider(self, video: Video) -> Conferencing:
        provider = video.fallback if video.provider in (*WANTS, VideoProvider.ZOOM) else video.provider
        if provider is VideoProvider.JITSI:
            return JitsiRooms(video.host or self._host, self._key)
        return FixedRoom(video.url) if provider is VideoProvider.URL else NoVideo()


def _reason(group: Group) -> str:
    if group.video.provider is VideoProvider.ZOOM:
        return "no account of Zoom is connected"
    names = {VideoProvider.MEET: ("Meet", "Google"), VideoProvider.TEAMS: ("Teams", "Outlook")}
    rooms, calendar = names[group.video.provider]
    return f"{rooms} needs an organiser whose {calendar} calendar is connected ({group.organizer} has none)"
