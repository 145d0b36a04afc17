// What the buttons do: each is one request to the sandbox's own interface, and one sentence about it.

const KEYS = { "dd-api-key": "sandbox-api-key", "dd-application-key": "sandbox-app-key" };

async function send(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: { "content-type": "application/json", ...(path.startsWith("/api/") ? KEYS : {}) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  let value = null;
  try {
    value = JSON.parse(text);
  } catch {
    // An HTML answer is a fault that somebody switched on.
  }
  if (!answer.ok) throw new Error(value?.error ?? value?.errors?.join(" ") ?? `${answer.status} from ${path}`);
  return value;
}

export const read = (path) => send("GET", path);
const post = (path, body = {}) => send("POST", path, body);
const delivery = (id, act, body) => post(`/_sandbox/deliveries/${id}/${act}`, body);
const faults = (change) => post("/_sandbox/faults", change);

async function setGroup(monitor, group, status) {
  const { notification } = await post(`/_sandbox/monitors/${monitor}/groups`, { group, status });
  return notification
    ? `${group} is ${status}. Told: ${notification.notified.join(", ") || "nobody"}.`
    : `${group} is ${status}. There was nothing to tell.`;
}

const DATADOG = {
  works: [null, "Datadog answers again."],
  fails: [{ status: 503 }, "Datadog answers 503."],
  html: [{ status: 502, html: true }, "Datadog answers 502 with an HTML page."],
  drops: [{ drop: "before" }, "Datadog closes connections."],
  hangs: [{ hold: true }, "Datadog does not answer at all."],
};

/** By the `data-do` of a button or a form; gives the sentence to say. */
export const ACTS = {
  group: ({ monitor, group, status }) => setGroup(monitor, group, status),
  addGroup: ({ monitor }, fields) => setGroup(monitor, fields.group.trim(), fields.status),
  async mute({ monitor, group }) {
    await post(`/_sandbox/monitors/${monitor}/downtimes`, { scope: [group] });
    return `A downtime mutes ${group}.`;
  },
  async unmute({ monitor }) {
    await send("DELETE", `/_sandbox/monitors/${monitor}/downtimes`);
    return "The downtimes have ended.";
  },
  async test({ monitor }) {
    const { notification } = await post(`/_sandbox/monitors/${monitor}/test`);
    return `Test notification sent: ${notification.title}`;
  },
  async drop({ id }) {
    await delivery(id, "drop");
    return "The delivery is lost.";
  },
  async duplicate({ id }) {
    await delivery(id, "duplicate");
    return "The message is delivered once more.";
  },
  async delay({ id }) {
    await delivery(id, "delay", { ms: 60_000 });
    return "The delivery waits one minute longer.";
  },
  async release({ id }) {
    await delivery(id, "release");
    return "The delivery goes to Lambda now.";
  },
  async timeOut({ id }) {
    await delivery(id, "time_out");
    return "The attempt timed out.";
  },
  async redrive() {
    const { redriven } = await post("/_sandbox/dlq/redrive");
    return `Redriven from the dead letter queue: ${redriven.length}.`;
  },
  async advance({ ms }) {
    await post("/_sandbox/clock", { advance_ms: Number(ms) });
    return `The virtual clock is ${Number(ms) / 60_000} min ahead.`;
  },
  async evaluate() {
    const { notifications } = await post("/_sandbox/evaluate");
    return `Evaluated. Notifications: ${notifications.length}.`;
  },
  async reset() {
    await post("/_sandbox/reset");
    return "Everything is as at the start.";
  },
  async datadog({ way }) {
    const [fault, said] = DATADOG[way];
    await faults({ datadog: fault });
    return said;
  },
  async hold({ on }) {
    await faults({ hold_deliveries: on === "true" });
    return on === "true" ? "The topic keeps messages back." : "The topic delivers.";
  },
  async cut({ end, down }) {
    const { cut } = await read("/_sandbox/faults");
    await faults({ cut: { ...cut, [end]: down === "true" } });
    const who = { redis: "Redis", service: "The service" }[end];
    return down === "true" ? `${who} is down: nobody reaches it.` : `${who} is reached again.`;
  },
  async fate({ which }) {
    const state = await read("/_sandbox/faults");
    const deliveries = { ...state.deliveries, [which]: state.deliveries[which] + 1 };
    if (which === "delay") deliveries.delay_ms = 60_000;
    await faults({ deliveries });
    return `To ${which}: the next ${deliveries[which] === 1 ? "message" : `${deliveries[which]} messages`}.`;
  },
  async setNumber({ name }, fields) {
    await faults({ [name]: Math.round(Number(fields.seconds) * 1000) });
    return `Set to ${fields.seconds} s.`;
  },
  async mend() {
    const deliveries = { lose: 0, duplicate: 0, delay: 0, delay_ms: 0 };
    await faults({ datadog: null, rate_limit: null, latency_ms: 0, list_lag_ms: 0, state_lag_ms: 0, stale_reads: 0, deliveries, hold_deliveries: false, cut: {} });
    return "Nothing is broken any more.";
  },
  async points({ metric, kind, tags }, fields) {
    const point = { timestamp: Math.floor(Date.now() / 1000), value: Number(fields.value) };
    const all = [...tags.split(" "), ...fields.group.split(",")].filter((tag) => tag && tag !== "*");
    await post("/api/v2/series", { series: [{ metric, type: Number(kind), interval: 60, points: [point], tags: all }] });
    await post("/_sandbox/evaluate");
    return `Sent ${metric} = ${fields.value} for ${fields.group}, and evaluated.`;
  },
  async example() {
    await post("/api/v1/monitor", EXAMPLE);
    return "The example monitor is there.";
  },
  async copy({ text }) {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  },
};

const CALLBACK = "circuit-breaker-callback: http://localhost:8080/dd_circuit_breaker/callback";
const block = (name) => `{{#${name}}}\n${CALLBACK}\n{{/${name}}}`;

/** A monitor to try things with. */
export const EXAMPLE = {
  name: "Bank errors",
  type: "query alert",
  query: "sum(last_5m):sum:funds.errors{env:prod} by {bank_code}.as_count() > 50",
  message: `${["is_alert", "is_alert_recovery", "is_warning"].map(block).join("\n")}\n\nBank {{bank_code.name}} fails: {{value}} errors in five minutes.\n\n@slack-tech-channel @sns-dd-circuit-breaker`,
  tags: ["service:funds", "circuit_breaker:bank"],
  options: { thresholds: { critical: 50, warning: 20, critical_recovery: 30, warning_recovery: 10 }, notify_no_data: true, no_data_timeframe: 10 },
};
