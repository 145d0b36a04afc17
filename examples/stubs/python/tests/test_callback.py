"""The callback endpoint through the real routes: what it commits, and each of its answers."""

import pytest
from harness import KEY, OTHER_KEY, bank, request

from service.guard import Verdict
from service.metrics import Count
from service.name import NAME

pytestmark = pytest.mark.anyio


async def test_an_alert_opens_its_group_alone_and_a_recovery_closes_it(start, datadog):
    app = await start()
    datadog.set("11", {"bank_code:0001": "Alert", "bank_code:0002": "OK", "bank_code:0003": "Warn"})
    assert await app.callback("11") == 200
    # Committed and loaded before the answer: no waiting here.
    assert app.allow("bank_code:0001") == Verdict.PROBE, "the first call of an interval"
    assert app.allow("bank_code:0001") == Verdict.REJECT
    assert app.allow("bank_code:0002") == Verdict.ALLOW
    ask = {"breaker": "bank", "group": "bank_code:0003", "n": 1000}
    asked = (await app.http.post("/_conformance/allow", json=ask)).json()
    assert 400 < asked["allow"] < 600 and asked["probe"] == 0, "degraded lets half through"
    assert sum(asked.values()) == 1000
    datadog.set("11", dict.fromkeys(["bank_code:0001", "bank_code:0002", "bank_code:0003"], "OK"))
    assert await app.callback("11") == 200
    assert (app.allow("bank_code:0001"), app.allow("bank_code:0003")) == (Verdict.ALLOW, Verdict.ALLOW)


async def test_every_answer_has_its_status(start, datadog):
    keys = f"{OTHER_KEY} {KEY}"
    app = await start(CB_SIGNING_KEYS=keys, CB_MONITORS="11,12,13", CB_REQUIRE_SERVICE_TAG="1")
    datadog.set("11", {"bank_code:0001": "OK"})
    stranger = bank("13", {"bank_code:0001": "Alert"}) | {"tags": ["circuit_breaker:bank", "service:other"]}
    datadog.monitors["13"] = stranger

    async def sent(body, key=KEY, age_s=0):
        return (await app.send(body, key, age_s)).status_code

    assert await sent(request("11")) == 200
    assert await sent(request("11"), OTHER_KEY) == 200, "a key being rotated in"
    assert await sent(request("11"), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") == 401
    assert await sent(request("11"), KEY, 400) == 401, "an old signature"
    assert await sent(request("11"), KEY, -400) == 401, "one from the future"
    path = "/dd_circuit_breaker/callback"
    assert (await app.http.post(path, json=request("11"))).status_code == 401, "no signature"
    odd = {"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1 \u00e9"}
    headers = {name: value.encode("latin-1") for name, value in odd.items()}
    assert (await app.http.post(path, content=b"\xff", headers=headers)).status_code == 401, "no text at all"
    assert await sent({"monitor_id": "11"}) == 400, "fields missing"
    assert await sent([1]) == 400
    assert await sent(request("11", monitor_id=11)) == 400, "ids are text"
    assert await sent(request("11", test="true")) == 400
    assert await sent(request("11", monitor_id="../v2/x")) == 400, "an id is no path"
    assert await sent(request("99")) == 404, "outside CB_MONITORS"
    assert await sent(request("13")) == 404, "without this service's tag"
    assert not app.open("bank_code:0001"), "and nothing of it was kept"
    assert await sent(request("11", group="x" * 65 * 1024)) == 413
    for fault in (500, 503, 429, 403, 404, 302, 0):
        datadog.fault = fault
        answer = await app.send(request("11"))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), f"Datadog answered {fault}"
        assert answer.json()["status"] == "error"


@pytest.mark.parametrize("answer", [[], None, 7, {"id": 12}, {"id": "x"}, {}])
async def test_what_is_no_monitor_is_not_believed(start, datadog, answer):
    app = await start()
    datadog.monitors["11"] = answer
    assert await app.callback("11") == 503


async def test_odd_parts_of_a_monitor_count_as_empty(start, datadog):
    app = await start()
    datadog.monitors["11"] = {"id": 11, "tags": 5, "state": [], "options": "x", "matching_downtimes": {}}
    assert await app.callback("11") == 200
    assert app.service.guard.snapshot.contents.monitors["11"].breaker == "11"


async def test_no_dedupe_before_the_commit(start, datadog):
    app = await start()
    datadog.set("11", {"bank_code:0001": "Alert"})
    datadog.fault = 503
    assert await app.callback("11") == 503
    assert not app.open("bank_code:0001")
    datadog.fault = None
    assert await app.callback("11") == 200, "the retry has the same webhook-id"
    assert app.open("bank_code:0001")


@pytest.mark.parametrize("backend", ["redis"], indirect=True)
async def test_a_store_that_is_down_is_503_and_the_snapshot_goes_on(start, datadog, backend):
    app = await start(CB_MAX_STALE_S="600")
    datadog.set("11", {"bank_code:0001": "Alert", "bank_code:0002": "OK"})
    assert await app.callback("11") == 200
    backend.redis.stop()
    answer = await app.send(request("11"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert app.open("bank_code:0001") and not app.open("bank_code:0002"), "the last known state"
    backend.redis.start()
    before = app.clock.now()
    app.clock.advance(60_000)

    def read_again():
        monitor = app.service.guard.snapshot.contents.monitors.get("11")
        return monitor is not None and monitor.tried > before and app.open("bank_code:0001")

    # The state is gone with Redis; the known monitors bring it back without any callback.
    await app.until("a new reading", read_again)
    assert await app.callback("11") == 200


@pytest.mark.parametrize("backend", ["redis"], indirect=True)
async def test_a_store_that_holds_nonsense_counts_as_down(start, datadog, backend):
    app = await start()
    datadog.set("11", {"bank_code:0001": "Alert"})
    assert await app.callback("11") == 200
    backend.redis.command("HSET", f"cb:{{{NAME}}}:override", "x", "{}")
    await app.service.reload()
    assert app.service.metrics.counts[Count.STORE_FAILED] >= 1
    assert app.open("bank_code:0001"), "the last known state"
