// The endpoint that the dispatcher calls: who calls, about what, and the answer. 200 only once the state is committed.

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { log, text } from "./log.js";
import type { Notification } from "./model.js";
import { deliver } from "./outbox.js";
import { NotOurs, reconcile } from "./reconcile.js";
import type { Service } from "./service.js";
import { isId } from "./settings.js";

/** The path that every callback line ends with. */
export const PATH = "/dd_circuit_breaker/callback";
/** Bodies are a few hundred bytes; more than this is answered 413. */
const BODY_LIMIT = 64 * 1024;

export function routes(app: FastifyInstance, service: Service): void {
  app.register(async (scope) => {
    // A signature covers bytes, whatever they call themselves: the body is taken as it comes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    scope.post(PATH, { bodyLimit: BODY_LIMIT }, (request, reply) => callback(service, request, reply));
  });
}

async function callback(service: Service, request: FastifyRequest, reply: FastifyReply): Promise<object> {
  const refused = (status: number, why: string) => {
    service.metrics.add("callbackRefused");
    log.warn({ status, why }, "a callback was refused");
    reply.code(status);
    return { status: "error", detail: why };
  };
  const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
  if (!service.settings.signingKeys.verify(request.headers, body)) {
    return refused(401, "the signature is missing, wrong or older than five minutes");
  }
  let notification: Notification;
  try {
    notification = parse(body);
  } catch (error) {
    return refused(400, text(error));
  }
  if (service.settings.monitors?.includes(notification.monitor_id) === false) {
    return refused(404, "the monitor is not in CB_MONITORS");
  }
  try {
    await handle(service, notification);
  } catch (error) {
    if (error instanceof NotOurs) return refused(404, error.message);
    service.metrics.add("callbackFailed");
    log.error({ error: text(error) }, "a callback could not be handled");
    reply.code(503).header("retry-after", "5");
    return { status: "error", detail: text(error) };
  }
  service.metrics.add("callbackDone");
  return { status: "ok", detail: "committed" };
}

/** The body as a notification; what is not known of it is dropped. */
function parse(body: Buffer): Notification {
  const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  if (typeof json !== "object" || json === null) throw new Error("the body is no object");
  const fields = json as Record<string, unknown>;
  const string = (name: string): string => {
    const value = fields[name];
    if (typeof value === "string") return value;
    throw new Error(`${name} is not a string`);
  };
  const optional = (name: string) => (fields[name] === undefined || fields[name] === null ? null : string(name));
  const { test = false } = fields;
  if (typeof test !== "boolean") throw new Error("test is neither true nor false");
  const monitor_id = string("monitor_id");
  if (!isId(monitor_id)) throw new Error("monitor_id is not a string of digits");
  return {
    event_id: optional("event_id"),
    monitor_id,
    group: optional("group"),
    transition: optional("transition"),
    test,
    callback_url: string("callback_url"),
    message_id: string("message_id"),
  };
}

/** Dirty first: from here on the monitor is read until one reading succeeds, even if this process dies. */
async function handle(service: Service, notification: Notification): Promise<void> {
  await service.store.run("dirty", { monitor: notification.monitor_id, now: service.clock.now() });
  const monitor = await reconcile(service, notification.monitor_id);
  if (notification.test) return;
  const event = JSON.stringify({ kind: "notification", notification, monitor });
  deliver(service, [await service.store.run("emit", { event })]);
}
