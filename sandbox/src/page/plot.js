// What a monitor's query measured, against its thresholds; below it the worst status of its groups, minute by minute. And a
// form that sends a point, so that the loop can be closed by hand.

import { h } from "./dom.js";
import { command } from "./monitors.js";
import { look, shortTime, time } from "./words.js";

const [HEIGHT, TOP, BOTTOM, LEFT, RIGHT, BAND] = [240, 14, 46, 46, 12, 14];
const MINUTE = 60_000;
const LINES = 6;
const THRESHOLDS = [["critical", "alert"], ["warning", "warn"], ["critical_recovery", "alert soft"], ["warning_recovery", "warn soft"]];

/** The monitor that is plotted: the chosen one, or the first that evaluates. */
export function plotted(story) {
  const able = story.state.monitors.filter(({ evaluates }) => evaluates);
  return able.find(({ id }) => id === story.chosen.monitor) ?? able[0];
}

export function plot(story, element) {
  const monitor = plotted(story);
  const curves = Object.entries((monitor && story.values.get(monitor.id)) ?? {});
  return [
    h("div", { class: "head" },
      h("h2", { id: "plot-title" }, "Measured, and its thresholds"),
      monitor && choice(story, monitor)),
    !monitor && h("p", { class: "empty" }, "A monitor with a query like sum(last_5m):sum:errors{*} by {bank_code}.as_count() > 50 is drawn here."),
    monitor && (curves.length ? drawing(story, monitor, curves, element.clientWidth - 34) : nothing(monitor)),
    monitor && sender(monitor),
  ];
}

function choice(story, monitor) {
  const able = story.state.monitors.filter(({ evaluates }) => evaluates);
  if (able.length < 2) return h("span", { class: "hint" }, monitor.definition.name);
  return h("select", { "data-choose": "monitor", "aria-label": "Monitor" },
    able.map(({ id, definition }) => h("option", { value: id, selected: id === monitor.id }, definition.name)));
}

/** The metric, the tags of its scope, and whether it counts, as far as a simple query says. */
function asked({ definition }) {
  const [, metric, scope, by = "", count] = definition.query.match(/:\w+:([\w.]+)\{([^}]*)\}(?: by \{([^}]*)\})?(\.as_count\(\))?/) ?? [];
  const tags = (scope ?? "*").split(",").filter((tag) => /^[\w.-]+:[^*]+$/.test(tag));
  return { metric, tags, by: by.split(",").map((key) => key.trim()).filter(Boolean), kind: count ? 1 : 3 };
}

function nothing(monitor) {
  const { metric, tags, by, kind } = asked(monitor);
  const all = [...tags, ...by.map((key) => `${key}:0001`)].map((tag) => `"${tag}"`).join(",");
  return h("div", { class: "empty", "data-key": "nothing" },
    h("p", {}, "No points have come in yet. Send some below, or from a shell:"),
    command(`curl ${location.origin}/api/v2/series -H 'dd-api-key: sandbox-api-key' \\\n  -d '{"series":[{"metric":"${metric}","type":${kind},"tags":[${all}],"points":[{"timestamp":'$(date +%s)',"value":80}]}]}'`));
}

function sender(monitor) {
  const { metric, tags, by, kind } = asked(monitor);
  if (!metric) return null;
  const key = `points-${monitor.id}`;
  const group = by.map((name) => `${name}:0001`).join(",") || "*";
  return h("form", { class: "inline", "data-do": "points", "data-metric": metric, "data-kind": kind, "data-tags": tags.join(" "), "data-key": key },
    h("label", { for: `${key}-value` }, "Send a point"),
    h("input", { id: `${key}-value`, name: "value", type: "number", step: "any", required: true, value: "80", class: "short" }),
    h("label", { for: `${key}-group` }, "for"),
    h("input", { id: `${key}-group`, name: "group", required: true, value: monitor.groups[0]?.name ?? group, spellcheck: "false", autocomplete: "off" }),
    h("button", { class: "primary" }, "Send"),
    h("button", { type: "button", class: "quiet", "data-do": "evaluate" }, "Evaluate now"));
}

function drawing(story, monitor, curves, room) {
  const width = Math.max(240, room);
  const to = story.now();
  const first = Math.min(...curves.flatMap(([, points]) => points.filter(([, value]) => value != null).map(([at]) => at)));
  const from = Math.min(Math.max(first - MINUTE, to - 60 * MINUTE), to - 10 * MINUTE);
  const thresholds = limits(monitor);
  const top = Math.max(1, ...thresholds.map(({ value }) => value), ...curves.flatMap(([, points]) => points.map(([, value]) => value ?? 0))) * 1.12;
  const x = (at) => LEFT + ((at - from) / (to - from)) * (width - LEFT - RIGHT);
  const y = (value) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const said = curves.map(([group, points]) => `${group} now ${round(points.at(-1)[1]) ?? "without points"}`).join("; ");
  const shown = curves.slice(0, LINES);
  return h("figure", { "data-key": "drawing" },
    h("svg", { width, height: HEIGHT, role: "img", "aria-label": `${said}. ${thresholds.map(({ name, value }) => `${name} ${value}`).join(", ")}.` },
      grid(top, y, width),
      thresholds.map((threshold) => limit(threshold, y, width)),
      shown.map(([, points], i) => curve(points.filter(([at]) => at >= from), { x, y, i })),
      band(story, monitor, { x, from, width }),
      hours({ from, to, x, width })),
    h("figcaption", {}, shown.map(([group, points], i) =>
      h("span", { class: `key line-${i}` }, h("i", { "aria-hidden": "true" }), h("code", {}, group), ` ${round(points.at(-1)[1]) ?? "no points"}`)),
      curves.length > LINES && h("span", { class: "key" }, `and ${curves.length - LINES} more`)),
    table(curves));
}

function limits({ definition }) {
  const { thresholds = {} } = definition.options ?? {};
  const critical = thresholds.critical ?? Number(definition.query.match(/[<>]=?\s*([-\d.]+)\s*$/)?.[1]);
  return THRESHOLDS.map(([name, kind]) => ({ name, kind, value: name === "critical" ? critical : thresholds[name] }))
    .filter(({ value }) => Number.isFinite(value));
}

function limit({ name, kind, value }, y, width) {
  return h("g", { class: `limit ${kind}` },
    h("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
    h("text", { x: LEFT + 6, y: y(value) - 4 }, `${name.replace("_", " ")} ${value}`));
}

function grid(top, y, width) {
  const size = 10 ** Math.floor(Math.log10(top / 3));
  const step = [1, 2, 5, 10].map((n) => n * size).find((step) => top / step <= 5);
  const marks = Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
  return h("g", { class: "grid" }, marks.map((value) => h("g", {},
    h("line", { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
    h("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, String(round(value))))));
}

/** One line, broken where nothing was measured. */
function curve(points, { x, y, i }) {
  const path = points.map(([at, value], n) => value == null ? "" : `${n && points[n - 1][1] != null ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`);
  const last = points.findLast(([, value]) => value != null);
  return h("g", { class: `curve line-${i}` },
    h("path", { d: path.join("") || "M0 0" }),
    last && h("circle", { cx: x(last[0]), cy: y(last[1]), r: 4 }));
}

/** The worst status among the groups, as stretches over the time that is shown. */
function band(story, { id, groups }, { x, from, width }) {
  const stretches = groups.flatMap(({ name }) => story.stretches(id, name)).filter(({ to }) => to > from);
  const order = ["OK", "No Data", "Warn", "Alert"];
  stretches.sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const y = HEIGHT - BOTTOM + 8;
  return h("g", { class: "band" },
    h("rect", { class: "ground", x: LEFT, y, width: width - LEFT - RIGHT, height: BAND, rx: 3 }),
    h("text", { x: LEFT - 6, y: y + 11, "text-anchor": "end" }, "state"),
    stretches.map(({ status, from: start, to }) => {
      const begin = Math.max(LEFT, x(start));
      return h("g", { class: `segment ${look(status).kind}` },
        h("title", {}, `${status} from ${time(start)}`),
        h("rect", { x: begin, y, width: Math.max(2, x(to) - begin), height: BAND, rx: 3 }));
    }));
}

function hours({ from, to, x, width }) {
  const step = [1, 2, 5, 10, 20, 30].map((n) => n * MINUTE).find((step) => (step / (to - from)) * width >= 80) ?? 30 * MINUTE;
  const marks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) marks.push(at);
  return h("g", { class: "grid" }, marks.map((at) => h("text", { x: Math.min(x(at), width - 20), y: HEIGHT - 6, "text-anchor": "middle" }, shortTime(at))));
}

function table(curves) {
  const minutes = [...new Set(curves.flatMap(([, points]) => points.map(([at]) => at)))].sort().slice(-15).reverse();
  const at = (points, minute) => round(points.find(([at]) => at === minute)?.[1]) ?? "–";
  return h("details", {},
    h("summary", {}, "The last values as a table"),
    h("div", { class: "scroll", tabindex: "0" },
      h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Time"), curves.map(([group]) => h("th", { scope: "col" }, group)))),
        h("tbody", {}, minutes.map((minute) => h("tr", {}, h("th", { scope: "row" }, time(minute)), curves.map(([, points]) => h("td", {}, String(at(points, minute))))))))));
}

function round(value) {
  return value == null ? null : Math.round(value * 1000) / 1000;
}
