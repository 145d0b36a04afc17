"""Fixtures: every test that takes `backend`, or `start`, runs over both stores."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
from harness import App, Backend, FakeDatadog, Redis, running

from service.clock import Clock


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["memory", "redis"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "memory":
        yield Backend(None)
        return
    if not shutil.which("redis-server"):
        pytest.skip("no redis-server on this machine")
    redis = Redis()
    yield Backend(redis)
    redis.stop()


@pytest.fixture
async def datadog() -> FakeDatadog:
    return FakeDatadog()


@pytest.fixture
async def start(backend: Backend, datadog: FakeDatadog) -> AsyncIterator[Callable[..., Awaitable[App]]]:
    """Starts instances, each with its clock, by the settings that differ from the tests' usual ones."""
    async with AsyncExitStack() as stack:

        async def begin(instance: str = "one", **changes: str) -> App:
            clock = Clock()
            store = backend.store(clock, instance)
            return await stack.enter_async_context(running(store, clock, datadog, **changes))

        yield begin
