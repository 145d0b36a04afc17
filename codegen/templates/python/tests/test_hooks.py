"""The service's own reactions: when they run, how often, and what their failure changes (nothing)."""

import pytest
from harness import Signal, request

from service import outbox
from service.metrics import Count
from service.model import Monitor, Notification, Notified

pytestmark = pytest.mark.anyio


async def pending(app):
    return await app.service.store.orphans(0)


async def test_changes_reach_their_hooks_and_are_acknowledged(start, datadog):
    app = await start()
    acked, done, ack = Signal(), [], app.service.store.ack

    async def note(id):
        await ack(id)
        done.append(id)
        acked.fire()

    app.service.store.ack = note
    for status, word in (("Alert", "open"), ("Warn", "degraded"), ("OK", "close")):
        datadog.set("11", {"bank_code:0001": status, "bank_code:0002": "OK"})
        before = len(app.hooks.seen)
        assert await app.callback("11") == 200
        seen = (await app.hooks.wait(before + 2))[before:]
        expected = {f"{word} bank bank_code:0001", "notified bank 11 bank_code:0001 event 9007199254740993"}
        assert set(seen) == expected
    assert await app.callback("11") == 200
    assert len(await app.hooks.wait(7)) == 7, "no change, no hook but the notification's"
    await acked.until("seven acknowledgements", lambda: len(done) == 7)
    assert await pending(app) == []


async def test_a_failing_hook_is_retried_and_changes_nothing_else(start, datadog):
    app = await start()
    datadog.set("11", {"bank_code:0001": "Alert"})
    app.hooks.failures = 3
    assert (await app.send(request("11", test=True))).status_code == 200
    assert app.open("bank_code:0001")
    # Two errors, a hang, and then success.
    for tries in range(1, 5):
        await app.hooks.wait(tries)
        app.clock.advance(20_000)
    assert app.hooks.seen == ["open bank bank_code:0001"] * 4
    assert app.service.metrics.counts[Count.HOOK_FAILED] == 3


async def test_a_monitor_of_no_breaker_notifies_too(start, datadog):
    app = await start()
    disk = {"id": 12, "name": "disk", "tags": [], "multi": False, "overall_state": "Alert"}
    datadog.monitors["12"] = disk
    assert (await app.send(request("12", event_id="404", group=None))).status_code == 200
    seen = await app.hooks.wait(2)
    assert "notified disk - event late" in seen, "a missing event stops nothing"
    assert "open 12 *" in seen, "an untagged monitor is the breaker of its id"


async def test_a_test_notification_reconciles_and_skips_the_hook(start, datadog):
    app = await start()
    datadog.set("11", {"bank_code:0001": "Alert"})
    assert (await app.send(request("11", test=True))).status_code == 200
    assert app.open("bank_code:0001"), "what is true stays true"
    assert await app.callback("11") == 200
    seen = await app.hooks.wait(2)
    assert sum(call.startswith("notified") for call in seen) == 1


async def test_what_nobody_acknowledged_is_taken_over(start):
    app = await start()
    event = Notified(notification=Notification(**request("11")), monitor=Monitor())
    item = await app.service.store.emit(event)
    orphans = await pending(app)
    assert [orphan.id for orphan in orphans] == [item.id]
    assert orphans[0].event == event
    outbox.deliver(app.service, orphans)
    await app.hooks.wait(1)
    await app.service.store.ack(item.id)
    assert await pending(app) == []
