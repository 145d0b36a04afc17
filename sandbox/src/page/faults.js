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
    elsewhere(),
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

/** What the sandbox did not start it cannot stop, and cannot see. */
function elsewhere() {
  return h("fieldset", { "data-key": "elsewhere" },
    h("legend", {}, "Your service and its Redis"),
    h("p", { class: "hint" }, "They are processes of yours. Stop Redis and watch the callback fail, be tried again, and heal:"),
    command("redis-cli shutdown nosave"),
    h("p", { class: "hint" }, "A hook of the service can report its breaker, which then stands at the end of the chain:"),
    command(`curl ${location.origin}/_sandbox/reports \\\n  -d '{"kind": "breaker", "data": {"breaker": "bank", "group": "bank_code:0001", "state": "open"}}'`));
}
