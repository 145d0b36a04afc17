"""From settings to a running service: parts, routes, background tasks, the end. No rule of the breaker lives here."""

import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import APIRouter, FastAPI

from service import admin, callback, conformance, heal
from service import log as lines
from service.clock import Clock
from service.config import SettingError, Settings
from service.datadog import Datadog
from service.hook import Hooks
from service.name import NAME
from service.service import Service
from service.store.memory import MemoryStore
from service.store.redis import RedisStore

log = logging.getLogger(__name__)


def run(hooks: Hooks, own: APIRouter) -> None:
    """Runs the service by the environment's settings until SIGTERM or SIGINT. `own` are the service's own routes."""
    lines.start()
    try:
        settings = Settings.read(os.environ)
    except SettingError as error:
        sys.exit(f"error: {error}")
    # uvicorn ends what is under way and then raises the signal again: that is the end, and a good one.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    asyncio.run(_run(settings, hooks, own))


async def _run(settings: Settings, hooks: Hooks, own: APIRouter) -> None:
    clock = Clock()
    if settings.redis_url:
        store = RedisStore(settings.redis_url, NAME, f"{NAME}-{secrets.token_hex(8)}")
    else:
        log.warning("REDIS_URL is unset: breakers are kept in this process alone")
        store = MemoryStore(clock)
    service = Service(settings, clock=clock, store=store, source=Datadog(settings), hooks=hooks)
    family = socket.AF_INET6 if ":" in settings.listen[0] else socket.AF_INET
    with socket.create_server(settings.listen, family=family) as listen:
        host, port = listen.getsockname()[:2]
        addr = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        print(json.dumps({"msg": "listening", "addr": addr}), flush=True)
        config = uvicorn.Config(
            application(service, own), log_config=None, access_log=False, timeout_graceful_shutdown=10
        )
        await uvicorn.Server(config).serve([listen])


def application(service: Service, own: APIRouter) -> FastAPI:
    """The service's routes, with the poller and the snapshot's reload beside them while it runs."""

    @asynccontextmanager
    async def alive(_: FastAPI) -> AsyncIterator[None]:
        service.spawn(heal.refresh(service))
        service.spawn(heal.poll(service))
        yield
        await service.close()

    app = FastAPI(title=NAME, lifespan=alive)
    app.state.service = service
    for router in (callback.router, admin.router, own):
        app.include_router(router)
    if service.settings.conformance:
        log.warning("CB_CONFORMANCE=1: anyone who reaches this port can move the clock; never in production")
        app.include_router(conformance.router)
    return app
