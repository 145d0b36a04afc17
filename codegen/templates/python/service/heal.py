"""Nothing is believed for ever: dirty monitors are read again, open ones often, all known ones now and then."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from service import outbox
from service.datadog import SourceError
from service.model import Level, MonitorState
from service.name import NAME
from service.reconcile import UNREACHABLE, NotOursError, reconcile
from service.service import Service
from service.store import Contents, StoreError

log = logging.getLogger(__name__)

# Re-reads after the last callback, in milliseconds: Datadog's own state may lag its notification.
STEPS = (5_000, 15_000, 30_000, 60_000, 120_000)
TICK = 1_000
# The poller's lease; another instance takes over after so long.
LEAD = 5_000
RELOAD = 5_000
READS_AT_ONCE = 4


async def refresh(service: Service) -> None:
    """Keeps the snapshot fresh: at every hint, and every five seconds without one."""
    while True:
        await _survive(service.reload())
        with suppress(TimeoutError):
            await service.clock.within(RELOAD, service.store.changed())


async def poll(service: Service) -> None:
    """Polls for ever. The first round is each instance's own, so that a fresh start heals by itself; then one leads."""
    poller = Poller(service)
    await _survive(service.reload())
    while True:
        await _survive(poller.turn())
        await service.clock.sleep(TICK)


async def _survive(work: Coroutine[Any, Any, None]) -> None:
    """What nobody foresaw, say in a stored entry, must not end the healing for ever."""
    try:
        await work
    except Exception:
        log.exception("a round of healing failed; the next one will try again")


class Poller:
    """What the poller remembers between two rounds."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.known: set[str] = set()
        # When the list of known monitors is due; 0 until it was read for the first time.
        self.list_due = 0
        self._list_fails = 0
        # For each monitor, the reading after which its next poll was drawn, and that poll.
        self._polls: dict[str, tuple[int, int]] = {}

    async def turn(self) -> None:
        try:
            leads = await self._service.store.lead(LEAD)
        except StoreError:  # no poller without the store
            leads = False
        if leads or self.list_due == 0:
            await self._round()

    async def _round(self) -> None:
        service, now = self._service, self._service.clock.now()
        if now >= self.list_due:
            await self._list(now)
            await outbox.adopt(service)
        due = self.due(service.guard.snapshot.contents, now)
        if due:
            turn = asyncio.Semaphore(READS_AT_ONCE)
            await asyncio.gather(*(self._read(id, turn) for id in due))
            await service.reload()

    async def _read(self, id: str, turn: asyncio.Semaphore) -> None:
        async with turn:
            try:
                await reconcile(self._service, id)
            except NotOursError:
                self.known.discard(id)
            except UNREACHABLE:
                pass  # logged and counted where it happened, and due again

    async def _list(self, now: int) -> None:
        """The service's own list, else the monitors tagged with its name and a breaker."""
        settings = self._service.settings
        try:
            self.known = set(settings.monitors or await self._service.source.known(NAME))
            self._list_fails, self.list_due = 0, now + settings.idle_poll
        except SourceError as error:
            log.warning("the known monitors were not listed", extra={"error": error})
            self._list_fails += 1
            self.list_due = now + backoff(self._list_fails, settings.poll)

    def due(self, contents: Contents, now: int) -> list[str]:
        ids = self.known | contents.monitors.keys()
        self._polls = {id: poll for id, poll in self._polls.items() if id in ids}
        due = []
        for id in sorted(ids):
            monitor = contents.monitors.get(id) or MonitorState()
            tried, at = self._polls.get(id, (0, 0))
            if tried != monitor.tried:
                at = monitor.tried + self._interval(monitor)
                self._polls[id] = (monitor.tried, at)
            # Never read, `at` is long past: due at once, as after a fresh start or a flush of the store.
            if now >= next_read(monitor, at, self._service.settings.poll):
                due.append(id)
        return due

    def _interval(self, monitor: MonitorState) -> int:
        """The time until the next poll, shortened by up to a tenth so that monitors spread out."""
        busy = any(entry.level != Level.CLOSED for entry in monitor.groups.values())
        full = self._service.settings.poll if busy else self._service.settings.idle_poll
        return full - int(full / 10 * self._service.chance.random())


def next_read(monitor: MonitorState, poll: int, most: int) -> int:
    """When a monitor is to be read next: by its poll, the steps after its last callback, or the retry of a failure."""
    steps = [monitor.dirty + step for step in STEPS] if monitor.dirty else []
    step = next((at for at in steps if at > monitor.tried), poll)
    retry = monitor.tried + backoff(monitor.fails, most) if monitor.fails else poll
    return min(poll, step, retry)


def backoff(fails: int, most: int) -> int:
    """5, 10, 20 … seconds after the first, second, third … failure, but never more than `most`."""
    return min(5_000 << min(fails - 1, 10), most)
