// The settings: defaults, what is refused and how that is said, and that no secret is shown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { readSettings } from "../src/settings.js";
import { SigningKeys } from "../src/signature.js";
import { KEY } from "./common.js";

const BASE = { DD_API_KEY: "s3cret-api", DD_APP_KEY: "s3cret-app", CB_SIGNING_KEYS: KEY };

test("defaults are those of the README, and an empty variable is unset", () => {
  const settings = readSettings({ ...BASE, DD_SITE: "datadoghq.eu", CB_POLL_S: " ", CB_MONITORS: "" });
  assert.equal(settings.datadogUrl, "https://api.datadoghq.eu");
  assert.deepEqual([settings.poll, settings.idlePoll, settings.lease], [60_000, 300_000, 900_000]);
  assert.deepEqual([settings.probeRatio, settings.degradedShare, settings.maxOpenShare], [0.01, 0.5, 1]);
  assert.deepEqual([settings.monitors, settings.redisUrl, settings.adminToken], [undefined, undefined, undefined]);
  assert.deepEqual(settings.listen, { host: "0.0.0.0", port: 8080 });
  assert.deepEqual(readSettings({ ...BASE, CB_LISTEN: "[::1]:0" }).listen, { host: "::1", port: 0 });
  assert.deepEqual(readSettings({ ...BASE, CB_MONITORS: "12, 34" }).monitors, ["12", "34"]);
});

test("a bad value is named with its remedy", () => {
  for (const [name, value, remedy] of [
    ["CB_LEASE_S", "899", "at least 900"],
    ["CB_POLL_S", "0", "from 1 to"],
    ["CB_POLL_S", "1.5", "from 1 to"],
    ["CB_PROBE_RATIO", "1.5", "from 0 to 1"],
    ["CB_PROBE_RATIO", "0x1", "from 0 to 1"],
    ["CB_ON_NO_DATA", "opne", "hold, open, closed"],
    ["CB_ON_STORE_DOWN", "toString", "last_known, last_known:open, open, closed"],
    ["CB_MONITORS", "12,abc", "digits only"],
    ["CB_LISTEN", "8080", "address and port"],
    ["CB_DATADOG_URL", "api.datadoghq.com", "https://"],
    ["CB_SIGNING_KEYS", "whsec_short", "24 bytes"],
    ["CB_SIGNING_KEYS", "", "unset: set it to the dispatcher's"],
    ["REDIS_URL", "s3cret", "redis://"],
    ["DD_API_KEY", " ", "unset: set it to a key that may read monitors"],
  ] as const) {
    const refused = (error: Error) => error.message.startsWith(`${name} is `) && error.message.includes(remedy);
    assert.throws(() => readSettings({ ...BASE, [name]: value }), refused, `${name}=${value}`);
    const secret = (error: Error) => !/whsec_short|s3cret/.test(error.message);
    assert.throws(() => readSettings({ ...BASE, [name]: value }), secret, `${name} is shown`);
  }
  readSettings({ ...BASE, CB_LEASE_S: "300", CB_IDLE_POLL_S: "100" });
});

test("secrets are not shown", () => {
  const all = readSettings({ ...BASE, REDIS_URL: "redis://:s3cret@localhost", CB_ADMIN_TOKEN: "s3cret" });
  for (const shown of [inspect(all, { depth: 9 }), JSON.stringify(all)]) {
    assert.doesNotMatch(shown, /s3cret|C2FVsBQ/);
  }
});

test("signing keys are checked", () => {
  new SigningKeys(`${KEY}, ${KEY}`);
  for (const bad of ["", " , ", "whsec_short", KEY.slice(6), "whsec_!!!!sBQIhrscChlQIMV+b5sSYspob7oD"]) {
    assert.throws(() => new SigningKeys(bad), bad);
  }
});
