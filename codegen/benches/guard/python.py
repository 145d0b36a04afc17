"""What one question to the guard costs inside this service: its snapshot read from the store, its reload running beside it.

Prints `cost CASE GROUPS OPEN THREADS NANOSECONDS`. With COST_DOWN the store named by REDIS_URL answers nobody, from the start to the end.
"""

import asyncio
import logging
import os
import statistics
import time

from service import heal
from service.clock import Clock
from service.config import Settings
from service.datadog import Datadog
from service.guard import Guard
from service.hooks import ServiceHooks
from service.model import Level
from service.service import Service
from service.store import Store, Update
from service.store.memory import MemoryStore
from service.store.redis import RedisStore

# Groups in the snapshot, and each how manieth of them is open.
SIZES = ((1, 1), (100, 10), (10_000, 10))
CALLS, BATCHES = 20_000, 7
# Longer than the guard takes to call the store down, in milliseconds.
LATER = 20_000
REQUIRED = {"DD_API_KEY": "a", "DD_APP_KEY": "b", "CB_SIGNING_KEYS": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}


def name(at: int) -> str:
    return f"bank_code:{at:04}"


async def main() -> None:
    logging.disable()
    for groups, every in SIZES:
        service = await service_with(groups, every)
        reload = asyncio.create_task(heal.refresh(service))
        await asyncio.sleep(0)
        for case, at in (("open", (groups - 1) // every * every), ("closed", 1), ("unknown", 99_999)):
            if every > 1 or case != "closed":
                print("cost", case, groups, -(-groups // every), 1, f"{await cost(service.guard, name(at)):.1f}", flush=True)
        reload.cancel()
        await service.close()


async def cost(guard: Guard, group: str) -> float:
    """The median over batches; between them the service does its own work."""
    batches = []
    for _ in range(BATCHES):
        start = time.perf_counter_ns()
        for _ in range(CALLS):
            guard.allow("bank", group)
        batches.append((time.perf_counter_ns() - start) / CALLS)
        await asyncio.sleep(0.01)
    return statistics.median(batches)


async def service_with(groups: int, every: int) -> Service:
    settings, clock = Settings.read(REQUIRED), Clock()
    store = RedisStore(os.environ["REDIS_URL"], "funds", "cost")
    service = Service(settings, clock=clock, store=store, source=Datadog(settings), hooks=ServiceHooks(), seed=1)
    if "COST_DOWN" not in os.environ:
        await fill(store, clock, groups, every)
    else:
        memory = MemoryStore(clock)
        await fill(memory, clock, groups, every)
        service.guard.replace(await memory.load(), clock.now())
        clock.advance(LATER)
    await service.reload()
    return service


async def fill(store: Store, clock: Clock, groups: int, every: int) -> None:
    level = {True: Level.OPEN, False: Level.CLOSED}
    wants = {name(at): {"level": level[at % every == 0], "raise": True} for at in range(groups)}
    fixed = {"monitor": "1", "breaker": "bank", "lease": 900_000, "absent_after": 0, "source": "ok", "complete": True}
    await store.apply(Update(seq=await store.fence(), now=clock.now(), groups=wants, **fixed))


asyncio.run(main())
