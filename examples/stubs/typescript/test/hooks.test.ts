// The service's own reactions: when they run, how often, and what their failure changes (nothing).

import assert from "node:assert/strict";
import { deliver } from "../src/outbox.js";
import { App, FakeDatadog, bank, onBothStores, request, turn } from "./common.js";

const pending = (app: App) => app.service.store.run("orphans", { idle: 0 });

onBothStores({
  async "changes reach their hooks and are acknowledged"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    const { hooks } = app;
    for (const [status, word] of [
      ["Alert", "open"],
      ["Warn", "degraded"],
      ["OK", "close"],
    ]) {
      datadog.set("11", { "bank_code:0001": status!, "bank_code:0002": "OK" });
      const before = hooks.seen.length;
      assert.equal(await app.callback("11"), 200);
      const seen = (await hooks.wait(before + 2)).slice(before).sort();
      const notified = "notified bank 11 bank_code:0001 event 9007199254740993";
      assert.deepEqual(seen, [`${word} bank bank_code:0001`, notified].sort());
    }
    assert.equal(await app.callback("11"), 200);
    assert.equal((await hooks.wait(7)).length, 7, "no change, no hook but the notification's");
    while ((await pending(app)).length > 0) await turn();
  },

  async "a failing hook is retried and changes nothing else"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.set("11", { "bank_code:0001": "Alert" });
    app.hooks.failures = 3;
    assert.equal((await app.send({ ...request("11"), test: true })).status, 200);
    assert.equal(app.open("bank_code:0001"), true);
    // Text thrown, an error, a hang, and then success.
    for (let tries = 1; tries <= 4; tries++) {
      await app.hooks.wait(tries);
      await turn();
      app.clock.advance(20_000);
      await turn();
      app.clock.advance(20_000);
    }
    assert.deepEqual(await app.hooks.wait(4), Array(4).fill("open bank bank_code:0001"));
    assert.equal(app.service.metrics.get("hookFailed"), 3);
  },

  async "a monitor of no breaker notifies too"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.put("12", { ...bank("12", {}), tags: [], multi: false, overall_state: "Alert", name: "disk" });
    assert.equal((await app.send({ ...request("12"), event_id: "404", group: null })).status, 200);
    const seen = [...(await app.hooks.wait(2))].sort();
    // A missing event stops nothing, and an untagged monitor is the breaker of its id.
    assert.deepEqual(seen, ["notified disk - event late", "open 12 *"]);
  },

  async "a test notification reconciles and skips the hook"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.set("11", { "bank_code:0001": "Alert" });
    assert.equal((await app.send({ ...request("11"), test: true })).status, 200);
    assert.equal(app.open("bank_code:0001"), true, "what is true stays true");
    assert.equal(await app.callback("11"), 200);
    const seen = await app.hooks.wait(2);
    assert.equal(seen.filter((call) => call.startsWith("notified")).length, 1, String(seen));
  },

  async "what nobody acknowledged is taken over"(backend) {
    const app = await App.start(backend, await FakeDatadog.start());
    const event = { kind: "notification", notification: request("11"), monitor: { id: "11", name: "", tags: [] } };
    const { id } = await app.service.store.run("emit", { event: JSON.stringify(event) });
    const orphans = await pending(app);
    assert.deepEqual(
      orphans.map((orphan) => orphan.id),
      [id],
    );
    deliver(app.service, orphans);
    await app.hooks.wait(1);
    await app.service.store.run("ack", { id });
    assert.deepEqual(await pending(app), []);
  },
});
