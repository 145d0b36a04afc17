"""The words of the breaker: levels, entries, events. Plain data with its JSON form; no rule and no I/O."""

from enum import StrEnum
from typing import Annotated, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field


class Level(StrEnum):
    """How a group stands. The words are compared as text: their alphabetical order is that of their gravity."""

    CLOSED = "closed"
    DEGRADED = "degraded"
    OPEN = "open"


class Entry(BaseModel):
    """One stored group of one monitor. Times are milliseconds since 1970."""

    level: Level = Level.CLOSED
    was: Level = Level.CLOSED
    since: int
    lease: int
    absent: int | None = None


# What a reading asks of a group: a level of None holds the stored one; without `raise` it may not get worse.
Want = TypedDict("Want", {"level": Level | None, "raise": bool})


class MonitorState(BaseModel):
    """One monitor in the store."""

    breaker: str = ""
    applied: int = 0
    dirty: int = 0
    tried: int = 0
    fails: int = 0
    source: str = "unread"
    groups: dict[str, Entry] = {}


class Notification(BaseModel):
    """The body of a callback, as the dispatcher sends it. Ids are text."""

    model_config = ConfigDict(strict=True)

    event_id: str | None = None
    monitor_id: str
    group: str | None = None
    transition: str | None = None
    test: bool = False
    callback_url: str
    message_id: str


class Monitor(BaseModel):
    """The monitor as it was read, for the hooks."""

    id: str = ""
    name: str = ""
    tags: list[str] = []


class Change(BaseModel):
    """A group of a breaker changed its level."""

    kind: Literal["change"] = "change"
    breaker: str
    monitor: str
    group: str
    from_: Level = Field(alias="from")
    to: Level
    at: int


class Notified(BaseModel):
    """A verified callback about a monitor."""

    kind: Literal["notification"] = "notification"
    notification: Notification
    monitor: Monitor


Mode = Literal["force_open", "force_closed", "clear"]


class Override(BaseModel):
    """An operator's word on a breaker, or on one of its groups (`*`: on all); it wins until `until`."""

    kind: Literal["override"] = "override"
    breaker: str
    group: str
    mode: Mode
    actor: str
    reason: str
    until: int


# An entry of the audit stream.
Event = Annotated[Change | Notified | Override, Field(discriminator="kind")]
