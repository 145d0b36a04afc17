// Everything that happened, newest first, in words.

import { h } from "./dom.js";
import { DELIVERY, plain, time } from "./words.js";

const SHOWN = 60;

/** One sentence for each kind; any other kind was reported by somebody else, and is shown as it is. */
const SENTENCES = {
  transition: ({ group, from, to, value, muted }) => `${group}: ${from ?? "new"} → ${to}${value == null ? "" : ` at ${value}`}${muted ? ", muted" : ""}`,
  notification: ({ title, notified }) => `${title} – told ${notified.join(", ") || "nobody"}`,
  delivery: ({ id, state, attempts }) => `number ${id}: ${DELIVERY[state][1]}${failure(state, attempts)}`,
  points: ({ metric, points, tags }) => `${metric} ${points.map(([, value]) => value).join(", ")} (${tags.join(", ")})`,
  breaker: (data) => `${data?.breaker} ${data?.group} is ${data?.state}`,
  service: ({ error }) => error ?? "the service tells its breakers",
  fault: (faults) => `broken now: ${broken(faults).join(", ") || "nothing"}`,
  clock: ({ advanced_ms }) => `the virtual clock is ${advanced_ms / 60_000} min ahead`,
  reset: () => "everything is as at the start",
};

/** What differs from a world where all goes well, in the names of the routes. */
function broken(faults) {
  return Object.entries(faults).flatMap(([name, value]) => {
    if (value && typeof value === "object" && ["cut", "deliveries"].includes(name)) return broken(value).map((inner) => `${name} ${inner}`);
    return value ? [value === true || typeof value === "object" ? plain(name).toLowerCase() : `${plain(name).toLowerCase()} ${value}`] : [];
  });
}

/** Why a delivery waits again, or is dead. */
function failure(state, attempts) {
  const error = attempts.at(-1)?.error;
  return error && ["queued", "dead"].includes(state) ? `, after “${error}”` : "";
}

export function happenings({ entries }) {
  const newest = entries.slice(-SHOWN).reverse();
  return [
    h("h2", { id: "happenings-title" }, "What happened"),
    newest.length
      ? h("ol", { class: "log", tabindex: "0", "aria-label": "Newest first" }, newest.map(({ id, at_ms, kind, data }) =>
        h("li", { "data-key": String(id) },
          h("time", {}, time(at_ms)),
          h("span", { class: "kind" }, plain(kind)),
          h("span", {}, SENTENCES[kind]?.(data) ?? JSON.stringify(data)))))
      : h("p", { class: "empty" }, "Nothing yet. Every change, message and attempt will stand here, with its time."),
  ];
}
