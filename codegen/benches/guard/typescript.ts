// What one question to the guard costs inside this service: its snapshot read from the store, its reload running beside it. Prints
// `cost CASE GROUPS OPEN THREADS NANOSECONDS`. With COST_DOWN the store named by REDIS_URL answers nobody, from the start to the end.

import { setTimeout as sleep } from "node:timers/promises";
import { Clock } from "./clock.js";
import { Datadog } from "./datadog.js";
import type { Guard } from "./guard.js";
import { refresh } from "./heal.js";
import { ServiceHooks } from "./hooks.js";
import { log } from "./log.js";
import type { Want } from "./model.js";
import { NAME, Service } from "./service.js";
import { readSettings } from "./settings.js";
import { MemoryStore } from "./store/memory.js";
import { RedisStore } from "./store/redis.js";
import type { Store } from "./store/store.js";

/** Groups in the snapshot, and each how manieth of them is open. */
const SIZES: [number, number][] = [
  [1, 1],
  [100, 10],
  [10_000, 10],
];
const CALLS = 20_000;
const BATCHES = 7;
/** Longer than the guard takes to call the store down, in milliseconds. */
const LATER = 20_000;
const REQUIRED = { DD_API_KEY: "a", DD_APP_KEY: "b", CB_SIGNING_KEYS: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD" };

log.level = "silent";
for (const [groups, every] of SIZES) {
  const service = await serviceWith(groups, every);
  void refresh(service);
  const cases = { open: Math.floor((groups - 1) / every) * every, closed: 1, unknown: 99_999 };
  for (const [name, at] of Object.entries(cases)) {
    if (every === 1 && name === "closed") continue;
    const ns = await cost(service.guard, bankCode(at));
    console.log("cost", name, groups, Math.ceil(groups / every), 1, ns.toFixed(1));
  }
  service.stopping.abort();
  service.store.close();
}
process.exit(0);

function bankCode(at: number): string {
  return `bank_code:${String(at).padStart(4, "0")}`;
}

/** The median over batches; between them the service does its own work. */
async function cost(guard: Guard, group: string): Promise<number> {
  const batches: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = process.hrtime.bigint();
    for (let call = 0; call < CALLS; call++) guard.allow("bank", group);
    batches.push(Number(process.hrtime.bigint() - start) / CALLS);
    await sleep(10);
  }
  return batches.sort((a, b) => a - b)[BATCHES >> 1] ?? NaN;
}

async function serviceWith(groups: number, every: number): Promise<Service> {
  const [settings, clock] = [readSettings(REQUIRED), new Clock()];
  const store = new RedisStore(process.env.REDIS_URL ?? "", NAME, "cost");
  const source = new Datadog(settings);
  const service = new Service(settings, { clock, store, source, hooks: new ServiceHooks(), random: Math.random });
  if (process.env.COST_DOWN === undefined) {
    await fill(store, clock, groups, every);
  } else {
    const memory = new MemoryStore(clock);
    await fill(memory, clock, groups, every);
    service.guard.replace(await memory.run("load", {}), clock.now());
    clock.advance(LATER);
  }
  await service.reload();
  return service;
}

async function fill(store: Store, clock: Clock, count: number, every: number): Promise<void> {
  const groups: Record<string, Want> = {};
  for (let at = 0; at < count; at++) groups[bankCode(at)] = { level: at % every ? "closed" : "open", raise: true };
  const seq = await store.run("fence", {});
  const fixed = { monitor: "1", breaker: "bank", lease: 900_000, absent_after: 0, source: "ok", complete: true };
  await store.run("apply", { ...fixed, seq, now: clock.now(), groups });
}
