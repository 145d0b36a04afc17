"""The parts of the service and what they share. Each part's behaviour lives in its own file."""

import asyncio
import logging
import random
from collections.abc import Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request

from service.clock import Clock, end
from service.config import Settings
from service.datadog import Source
from service.guard import Guard
from service.hook import Hooks
from service.metrics import Count, Metrics
from service.model import Monitor
from service.slots import Slots
from service.store import Store, StoreError

log = logging.getLogger(__name__)


class Service:
    """What a service is made of; tests bring their own parts."""

    def __init__(
        self, settings: Settings, *, clock: Clock, store: Store, source: Source, hooks: Hooks, seed: int | None = None
    ) -> None:
        self.settings, self.clock, self.store, self.source, self.hooks = settings, clock, store, source, hooks
        self.metrics, self.chance = Metrics(), random.Random(seed)
        self.guard = Guard(settings, clock, self.chance, self.metrics)
        self.slots: Slots[Monitor] = Slots()
        self.started = clock.now()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def reload(self) -> None:
        """Reads the store into the guard's snapshot; one reload at a time, so that an older one cannot win."""
        async with self._reloading:
            at, contents = self.clock.now(), None
            try:
                contents = await self.store.load()
            except StoreError as error:
                self.metrics.add(Count.STORE_FAILED)
                log.warning("the snapshot was not reloaded", extra={"error": error})
            self.guard.replace(contents, at)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs `work` in the background until `close`."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Ends what was spawned, gives up the poller's lease and lets go of the store."""
        await end(set(self._tasks))
        try:
            await self.store.lead(0)
        except StoreError as error:
            log.info("the poller's lease is left to run out", extra={"error": error})
        await self.store.close()


def current(request: Request) -> Service:
    return request.app.state.service


# For routes: `async def pay(service: Current)`.
Current = Annotated[Service, Depends(current)]
