// The callback endpoint through the real routes: what it commits, and each of its answers.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { test } from "node:test";
import { Clock } from "../src/clock.js";
import { NAME } from "../src/service.js";
import { RedisStore } from "../src/store/redis.js";
import { App, Backend, FakeDatadog, KEY, OTHER_KEY, Redis, bank, needsRedis, onBothStores, request } from "./common.js";

const PATH = "/dd_circuit_breaker/callback";

onBothStores({
  async "an alert opens its group alone and a recovery closes it"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.set("11", { "bank_code:0001": "Alert", "bank_code:0002": "OK", "bank_code:0003": "Warn" });
    assert.equal(await app.callback("11"), 200);
    // Committed and loaded before the answer: no waiting here.
    assert.equal(app.allow("bank_code:0001"), "probe", "the first call of an interval");
    assert.equal(app.allow("bank_code:0001"), "reject");
    assert.equal(app.allow("bank_code:0002"), "allow");
    const ask = { breaker: "bank", group: "bank_code:0003", n: 1000 };
    const { body } = await app.post("/_conformance/allow", ask);
    assert.ok(body.allow > 400 && body.allow < 600, `degraded lets half through: ${JSON.stringify(body)}`);
    datadog.set("11", { "bank_code:0001": "OK", "bank_code:0002": "OK", "bank_code:0003": "OK" });
    assert.equal(await app.callback("11"), 200);
    assert.deepEqual([app.allow("bank_code:0001"), app.allow("bank_code:0003")], ["allow", "allow"]);
  },

  async "every answer has its status"(backend) {
    const datadog = await FakeDatadog.start();
    const keys = { CB_SIGNING_KEYS: `${OTHER_KEY} ${KEY}`, CB_MONITORS: "11,12,13", CB_REQUIRE_SERVICE_TAG: "1" };
    const app = await App.start(backend, datadog, keys);
    datadog.set("11", { "bank_code:0001": "OK" });
    datadog.put("13", {
      ...bank("13", { "bank_code:0001": "Alert" }),
      tags: ["circuit_breaker:bank", "service:other"],
    });
    const sent = async (...request: Parameters<App["send"]>) => (await app.send(...request)).status;
    const good = request("11");
    assert.equal(await sent(good), 200);
    assert.equal(await sent(good, OTHER_KEY), 200, "a key being rotated in");
    assert.equal(await sent(good, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), 401);
    assert.equal(await sent(good, KEY, 400), 401, "an old signature");
    assert.equal((await app.post(PATH, good)).status, 401, "no signature");
    assert.equal((await app.request(PATH, { method: "POST" })).status, 401, "no body either");
    assert.equal(await sent('{"monitor_id":"11"'), 400, "no JSON");
    assert.equal(await sent("null"), 400, "no object");
    assert.equal(await sent({ monitor_id: "11" }), 400, "fields missing");
    assert.equal(await sent({ ...good, monitor_id: 11 }), 400, "ids are text");
    assert.equal(await sent({ ...good, monitor_id: "../v2/x" }), 400, "an id is no path");
    assert.equal(await sent({ ...good, test: "no" }), 400, "test is true or false");
    assert.equal(await sent({ ...good, monitor_id: "99" }), 404, "outside CB_MONITORS");
    assert.equal(await sent(request("13")), 404, "without this service's tag");
    assert.equal(app.open("bank_code:0001"), false, "and nothing of it was kept");
    assert.equal(await sent({ ...good, group: "x".repeat(65 * 1024) }), 413);
    for (const fault of [500, 503, 429, 403, 404, 0]) {
      datadog.fault = fault;
      const answer = await app.send(good);
      assert.equal(answer.status, 503, `Datadog answered ${fault}`);
      assert.equal(answer.headers.get("retry-after"), "5");
    }
  },

  async "no dedupe before the commit"(backend) {
    const datadog = await FakeDatadog.start();
    const app = await App.start(backend, datadog);
    datadog.set("11", { "bank_code:0001": "Alert" });
    datadog.fault = 503;
    assert.equal(await app.callback("11"), 503);
    assert.equal(app.open("bank_code:0001"), false);
    datadog.fault = undefined;
    assert.equal(await app.callback("11"), 200, "the retry has the same webhook-id");
    assert.equal(app.open("bank_code:0001"), true);
  },
});

test("a store that is down is 503 and the snapshot goes on", needsRedis, async () => {
  const redis = await Redis.start();
  const datadog = await FakeDatadog.start();
  const app = await App.start(new Backend(redis), datadog, { CB_MAX_STALE_S: "600" });
  datadog.set("11", { "bank_code:0001": "Alert", "bank_code:0002": "OK" });
  assert.equal(await app.callback("11"), 200);
  await redis.stop();
  const answer = await app.send(request("11"));
  assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "5"]);
  assert.ok(app.open("bank_code:0001") && !app.open("bank_code:0002"), "the last known state");
  await redis.restart();
  const before = app.clock.now();
  app.clock.advance(60_000);
  // The state is gone with Redis; the known monitors bring it back without any callback.
  const tried = () => app.service.guard.snapshot.contents.monitors["11"]?.tried ?? 0;
  await app.until("a new reading", () => tried() > before && app.open("bank_code:0001"));
  assert.equal(await app.callback("11"), 200);
});

test("a connection that fell silent is replaced", needsRedis, async () => {
  const redis = await Redis.start();
  const sockets: Socket[] = [];
  const proxy = createServer((socket) => {
    const behind = connect(redis.port, "127.0.0.1");
    sockets.push(socket, behind);
    socket.on("error", () => {}).pipe(behind.on("error", () => {}));
    behind.pipe(socket);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const store = new RedisStore(`redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`, NAME, "one");
  const datadog = await FakeDatadog.start();
  const app = await App.startWith(store, new Clock(), datadog);
  datadog.set("11", { "bank_code:0001": "Alert" });
  assert.equal(await app.callback("11"), 200);
  // Open, but nothing passes any more: as after a cut that neither side has noticed.
  for (const socket of sockets) socket.unpipe().pause();
  assert.equal(await app.callback("11"), 503);
  assert.equal(await app.callback("11"), 200);
  await app.stop();
  for (const socket of sockets) socket.destroy();
  proxy.close();
});
