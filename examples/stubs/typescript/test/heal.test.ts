// What heals without anyone's help: lagging reads, outages, lost callbacks, lost state. Time is moved, never waited for.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { Clock } from "../src/clock.js";
import { backoff, next } from "../src/heal.js";
import { NAME } from "../src/service.js";
import { App, Backend, FakeDatadog, Redis, bank, needsRedis, onBothStores, until } from "./common.js";

const BAD = { "bank_code:0001": "Alert", "bank_code:0002": "OK" };
const GOOD = { "bank_code:0001": "OK", "bank_code:0002": "OK" };

onBothStores({
  async "a first read that lags is mended within thirty seconds"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.set("11", GOOD);
    assert.equal(await app.callback("11"), 200);
    assert.equal(app.open("bank_code:0001"), false);
    for (const step of [5_000, 10_000]) {
      const before = datadog.reads("11");
      app.clock.advance(step);
      await datadog.readTimes("11", before + 1);
    }
    datadog.set("11", BAD);
    app.clock.advance(15_000);
    await app.becomes("bank_code:0001", true);
  },

  async "Datadog down through all attempts heals without a replay"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.set("11", BAD);
    datadog.fault = 503;
    for (let attempt = 0; attempt < 3; attempt++) {
      assert.equal(await app.callback("11"), 503);
      app.clock.advance(90_000);
    }
    const before = datadog.reads("11");
    app.clock.advance(600_000);
    await datadog.readTimes("11", before + 1);
    assert.equal(app.open("bank_code:0001"), false);
    datadog.fault = undefined;
    // However long it lasted, the next try is at most an idle poll away.
    app.clock.advance(300_000);
    await app.becomes("bank_code:0001", true);
  },

  async "a lost recovery is polled"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.set("11", BAD);
    assert.equal(await app.callback("11"), 200);
    const before = datadog.reads("11");
    app.clock.advance(200_000);
    await datadog.readTimes("11", before + 1);
    datadog.set("11", GOOD);
    app.clock.advance(60_000);
    await app.becomes("bank_code:0001", false);
  },

  async "a lost alert is polled even of a monitor never heard of"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    await datadog.readTimes("list", 1);
    datadog.set("11", BAD);
    datadog.put("12", {
      ...bank("12", { "bank_code:0002": "Alert" }),
      tags: ["circuit_breaker:bank", "service:another"],
    });
    app.clock.advance(300_000);
    await app.becomes("bank_code:0001", true);
    assert.equal(datadog.reads("12"), 0, "another service's monitor is not ours to read");
  },

  async "a fresh start reads the known monitors"(backend) {
    const datadog = await FakeDatadog.start();
    datadog.set("11", BAD);
    const app = await App.start(backend, datadog);
    await app.becomes("bank_code:0001", true);
    await app.stop();
    // The lease of an instance that was killed keeps nobody from reading at the start.
    await backend.redis?.command("FLUSHALL");
    await backend.redis?.command("SET", `cb:{${NAME}}:poller`, "a dead instance");
    const again = await App.start(backend, datadog);
    await again.becomes("bank_code:0001", true);
  },

  async "a source that stays away follows its policy"(backend) {
    const datadog = await FakeDatadog.start();
    const changes = { CB_MAX_STALE_S: "3600", CB_ON_SOURCE_DOWN: "last_known:open" };
    const app = await App.start(backend, datadog, changes);
    datadog.set("11", BAD);
    assert.equal(await app.callback("11"), 200);
    datadog.fault = 500;
    app.clock.advance(900_000 + 3_000_000);
    assert.ok(app.open("bank_code:0001") && !app.open("bank_code:0002"), "the last known state, past its lease");
    app.clock.advance(700_000);
    await app.becomes("bank_code:0002", true);
    datadog.fault = undefined;
    app.clock.advance(300_000);
    await app.becomes("bank_code:0002", false);
  },

  async "a group that vanished is held, then ramps to closed"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog, { CB_ABSENT_AFTER_S: "10", CB_RAMP_S: "100" });
    datadog.set("11", BAD);
    assert.equal(await app.callback("11"), 200);
    datadog.set("11", { "bank_code:0002": "OK" });
    assert.equal(await app.callback("11"), 200);
    assert.equal(app.open("bank_code:0001"), true, "held");
    app.clock.advance(11_000);
    assert.equal(await app.callback("11"), 200);
    app.clock.advance(50_000);
    const calls = () => Array.from({ length: 1000 }, () => app.allow("bank_code:0001"));
    const allowed = calls().filter((verdict) => verdict === "allow").length;
    assert.ok(allowed > 400 && allowed < 600, `half way up the ramp ${allowed} of 1000`);
    app.clock.advance(50_000);
    assert.ok(calls().every((verdict) => verdict === "allow"));
  },
});

test("a flush heals without a callback", needsRedis, async () => {
  const redis = await Redis.start();
  const datadog = await FakeDatadog.start();
  datadog.set("11", BAD);
  const app = await App.start(new Backend(redis), datadog);
  await app.becomes("bank_code:0001", true);
  const reads = datadog.reads("11");
  await redis.command("FLUSHALL");
  app.clock.advance(5_000);
  await datadog.readTimes("11", reads + 1);
  await app.becomes("bank_code:0001", true);
});

test("a change on one instance reaches the other", needsRedis, async () => {
  const backend = new Backend(await Redis.start());
  const datadog = await FakeDatadog.start();
  const one = await App.start(backend, datadog);
  const clock = new Clock();
  // A third subscriber tells when the hint was given: the second instance's reload is none of its timer's.
  const hints = new EventEmitter();
  let hinted = 0;
  backend.store(clock, "three").onChange(() => hints.emit("hint", ++hinted));
  await until("a subscription", hints, "hint", () => hinted > 0);
  const two = await App.startWith(backend.store(clock, "two"), clock, datadog);
  datadog.set("11", BAD);
  const before = hinted;
  assert.equal(await one.callback("11"), 200);
  await until("a hint", hints, "hint", () => hinted > before);
  await two.becomes("bank_code:0001", true);
});

test("one instance polls", needsRedis, async () => {
  const backend = new Backend(await Redis.start());
  const [one, two] = ["one", "two"].map((name) => backend.store(new Clock(), name));
  const lead = (store: typeof one, ttl: number) => store!.run("lead", { ttl });
  assert.ok((await lead(one, 60_000)) && (await lead(one, 60_000)));
  assert.equal(await lead(two, 60_000), false, "the lease is held");
  assert.equal(await lead(two, 0), false);
  assert.equal(await lead(two, 60_000), false, "and only its holder gives it up");
  await lead(one, 0);
  assert.equal(await lead(two, 60_000), true);
});

/** The moments of all reads, in seconds after a callback, where every read but the first `fails` succeeds. */
function reads(fails: number): number[] {
  const dirty = 1_000_000;
  const monitor = { breaker: "", applied: 1, dirty, tried: dirty, fails: 0, source: "", groups: {} };
  const seen: number[] = [];
  while (monitor.tried < dirty + 200_000) {
    monitor.fails = fails-- > 0 ? monitor.fails + 1 : 0;
    monitor.tried = next(monitor, monitor.tried + 300_000, 60_000);
    seen.push((monitor.tried - dirty) / 1000);
  }
  return seen;
}

test("a dirty monitor is read at each step and then at its poll; failures are retried ever slower", () => {
  assert.deepEqual(reads(0), [5, 15, 30, 60, 120, 420]);
  assert.deepEqual(reads(3), [5, 15, 30, 60, 120, 420], "the steps are as close as any retry");
  assert.deepEqual(reads(9).slice(4), [120, 180, 240]);
  assert.deepEqual(
    [1, 3, 40].map((fails) => backoff(fails, 60_000)),
    [5_000, 20_000, 60_000],
  );
});
