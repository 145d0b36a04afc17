"""The store of many instances: Redis 6.2 or later, or Valkey. Every operation is one call of `apply.lua`."""

import asyncio
import json
import logging
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from service.clock import end
from service.store import Store, StoreError

log = logging.getLogger(__name__)

# Seconds; no command waits longer: a callback is answered 503 rather than late.
PATIENCE = 0.8


class RedisStore(Store):
    def __init__(self, url: str, service: str, me: str) -> None:
        """Connects lazily: a Redis that is down now is used once it is back. `me` is this instance's name."""
        limits = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        # One more try, at once: a connection of the pool may have died since its last use.
        self._redis = Redis.from_url(url, decode_responses=True, retry=Retry(NoBackoff(), 1), **limits)
        self._script = self._redis.register_script(files(__package__).joinpath("apply.lua").read_text("utf-8"))
        self._prefix, self._me, self._hint = f"cb:{{{service}}}:", me, asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def run(self, op: str, **argument: Any) -> Any:
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._script([self._prefix], [json.dumps({"op": op} | argument), self._me])
        except TimeoutError:
            raise StoreError(f"no answer from Redis within {PATIENCE} s") from None
        except (RedisError, OSError) as error:
            raise StoreError(str(error)) from error
        return json.loads(answer)

    async def changed(self) -> None:
        await self._hint.wait()
        self._hint.clear()

    async def close(self) -> None:
        await end({self._listening})
        await self._redis.aclose()

    async def _listen(self) -> None:
        """Subscribes for ever; each subscription, first or renewed, counts as a change."""
        while True:
            try:
                await self._warn_if_evicting()
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(f"{self._prefix}changed")
                    while True:
                        # The first message confirms the subscription.
                        if await subscription.get_message(timeout=60):
                            self._hint.set()
            except (RedisError, OSError):
                await asyncio.sleep(PATIENCE)

    async def _warn_if_evicting(self) -> None:
        """Redis must not evict breakers to make room for a cache."""
        policy = (await self._redis.info("memory")).get("maxmemory_policy", "noeviction")
        if policy != "noeviction":
            log.warning("redis may evict breakers: set maxmemory-policy to noeviction", extra={"policy": policy})
