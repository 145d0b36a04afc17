"""The one way a monitor's truth reaches the store: fence, read, map, apply. Whoever asks, and however often."""

import logging

from service import outbox
from service.datadog import Reading, SourceError
from service.mapping import map_reading
from service.metrics import Count
from service.model import Monitor
from service.name import NAME
from service.service import Service
from service.store import StoreError, Update

log = logging.getLogger(__name__)


class NotOursError(Exception):
    def __init__(self, monitor: str) -> None:
        super().__init__(f"monitor `{monitor}` lacks the tag `service:{NAME}`: add it, or unset CB_REQUIRE_SERVICE_TAG")


# Why a monitor was not reconciled, where trying again may help.
UNREACHABLE = (StoreError, SourceError)


async def reconcile(service: Service, id: str) -> Monitor:
    """Reconciles monitor `id`; callers that come while it is being read share the next reading."""
    return await service.slots.share(id, lambda: _read_and_apply(service, id))


async def _read_and_apply(service: Service, id: str) -> Monitor:
    store, now = service.store, service.clock.now()
    # The fence comes first: whatever is read after it is at least as new as the number says.
    seq = await store.fence()
    try:
        reading = await service.source.monitor(id)
    except SourceError as error:
        service.metrics.add(Count.READ_FAILED)
        about = {"error": error, "monitor": id}
        log.warning("the monitor was not read: its state is held and it will be read again", extra=about)
        await store.failed(id, now, str(error))
        raise
    service.metrics.add(Count.READ_DONE)
    if service.settings.require_service_tag and f"service:{NAME}" not in reading.tags:
        await store.forget(id)
        raise NotOursError(id)
    await _apply(service, reading, seq, now)
    return Monitor(id=id, name=reading.name, tags=reading.tags)


async def _apply(service: Service, reading: Reading, seq: int, now: int) -> None:
    settings, mapped = service.settings, map_reading(reading, service.settings, now)
    # A breaker is named by the monitor's tag; without one it bears the monitor's id.
    about = {"monitor": reading.id, "breaker": reading.tag("circuit_breaker") or reading.id}
    if mapped.capped:
        service.metrics.add(Count.CAPPED)
        log.error("more groups alert than CB_MAX_OPEN_PERCENT allows: nothing more opens", extra=about)
    update = Update(
        **about,
        seq=seq,
        now=now,
        lease=settings.lease,
        absent_after=settings.absent_after,
        source="ok" if mapped.complete else "unknown: a grouped monitor without groups",
        complete=mapped.complete,
        groups=mapped.groups,
    )
    outcome = await service.store.apply(update)
    if not outcome.applied:
        service.metrics.add(Count.WRITE_REJECTED)
        log.info("a newer reading was there already: the monitor will be read again", extra=about)
    outbox.deliver(service, outcome.items)
    await service.reload()
