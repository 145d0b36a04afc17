"""Yours: what this service does, beyond the breaker, when a monitor speaks. Written once and never overwritten."""

import logging

from service.hook import Hooks, LazyEvent
from service.model import Change, Monitor, Notification

log = logging.getLogger(__name__)


class ServiceHooks(Hooks):
    """Each hook runs at least once, after the state is stored: make them idempotent. An error or a timeout is retried.

    They share the event loop with everything else: await what waits, or hand it to `asyncio.to_thread`.
    """

    async def on_notification(self, notification: Notification, event: LazyEvent, monitor: Monitor) -> None:
        """For every callback that is no test, whether its monitor feeds a breaker or not.

        `await event.get()` asks Datadog for the event's text, tags and alert type; it may be late: do not depend on it.
        """
        about = {"group": notification.group, "transition": notification.transition}
        log.info("notified", extra={"monitor": monitor.id, "monitor_name": monitor.name, **about})

    async def on_open(self, change: Change) -> None:
        log.warning("breaker opened", extra=_about(change))

    async def on_degraded(self, change: Change) -> None:
        log.warning("breaker degraded", extra=_about(change))

    async def on_close(self, change: Change) -> None:
        log.info("breaker closed", extra=_about(change))


def _about(change: Change) -> dict[str, str]:
    return {"breaker": change.breaker, "group": change.group, "monitor": change.monitor}
