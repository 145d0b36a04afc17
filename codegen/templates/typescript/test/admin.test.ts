// The operator's side: what is shown, who may override, and that an override wins while it lasts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { App, Backend, FakeDatadog, Redis, needsRedis, onBothStores } from "./common.js";

async function send(app: App, token: string, body: object): Promise<number> {
  return (await app.post("/breakers/bank/override", body, { authorization: `Bearer ${token}` })).status;
}

onBothStores({
  async "an override wins until it ends"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog, { CB_ADMIN_TOKEN: "right" });
    datadog.set("11", { "bank_code:0001": "Alert", "bank_code:0002": "OK" });
    assert.equal(await app.callback("11"), 200);
    const order = (mode: string, group?: string | null) => ({ mode, group, actor: "ann", reason: "drill", ttl_s: 60 });
    for (const token of ["wrong", "rigth", ""]) assert.equal(await send(app, token, order("force_open")), 401);
    assert.equal((await app.request("/breakers")).status, 401);
    assert.equal((await app.request("/breakers", { headers: { authorization: "Bearer right" } })).status, 200);
    for (const [change, why] of [
      [{ ttl_s: undefined }, "an override ends"],
      [{ ttl_s: "60" }, "a number is no text"],
      [{ actor: " " }, "and is someone's"],
      [{ reason: undefined }, "for a reason"],
      [{ mode: "open" }, "of a known mode"],
    ] as const) {
      assert.equal(await send(app, "right", { ...order("force_open"), ...change }), 400, why);
    }
    assert.equal(await send(app, "right", order("force_open", null)), 200);
    const calls = Array.from({ length: 100 }, () => app.allow("bank_code:0002"));
    assert.ok(calls.every((verdict) => verdict === "reject")); // not even a probe
    assert.equal(await send(app, "right", order("force_closed", "bank_code:0001")), 200);
    assert.equal(app.allow("bank_code:0001"), "allow", "the narrower override decides");
    const long = "b".repeat(200);
    const shut = await app.post(`/breakers/${long}/override`, order("force_open"), { authorization: "Bearer right" });
    assert.deepEqual([shut.status, shut.body.breaker], [200, long]);
    const { body } = await app.request("/breakers", { headers: { authorization: "Bearer right" } });
    assert.equal(body.breakers.bank.overrides["bank_code:0001"].actor, "ann");
    assert.equal(await send(app, "right", order("clear", "bank_code:0001")), 200);
    assert.equal(app.allow("bank_code:0001"), "reject");
    app.clock.advance(61_000);
    assert.ok(app.open("bank_code:0001") && !app.open("bank_code:0002"), "ended: the monitor decides again");
  },

  async "breakers are shown with the worst of their monitors"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.set("11", { "bank_code:0001": "Alert" });
    datadog.set("12", { "bank_code:0001": "Warn", "bank_code:0002": "OK" });
    for (const monitor of ["11", "12"]) assert.equal(await app.callback(monitor), 200);
    const { status, body } = await app.request("/breakers");
    const { groups, monitors } = body.breakers.bank;
    const group = groups["bank_code:0001"];
    assert.deepEqual([status, group.state, group.monitors], [200, "open", ["11", "12"]]);
    assert.ok(group.lease_expires_ms > body.now_ms && body.snapshot_age_ms >= 0);
    assert.equal(groups["bank_code:0002"].state, "closed");
    assert.deepEqual([monitors["11"].source, monitors["11"].failures], ["ok", 0]);
    datadog.set("11", { "bank_code:0001": "OK" });
    assert.equal(await app.callback("11"), 200);
    assert.equal((await app.request("/breakers")).body.breakers.bank.groups["bank_code:0001"].state, "degraded");
    const metrics = (await app.request("/metrics")).body.split("\n");
    for (const line of [
      'cb_groups{state="degraded"} 1',
      'cb_groups{state="closed"} 2',
      'cb_callbacks_total{result="done"} 3',
    ]) {
      assert.ok(metrics.includes(line), `${line} in ${metrics}`);
    }
  },
});

test("without a token overrides do not exist and reading is free", async () => {
  const app = await App.start(new Backend(), await FakeDatadog.start(), { CB_CONFORMANCE: "0" });
  assert.equal(await send(app, "", { mode: "clear", actor: "a", reason: "b" }), 404);
  assert.equal((await app.request("/breakers")).status, 200);
  assert.equal((await app.request("/healthz")).status, 200);
  assert.equal((await app.post("/_conformance/clock", { advance_ms: 1 })).status, 404, "off by default");
});

test("ready waits for the store or for the policy", needsRedis, async () => {
  const redis = await Redis.start();
  await redis.stop();
  const datadog = await FakeDatadog.start();
  const backend = new Backend(redis);
  const waits = await App.start(backend, datadog);
  const decided = await App.start(backend, datadog, { CB_ON_STORE_DOWN: "open" });
  const ready = async (app: App) => (await app.request("/readyz")).status;
  assert.deepEqual([await ready(waits), await ready(decided)], [503, 200]);
  assert.deepEqual([waits.allow("x"), decided.allow("x")], ["allow", "reject"]);
  await redis.restart();
  waits.clock.advance(5_000);
  await waits.until("a load", () => waits.service.guard.snapshot.loaded !== undefined);
  assert.equal(await ready(waits), 200);
});
