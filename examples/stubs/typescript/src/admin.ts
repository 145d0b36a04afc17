// For operators: what is open and why, overrides, health, metrics. `CB_ADMIN_TOKEN` guards the first two.

import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { log, text } from "./log.js";
import { type Level, type Override, worse } from "./model.js";
import { deliver } from "./outbox.js";
import type { Service } from "./service.js";

/** The body of an override. `group` absent: the whole breaker. */
interface NewOverride {
  mode: Override["mode"];
  group?: string | null;
  actor: string;
  reason: string;
  ttl_s?: number;
}

const NEW_OVERRIDE = {
  type: "object",
  required: ["mode", "actor", "reason"],
  properties: {
    mode: { enum: ["force_open", "force_closed", "clear"] },
    group: { type: ["string", "null"] },
    actor: { type: "string" },
    reason: { type: "string" },
    ttl_s: { type: "integer", minimum: 0, maximum: 4_294_967_295 },
  },
};

export function routes(app: FastifyInstance, service: Service): void {
  const token = service.settings.adminToken?.reveal();
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    const given = request.headers.authorization ?? "";
    if (token !== undefined && !same(given, `Bearer ${token}`)) return reply.code(401).send();
  };
  app.get("/breakers", { onRequest }, () => breakers(service));
  // Without a token overrides do not exist: 404.
  if (token !== undefined) {
    app.post("/breakers/:name/override", { onRequest, schema: { body: NEW_OVERRIDE } }, (request, reply) => {
      const { name } = request.params as { name: string };
      return override(service, name, request.body as NewOverride, reply);
    });
  }
  app.get("/healthz", () => "ok");
  app.get("/readyz", (_request, reply) => readyz(service, reply));
  app.get("/metrics", (_request, reply) => reply.type("text/plain; charset=utf-8").send(metrics(service)));
}

/** Compares digests, so that time tells nothing of the token. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** A breaker as it is shown; maps, because names are other people's. */
class Shown {
  readonly groups = new Map<string, { state: Level; since_ms: number; lease_expires_ms: number; monitors: string[] }>();
  readonly monitors = new Map<string, object>();
  readonly overrides = new Map<string, Override>();

  toJSON(): object {
    return {
      groups: Object.fromEntries(this.groups),
      monitors: Object.fromEntries(this.monitors),
      overrides: Object.fromEntries(this.overrides),
    };
  }
}

/** Per breaker and group the worst of the monitors that know it, the state of each monitor's source, the overrides in force. */
function breakers({ clock, guard }: Service): object {
  const { contents, loaded } = guard.snapshot;
  const now = clock.now();
  const all = new Map<string, Shown>();
  const shown = (name: string) => all.get(name) ?? all.set(name, new Shown()).get(name)!;
  for (const [id, monitor] of Object.entries(contents.monitors)) {
    // Until it is read for the first time, nobody knows which breaker it feeds.
    const breaker = shown(monitor.applied > 0 ? monitor.breaker : id);
    const { source, tried: read_ms, dirty: last_callback_ms, fails: failures } = monitor;
    breaker.monitors.set(id, { source, read_ms, last_callback_ms, failures });
    for (const [group, { level: state, since: since_ms, lease: lease_expires_ms }] of Object.entries(monitor.groups)) {
      const known = breaker.groups.get(group);
      const monitors = [...(known?.monitors ?? []), id];
      const worst = known && !worse(state, known.state) ? known : { state, since_ms, lease_expires_ms };
      breaker.groups.set(group, { ...worst, monitors });
    }
  }
  for (const { breaker, group, mode, actor, reason, until } of Object.values(contents.overrides)) {
    if (until > now) shown(breaker).overrides.set(group, { breaker, group, mode, actor, reason, until });
  }
  return {
    now_ms: now,
    snapshot_age_ms: loaded === undefined ? null : now - loaded,
    breakers: Object.fromEntries(all),
  };
}

async function override(service: Service, breaker: string, body: NewOverride, reply: FastifyReply): Promise<unknown> {
  const { mode, actor, reason, ttl_s = 0 } = body;
  if (!actor.trim() || !reason.trim() || (ttl_s === 0 && mode !== "clear")) {
    return reply.code(400).send("give actor, reason and ttl_s: an override is owned and ends");
  }
  const until = service.clock.now() + ttl_s * 1000;
  const override: Override = { breaker, group: body.group ?? "*", mode, actor, reason, until };
  log.warn({ override }, "an operator overrides a breaker");
  try {
    deliver(service, [await service.store.run("override", override)]);
  } catch (error) {
    return reply.code(503).send(text(error));
  }
  await service.reload();
  return override;
}

/** Ready once the store was read, or once the policy for a store that is down has decided without it. */
function readyz({ clock, guard, settings, started }: Service, reply: FastifyReply): string {
  const decided = !settings.onStoreDown.lastKnown || clock.now() - started >= settings.maxStale;
  if (guard.snapshot.loaded !== undefined || decided) return "ready";
  reply.code(503);
  return "the store was not read yet";
}

function metrics({ clock, guard, metrics }: Service): string {
  const monitors = Object.values(guard.snapshot.contents.monitors);
  const entries = monitors.flatMap((monitor) => Object.values(monitor.groups));
  const count = (level: Level) => entries.filter((entry) => entry.level === level).length;
  const age = (clock.now() - (guard.snapshot.loaded ?? NaN)) / 1000;
  return metrics.render([
    ['cb_groups{state="open"}', count("open")],
    ['cb_groups{state="degraded"}', count("degraded")],
    ['cb_groups{state="closed"}', count("closed")],
    ["cb_monitors_failing", monitors.filter((monitor) => monitor.fails > 0).length],
    ["cb_snapshot_age_seconds", age],
  ]);
}
