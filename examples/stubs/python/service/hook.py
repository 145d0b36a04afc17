"""The seam between the mechanism and the service's own reaction: what a hook is given. Yours live in `hooks.py`."""

from dataclasses import dataclass
from typing import Any

from service.datadog import Source
from service.model import Change, Monitor, Notification


@dataclass(frozen=True)
class LazyEvent:
    """The event behind a notification, looked up only when asked for."""

    id: str | None
    source: Source

    async def get(self) -> dict[str, Any] | None:
        """Title, text, tags, time, alert type; None if the notification names none. A late event is a SourceError."""
        return None if self.id is None else await self.source.event(self.id)


class Hooks:
    """Called at least once, after the commit, by the instance that committed. An error is logged, counted, retried."""

    async def on_notification(self, notification: Notification, event: LazyEvent, monitor: Monitor) -> None:
        """Every verified callback except a test, whether the monitor feeds a breaker or not."""

    async def on_open(self, change: Change) -> None:
        """A group opened."""

    async def on_degraded(self, change: Change) -> None:
        """A group is let through in part."""

    async def on_close(self, change: Change) -> None:
        """A group closed."""
