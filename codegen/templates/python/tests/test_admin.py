"""The operator's side: what is shown, who may override, and that an override wins while it lasts."""

import pytest

from service.guard import Verdict

pytestmark = pytest.mark.anyio


async def order(app, breaker="bank", token="right", **body):
    headers = {"authorization": f"Bearer {token}".encode()}
    return (await app.http.post(f"/breakers/{breaker}/override", headers=headers, json=body)).status_code


async def test_an_override_wins_until_it_ends(start, datadog):
    app = await start(CB_ADMIN_TOKEN="right")
    datadog.set("11", {"bank_code:0001": "Alert", "bank_code:0002": "OK"})
    assert await app.callback("11") == 200
    ann = {"actor": "ann", "reason": "drill", "ttl_s": 60}
    for token in ("wrong", "rigth", "", "é"):
        assert await order(app, token=token, mode="force_open", **ann) == 401
    assert await order(app, mode="force_open", actor="ann", reason="drill") == 400, "an override ends"
    assert await order(app, mode="force_open", actor=" ", reason="drill", ttl_s=60) == 400, "and is someone's"
    assert await order(app, mode="open", **ann) == 422
    assert await order(app, mode="force_open", **ann) == 200
    assert {app.allow("bank_code:0002") for _ in range(100)} == {Verdict.REJECT}, "not even a probe"
    assert await order(app, mode="force_closed", group="bank_code:0001", **ann) == 200
    assert app.allow("bank_code:0001") == Verdict.ALLOW, "the narrower override decides"
    answer = await app.http.get("/breakers", headers={"authorization": "Bearer right"})
    shown = answer.json()["breakers"]["bank"]["overrides"]
    assert {group: o["mode"] for group, o in shown.items()} == {"*": "force_open", "bank_code:0001": "force_closed"}
    assert shown["*"].keys() == {"breaker", "group", "mode", "actor", "reason", "until"}
    assert (await app.http.get("/breakers")).status_code == 401
    assert await order(app, mode="clear", group="bank_code:0001", **ann) == 200
    assert app.allow("bank_code:0001") == Verdict.REJECT
    app.clock.advance(61_000)
    assert app.open("bank_code:0001") and not app.open("bank_code:0002"), "ended: the monitor decides again"


async def test_breakers_are_shown_with_the_worst_of_their_monitors(start, datadog):
    app = await start()
    datadog.set("11", {"bank_code:0001": "Alert"})
    datadog.set("12", {"bank_code:0001": "Warn", "bank_code:0002": "OK"})
    for monitor in ("11", "12"):
        assert await app.callback(monitor) == 200

    async def shown():
        return (await app.http.get("/breakers")).json()

    answer = await shown()
    groups = answer["breakers"]["bank"]["groups"]
    assert (groups["bank_code:0001"]["state"], groups["bank_code:0001"]["monitors"]) == ("open", ["11", "12"])
    assert groups["bank_code:0001"]["lease_expires_ms"] > answer["now_ms"]
    assert groups["bank_code:0002"]["state"] == "closed"
    assert answer["breakers"]["bank"]["monitors"]["11"]["source"] == "ok"
    datadog.set("11", {"bank_code:0001": "OK"})
    assert await app.callback("11") == 200
    assert (await shown())["breakers"]["bank"]["groups"]["bank_code:0001"]["state"] == "degraded"
    metrics = (await app.http.get("/metrics")).text.splitlines()
    for line in ('cb_groups{state="degraded"} 1', 'cb_groups{state="closed"} 2', 'cb_callbacks_total{result="done"} 3'):
        assert line in metrics


async def test_without_a_token_overrides_do_not_exist_and_reading_is_free(start):
    app = await start(CB_CONFORMANCE="0")
    assert await order(app, token="", mode="clear", actor="a", reason="b") == 404
    assert (await app.http.get("/breakers")).status_code == 200
    assert (await app.http.get("/healthz")).status_code == 200
    moved = await app.http.post("/_conformance/clock", json={"advance_ms": 1})
    assert moved.status_code == 404, "off by default"


@pytest.mark.parametrize("backend", ["redis"], indirect=True)
async def test_ready_waits_for_the_store_or_for_the_policy(start, backend):
    backend.redis.stop()
    waits, decided = await start("one"), await start("two", CB_ON_STORE_DOWN="open")
    ready = [(await app.http.get("/readyz")).status_code for app in (waits, decided)]
    assert ready == [503, 200]
    assert [app.allow("x") for app in (waits, decided)] == [Verdict.ALLOW, Verdict.REJECT]
    backend.redis.start()
    waits.clock.advance(5_000)
    await waits.until("a load", lambda: waits.service.guard.snapshot.loaded is not None)
    assert (await waits.http.get("/readyz")).status_code == 200
