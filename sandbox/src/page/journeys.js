// Each notification's way: told, topic, the attempts of Lambda, the callback; what people may do to it; and its message.

import { h } from "./dom.js";
import { command } from "./monitors.js";
import { DELIVERY, callbacks, plain, shortTime, span, time } from "./words.js";

/** So many are shown; older ones are in the run that can be saved. */
const SHOWN = 30;

export function journeys(story) {
  const all = story.journeys();
  const dead = story.state.dlq.length;
  return [
    h("div", { class: "head" },
      h("h2", { id: "journeys-title" }, "Notifications and their way"),
      h("button", { "data-do": "redrive", disabled: dead === 0, class: dead ? "primary" : "quiet" },
        dead ? `Redrive ${dead} from the dead letter queue` : "Dead letter queue is empty")),
    waiting(story),
    all.length ? list(story, all) : empty(),
    all.length > 0 && message(story.chosenJourney()),
  ];
}

function empty() {
  return h("p", { class: "empty" }, "Nothing was told yet. Move a group to Alert: the message appears here, and the way it takes.");
}

/** Deliveries wait for a function: say how one is started. */
function waiting({ state }) {
  const waits = state.deliveries.some((delivery) => delivery.state === "queued" && !delivery.attempts.length);
  if (!waits || state.function.ready) return null;
  return h("div", { class: "empty", "data-key": "no-function" },
    h("p", {}, "No function asks for work, so deliveries wait. Start the sandbox with the dispatcher as its function:"),
    command("cb-sandbox serve --bootstrap target/debug/bootstrap --lambda-env CB_SIGNING_KEY=whsec_…"));
}

function list(story, all) {
  const chosen = story.chosenJourney().key;
  return h("ol", { class: "journeys", tabindex: "0", "aria-label": "Notifications, newest first" },
    all.slice(0, SHOWN).map((journey) => item(story, journey, journey.key === chosen)));
}

function item(story, { key, notice, deliveries }, chosen) {
  const at = notice && story.toldAt(notice.event_id);
  const title = notice ? `${notice.test ? "Test: " : ""}${plain(notice.transition)}` : "Published by hand";
  return h("li", { class: `journey ${chosen ? "chosen" : ""}`, "data-key": key },
    h("div", { class: "head" },
      h("h3", {}, title, " ", h("code", {}, notice?.group ?? deliveries[0].topic)),
      at && h("time", {}, time(at)),
      h("button", { class: "quiet", "data-choose": "notice", "data-value": key, "aria-pressed": String(chosen) }, "Message")),
    deliveries.length
      ? h("ul", { class: "ways" }, deliveries.map((delivery) => way(story, delivery)))
      : h("p", { class: "hint" }, `No topic was told: ${notice.notified.join(", ") || "nobody was"}.`));
}

function step(kind, text, title) {
  return h("li", { class: `step ${kind}`, title }, text);
}

function way(story, delivery) {
  const { id, state, attempts, topic, message } = delivery;
  const [kind, words] = DELIVERY[state];
  const urls = callbacks(message);
  const passed = !["held", "dropped"].includes(state) || attempts.length > 0;
  const end = state === "delivered" ? (urls.length ? "Callback answered 200" : "No callback named") : "Callback";
  return h("li", { class: "way", "data-key": id, "data-delivery": id, "data-state": state },
    h("ol", { class: "steps", "aria-label": `Way of ${id}` },
      step(passed ? "good" : kind, `@${topic.startsWith("sns-") ? topic : `sns-${topic}`}`),
      attempts.map((attempt, i) => step(attempt.ok ? "good" : "bad", `Attempt ${i + 1} ${attempt.ok ? "ok" : "failed"}`, `${time(attempt.at_ms)} ${attempt.error ?? ""}`)),
      !attempts.length && step(state === "running" ? "busy" : "idle", "Lambda"),
      step(state === "delivered" ? "good" : "idle", end, urls.join(" "))),
    h("p", { class: "state" }, h("strong", { class: kind }, words), soon(story, delivery),
      attempts.at(-1)?.error && h("span", { class: "error" }, `. Last error: ${attempts.at(-1).error}`)),
    h("div", { class: "buttons", role: "group", "aria-label": `Delivery ${id}` }, buttons(delivery)));
}

function soon(story, { next_attempt_ms }) {
  const left = next_attempt_ms - story.now();
  return next_attempt_ms && left > 0 ? ` – in ${span(left)}, at ${shortTime(next_attempt_ms)}` : "";
}

function buttons({ id, state }) {
  const button = (act, text) => h("button", { "data-do": act, "data-id": id, "data-key": act }, text);
  const waits = ["held", "queued"].includes(state);
  return [
    waits && button("drop", "Lose"),
    waits && button("delay", "Delay 1 min"),
    waits && button("release", "Deliver now"),
    state === "running" && button("timeOut", "Time out"),
    button("duplicate", "Duplicate"),
  ];
}

function message({ key, notice, deliveries }) {
  return h("div", { class: "message", "data-key": "message" },
    h("h3", {}, "Rendered message"),
    h("p", { class: "subject" }, notice?.title ?? deliveries[0].subject ?? ""),
    h("pre", { tabindex: "0", id: "message", "data-of": key }, notice?.message ?? deliveries[0].message),
    notice && h("p", { class: "hint" }, `Told: ${notice.notified.join(", ") || "nobody"}`));
}
