"""Coalescing: while one monitor is being read, later callers wait and share the next reading."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Slots(Generic[T]):
    """A reading serves a caller only if it began after the caller came: an earlier one may have missed the cause."""

    def __init__(self) -> None:
        self._queued: dict[str, asyncio.Task[T]] = {}
        self._running: dict[str, asyncio.Task[T]] = {}

    async def share(self, key: str, read: Callable[[], Awaitable[T]]) -> T:
        """Runs `read` for `key`, or shares the result of another caller's run that has yet to begin."""
        if key not in self._queued:
            self._queued[key] = asyncio.create_task(self._run(key, read, self._running.get(key)))
        # One caller that gives up takes the reading from none of the others.
        return await asyncio.shield(self._queued[key])

    async def _run(self, key: str, read: Callable[[], Awaitable[T]], former: asyncio.Task[T] | None) -> T:
        if former:
            await asyncio.wait([former])
        me = self._running[key] = self._queued.pop(key)
        try:
            return await read()
        finally:
            if self._running[key] is me:
                del self._running[key]
