"""The endpoint that the dispatcher calls: who calls, about what, and the answer. 200 comes after the commit only."""

import logging

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from service import outbox
from service.config import is_id
from service.metrics import Count
from service.model import Notification, Notified
from service.reconcile import UNREACHABLE, NotOursError, reconcile
from service.service import Current, Service

log = logging.getLogger(__name__)
router = APIRouter()

# Bodies are a few hundred bytes.
MAX_BODY = 64 * 1024


class RefusedError(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@router.post("/dd_circuit_breaker/callback", include_in_schema=False)
async def callback(request: Request, service: Current) -> JSONResponse:
    try:
        await _handle(service, _checked(service, request, await _body(request)))
    except (RefusedError, NotOursError) as why:
        status = why.status if isinstance(why, RefusedError) else 404
        service.metrics.add(Count.CALLBACK_REFUSED)
        log.warning("a callback was refused", extra={"status": status, "why": why})
        return JSONResponse({"status": "error", "detail": str(why)}, status)
    except UNREACHABLE as error:
        service.metrics.add(Count.CALLBACK_FAILED)
        log.error("a callback could not be handled", extra={"error": error})
        return JSONResponse({"status": "error", "detail": str(error)}, 503, {"retry-after": "5"})
    service.metrics.add(Count.CALLBACK_DONE)
    return JSONResponse({"status": "ok", "detail": "committed"})


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise RefusedError(413, "the body is larger than 64 KiB")
    except ClientDisconnect:
        raise RefusedError(400, "the body ended before its length") from None
    return bytes(body)


def _checked(service: Service, request: Request, body: bytes) -> Notification:
    settings = service.settings
    if not settings.signing_keys.verify(request.headers, body):
        raise RefusedError(401, "the signature is missing, wrong or older than five minutes")
    try:
        notification = Notification.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise RefusedError(400, f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}") from None
    if not is_id(notification.monitor_id):
        raise RefusedError(400, "monitor_id is not a string of digits")
    if settings.monitors is not None and notification.monitor_id not in settings.monitors:
        raise RefusedError(404, "the monitor is not in CB_MONITORS")
    return notification


async def _handle(service: Service, notification: Notification) -> None:
    # Dirty first: from here on the monitor is read until one reading succeeds, even if this process dies.
    await service.store.dirty(notification.monitor_id, service.clock.now())
    monitor = await reconcile(service, notification.monitor_id)
    if not notification.test:
        item = await service.store.emit(Notified(notification=notification, monitor=monitor))
        outbox.deliver(service, [item])
