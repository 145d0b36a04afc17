// The chain from the monitor to the breaker, as a row of stages that light up when something passes; and the clock above it.

import { h } from "./dom.js";
import { callbacks, count, look, plain, span, time } from "./words.js";

const MINUTE = 60_000;
const JUMPS = [[MINUTE, "+1 min"], [5 * MINUTE, "+5 min"], [60 * MINUTE, "+1 h"]];

export function clock(story) {
  const ahead = story.state.clock.advanced_ms;
  return [
    h("p", { class: "now" },
      h("span", { class: `dot ${story.live ? "on" : "off"}`, "aria-hidden": "true" }),
      h("span", { class: "visually-hidden" }, story.live ? "Connected." : "Not connected, trying again."),
      h("time", {}, time(story.now())),
      h("small", {}, story.live ? (ahead ? `virtual, ${span(ahead)} ahead` : "virtual clock") : "connecting again …"),
    ),
    h("div", { class: "buttons", role: "group", "aria-label": "Advance the virtual clock" },
      JUMPS.map(([ms, text]) => h("button", { "data-do": "advance", "data-ms": ms }, text))),
  ];
}

export function chain(story) {
  const stages = [monitor(story), told(story), topic(story), lambda(story), callback(story), breaker(story)];
  return [
    h("h2", { id: "chain-title", class: "visually-hidden" }, "The chain"),
    h("ol", { class: "chain" }, stages.map(({ name, kind, text, detail, pulse }) =>
      h("li", { class: `stage ${kind} ${pulse ? "pulse" : ""}`, "data-key": name },
        h("h3", {}, name),
        h("p", { class: "big" }, text),
        h("p", { class: "detail", title: detail }, detail || "\u00a0")))),
  ];
}

function monitor(story) {
  const { monitors } = story.state;
  const groups = monitors.flatMap((monitor) => monitor.groups);
  const bad = ["Alert", "Warn", "No Data"].find((status) => groups.some((group) => group.status === status));
  const pulse = story.pulses("transition");
  if (!monitors.length) return { name: "Monitor", kind: "idle", text: "None yet", detail: "make one below", pulse };
  const status = bad ?? "OK";
  const number = groups.filter((group) => group.status === status).length;
  const text = groups.length ? `${number} ${status}` : "No groups yet";
  return { name: "Monitor", kind: groups.length ? look(status).kind : "idle", text, detail: `${count(groups.length, "group")}, ${count(monitors.length, "monitor")}`, pulse };
}

function told(story) {
  const last = story.state.notifications.at(-1);
  const pulse = story.pulses("notification");
  if (!last) return { name: "Notification", kind: "idle", text: "Quiet", detail: "", pulse };
  return { name: "Notification", kind: tone(last.transition), text: plain(last.transition), detail: last.group, pulse };
}

/** A transition is as good as the status it leads to. */
function tone(transition) {
  if (transition.endsWith("recovery")) return "ok";
  if (transition.startsWith("no_data")) return "nodata";
  return transition.endsWith("warning") ? "warn" : "alert";
}

function topic(story) {
  const { deliveries, faults } = story.state;
  const number = (state) => deliveries.filter((delivery) => delivery.state === state).length;
  const [held, lost] = [number("held"), number("dropped")];
  const pulse = story.pulses("notification");
  const detail = [held && `${held} held`, lost && `${lost} lost`].filter(Boolean).join(", ") || (deliveries.length ? "nothing lost" : "");
  const kind = faults.hold_deliveries ? "wait" : deliveries.length ? (lost ? "lost" : "good") : "idle";
  const text = faults.hold_deliveries ? "Holding" : count(deliveries.length, "message");
  return { name: "SNS topic", kind, text, detail, pulse };
}

function lambda(story) {
  const { deliveries, dlq, function: { ready, init_error } } = story.state;
  const running = deliveries.filter(({ state }) => state === "running").length;
  const queued = deliveries.filter(({ state }) => state === "queued");
  const pulse = story.pulses("delivery");
  const stage = (kind, text, detail) => ({ name: "Lambda", kind, text, detail, pulse });
  if (init_error) return stage("bad", "Cannot start", init_error);
  if (running) return stage("busy", "Working", count(running, "invocation"));
  if (queued.length) {
    const left = Math.min(...queued.map(({ next_attempt_ms }) => next_attempt_ms)) - story.now();
    return stage("wait", `${queued.length} waiting`, left > 0 ? `next attempt in ${span(left)}` : "for the function");
  }
  if (dlq.length) return stage("bad", count(dlq.length, "dead letter"), "redrive it below");
  return deliveries.length ? stage("good", "Idle", "nothing waits") : stage("idle", "Idle", ready ? "function ready" : "");
}

/** The last answer: of the function, which says 200 for the service, or the service's error in its own words. */
function callback(story) {
  const tried = story.state.deliveries.flatMap(({ attempts, message }) => attempts.map((attempt) => ({ ...attempt, message })));
  const last = tried.sort((a, b) => a.at_ms - b.at_ms).at(-1);
  const pulse = story.pulses("callback") || story.pulses("delivery") && last;
  if (!last) return { name: "Callback", kind: "idle", text: "Not called", detail: "", pulse: false };
  const urls = callbacks(last.message);
  if (!last.ok) return { name: "Callback", kind: "bad", text: "Failed", detail: last.error, pulse };
  return { name: "Callback", kind: "good", text: urls.length ? "Answered 200" : "None named", detail: urls[0] ?? "no callback line", pulse };
}

const FLAGS = { open: "alert", degraded: "warn" };

/** The flags, as the service tells them or somebody reports them; the last word on a group counts. */
function breaker(story) {
  const states = new Map();
  let error = null;
  for (const { kind, data } of story.entries) {
    if (kind === "breaker" && data) states.set(`${data.breaker} ${data.group}`, data);
    if (kind === "service" && data) error = data.error;
  }
  const stage = (kind, text, detail) => ({ name: "Breaker", kind, text, detail: error ?? detail, pulse: story.pulses("breaker") });
  if (!states.size && error) return stage("bad", "Not known", error);
  if (!states.size) return stage("idle", "No report", story.state.service_url ? "the service knows no group" : "see “The breaker”");
  for (const state of ["open", "degraded"]) {
    const found = [...states.values()].filter((report) => report.state === state);
    if (found.length) return stage(FLAGS[state], `${found.length} ${state}`, found.map(({ group }) => group).join("; "));
  }
  return stage("ok", "Closed", count(states.size, "group"));
}
