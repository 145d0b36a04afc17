"""What heals without help: lagging reads, outages, lost callbacks, lost state. Time is moved, never waited for."""

import asyncio

import pytest
from harness import bank, running

from service.clock import Clock
from service.guard import Verdict
from service.heal import backoff, next_read
from service.model import MonitorState
from service.name import NAME

pytestmark = pytest.mark.anyio

BAD = {"bank_code:0001": "Alert", "bank_code:0002": "OK"}
GOOD = {"bank_code:0001": "OK", "bank_code:0002": "OK"}
redis_only = pytest.mark.parametrize("backend", ["redis"], indirect=True)


async def test_a_first_read_that_lags_is_mended_within_thirty_seconds(start, datadog):
    app = await start()
    datadog.set("11", GOOD)
    assert await app.callback("11") == 200
    assert not app.open("bank_code:0001")
    for step in (5_000, 10_000):
        before = datadog.reads["11"]
        app.clock.advance(step)
        await datadog.read_times("11", before + 1)
    datadog.set("11", BAD)
    app.clock.advance(15_000)
    await app.becomes("bank_code:0001", True)


async def test_datadog_down_through_all_attempts_heals_without_a_replay(start, datadog):
    app = await start()
    datadog.set("11", BAD)
    datadog.fault = 503
    for _ in range(3):
        assert await app.callback("11") == 503
        app.clock.advance(90_000)
    before = datadog.reads["11"]
    app.clock.advance(600_000)
    await datadog.read_times("11", before + 1)
    assert not app.open("bank_code:0001")
    datadog.fault = None
    # However long it lasted, the next try is at most an idle poll away.
    app.clock.advance(300_000)
    await app.becomes("bank_code:0001", True)


async def test_a_lost_recovery_is_polled(start, datadog):
    app = await start()
    datadog.set("11", BAD)
    assert await app.callback("11") == 200
    before = datadog.reads["11"]
    app.clock.advance(200_000)
    await datadog.read_times("11", before + 1)
    datadog.set("11", GOOD)
    app.clock.advance(60_000)
    await app.becomes("bank_code:0001", False)


async def test_a_lost_alert_is_polled_even_of_a_monitor_never_heard_of(start, datadog):
    app = await start()
    await datadog.read_times("list", 1)
    datadog.set("11", BAD)
    other = bank("12", {"bank_code:0002": "Alert"})
    datadog.monitors["12"] = other | {"tags": ["circuit_breaker:bank", "service:another"]}
    app.clock.advance(300_000)
    await app.becomes("bank_code:0001", True)
    assert datadog.reads["12"] == 0, "another service's monitor is not ours to read"


async def test_a_fresh_start_reads_the_known_monitors(backend, datadog):
    datadog.set("11", BAD)
    for instance in ("one", "two"):
        clock = Clock()
        async with running(backend.store(clock, instance), clock, datadog) as app:
            await app.becomes("bank_code:0001", True)
        if backend.redis:
            # The lease of an instance that was killed keeps nobody from reading at the start.
            backend.redis.command("FLUSHALL")
            backend.redis.command("SET", f"cb:{{{NAME}}}:poller", "a-dead-instance")


async def test_a_source_that_stays_away_follows_its_policy(start, datadog):
    app = await start(CB_MAX_STALE_S="3600", CB_ON_SOURCE_DOWN="last_known:open")
    datadog.set("11", BAD)
    assert await app.callback("11") == 200
    datadog.fault = 500
    app.clock.advance(900_000 + 3_000_000)
    assert app.open("bank_code:0001") and not app.open("bank_code:0002"), "the last known state, past its lease"
    app.clock.advance(700_000)
    await app.becomes("bank_code:0002", True)
    datadog.fault = None
    app.clock.advance(300_000)
    await app.becomes("bank_code:0002", False)


async def test_a_group_that_vanished_is_held_then_ramps_to_closed(start, datadog):
    app = await start(CB_RAMP_S="100", CB_ABSENT_AFTER_S="600")
    datadog.set("11", BAD)
    assert await app.callback("11") == 200
    datadog.set("11", {"bank_code:0002": "OK"})
    assert await app.callback("11") == 200
    app.clock.advance(590_000)
    assert await app.callback("11") == 200
    assert app.open("bank_code:0001"), "held"
    app.clock.advance(11_000)
    assert await app.callback("11") == 200
    app.clock.advance(50_000)
    allowed = [app.allow("bank_code:0001") for _ in range(1000)].count(Verdict.ALLOW)
    assert 400 < allowed < 600, "half way up the ramp"
    app.clock.advance(50_000)
    assert {app.allow("bank_code:0001") for _ in range(1000)} == {Verdict.ALLOW}


@redis_only
async def test_a_flush_heals_without_a_callback(start, datadog, backend):
    datadog.set("11", BAD)
    app = await start()
    await app.becomes("bank_code:0001", True)
    reads = datadog.reads["11"]
    backend.redis.command("FLUSHALL")
    app.clock.advance(5_000)
    await datadog.read_times("11", reads + 1)
    await app.becomes("bank_code:0001", True)


@redis_only
async def test_a_change_on_one_instance_reaches_the_other(start, datadog, backend):
    one, two = await start("one"), await start("two")
    listening = backend.store(Clock(), "three")
    await asyncio.wait_for(listening.changed(), 60)
    datadog.set("11", BAD)
    assert await one.callback("11") == 200
    await asyncio.wait_for(listening.changed(), 60)
    await two.becomes("bank_code:0001", True)
    await listening.close()


@redis_only
async def test_one_instance_polls(backend):
    one, two = backend.store(Clock(), "one"), backend.store(Clock(), "two")
    assert await one.lead(60_000) and await one.lead(60_000)
    assert not await two.lead(60_000), "the lease is held"
    assert not await two.lead(0) and not await two.lead(60_000), "and only its holder gives it up"
    await one.lead(0)
    assert await two.lead(60_000)
    await one.close()
    await two.close()


async def test_what_nobody_foresaw_does_not_end_the_healing(start, datadog):
    app = await start()
    datadog.set("11", GOOD)
    assert await app.callback("11") == 200
    load = app.service.store.load

    async def broken():
        app.service.store.load = load
        raise ZeroDivisionError

    app.service.store.load = broken
    app.clock.advance(5_000)
    loaded = app.service.loaded
    await app.until("a load after the broken one", lambda: app.service.loaded > loaded)
    datadog.set("11", BAD)
    app.clock.advance(300_000)
    await app.becomes("bank_code:0001", True)


def reads(fails: int) -> list[int]:
    """The moments of all reads after a callback, in seconds, where every read but the first `fails` succeeds."""
    dirty = 1_000_000
    monitor, seen = MonitorState(dirty=dirty, tried=dirty), []
    while monitor.tried < dirty + 200_000:
        monitor.fails = monitor.fails + 1 if fails > 0 else 0
        fails -= 1
        monitor.tried = next_read(monitor, monitor.tried + 300_000, 60_000)
        seen.append((monitor.tried - dirty) // 1000)
    return seen


def test_a_dirty_monitor_is_read_at_each_step_and_then_at_its_poll():
    assert reads(0) == [5, 15, 30, 60, 120, 420]


def test_failures_are_retried_ever_slower_and_the_steps_stay():
    assert reads(3) == [5, 15, 30, 60, 120, 420], "the steps are as close as any retry"
    assert reads(9)[4:] == [120, 180, 240]
    assert [backoff(fails, 60_000) for fails in (1, 3, 40)] == [5_000, 20_000, 60_000]
