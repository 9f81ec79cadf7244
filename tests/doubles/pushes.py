"""What the doubles tell others: messages to doors, sent by a thread of their own, lost and doubled as a test says."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx

TIMEOUT = 3.0  # seconds for a door to answer
TRIES = 4
PAUSE = 0.02  # seconds before the second try, then twice as long each time
NO_ANSWER = 0


@dataclass(slots=True)
class PushFaults:
    """What goes wrong on the way. Each number n means: with every nth message; 0: with none.

    A message that is out of order comes after its successor, at the latest at `Pushes.settle`. Forged ones come before
    the real one: with a guessed secret, and for something that nobody asked for.
    """

    lose: int = 0
    double: int = 0
    reorder: int = 0
    forge: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One call of a door; `id` and `secret` are those of the subscription, and stand somewhere in it as they are."""

    door: str
    id: str
    secret: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    forged: bool = False

    def forgeries(self) -> tuple["Message", ...]:
        """What somebody might send who knows the door, and either the id or the secret."""
        return (self._other(self.secret, "guessed"), self._other(self.id, "00c0ffee"))

    def _other(self, old: str, new: str) -> "Message":
        headers = {name: value.replace(old, new) for name, value in self.headers.items()}
        return replace(self, headers=headers, body=self.body.replace(old.encode(), new.encode()), forged=True)


@dataclass(frozen=True, slots=True)
class Push:
    """A message as it was sent, and how it was answered at last: 0, not at all."""

    message: Message
    status: int
    tries: int
    seconds: float


class Pushes:
    """The messages of one double: `sent` and `lost`. `now` is the provider's clock, by which subscriptions end.

    `collect` makes the messages that changes lead to, some time after `wake`; `retried` says after which answers a
    message is sent again. Only doors on this machine are called.
    """

    def __init__(self, collect: Callable[[], list[Message]], *, retried: Callable[[int], bool]) -> None:
        self.faults = PushFaults()
        self.sent: list[Push] = []
        self.lost: list[Message] = []
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self._collect, self._retried = collect, retried
        self._state = threading.Condition()
        self._posted, self._held = deque[Message](), deque[Message]()
        self._woken = self._running = self._flush = False
        self._count = 0

    def wake(self) -> None:
        """Something changed: a thread will look what, and tell it."""
        with self._state:
            self._woken = True
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, daemon=True).start()

    def post(self, message: Message) -> None:
        """Send this one."""
        with self._state:
            self._posted.append(message)
        self.wake()

    def settle(self, *, held: bool = True, seconds: float = 10.0) -> None:
        """Wait until everything was told that there is to be told; without `held`, but for what comes out of order."""
        with self._state:
            self._flush = held
            self.wake()
            assert self._state.wait_for(lambda: not self._running, seconds), "a door does not answer"

    def _run(self) -> None:
        with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=False) as client:
            while self._goes_on():
                with self._state:
                    posted = list(self._posted)
                    self._posted.clear()
                for message in [*posted, *self._collect()]:
                    for each in self._disturbed(message):
                        self._send(client, each)
                while self._flush and self._held:
                    self._send(client, self._held.popleft())

    def _goes_on(self) -> bool:
        with self._state:
            self._running, self._woken = self._woken, False
            self._flush = self._flush and self._running
            self._state.notify_all()
            return self._running

    def _disturbed(self, message: Message) -> Iterator[Message]:
        """What comes of a message on its way."""
        self._count += 1

        def meets(every: int) -> bool:
            return every > 0 and self._count % every == 0

        if meets(self.faults.forge):
            yield from message.forgeries()
        if meets(self.faults.lose):
            self.lost.append(message)
            return
        if meets(self.faults.reorder):
            self._held.append(message)
            return
        yield message
        if meets(self.faults.double):
            yield message
        while self._held:
            yield self._held.popleft()

    def _send(self, client: httpx.Client, message: Message) -> None:
        began, status, tries = time.monotonic(), NO_ANSWER, 0
        while tries < TRIES and (tries == 0 or self._retried(status)):
            time.sleep(PAUSE * 2**tries if tries else 0)
            status, tries = called(client, message), tries + 1
        self.sent.append(Push(message, status, tries, time.monotonic() - began))


def called(client: httpx.Client, message: Message) -> int:
    """The status that a door answers; 0: none."""
    if not is_here(message.door):
        return NO_ANSWER
    try:
        return client.post(message.door, content=message.body, headers=dict(message.headers)).status_code
    except httpx.HTTPError:
        return NO_ANSWER


def is_here(door: str) -> bool:
    """Whether a door is on this machine; all others have to be https, and are never called."""
    return urlsplit(door).hostname in ("127.0.0.1", "localhost")
