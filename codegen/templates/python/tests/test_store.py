"""The rules of `apply.lua`, played on both stores: what an update may change, and what it announces."""

import pytest

from service.clock import Clock
from service.model import Change, Level
from service.store import Update

pytestmark = pytest.mark.anyio

OPEN, WARN, OK = Level.OPEN, Level.DEGRADED, Level.CLOSED


class Bench:
    def __init__(self, store) -> None:
        self.store = store

    async def apply(self, at: int, breaker: str, **groups: tuple[Level | None, bool]) -> list[str]:
        """Applies `groups` with the fence and the time `at`; answers the announced changes."""
        wants = {group: {"level": level, "raise": may_rise} for group, (level, may_rise) in groups.items()}
        rest = {"lease": 1000, "absent_after": 100, "source": "ok", "complete": bool(wants)}
        outcome = await self.store.apply(Update(monitor="11", breaker=breaker, seq=at, now=at, groups=wants, **rest))
        events = [item.event for item in outcome.items]
        assert all(isinstance(event, Change) for event in events)
        words = sorted(f"{event.group} {event.from_}>{event.to}" for event in events)
        return words if outcome.applied else ["rejected"]

    async def state(self):
        return (await self.store.load()).monitors["11"]


@pytest.fixture
async def bench(backend):
    store = backend.store(Clock(), "one")
    yield Bench(store)
    await store.close()


async def test_held_and_muted_groups_do_not_get_worse(bench):
    assert await bench.apply(1, "b", a=(OPEN, True), b=(None, True), c=(OPEN, False)) == ["a closed>open"]
    assert await bench.apply(2, "b", a=(None, True), b=(OK, True), c=(WARN, False)) == [], "held"
    changes = await bench.apply(3, "b", a=(WARN, False), b=(OPEN, True), c=(OK, True))
    assert changes == ["a open>degraded", "b closed>open"]
    assert await bench.apply(4, "b", a=(OPEN, False), b=(OPEN, False), c=(OK, True)) == []
    entry = (await bench.state()).groups["a"]
    assert (entry.level, entry.was, entry.since, entry.lease) == (WARN, OPEN, 3, 1004)


async def test_only_a_newer_fence_is_applied(bench):
    await bench.apply(10, "b", a=(OPEN, True))
    assert await bench.apply(9, "b", a=(OK, True)) == ["rejected"]
    assert await bench.apply(10, "b", a=(OK, True)) == ["rejected"]
    state = await bench.state()
    assert (state.groups["a"].level, state.applied, state.dirty) == (OPEN, 10, 10)
    # Compared as numbers: as text, 9 would be more than 10.
    assert await bench.apply(100, "b", a=(OK, True)) == ["a open>closed"]


async def test_an_absent_group_is_held_closed_and_dropped(bench):
    there = {"b": (OK, True)}
    await bench.apply(1, "b", a=(OPEN, True), **there)
    assert await bench.apply(10, "b", **there) == []
    assert await bench.apply(50, "b", a=(OPEN, True), **there) == [], "back again: the wait starts anew"
    assert await bench.apply(60, "b", **there) == []
    assert await bench.apply(159, "b", **there) == []
    assert await bench.apply(160, "b", **there) == ["a open>closed"]
    assert (await bench.state()).groups["a"].was == OPEN, "it ramps"
    await bench.apply(260, "b", **there)
    assert list((await bench.state()).groups) == ["b"]


async def test_a_renamed_breaker_leaves_nothing_behind(bench):
    await bench.apply(1, "old", a=(OPEN, True))
    assert await bench.apply(2, "new", b=(OPEN, True)) == ["b closed>open"]
    assert await bench.apply(3, "old", b=(OK, True)) == []
    state = await bench.state()
    assert (state.breaker, len(state.groups)) == ("old", 1)
    await bench.store.forget("11")
    assert (await bench.store.load()).monitors == {}


async def test_an_incomplete_answer_renews_nothing(bench):
    await bench.apply(1, "b", a=(OPEN, True))
    assert await bench.apply(500, "b") == []
    entry = (await bench.state()).groups["a"]
    assert (entry.level, entry.lease, entry.absent) == (OPEN, 1001, None)


async def test_odd_names_and_an_empty_store_survive_the_trip(bench):
    empty = await bench.store.load()
    assert (empty.monitors, empty.overrides) == ({}, {})
    seq, now = await bench.store.fence(), Clock().now()
    group, breaker = 'bank:"みずほ\\,a b', "b:1 {x}"
    groups = {group: {"level": OPEN, "raise": True}}
    rest = {"lease": 3_600_000, "absent_after": 1, "source": "ok", "complete": True}
    await bench.store.apply(Update(monitor="11", breaker=breaker, seq=seq, now=now, groups=groups, **rest))
    state = await bench.state()
    assert (state.applied, state.breaker) == (seq, breaker), "all sixteen digits"
    entry = state.groups[group]
    assert (entry.since, entry.lease) == (now, now + 3_600_000), "to the millisecond"
