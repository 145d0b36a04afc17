// The rules of `apply.lua`, played on both stores: what an update may change, and what it announces.

import assert from "node:assert/strict";
import { Clock } from "../src/clock.js";
import type { Level, MonitorState, Want } from "../src/model.js";
import type { Store, Update } from "../src/store/store.js";
import { type Backend, onBothStores } from "./common.js";

const HOUR = 3_600_000;
/** A level, null to hold, and `!` for a level that may not get worse. */
const want = (word: string | null): Want => ({
  level: (word?.replace("!", "") ?? null) as Level | null,
  raise: !word?.endsWith("!"),
});

class Bench {
  readonly store: Store;

  constructor(backend: Backend) {
    this.store = backend.store(new Clock(), "one");
  }

  /** Applies `groups` with the fence and the time `at`; answers the announced changes. */
  async apply(at: number, breaker: string, groups: Record<string, string | null>): Promise<string[]> {
    const wants = Object.entries(groups).map(([group, word]) => [group, want(word)]);
    const read = { monitor: "11", breaker, seq: at, now: at, lease: 1000, absent_after: 100, source: "ok" };
    const update: Update = { ...read, complete: wants.length > 0, groups: Object.fromEntries(wants) };
    const { applied, items } = await this.store.run("apply", update);
    const words = items.map(({ event }) =>
      event.kind === "change" ? `${event.group} ${event.from}>${event.to}` : "?",
    );
    return applied ? words.sort() : [...words, "rejected"];
  }

  async state(): Promise<MonitorState> {
    return (await this.store.run("load", {})).monitors["11"]!;
  }
}

onBothStores({
  async "held and muted groups do not get worse"(backend) {
    const bench = new Bench(backend);
    assert.deepEqual(await bench.apply(1, "b", { a: "open", b: null, c: "open!" }), ["a closed>open"]);
    assert.deepEqual(await bench.apply(2, "b", { a: null, b: "closed", c: "degraded!" }), [], "held");
    const eased = await bench.apply(3, "b", { a: "degraded!", b: "open", c: "closed" });
    assert.deepEqual(eased, ["a open>degraded", "b closed>open"]);
    assert.deepEqual(await bench.apply(4, "b", { a: "open!", b: "open!", c: "closed" }), []);
    assert.deepEqual((await bench.state()).groups["a"], { level: "degraded", was: "open", since: 3, lease: 1004 });
  },

  async "only a newer fence is applied"(backend) {
    const bench = new Bench(backend);
    await bench.apply(10, "b", { a: "open" });
    assert.deepEqual(await bench.apply(9, "b", { a: "closed" }), ["rejected"]);
    assert.deepEqual(await bench.apply(10, "b", { a: "closed" }), ["rejected"]);
    const state = await bench.state();
    assert.deepEqual([state.groups["a"]!.level, state.applied, state.dirty], ["open", 10, 10]);
    // Compared as numbers: as text, 9 would be more than 10.
    assert.deepEqual(await bench.apply(100, "b", { a: "closed" }), ["a open>closed"]);
  },

  async "an absent group is held, closed and dropped"(backend) {
    const bench = new Bench(backend);
    await bench.apply(1, "b", { a: "open", b: "closed" });
    assert.deepEqual(await bench.apply(10, "b", { b: "closed" }), []);
    assert.deepEqual(await bench.apply(50, "b", { a: "open", b: "closed" }), [], "back again: the wait starts anew");
    assert.deepEqual(await bench.apply(60, "b", { b: "closed" }), []);
    assert.deepEqual(await bench.apply(159, "b", { b: "closed" }), []);
    assert.deepEqual(await bench.apply(160, "b", { b: "closed" }), ["a open>closed"]);
    assert.equal((await bench.state()).groups["a"]!.was, "open", "it ramps");
    await bench.apply(260, "b", { b: "closed" });
    assert.deepEqual(Object.keys((await bench.state()).groups), ["b"]);
  },

  async "a renamed breaker leaves nothing behind"(backend) {
    const bench = new Bench(backend);
    await bench.apply(1, "old", { a: "open" });
    assert.deepEqual(await bench.apply(2, "new", { b: "open" }), ["b closed>open"]);
    assert.deepEqual(await bench.apply(3, "old", { b: "closed" }), []);
    const { breaker, groups } = await bench.state();
    assert.deepEqual([breaker, Object.keys(groups)], ["old", ["b"]]);
    await bench.store.run("forget", { monitor: "11" });
    assert.equal(await bench.state(), undefined);
  },

  async "an incomplete answer renews nothing"(backend) {
    const bench = new Bench(backend);
    await bench.apply(1, "b", { a: "open" });
    assert.deepEqual(await bench.apply(500, "b", {}), []);
    assert.deepEqual((await bench.state()).groups["a"], { level: "open", was: "closed", since: 1, lease: 1001 });
  },

  async "odd names and an empty store survive the trip"(backend) {
    const { store } = new Bench(backend);
    assert.deepEqual(await store.run("load", {}), { monitors: {}, overrides: {} });
    const seq = await store.run("fence", {});
    const now = Date.now();
    const breaker = "b:1 {x}";
    for (const [i, group] of ['bank:"みずほ"\\,a b', "constructor", "__proto__"].entries()) {
      const groups = Object.fromEntries([[group, want("open")]]);
      const read = { monitor: "11", breaker, seq: seq + i, now, lease: HOUR, absent_after: 1, source: "ok" };
      await store.run("apply", { ...read, complete: true, groups });
      const state = (await store.run("load", {})).monitors["11"]!;
      assert.deepEqual([state.applied, state.breaker], [seq + i, breaker], "all sixteen digits");
      const stored = new Map(Object.entries(state.groups)).get(group);
      assert.deepEqual(stored, { level: "open", was: "closed", since: now, lease: now + HOUR }, "to the millisecond");
    }
  },
});
