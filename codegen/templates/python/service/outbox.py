"""From a committed event to its hook: timeout, retries, acknowledgement. A hook that fails changes nothing else."""

import logging

from service.hook import LazyEvent
from service.metrics import Count
from service.model import Change, Event, Level, Notified
from service.service import Service
from service.store import Item, StoreError

log = logging.getLogger(__name__)

# Tries before an entry is left to whoever asks for orphans.
TRIES = 6
# Pending for so long, an entry belongs to nobody. Longer than all tries take with the default timeout.
ORPHANED = 180_000


def deliver(service: Service, items: list[Item]) -> None:
    """Runs the hooks of `items` in their order, in the background."""
    if items:
        service.spawn(_deliver(service, items))


async def adopt(service: Service) -> None:
    """Takes over what another instance, or an earlier life of this one, left undone."""
    try:
        deliver(service, await service.store.orphans(ORPHANED))
    except StoreError as error:
        log.warning("the outbox was not looked through", extra={"error": error})


async def _deliver(service: Service, items: list[Item]) -> None:
    for item in items:
        for attempt in range(TRIES):
            if await _try(service, item, attempt):
                break
            await service.clock.sleep(1000 << attempt)


async def _try(service: Service, item: Item, attempt: int) -> bool:
    try:
        await service.clock.within(service.settings.hook_timeout, _run(service, item.event))
    except Exception as error:  # whatever it is, the hook is the user's: it fails alone
        service.metrics.add(Count.HOOK_FAILED)
        log.warning("a hook failed", extra={"error": repr(error), "entry": item.id, "attempt": attempt})
        return False
    service.metrics.add(Count.HOOK_DONE)
    try:
        await service.store.ack(item.id)
    except StoreError as error:
        log.warning("a hook ran but may run again", extra={"error": error, "entry": item.id})
    return True


async def _run(service: Service, event: Event) -> None:
    hooks = service.hooks
    if isinstance(event, Notified):
        lazy = LazyEvent(event.notification.event_id, service.source)
        await hooks.on_notification(event.notification, lazy, event.monitor)
    elif isinstance(event, Change):
        by_level = {Level.OPEN: hooks.on_open, Level.DEGRADED: hooks.on_degraded, Level.CLOSED: hooks.on_close}
        await by_level[event.to](event)
