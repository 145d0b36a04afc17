"""What the tests stand on: a fake Datadog, a real Redis where there is one, and the service behind its real routes."""

import asyncio
import json
import socket
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import APIRouter
from standardwebhooks.webhooks import Webhook

from service.clock import Clock
from service.config import Settings
from service.datadog import Datadog, SourceError
from service.guard import Verdict
from service.hook import Hooks
from service.name import NAME
from service.server import application
from service.service import Service
from service.store import Store
from service.store.memory import MemoryStore
from service.store.redis import RedisStore

KEY = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
OTHER_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
REQUIRED = {"DD_API_KEY": "api", "DD_APP_KEY": "app", "CB_SIGNING_KEYS": KEY}


def settings(**changes: str) -> Settings:
    quick = {"CB_PROBE_RATIO": "0", "CB_RAMP_S": "0", "CB_CONFORMANCE": "1"}
    return Settings.read(REQUIRED | quick | changes)


class Signal:
    """Tells whoever waits that something happened."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def fire(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, what: str, holds: Callable[[], bool]) -> None:
        """What is waited for comes at once or never; a minute tells never from a busy machine."""
        try:
            async with asyncio.timeout(60):
                while not holds():
                    await self._event.wait()
        except TimeoutError:
            raise AssertionError(f"{what} never came") from None


def bank(id: str, groups: dict[str, str]) -> dict[str, Any]:
    """A monitor as Datadog answers it, of breaker `bank` and this service."""
    states = {group: {"name": group, "status": status, "last_nodata_ts": None} for group, status in groups.items()}
    return {
        "id": int(id),
        "name": f"bank {id}",
        "multi": True,
        "overall_state": "OK",
        "tags": ["circuit_breaker:bank", f"service:{NAME}"],
        "state": {"groups": states},
        "matching_downtimes": [],
        "options": {"silenced": {}, "thresholds": {"critical": 0.1}},
    }


def request(monitor: str, **changes: Any) -> dict[str, Any]:
    """The body of a callback."""
    body = {
        "event_id": "9007199254740993",
        "monitor_id": monitor,
        "group": "bank_code:0001",
        "transition": "Triggered",
        "test": False,
        "callback_url": "https://funds.example/dd_circuit_breaker/callback",
        "message_id": "msg_1",
    }
    return body | changes


class FakeDatadog:
    """Datadog as far as the service sees it, below its HTTP client."""

    def __init__(self) -> None:
        self.monitors: dict[str, Any] = {}
        # Answered instead of the truth while set: a status, or 0 for HTML with 200.
        self.fault: int | None = None
        self.reads: Counter[str] = Counter()
        self._read = Signal()
        self._open = asyncio.Event()
        self._open.set()
        self.transport = httpx.MockTransport(self._answer)

    def set(self, id: str, groups: dict[str, str]) -> None:
        self.monitors[id] = bank(id, groups)

    def hold(self) -> None:
        """From now on reads hang, until `release`."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    async def read_times(self, what: str, n: int) -> None:
        """Returns once a monitor (or `list`) was asked for `n` times in all."""
        await self._read.until(f"read {n} of {what}", lambda: self.reads[what] >= n)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        what = request.url.path.removeprefix("/api/v1/").removeprefix("monitor").strip("/") or "list"
        assert request.headers["dd-api-key"] == "api" and request.headers["dd-application-key"] == "app"
        # What is answered was seen before the gate: a slow answer is an old one.
        answer = self._seen(what)
        self.reads[what] += 1
        self._read.fire()
        if what != "list":
            await self._open.wait()
        return answer

    def _seen(self, what: str) -> httpx.Response:
        if self.fault is not None:
            return httpx.Response(self.fault or 200, html="<html>a gateway speaks</html>")
        if what == "list":
            return httpx.Response(200, json=list(self.monitors.values()))
        if what.startswith("events/"):
            id = what.removeprefix("events/")
            return httpx.Response(404) if id == "404" else httpx.Response(200, json={"event": {"id_str": id}})
        if what not in self.monitors:
            return httpx.Response(404, json={"errors": ["Monitor not found"]})
        return httpx.Response(200, json=self.monitors[what])


class Redis:
    """A `redis-server` of the test's own."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert any("Ready to accept connections" in line for line in self._process.stdout)

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def command(self, *words: str) -> None:
        """Runs one command whose answer is of no interest, as a line of Redis' inline protocol."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(" ".join(words).encode() + b"\r\n")
            assert connection.recv(1000)[:1] in b"+:"


class Recorder(Hooks):
    """Hooks that write down what they were told. While `failures` lasts they then fail, at last by a hang."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.failures = 0
        self._noted = Signal()

    async def _note(self, what: str) -> None:
        self.seen.append(what)
        self._noted.fire()
        if self.failures > 0:
            self.failures -= 1
            if self.failures == 0:
                await asyncio.Event().wait()
            raise RuntimeError("a hook fails")

    async def wait(self, n: int) -> list[str]:
        await self._noted.until(f"call {n} of a hook", lambda: len(self.seen) >= n)
        return self.seen

    async def on_notification(self, notification, event, monitor) -> None:
        try:
            found = await event.get()
            word = "none" if found is None else found["id_str"]
        except SourceError:
            word = "late"
        await self._note(f"notified {monitor.name} {notification.group or '-'} event {word}")

    async def on_open(self, change) -> None:
        await self._note(f"open {change.breaker} {change.group}")

    async def on_degraded(self, change) -> None:
        await self._note(f"degraded {change.breaker} {change.group}")

    async def on_close(self, change) -> None:
        await self._note(f"close {change.breaker} {change.group}")


class Backend:
    """The store a test runs over: memory, or a Redis of its own."""

    def __init__(self, redis: Redis | None) -> None:
        self.redis = redis

    def store(self, clock: Clock, instance: str) -> Store:
        return RedisStore(self.redis.url, NAME, instance) if self.redis else MemoryStore(clock)


class Shown(Service):
    """A service that tells when the guard has something new to look at."""

    def __init__(self, *parts: Any, **more: Any) -> None:
        super().__init__(*parts, **more)
        self.loads = Signal()
        self.loaded = 0

    async def reload(self) -> None:
        await super().reload()
        self.loaded += 1
        self.loads.fire()


class App:
    """One running instance."""

    def __init__(self, service: Shown, http: httpx.AsyncClient) -> None:
        self.service, self.http, self.clock, self.hooks = service, http, service.clock, service.hooks

    async def callback(self, monitor: str) -> int:
        """A callback about `monitor`, signed as the dispatcher signs it; answers the status."""
        return (await self.send(request(monitor))).status_code

    async def send(self, body: dict[str, Any], key: str = KEY, age_s: int = 0) -> httpx.Response:
        text, at = json.dumps(body), datetime.now(UTC) - timedelta(seconds=age_s)
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp()))}
        headers["webhook-signature"] = Webhook(key).sign("msg_1", at, text)
        return await self.http.post("/dd_circuit_breaker/callback", content=text, headers=headers)

    def allow(self, group: str) -> Verdict:
        """Asks the guard once, for breaker `bank`."""
        return self.service.guard.allow("bank", group)

    def open(self, group: str) -> bool:
        return self.allow(group) != Verdict.ALLOW

    async def becomes(self, group: str, open: bool) -> None:
        """Returns once the guard holds this group open, or no longer."""
        await self.until(f"{group} open={open}", lambda: self.open(group) == open)

    async def until(self, what: str, holds: Callable[[], bool]) -> None:
        await self.service.loads.until(what, holds)


@asynccontextmanager
async def running(store: Store, clock: Clock, datadog: FakeDatadog, **changes: str) -> AsyncIterator[App]:
    """Starts an instance and waits for its first look at the store."""
    now = settings(**changes)
    source = Datadog(now, datadog.transport)
    service = Shown(now, clock=clock, store=store, source=source, hooks=Recorder(), seed=7)
    app = application(service, APIRouter())
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")
    async with app.router.lifespan_context(app), http:
        started = App(service, http)
        await started.until("a first load", lambda: service.loaded > 0)
        yield started
