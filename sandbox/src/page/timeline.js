// A time line of each group's statuses, on the virtual clock.

import { h } from "./dom.js";
import { look, shortTime, span, time } from "./words.js";

const MINUTE = 60_000;
const HEIGHT = 26;
/** Between two labels of the axis there is at least so much room. */
const LABEL = 90;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480].map((minutes) => minutes * MINUTE);

export function timeline(story, element) {
  const rows = story.state.monitors.flatMap(({ id, definition, groups }) =>
    groups.map(({ name }) => ({ id: `${id}/${name}`, monitor: definition.name, name, stretches: story.stretches(id, name) })));
  const to = story.now();
  const from = Math.min(Math.max(story.begin() - MINUTE / 2, to - 6 * 60 * MINUTE), to - 5 * MINUTE);
  const narrow = element.clientWidth < 600;
  const width = Math.max(200, element.clientWidth - (narrow ? 34 : 260));
  const scale = (ms) => Math.max(0, ((ms - from) / (to - from)) * width);
  return [
    h("div", { class: "head" },
      h("h2", { id: "timeline-title" }, "Time line"),
      h("p", { class: "legend" }, ["OK", "Warn", "Alert", "No Data"].map((status) =>
        h("span", { class: look(status).kind }, h("span", { "aria-hidden": "true" }, look(status).mark), ` ${status}`)))),
    rows.length
      ? h("div", { class: "lines" }, rows.map((row) => line(row, { scale, width, from })), axis({ from, to, scale, width }))
      : h("p", { class: "empty" }, "No group has a status yet. Each gets a line here, from its first change on."),
  ];
}

function line({ id, monitor, name, stretches }, { scale, width, from }) {
  const seen = stretches.filter(({ to }) => to > from);
  const said = seen.map(({ status, from, to }) => `${status} since ${time(from)} for ${span(to - from)}`).join("; ");
  return h("div", { class: "line", "data-key": id, "data-group": name },
    h("div", { class: "name" }, h("code", {}, name), h("small", {}, monitor)),
    h("svg", { width, height: HEIGHT, role: "img", "aria-label": `${name}: ${said}` },
      h("rect", { class: "ground", width, height: HEIGHT, rx: 5 }),
      seen.map((stretch) => segment(stretch, scale))));
}

function segment({ status, from, to, muted }, scale) {
  const { kind, mark } = look(status);
  const [x, end] = [scale(from), scale(to)];
  const wide = Math.max(3, end - x);
  return h("g", { class: `segment ${kind} ${muted ? "muted" : ""}`, "data-status": status },
    h("title", {}, `${status}${muted ? " (muted)" : ""}, from ${time(from)}, ${span(to - from)}`),
    h("rect", { x, width: wide, height: HEIGHT, rx: 4 }),
    wide > 70 ? h("text", { x: x + 8, y: 18 }, `${mark} ${status}`) : wide > 18 && h("text", { x: x + 4, y: 18 }, mark));
}

function axis({ from, to, scale, width }) {
  const step = STEPS.find((step) => (step / (to - from)) * width >= LABEL) ?? STEPS.at(-1);
  const marks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) marks.push(at);
  return h("div", { class: "line axis", "data-key": "axis", "aria-hidden": "true" },
    h("div", { class: "name" }),
    h("svg", { width, height: 20 },
      marks.map((at) => h("text", { x: Math.min(Math.max(scale(at), 18), width - 18), y: 14, "text-anchor": "middle" }, shortTime(at)))));
}
