// What the tests stand on: a fake Datadog, a real Redis where there is one, and the service behind its real routes.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, test } from "node:test";
import { createClient } from "redis";
import { Webhook } from "standardwebhooks";
import { Clock } from "../src/clock.js";
import { Datadog, type Source } from "../src/datadog.js";
import type { Verdict } from "../src/guard.js";
import type { Hooks, LazyEvent } from "../src/hook.js";
import { log } from "../src/log.js";
import type { Change, Monitor, Notification } from "../src/model.js";
import { serve } from "../src/server.js";
import { NAME, Service } from "../src/service.js";
import { type Settings, readSettings } from "../src/settings.js";
import { MemoryStore } from "../src/store/memory.js";
import { RedisStore } from "../src/store/redis.js";
import type { Store } from "../src/store/store.js";

export const KEY = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
export const OTHER_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

log.level = "silent";

/** What a test opened, closed after it in reverse. */
const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** Resolves once `is` holds after some event. It comes at once or never; a minute tells never from a busy machine. */
export async function until(what: string, emitter: EventEmitter, event: string, is: () => boolean): Promise<void> {
  const late = AbortSignal.timeout(60_000);
  while (!is()) {
    await once(emitter, event, { signal: late }).catch(() => {
      throw new Error(`${what} never came`);
    });
  }
}

/** Lets everything run that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const INSTALLED = spawnSync("redis-server", ["--version"]).status === 0;
export const needsRedis = { skip: INSTALLED ? false : "no redis-server on this machine" };

/** A `redis-server` of the test's own, gone with it. */
export class Redis {
  private child: ChildProcess | undefined;

  private constructor(readonly port: number) {}

  static async start(): Promise<Redis> {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const redis = new Redis((probe.address() as AddressInfo).port);
    probe.close();
    await redis.restart();
    opened.push(() => redis.stop());
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async restart(): Promise<void> {
    const options = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    this.child = spawn("redis-server", options, { stdio: ["ignore", "pipe", "ignore"] });
    for await (const line of createInterface(this.child.stdout!)) {
      if (line.includes("Ready to accept connections")) break;
    }
    this.child.stdout!.resume();
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async command(...words: string[]): Promise<void> {
    const client = await createClient({ url: this.url }).connect();
    await client.sendCommand(words);
    client.destroy();
  }
}

/** The store under test: with a Redis, of many instances. */
export class Backend {
  constructor(readonly redis?: Redis) {}

  store(clock: Clock, instance: string): Store {
    const store = this.redis ? new RedisStore(this.redis.url, NAME, instance) : new MemoryStore(clock);
    opened.push(() => store.close());
    return store;
  }
}

/** Defines each test twice: over the in-memory store and over a real Redis. */
export function onBothStores(cases: Record<string, (backend: Backend) => Promise<void>>): void {
  for (const [name, run] of Object.entries(cases)) {
    test(`${name} (memory)`, () => run(new Backend()));
    test(`${name} (redis)`, needsRedis, async () => run(new Backend(await Redis.start())));
  }
}

export type Json = Record<string, unknown>;
export type Groups = Record<string, string>;

/** Datadog as far as the service sees it, over HTTP. */
export class FakeDatadog {
  url = "";
  private readonly monitors = new Map<string, Json>();
  /** Answered instead of the truth while set: a status, or 0 for HTML with 200. */
  fault: number | undefined;
  private readonly asked = new Map<string, number>();
  private readonly events = new EventEmitter();
  private held = false;

  static async start(): Promise<FakeDatadog> {
    const fake = new FakeDatadog();
    const server = createServer(async (request, response) => {
      const [status, body] = await fake.answer(new URL(request.url!, "http://x").pathname);
      response.writeHead(status, { "content-type": typeof body === "string" ? "text/html" : "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    opened.push(() => (server.close(), server.closeAllConnections()));
    return fake;
  }

  private async answer(path: string): Promise<[number, unknown]> {
    const [, kind, id] = /^\/api\/v1\/(monitor|events)\/?(\w*)$/.exec(path) ?? [];
    if (kind === "events") return id === "404" ? [404, "gone"] : [200, { event: { id_str: id, title: "bank" } }];
    // What is answered was seen before the wait: a slow answer is an old one.
    const { fault } = this;
    const seen = id ? this.monitors.get(id) : [...this.monitors.values()];
    this.asked.set(id || "list", this.reads(id || "list") + 1);
    this.events.emit("read");
    if (id) await until("a release", this.events, "release", () => !this.held);
    if (fault !== undefined) return [fault || 200, "<html>a gateway speaks</html>"];
    return seen ? [200, seen] : [404, { errors: ["Monitor not found"] }];
  }

  /** A monitor of breaker `bank`, grouped. */
  set(id: string, groups: Groups): void {
    this.put(id, bank(id, groups));
  }

  put(id: string, monitor: Json): void {
    this.monitors.set(id, structuredClone(monitor));
  }

  /** From now on reads hang, until `release`. */
  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
    this.events.emit("release");
  }

  /** How often a monitor (or `list`) was asked for. */
  reads(what: string): number {
    return this.asked.get(what) ?? 0;
  }

  /** Resolves once it was asked for `n` times in all. */
  readTimes(what: string, n: number): Promise<void> {
    return until(`read ${n} of ${what}`, this.events, "read", () => this.reads(what) >= n);
  }
}

/** A monitor as Datadog answers it, of breaker `bank` and this service. */
export function bank(id: string, groups: Groups): Json {
  const states = Object.entries(groups).map(([name, status]) => [name, { name, status, last_nodata_ts: null }]);
  return {
    id: Number(id),
    name: `bank ${id}`,
    multi: true,
    overall_state: "OK",
    tags: ["circuit_breaker:bank", `service:${NAME}`],
    state: { groups: Object.fromEntries(states) },
    matching_downtimes: [],
    options: { silenced: {}, thresholds: { critical: 0.1 } },
  };
}

/** Hooks that write down what they were told; while `failures` lasts they then fail: with text, with an error, by hanging. */
export class Recorder implements Hooks {
  readonly seen: string[] = [];
  failures = 0;
  private readonly events = new EventEmitter();

  private async note(what: string): Promise<void> {
    this.seen.push(what);
    this.events.emit("seen");
    if (this.failures === 0) return;
    switch (this.failures--) {
      case 1:
        return new Promise(() => {});
      case 2:
        throw new Error("a hook fails");
      default:
        throw "no error at all";
    }
  }

  async wait(n: number): Promise<string[]> {
    await until(`call ${n} of a hook`, this.events, "seen", () => this.seen.length >= n);
    return this.seen;
  }

  async onNotification({ group }: Notification, event: LazyEvent, monitor: Monitor): Promise<void> {
    const found = await event().then(
      (event) => (event ? event["id_str"] : "none"),
      () => "late",
    );
    return this.note(`notified ${monitor.name} ${group ?? "-"} event ${found}`);
  }

  onOpen = ({ breaker, group }: Change) => this.note(`open ${breaker} ${group}`);
  onDegraded = ({ breaker, group }: Change) => this.note(`degraded ${breaker} ${group}`);
  onClose = ({ breaker, group }: Change) => this.note(`close ${breaker} ${group}`);
}

type Changes = Record<string, string>;

export function settings(datadog: string, changes: Changes = {}): Settings {
  return readSettings({
    DD_API_KEY: "api",
    DD_APP_KEY: "app",
    CB_SIGNING_KEYS: KEY,
    CB_DATADOG_URL: datadog,
    CB_LISTEN: "127.0.0.1:0",
    CB_PROBE_RATIO: "0",
    CB_RAMP_S: "0",
    CB_CONFORMANCE: "1",
    ...changes,
  });
}

/** The same numbers in every run: Mulberry32. */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A service that does not listen. */
export function instance(store: Store, source: Source, clock: Clock): Service {
  return new Service(settings("http://127.0.0.1:9"), {
    clock,
    store,
    source,
    hooks: new Recorder(),
    random: seeded(1),
  });
}

/** One running instance. */
export class App {
  private constructor(
    readonly service: Service,
    readonly hooks: Recorder,
    private readonly base: string,
    readonly stop: () => Promise<void>,
  ) {}

  /** Starts an instance and waits for its first look at the store. */
  static async start(backend: Backend, datadog: FakeDatadog, changes: Changes = {}): Promise<App> {
    const clock = new Clock();
    return App.startWith(backend.store(clock, "one"), clock, datadog, changes);
  }

  static async startWith(store: Store, clock: Clock, datadog: FakeDatadog, changes: Changes = {}): Promise<App> {
    const own = settings(datadog.url, changes);
    const hooks = new Recorder();
    const service = new Service(own, { clock, store, source: new Datadog(own), hooks, random: seeded(7) });
    let loaded = false;
    service.guard.loads.once("load", () => (loaded = true));
    const running = await serve(service, () => {});
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= running.stop());
    opened.push(stop);
    await until("a first load", service.guard.loads, "load", () => loaded);
    return new App(service, hooks, `http://${running.address}`, stop);
  }

  get clock(): Clock {
    return this.service.clock;
  }

  async request(path: string, options: RequestInit = {}): Promise<{ status: number; headers: Headers; body: any }> {
    const answer = await fetch(this.base + path, options);
    const body = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json");
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(body) : body };
  }

  post(path: string, body: unknown, headers: Changes = {}) {
    const options = { method: "POST", headers: { "content-type": "application/json", ...headers } };
    return this.request(path, { ...options, body: typeof body === "string" ? body : JSON.stringify(body) });
  }

  /** A callback about `monitor`, signed as the dispatcher signs it; answers the status. */
  async callback(monitor: string): Promise<number> {
    return (await this.send(request(monitor))).status;
  }

  send(body: Json | string, key = KEY, ageSeconds = 0) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const at = Math.floor(Date.now() / 1000) - ageSeconds;
    const signature = new Webhook(key).sign("msg_1", new Date(at * 1000), text);
    const headers = { "webhook-id": "msg_1", "webhook-timestamp": String(at), "webhook-signature": signature };
    return this.post("/dd_circuit_breaker/callback", text, headers);
  }

  /** Asks the guard once, for breaker `bank`. */
  allow(group: string): Verdict {
    return this.service.guard.allow("bank", group);
  }

  open(group: string): boolean {
    return this.allow(group) !== "allow";
  }

  /** Resolves once the guard holds this group open, or no longer. */
  becomes(group: string, open: boolean): Promise<void> {
    return this.until(`${group} open=${open}`, () => this.open(group) === open);
  }

  /** Resolves once `is` holds after some load of the snapshot. */
  until(what: string, is: () => boolean): Promise<void> {
    return until(what, this.service.guard.loads, "load", is);
  }
}

/** The body of a callback. */
export function request(monitor: string): Json {
  return {
    event_id: "9007199254740993",
    monitor_id: monitor,
    group: "bank_code:0001",
    transition: "Triggered",
    test: false,
    callback_url: "https://funds.example/dd_circuit_breaker/callback",
    message_id: "msg_1",
  };
}
