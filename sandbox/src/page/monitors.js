// The monitors, their groups, and the buttons that move a group.

import { EXAMPLE } from "./acts.js";
import { h } from "./dom.js";
import { look } from "./words.js";

const MOVES = [["Alert", "Alert"], ["Warn", "Warn"], ["OK", "Recover"], ["No Data", "No data"]];

export function badge(status) {
  const { kind, mark } = look(status);
  return h("span", { class: `badge ${kind}` }, h("span", { "aria-hidden": "true" }, mark), ` ${status}`);
}

/** A command to copy. */
export function command(text) {
  return h("div", { class: "command" },
    h("pre", { tabindex: "0" }, h("code", {}, text)),
    h("button", { class: "quiet", "data-do": "copy", "data-text": text }, "Copy"));
}

export function monitors(story) {
  const { monitors } = story.state;
  return [
    h("h2", { id: "monitors-title" }, "Monitors"),
    monitors.length ? monitors.map((monitor) => card(monitor)) : empty(),
  ];
}

function empty() {
  const json = JSON.stringify(EXAMPLE).replaceAll("'", "'\\''");
  const curl = `curl ${location.origin}/api/v1/monitor \\\n  -H 'dd-api-key: sandbox-api-key' -H 'dd-application-key: sandbox-app-key' \\\n  -H 'content-type: application/json' \\\n  -d '${json}'`;
  return h("div", { class: "empty", "data-key": "empty" },
    h("p", {}, "There is no monitor yet. Apply your Terraform against this address, or begin with an example."),
    h("p", {}, h("button", { class: "primary", "data-do": "example" }, "Create an example monitor")),
    h("p", {}, "The same from a shell:"),
    command(curl));
}

function card({ id, definition, overall_state, evaluates, groups, downtimes }) {
  return h("article", { class: "card", "data-key": id, "aria-labelledby": `monitor-${id}` },
    h("header", {},
      h("h3", { id: `monitor-${id}` }, definition.name ?? id),
      badge(overall_state)),
    h("pre", { class: "query", tabindex: "0" }, definition.query ?? ""),
    h("p", { class: "hint" }, evaluates ? "Evaluates the points it is sent, each minute of the virtual clock." : "Moved by hand: the sandbox does not evaluate a query of this form.",
      definition.tags?.length ? ` Tags: ${definition.tags.join(", ")}` : ""),
    h("ul", { class: "groups" }, groups.map((group) => row(id, group))),
    add(id, groups),
    h("div", { class: "buttons" },
      h("button", { class: "quiet", "data-do": "test", "data-monitor": id }, "Send test notification"),
      downtimes.length > 0 && h("button", { class: "quiet", "data-do": "unmute", "data-monitor": id }, "End downtimes")));
}

function row(monitor, { name, status, muted }) {
  return h("li", { class: "group", "data-key": name, "data-group": name },
    h("div", { class: "who" }, h("code", {}, name), badge(status), muted && h("span", { class: "badge other" }, "muted")),
    h("div", { class: "buttons", role: "group", "aria-label": `Move ${name}` },
      MOVES.map(([to, text]) => h("button", { "data-do": "group", "data-monitor": monitor, "data-group": name, "data-status": to,
        "aria-pressed": String(status === to), class: `to ${look(to).kind}` }, text)),
      h("button", { class: "quiet", "data-do": "mute", "data-monitor": monitor, "data-group": name, disabled: muted }, "Mute")));
}

/** A group appears when it has its first status. */
function add(monitor, groups) {
  const key = `add-${monitor}`;
  return h("form", { class: "inline", "data-do": "addGroup", "data-monitor": monitor, "data-once": true, "data-key": key },
    h("label", { for: `${key}-group` }, groups.length ? "Another group" : "First group"),
    h("input", { id: `${key}-group`, name: "group", required: true, placeholder: "bank_code:0001", autocomplete: "off", spellcheck: "false" }),
    h("label", { for: `${key}-status`, class: "visually-hidden" }, "Status"),
    h("select", { id: `${key}-status`, name: "status" }, MOVES.map(([to]) => h("option", { value: to }, to))),
    h("button", { class: "primary" }, "Set"));
}
