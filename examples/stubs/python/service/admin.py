"""For operators: what is open and why, overrides, health, metrics. `CB_ADMIN_TOKEN` guards the first two."""

import logging
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from service import outbox
from service.model import Level, Mode, Override
from service.service import Current
from service.store import StoreError

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)


def _authorize(request: Request, service: Current) -> None:
    token, given = service.settings.admin_token, request.headers.get("authorization", "")
    if token and not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise HTTPException(401)


def _overridable(service: Current) -> None:
    if not service.settings.admin_token:
        raise HTTPException(404)


@router.get("/breakers", dependencies=[Depends(_authorize)])
async def breakers(service: Current) -> dict[str, Any]:
    """Per breaker and group the worst of the monitors that know it, each monitor's source, the overrides in force."""
    snapshot, now = service.guard.snapshot, service.clock.now()
    shown: dict[str, dict[str, dict[str, Any]]] = {}
    for id, monitor in sorted(snapshot.contents.monitors.items()):
        # Until it is read for the first time, nobody knows which breaker it feeds.
        breaker = shown.setdefault(monitor.breaker if monitor.applied else id, {})
        source = {"source": monitor.source, "read_ms": monitor.tried, "last_callback_ms": monitor.dirty}
        breaker.setdefault("monitors", {})[id] = source | {"failures": monitor.fails}
        for group, entry in sorted(monitor.groups.items()):
            known = breaker.setdefault("groups", {}).setdefault(group, {"monitors": []})
            known["monitors"].append(id)
            if entry.level > known.get("state", ""):
                known |= {"state": entry.level, "since_ms": entry.since, "lease_expires_ms": entry.lease}
    for override in snapshot.contents.overrides.values():
        if override.until > now:
            overrides = shown.setdefault(override.breaker, {}).setdefault("overrides", {})
            overrides[override.group] = override.model_dump(exclude={"kind"})
    age = None if snapshot.loaded is None else now - snapshot.loaded
    return {"now_ms": now, "snapshot_age_ms": age, "breakers": shown}


class NewOverride(BaseModel):
    """The body of an override. `group` absent: the whole breaker."""

    mode: Mode
    group: str | None = None
    actor: str
    reason: str
    ttl_s: Annotated[int, Field(ge=0, lt=2**32)] = 0


@router.post("/breakers/{name}/override", dependencies=[Depends(_overridable), Depends(_authorize)])
async def set_override(name: str, body: NewOverride, service: Current) -> dict[str, Any]:
    if not body.actor.strip() or not body.reason.strip() or (body.ttl_s == 0 and body.mode != "clear"):
        raise HTTPException(400, "give actor, reason and ttl_s: an override is owned and ends")
    until = service.clock.now() + body.ttl_s * 1000
    fields = {"group": body.group or "*", "mode": body.mode, "actor": body.actor, "reason": body.reason}
    new = Override(breaker=name, until=until, **fields)
    shown = new.model_dump(exclude={"kind"})
    log.warning("an operator overrides a breaker", extra=shown)
    try:
        item = await service.store.override(new)
    except StoreError as error:
        raise HTTPException(503, str(error)) from error
    outbox.deliver(service, [item])
    await service.reload()
    return shown


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    return PlainTextResponse("ok")


@router.get("/readyz")
async def readyz(service: Current) -> PlainTextResponse:
    """Ready once the store was read, or once the policy for a store that is down has decided without it."""
    settings = service.settings
    waits = settings.on_store_down.holds(service.clock.now() - service.started, settings.max_stale)
    if service.guard.snapshot.loaded is None and waits:
        return PlainTextResponse("the store was not read yet", 503)
    return PlainTextResponse("ready")


@router.get("/metrics")
async def metrics(service: Current) -> PlainTextResponse:
    snapshot = service.guard.snapshot
    monitors = snapshot.contents.monitors.values()
    levels = [entry.level for monitor in monitors for entry in monitor.groups.values()]
    gauges: dict[str, Any] = {f'cb_groups{{state="{level}"}}': levels.count(level) for level in reversed(Level)}
    gauges["cb_monitors_failing"] = sum(monitor.fails > 0 for monitor in monitors)
    age = None if snapshot.loaded is None else (service.clock.now() - snapshot.loaded) / 1000
    gauges["cb_snapshot_age_seconds"] = "NaN" if age is None else age
    return PlainTextResponse(service.metrics.render(gauges))
