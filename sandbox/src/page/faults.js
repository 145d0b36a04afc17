// What can be broken from here, and what is.

import { h } from "./dom.js";
import { command } from "./monitors.js";

const WAYS = [["works", "Works"], ["fails", "Answers 503"], ["html", "Answers HTML"], ["drops", "Drops connections"], ["hangs", "Hangs"]];
const FATES = [["lose", "Lose the next"], ["duplicate", "Duplicate the next"], ["delay", "Delay the next by 1 min"]];
const NUMBERS = [["latency_ms", "Answers come later by"], ["state_lag_ms", "Group states lag by"]];

export function faults({ state }) {
  const { faults } = state;
  return [
    h("div", { class: "head" },
      h("h2", { id: "faults-title" }, "Break things"),
      h("button", { class: "quiet", "data-do": "mend" }, "Mend everything")),
    datadog(faults),
    topic(faults),
    ...elsewhere(state),
  ];
}

function way({ datadog }) {
  if (!datadog) return "works";
  if (datadog.hold) return "hangs";
  if (datadog.drop) return "drops";
  return datadog.html ? "html" : "fails";
}

function datadog(faults) {
  const now = way(faults);
  return h("fieldset", { "data-key": "datadog" },
    h("legend", {}, "Datadog's API"),
    h("div", { class: "buttons" }, WAYS.map(([way, text]) =>
      h("button", { "data-do": "datadog", "data-way": way, "aria-pressed": String(way === now), class: way === "works" ? "to ok" : "to alert" }, text))),
    NUMBERS.map(([name, text]) => h("form", { class: "inline", "data-do": "setNumber", "data-name": name, "data-key": name },
      h("label", { for: name }, text),
      h("input", { id: name, name: "seconds", type: "number", min: "0", step: "0.1", required: true, value: String(faults[name] / 1000), class: "short" }),
      h("span", {}, "s"),
      h("button", { class: "quiet", "aria-label": `Set: ${text.toLowerCase()}` }, "Set"),
      faults[name] > 0 && h("span", { class: "badge warn" }, `now ${faults[name] / 1000} s`))));
}

function topic({ hold_deliveries, deliveries }) {
  return h("fieldset", { "data-key": "topic" },
    h("legend", {}, "The SNS topic"),
    h("div", { class: "buttons" },
      h("button", { "data-do": "hold", "data-on": String(!hold_deliveries), "aria-pressed": String(hold_deliveries), class: "to warn" }, "Hold messages back"),
      FATES.map(([which, text]) => h("button", { "data-do": "fate", "data-which": which },
        text, deliveries[which] > 0 && h("span", { class: "count" }, ` ${deliveries[which]}`)))));
}

const LINES = [
  ["redis", "Redis", "--redis-proxy 127.0.0.1:6380=127.0.0.1:6379", "the service's REDIS_URL names the first port"],
  ["service", "Your service", "--service-proxy 127.0.0.1:8081=127.0.0.1:8080", "the callback's URL names the first port"],
];

/** What the sandbox carries it can cut; it starts and stops no process of yours. */
function elsewhere({ lines, faults: { cut }, service_url }) {
  return [
    ...LINES.map(([name, title, flag, rule]) => line({ name, title, flag, rule, carried: lines[name], cut: cut[name] })),
    !service_url && h("fieldset", { "data-key": "report" },
      h("legend", {}, "The breaker"),
      h("p", { class: "hint" }, "Started with ", h("code", {}, "--service-url http://localhost:8080"), ", the sandbox shows the service's breakers. Without it, a hook of the service can report them:"),
      command(`curl ${location.origin}/_sandbox/reports \\\n  -d '{"kind": "breaker", "data": {"breaker": "bank", "group": "bank_code:0001", "state": "open"}}'`)),
  ];
}

function line({ name, title, flag, rule, carried, cut }) {
  const choice = (down, text, look) => h("button", {
    "data-do": "cut", "data-end": name, "data-down": String(down), disabled: !carried,
    "aria-describedby": `line-${name}`, "aria-pressed": String(Boolean(carried) && cut === down), class: `to ${look}`,
  }, text);
  return h("fieldset", { "data-key": name },
    h("legend", {}, title),
    h("div", { class: "buttons" }, choice(false, "Reached", "ok"), choice(true, "Down", "alert")),
    h("p", { class: "hint", id: `line-${name}` }, carried
      ? `${carried.listens} leads to ${carried.upstream}. Down, every connection is closed, old and new.`
      : `The sandbox is not between. Start it with this, where ${rule}:`),
    !carried && command(`cb-sandbox serve ${flag}`));
}
