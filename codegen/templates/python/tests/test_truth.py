"""Races between readings: what a slow, late or repeated reading may do, over both stores."""

import asyncio

import pytest
from harness import FakeDatadog, Recorder, settings

from service.clock import Clock
from service.datadog import Datadog
from service.guard import Verdict
from service.reconcile import reconcile
from service.service import Service
from service.slots import Slots

pytestmark = pytest.mark.anyio


async def test_a_slow_old_reading_loses(backend):
    clock = Clock()
    store = backend.store(clock, "one")
    old, new = FakeDatadog(), FakeDatadog()
    old.set("11", {"bank_code:0001": "Alert"})
    new.set("11", {"bank_code:0001": "OK"})
    old.hold()

    def instance(datadog):
        source = Datadog(settings(), datadog.transport)
        return Service(settings(), clock=clock, store=store, source=source, hooks=Recorder(), seed=1)

    first, second = instance(old), instance(new)
    reading = asyncio.create_task(reconcile(first, "11"))
    await old.read_times("11", 1)
    await reconcile(second, "11")
    old.release()
    await reading
    for service in (first, second):
        verdict = service.guard.allow("bank", "bank_code:0001")
        assert verdict == Verdict.ALLOW, "the alert was read before the recovery and came after it"
    state = first.guard.snapshot.contents.monitors["11"]
    assert state.dirty and state.dirty >= state.tried, "and the monitor is read again"
    await store.close()


async def test_a_fence_only_grows(backend):
    store = backend.store(Clock(), "one")
    last = 0
    for _ in range(100):
        seq = await store.fence()
        assert last < seq < 2**53
        last = seq
    if backend.redis:
        backend.redis.command("FLUSHALL")
        assert await store.fence() > last, "after a flush"
    await store.close()


async def test_a_reading_that_began_before_a_callback_does_not_serve_it(start, datadog):
    app = await start()
    datadog.set("11", {"bank_code:0001": "OK"})
    datadog.hold()

    async def alert():
        await datadog.read_times("11", 1)
        datadog.set("11", {"bank_code:0001": "Alert"})
        later = asyncio.create_task(app.callback("11"))
        datadog.release()
        return await later

    assert await asyncio.gather(app.callback("11"), alert()) == [200, 200]
    assert app.open("bank_code:0001")


@pytest.mark.parametrize("backend", ["redis"], indirect=True)
async def test_a_flush_while_a_read_is_in_flight_does_not_block_the_next_alert(start, datadog, backend):
    app = await start()
    datadog.set("11", {"bank_code:0001": "OK"})
    assert await app.callback("11") == 200
    datadog.hold()
    answer = asyncio.create_task(app.callback("11"))
    await datadog.read_times("11", 2)
    backend.redis.command("FLUSHALL")
    datadog.release()
    assert await answer == 200
    datadog.set("11", {"bank_code:0001": "Alert"})
    assert await app.callback("11") == 200
    assert app.open("bank_code:0001")


async def test_callers_share_a_reading_that_began_after_they_came():
    slots, reads, began, gate = Slots(), 0, asyncio.Event(), asyncio.Event()

    async def read():
        nonlocal reads
        reads += 1
        mine = reads
        began.set()
        await gate.wait()
        return mine

    first = asyncio.create_task(slots.share("11", read))
    await began.wait()
    later = [asyncio.create_task(slots.share("11", read)) for _ in range(3)]
    await asyncio.sleep(0)
    later[0].cancel()
    gate.set()
    assert await asyncio.gather(first, *later[1:]) == [1, 2, 2], "and one that gave up took nothing from the others"
    assert await slots.share("11", read) == 3, "a later caller reads anew"

    async def fails():
        raise ValueError("no reading")

    results = await asyncio.gather(*(slots.share("11", fails) for _ in range(2)), return_exceptions=True)
    assert [str(result) for result in results] == ["no reading"] * 2
