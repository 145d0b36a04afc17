"""The store of one process, for a laptop: the rules of `apply.lua` on dicts. A restart forgets it and heals it."""

import asyncio
from typing import Any

from pydantic import TypeAdapter

from service.clock import Clock
from service.model import Change, Entry, Event, Level, MonitorState, Override, Want
from service.store import Contents, Item, Outcome, Store, Update

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class MemoryStore(Store):
    """An operation never awaits: that makes it atomic."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._hint, self._contents = clock, asyncio.Event(), Contents()
        self._seq = self._emitted = 0
        # What no hook has acknowledged, and when it was last handed out.
        self._pending: dict[str, tuple[Event, int]] = {}

    async def run(self, op: str, **argument: Any) -> Any:
        answer = getattr(self, f"_{op}")(**argument)
        if op in ("apply", "failed", "forget", "override"):
            self._hint.set()
        return answer

    async def changed(self) -> None:
        await self._hint.wait()
        self._hint.clear()

    def _state(self, monitor: str) -> MonitorState:
        return self._contents.monitors.setdefault(monitor, MonitorState())

    def _fence(self) -> int:
        self._seq = max(self._seq + 1, self._clock.now() * 1000)
        return self._seq

    def _dirty(self, monitor: str, now: int) -> None:
        self._state(monitor).dirty = now

    def _failed(self, monitor: str, now: int, why: str) -> None:
        state = self._state(monitor)
        state.tried, state.fails, state.source = now, state.fails + 1, why

    def _forget(self, monitor: str) -> None:
        self._contents.monitors.pop(monitor, None)

    def _emit(self, event: str) -> Item:
        return self._put(_EVENT.validate_json(event))

    def _put(self, event: Event) -> Item:
        self._emitted += 1
        self._pending[str(self._emitted)] = (event, self._clock.now())
        return Item(id=str(self._emitted), event=event)

    def _ack(self, id: str) -> None:
        self._pending.pop(id, None)

    def _orphans(self, idle: int) -> list[Item]:
        now = self._clock.now()
        due = {id: event for id, (event, since) in self._pending.items() if now - since >= idle}
        self._pending |= {id: (event, now) for id, event in due.items()}
        return [Item(id=id, event=event) for id, event in due.items()]

    def _override(self, **fields: Any) -> Item:
        new = Override(**fields)
        field = f"{new.breaker} {new.group}"
        if new.mode == "clear":
            self._contents.overrides.pop(field, None)
        else:
            self._contents.overrides[field] = new
        return self._put(new)

    def _load(self) -> Any:
        return self._contents.model_dump()

    def _lead(self, ttl: int) -> bool:
        return ttl > 0

    def _apply(self, **fields: Any) -> Outcome:
        update = Update(**fields)
        state = self._state(update.monitor)
        state.tried = update.now
        if update.seq <= state.applied:
            state.dirty = update.now
            return Outcome(applied=False, items=[])
        if state.breaker != update.breaker:
            state.groups = {}
        state.applied, state.breaker, state.source, state.fails = update.seq, update.breaker, update.source, 0
        items = []
        for group in [*update.groups, *(state.groups.keys() - update.groups.keys() if update.complete else ())]:
            entry = state.groups.setdefault(group, Entry(since=update.now, lease=0))
            level = _wanted(update.groups[group], entry) if group in update.groups else _absent(update, entry)
            if level is None:
                del state.groups[group]
                continue
            entry.lease = update.now + update.lease
            if level != entry.level:
                entry.was, entry.level, entry.since = entry.level, level, update.now
                change = {"from": entry.was, "to": level, "at": update.now}
                items.append(self._put(Change(breaker=update.breaker, monitor=update.monitor, group=group, **change)))
        return Outcome(applied=True, items=items)


def _wanted(want: Want, entry: Entry) -> Level:
    """A level of None holds the stored one; without `raise` a group may close or ease, but not get worse."""
    entry.absent, level = None, want["level"]
    return entry.level if level is None or (level > entry.level and not want["raise"]) else level


def _absent(update: Update, entry: Entry) -> Level | None:
    """An open group that a complete answer does not name is held for `absent_after`, then closed, and later dropped."""
    entry.absent = entry.absent or update.now
    if update.now - entry.absent < update.absent_after:
        return entry.level
    if entry.level == Level.CLOSED:
        return None
    entry.absent = update.now
    return Level.CLOSED
