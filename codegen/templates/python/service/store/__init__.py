"""Where breakers are kept: the operations, and two stores that run them. What is open is decided elsewhere."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from service.model import Event, MonitorState, Override, Want

T = TypeVar("T")


class StoreError(Exception):
    """The store did not do what was asked; the text says why and holds no secret."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the store cannot be used: {why}")


@dataclass(frozen=True, kw_only=True)
class Update:
    """One reading of a monitor. `complete`: it names every group there is, those it does not name are absent."""

    monitor: str
    breaker: str
    seq: int
    now: int
    lease: int
    absent_after: int
    source: str
    complete: bool
    groups: dict[str, Want]


class Item(BaseModel):
    """An entry of the outbox, pending for this instance until acknowledged."""

    id: str
    event: Event


class Outcome(BaseModel):
    """What became of an update: applied with these changes, or rejected as stale (then the monitor is dirty)."""

    applied: bool
    items: list[Item]


class Contents(BaseModel):
    """All that is stored; the key of an override is its breaker and its group."""

    monitors: dict[str, MonitorState] = {}
    overrides: dict[str, Override] = {}


_ITEM, _ITEMS = TypeAdapter(Item), TypeAdapter(list[Item])
_OUTCOME, _CONTENTS = TypeAdapter(Outcome), TypeAdapter(Contents)


class Store(ABC):
    """The operations of `apply.lua`, each atomic. Times are the service's clock in milliseconds."""

    @abstractmethod
    async def run(self, op: str, **argument: Any) -> Any:
        """Runs one operation; answers its JSON. Raises a StoreError."""

    @abstractmethod
    async def changed(self) -> None:
        """Returns when the contents may have changed: a hint, not a promise."""

    async def ask(self, answer: TypeAdapter[T], op: str, **argument: Any) -> T:
        """As `run`, with the answer as a type."""
        try:
            return answer.validate_python(await self.run(op, **argument))
        except ValidationError as error:
            raise StoreError(f"it holds what this service does not know: {error}") from error

    async def close(self) -> None:  # noqa: B027, for a store that holds nothing open there is nothing to do
        """Lets go of all connections."""

    async def fence(self) -> int:
        """A number greater than every earlier one; taken before the source is read."""
        return await self.run("fence")

    async def dirty(self, monitor: str, now: int) -> None:
        """Notes that the monitor must be read again."""
        await self.run("dirty", monitor=monitor, now=now)

    async def apply(self, update: Update) -> Outcome:
        """Replaces the state of (breaker, monitor) if the fence is newer than the last applied."""
        return await self.ask(_OUTCOME, "apply", **vars(update))

    async def failed(self, monitor: str, now: int, why: str) -> None:
        """Notes a reading that failed."""
        await self.run("failed", monitor=monitor, now=now, why=why)

    async def forget(self, monitor: str) -> None:
        """Drops a monitor that is not this service's."""
        await self.run("forget", monitor=monitor)

    async def emit(self, event: BaseModel) -> Item:
        """Puts an event into the outbox."""
        return await self.ask(_ITEM, "emit", event=event.model_dump_json(by_alias=True))

    async def ack(self, id: str) -> None:
        """Takes an entry whose hook has run out of the outbox."""
        await self.run("ack", id=id)

    async def orphans(self, idle: int) -> list[Item]:
        """Takes over the entries that have been pending for `idle` ms."""
        return await self.ask(_ITEMS, "orphans", idle=idle)

    async def override(self, new: Override) -> Item:
        """Sets an override, or clears it; audited."""
        return await self.ask(_ITEM, "override", **new.model_dump(exclude={"kind"}))

    async def load(self) -> Contents:
        return await self.ask(_CONTENTS, "load")

    async def lead(self, ttl: int) -> bool:
        """Takes or keeps the poller's lease for `ttl` ms, gives it up with 0; answers whether it is ours."""
        return await self.run("lead", ttl=ttl)
