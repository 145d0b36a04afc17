// From settings to a running service: parts, routes, background tasks, the end. No rule of the breaker lives here.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type FastifyBaseLogger, type FastifyInstance, fastify } from "fastify";
import * as admin from "./admin.js";
import * as callback from "./callback.js";
import { Clock } from "./clock.js";
import * as conformance from "./conformance.js";
import { Datadog } from "./datadog.js";
import { poll, refresh } from "./heal.js";
import type { Hooks } from "./hook.js";
import { log, text } from "./log.js";
import { NAME, Service } from "./service.js";
import { type Settings, readSettings } from "./settings.js";
import { MemoryStore } from "./store/memory.js";
import { RedisStore } from "./store/redis.js";
import type { Store } from "./store/store.js";

/** Adds the service's own routes. */
export type Routes = (app: FastifyInstance, service: Service) => void;

/** Runs the service by the environment's settings until SIGTERM or SIGINT, then ends the process. */
export async function run(hooks: Hooks, routes: Routes): Promise<never> {
  try {
    const settings = readSettings(process.env);
    const clock = new Clock();
    const parts = { clock, store: storeOf(settings, clock), source: new Datadog(settings), hooks, random: Math.random };
    const running = await serve(new Service(settings, parts), routes);
    process.stdout.write(`${JSON.stringify({ msg: "listening", addr: running.address })}\n`);
    await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
    await running.stop();
  } catch (error) {
    log.fatal(text(error));
    process.exit(1);
  }
  // A hook that is still under way is in the outbox: another instance, or the next start, runs it again.
  process.exit(0);
}

function storeOf(settings: Settings, clock: Clock): Store {
  const url = settings.redisUrl?.reveal();
  if (url !== undefined) return new RedisStore(url, NAME, `${NAME}-${randomBytes(8).toString("hex")}`);
  log.warn("REDIS_URL is unset: breakers are kept in this process alone");
  return new MemoryStore(clock);
}

export interface Running {
  /** `host:port`, with the port that was taken. */
  address: string;
  /** Answers what is under way, then gives up the poller's lease. */
  stop(): Promise<void>;
}

/** Serves until stopped, with the poller and the snapshot's reload beside it. */
export async function serve(service: Service, routes: Routes): Promise<Running> {
  // What goes wrong inside a request is logged; that there was one is not.
  const loggerInstance: FastifyBaseLogger = log.child({}, { level: "warn" });
  const app: FastifyInstance = fastify({
    loggerInstance,
    // A number that comes as text is a mistake.
    ajv: { customOptions: { coerceTypes: false } },
    // The name of a breaker is a Datadog tag: up to 200 characters, each up to nine when encoded.
    routerOptions: { maxParamLength: 1800 },
  });
  callback.routes(app, service);
  admin.routes(app, service);
  if (service.settings.conformance) {
    log.warn("CB_CONFORMANCE=1: anyone who reaches this port can move the clock; never in production");
    conformance.routes(app, service);
  }
  routes(app, service);
  await app.listen(service.settings.listen);
  const tasks = [refresh(service), poll(service)];
  const { address, family, port } = app.server.address() as AddressInfo;
  return {
    address: `${family === "IPv6" ? `[${address}]` : address}:${port}`,
    stop: async () => {
      await app.close();
      service.stopping.abort();
      await Promise.all(tasks);
      await service.store.run("lead", { ttl: 0 }).catch(() => {}); // it runs out by itself
      service.store.close();
    },
  };
}
