// Served with `CB_CONFORMANCE=1` only: asks the real guard and moves the clock, so that any language's stub is tested alike.

import type { FastifyInstance } from "fastify";
import type { Service } from "./service.js";

const MOST = 1_000_000;
const U32 = { type: "integer", minimum: 0, maximum: 4_294_967_295 };
const TEXT = { type: "string" };
const ALLOW = {
  type: "object",
  required: ["breaker", "group", "n"],
  properties: { breaker: TEXT, group: TEXT, n: U32 },
};
const CLOCK = { type: "object", required: ["advance_ms"], properties: { advance_ms: U32 } };

export function routes(app: FastifyInstance, { clock, guard }: Service): void {
  app.post("/_conformance/allow", { schema: { body: ALLOW } }, (request) => {
    const { breaker, group, n } = request.body as { breaker: string; group: string; n: number };
    const seen = { allow: 0, probe: 0, reject: 0 };
    for (let i = 0; i < Math.min(n, MOST); i++) seen[guard.allow(breaker, group)] += 1;
    return seen;
  });
  app.post("/_conformance/clock", { schema: { body: CLOCK } }, (request) => {
    clock.advance((request.body as { advance_ms: number }).advance_ms);
    return { now_ms: clock.now() };
  });
}
