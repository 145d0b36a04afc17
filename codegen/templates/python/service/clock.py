"""The one clock every timer follows: system time plus an offset that only the conformance port moves."""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def end(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancels until they end: one cancellation may be lost, as in `asyncio.wait_for`, which redis-py calls."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=0.1)


class Clock:
    """Milliseconds since 1970, shiftable; signatures alone are checked against the wall clock."""

    def __init__(self) -> None:
        self._offset = 0
        self._moved = asyncio.Event()

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self._offset

    def advance(self, ms: int) -> None:
        """Moves the clock forward and wakes every sleeper, so that whatever became due happens now."""
        self._offset += ms
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, ms: int) -> None:
        at = self.now() + ms
        while (left := at - self.now()) > 0:
            # Not `wait_for`, which loses a cancellation that comes together with a move.
            with suppress(TimeoutError):
                async with asyncio.timeout(left / 1000):
                    await self._moved.wait()

    async def within(self, ms: int, work: Awaitable[T]) -> T:
        """Awaits `work` for `ms` of this clock's time; then it is cancelled, and a TimeoutError raised."""
        running, limit = asyncio.ensure_future(work), asyncio.create_task(self.sleep(ms))
        try:
            await asyncio.wait((running, limit), return_when=asyncio.FIRST_COMPLETED)
            if not running.done() or running.cancelled():
                raise TimeoutError("timed out")
            return running.result()
        finally:
            running.cancel()
            limit.cancel()
