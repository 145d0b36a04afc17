// Races between readings: what a slow, late or repeated reading may do, over both stores.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { Clock } from "../src/clock.js";
import { Reading, type Source, SourceError } from "../src/datadog.js";
import { reconcile } from "../src/reconcile.js";
import type { Service } from "../src/service.js";
import { Slots } from "../src/slots.js";
import { App, Backend, FakeDatadog, type Json, Redis, bank, instance, needsRedis, onBothStores } from "./common.js";

/** A source of one reading, which is handed out when the test says so. */
class Slow implements Source {
  readonly events = new EventEmitter();

  constructor(private readonly reading: Json) {}

  async monitor(): Promise<Reading> {
    const go = once(this.events, "go");
    this.events.emit("asked");
    await go;
    return new Reading(this.reading);
  }

  async known(): Promise<string[]> {
    return [];
  }

  async event(): Promise<Json> {
    throw new SourceError("no events here");
  }
}

const open = (service: Service) => service.guard.allow("bank", "bank_code:0001") !== "allow";

onBothStores({
  async "a slow old reading loses"(backend) {
    const clock = new Clock();
    const store = backend.store(clock, "one");
    const old = new Slow(bank("11", { "bank_code:0001": "Alert" }));
    const recent = new Slow(bank("11", { "bank_code:0001": "OK" }));
    const first = instance(store, old, clock);
    const second = instance(store, recent, clock);
    const asked = once(old.events, "asked");
    const reading = reconcile(first, "11");
    await asked;
    recent.events.once("asked", () => recent.events.emit("go"));
    await reconcile(second, "11");
    old.events.emit("go");
    await reading;
    assert.ok(!open(first) && !open(second), "the alert was read before the recovery and came after it");
    const state = first.guard.snapshot.contents.monitors["11"]!;
    assert.ok(state.dirty > 0 && state.dirty >= state.tried, "and the monitor is read again");
  },

  async "a fence only grows"(backend) {
    const store = backend.store(new Clock(), "one");
    let last = 0;
    const next = async () => {
      const seq = await store.run("fence", {});
      assert.ok(seq > last && Number.isSafeInteger(seq), `${seq} after ${last}`);
      last = seq;
    };
    for (let i = 0; i < 100; i++) await next();
    await backend.redis?.command("FLUSHALL");
    await next();
  },

  async "a reading that began before a callback does not serve it"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.set("11", { "bank_code:0001": "OK" });
    datadog.hold();
    const first = app.callback("11");
    await datadog.readTimes("11", 1);
    datadog.set("11", { "bank_code:0001": "Alert" });
    const second = app.callback("11");
    datadog.release();
    assert.deepEqual(await Promise.all([first, second]), [200, 200]);
    assert.equal(app.open("bank_code:0001"), true);
  },
});

test("a flush while a read is in flight does not block the next alert", needsRedis, async () => {
  const redis = await Redis.start();
  const datadog = await FakeDatadog.start();
  const app = await App.start(new Backend(redis), datadog);
  datadog.set("11", { "bank_code:0001": "OK" });
  assert.equal(await app.callback("11"), 200);
  datadog.hold();
  const answer = app.callback("11");
  await datadog.readTimes("11", datadog.reads("11") + 1);
  await redis.command("FLUSHALL");
  datadog.release();
  assert.equal(await answer, 200);
  datadog.set("11", { "bank_code:0001": "Alert" });
  assert.equal(await app.callback("11"), 200);
  assert.equal(app.open("bank_code:0001"), true);
});

test("callers share a reading that began after they came", async () => {
  const slots = new Slots<number>();
  const gate = new EventEmitter();
  let reads = 0;
  const read = async () => {
    const reading = ++reads;
    if (reading < 3) await once(gate, `go ${reading}`);
    return reading;
  };
  const all = [slots.share("11", read), slots.share("11", read), slots.share("11", read)];
  assert.equal(await slots.share("12", async () => 100), 100, "another key is read at once");
  gate.emit("go 1");
  assert.equal(await all[0], 1);
  gate.emit("go 2");
  assert.deepEqual(await Promise.all(all), [1, 2, 2]);
  assert.equal(await slots.share("11", read), 3, "a later caller reads anew");
  const fails = slots.share("13", () => Promise.reject(new Error("no")));
  const after = slots.share("13", async () => 7);
  await assert.rejects(fails);
  assert.equal(await after, 7, "a failure is no one else's");
});
