// The guard's answers, from a snapshot made by hand.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../src/clock.js";
import { Guard, type Verdict } from "../src/guard.js";
import { Metrics } from "../src/metrics.js";
import type { Level } from "../src/model.js";
import { seeded, settings } from "./common.js";

/** A group, its level, its former level, and since how many seconds. */
type Row = [group: string, level: Level, was: Level, ago: number];

class Bench {
  readonly clock = new Clock();
  readonly metrics = new Metrics();
  readonly guard: Guard;

  constructor(changes: Record<string, string> = {}, rows: Row[] = []) {
    this.guard = new Guard(settings("http://x", changes), this.clock, this.metrics, seeded(3));
    this.load(rows);
  }

  /** Monitors of breaker `bank`, each with one group. */
  load(rows: Row[]): void {
    const now = this.clock.now();
    const monitor = ([group, level, was, ago]: Row) => ({
      ...{ breaker: "bank", applied: 1, dirty: 0, tried: 0, fails: 0, source: "ok" },
      groups: { [group]: { level, was, since: now - ago * 1000, lease: now + 900_000 } },
    });
    this.guard.replace({ monitors: Object.fromEntries(rows.map((row, i) => [i, monitor(row)])), overrides: {} }, now);
  }

  counts(group = "bank:1"): Record<Verdict, number> {
    const seen = { allow: 0, probe: 0, reject: 0 };
    for (let i = 0; i < 10_000; i++) seen[this.guard.allow("bank", group)] += 1;
    return seen;
  }
}

test("tags are compared as sets", () => {
  const bench = new Bench({}, [["env:prod,bank:1", "open", "closed", 0]]);
  for (const [asked, open] of [
    ["bank:1,env:prod", true],
    ["bank:1", true],
    ["bank:1, env:prod,host:a", true],
    ["*", true],
    ["bank:2", false],
    ["bank:1,env:dev", false],
    ["bank:11", false],
    ["bank:2,env:prod", false],
  ] as const) {
    assert.equal(bench.guard.allow("bank", asked) !== "allow", open, asked);
  }
  bench.load([["*", "open", "closed", 0]]);
  for (const asked of ["bank:2", "*"]) assert.notEqual(bench.guard.allow("bank", asked), "allow");
});

test("the worst of two monitors decides", () => {
  const rows: Row[] = (["degraded", "open", "closed"] as const).map((level) => ["bank:1", level, "closed", 0]);
  assert.deepEqual(new Bench({}, rows).counts(), { allow: 0, probe: 1, reject: 9_999 });
});

test("open lets a share and one each interval through", () => {
  const open: Row[] = [["bank:1", "open", "closed", 0]];
  const timed = new Bench({}, open);
  assert.deepEqual(timed.counts(), { allow: 0, probe: 1, reject: 9_999 });
  timed.load(open);
  assert.deepEqual(timed.counts(), { allow: 0, probe: 0, reject: 10_000 }, "a reload is no new interval");
  timed.clock.advance(10_000);
  assert.deepEqual(timed.counts(), { allow: 0, probe: 1, reject: 9_999 });
  const { probe } = new Bench({ CB_PROBE_RATIO: "0.02" }, open).counts();
  assert.ok(probe > 150 && probe < 250, String(probe));
});

test("degraded and the ramp are percentages", () => {
  const bench = new Bench({ CB_DEGRADED_PERCENT: "20", CB_RAMP_S: "100" });
  for (const [level, was, ago, share] of [
    ["degraded", "closed", 50, 2_000],
    ["closed", "open", 75, 7_500],
    ["closed", "degraded", 50, 6_000],
    ["closed", "open", 101, 10_000],
  ] as const) {
    bench.load([["bank:1", level, was, ago]]);
    const { allow } = bench.counts();
    assert.ok(Math.abs(allow - share) < 300, `${level} after ${was} ${ago} s ago: ${allow}, not ${share}`);
  }
  bench.load([["bank:1", "degraded", "closed", 0]]);
  const ask = (key: string) => bench.guard.allowKey("bank", "bank:1", key);
  assert.equal(new Set(Array.from({ length: 100 }, () => ask("ann"))).size, 1, "a key stays on its side");
  const allowed = Array.from({ length: 1_000 }, (_, i) => ask(String(i))).filter((verdict) => verdict === "allow");
  assert.ok(allowed.length > 130 && allowed.length < 270, String(allowed.length));
});

test("each cause has its policy", () => {
  // Setting, value, hours until asked, whether the store answers; allowed: the open group, the closed one.
  for (const [name, value, hours, answers, first, second] of [
    ["CB_ON_SOURCE_DOWN", "last_known", 1, true, false, true],
    ["CB_ON_SOURCE_DOWN", "last_known", 2, true, true, true],
    ["CB_ON_SOURCE_DOWN", "last_known:open", 2, true, false, false],
    ["CB_ON_SOURCE_DOWN", "open", 1, true, false, false],
    ["CB_ON_SOURCE_DOWN", "closed", 1, true, true, true],
    ["CB_ON_STORE_DOWN", "last_known", 0, false, false, true],
    ["CB_ON_STORE_DOWN", "last_known", 2, false, true, true],
    ["CB_ON_STORE_DOWN", "last_known:open", 2, false, false, false],
    ["CB_ON_STORE_DOWN", "open", 1, false, false, false],
    ["CB_ON_STORE_DOWN", "closed", 1, false, true, true],
  ] as const) {
    const { guard, clock } = new Bench({ [name]: value }, [
      ["bank:1", "open", "closed", 0],
      ["bank:2", "closed", "closed", 0],
    ]);
    clock.advance(hours * 3_600_000 + 100_000);
    guard.replace(answers ? guard.snapshot.contents : undefined, clock.now());
    const allowed = ["bank:1", "bank:2"].map((group) => guard.allow("bank", group) === "allow");
    assert.deepEqual(allowed, [first, second], `${name}=${value} after ${hours} h`);
  }
});

test("an unknown breaker is counted and follows its policy", () => {
  for (const policy of ["allow", "reject"] as const) {
    const { guard, metrics } = new Bench({ CB_ON_UNKNOWN_BREAKER: policy });
    assert.deepEqual([guard.allow("nope", "*"), guard.allow("constructor", "*")], [policy, policy]);
    assert.equal(metrics.get("unknownBreaker"), 2);
  }
});
