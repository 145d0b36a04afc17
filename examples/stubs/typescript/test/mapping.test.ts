// What each group should be, from a monitor as Datadog answers it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Reading } from "../src/datadog.js";
import { map } from "../src/mapping.js";
import { type Groups, type Json, bank, settings } from "./common.js";

/** `group=level` for each group, with `?` for held and `!` for may not get worse. */
function mapped(monitor: Json, changes: Record<string, string> = {}): string {
  const { groups, complete, capped } = map(new Reading(monitor), settings("http://x", changes), 1_000_000);
  const words = [...groups].map(([group, { level, raise }]) => `${group}=${level ?? "?"}${raise ? "" : "!"}`);
  return [...words, ...(complete ? [] : ["incomplete"]), ...(capped ? ["capped"] : [])].join(" ");
}

const groups = (states: Groups) => bank("1", states);

test("every status has its level", () => {
  const statuses = ["Alert", "Warn", "OK", "No Data", "Ignored", "Skipped", "Unknown", "New"];
  const all = groups(Object.fromEntries(statuses.map((status, i) => [`a:${i + 1}`, status])));
  for (const [policy, level] of [
    ["hold", "?"],
    ["open", "open"],
    ["closed", "closed"],
  ]) {
    const expected = `a:1=open a:2=degraded a:3=closed a:4=${level} a:5=? a:6=? a:7=? a:8=?`;
    assert.equal(mapped(all, { CB_ON_NO_DATA: policy! }), expected);
  }
});

test("an ungrouped monitor speaks as a whole and an empty one not at all", () => {
  assert.equal(mapped({ multi: false, overall_state: "Alert", state: { groups: {} } }), "*=open");
  assert.equal(mapped({ multi: false, overall_state: "OK", state: null, tags: null }), "*=closed");
  assert.equal(mapped({ multi: true, overall_state: "Alert", state: { groups: {} } }), "incomplete");
  assert.equal(mapped({ multi: true, overall_state: "Alert" }), "incomplete");
  assert.equal(mapped({ state: { groups: { "a:1": { status: "Alert" }, "a:2": null } } }), "a:1=open a:2=?");
});

test("a downtime mutes the groups it covers", () => {
  const two = groups({ "bank:1,env:prod": "Alert", "bank:2,env:prod": "Warn" });
  const is = (first: string, second: string) => `bank:1,env:prod=${first} bank:2,env:prod=${second}`;
  for (const [scope, first, second] of [
    [["*"], "open!", "degraded!"],
    [["bank:1"], "open!", "degraded"],
    [["bank:1", "env:dev"], "open", "degraded"],
    [["bank:1,env:prod"], "open!", "degraded"],
    [["bank:1 AND env:dev"], "open", "degraded"],
    [["bank:*"], "open!", "degraded!"],
    [["host:a"], "open!", "degraded!"],
    [["!bank:2"], "open!", "degraded!"],
    [["bank:(1 OR 3)"], "open!", "degraded!"],
  ] as [string[], string, string][]) {
    const muted = { ...two, matching_downtimes: [{ id: 1, scope, start: 1, end: null }] };
    assert.equal(mapped(muted), is(first, second), String(scope));
    assert.equal(mapped(muted, { CB_ON_MUTED: "follow" }), is("open", "degraded"));
    const ignored = (word: string) => (word.endsWith("!") ? "?" : word);
    assert.equal(mapped(muted, { CB_ON_MUTED: "ignore" }), is(ignored(first), ignored(second)));
  }
  const silenced = { ...two, options: { silenced: { "bank:1": null, "bank:2": 999 } } };
  assert.equal(mapped(silenced), is("open!", "degraded"), "999 s is past");
});

test("above the cap nothing more opens", () => {
  const half = groups({ "a:1": "Alert", "a:2": "Alert", "a:3": "Warn", "a:4": "OK" });
  const rest = "a:3=degraded a:4=closed";
  assert.equal(mapped(half, { CB_MAX_OPEN_PERCENT: "50" }), `a:1=open a:2=open ${rest}`);
  assert.equal(mapped(half, { CB_MAX_OPEN_PERCENT: "49" }), `a:1=open! a:2=open! ${rest} capped`);
});
