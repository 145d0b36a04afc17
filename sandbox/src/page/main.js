// Reads the state, follows the happenings, draws. Whatever happens wakes one reading of the state; nothing is asked for idly.

import { ACTS, read } from "./acts.js";
import { chain, clock } from "./chain.js";
import { fill } from "./dom.js";
import { faults } from "./faults.js";
import { happenings } from "./happenings.js";
import { journeys } from "./journeys.js";
import { monitors } from "./monitors.js";
import { plot, plotted } from "./plot.js";
import { Story } from "./story.js";
import { timeline } from "./timeline.js";

const PARTS = { clock, chain, timeline, monitors, plot, journeys, faults, happenings };
const KINDS = ["transition", "notification", "delivery", "monitor", "downtime", "points", "clock", "fault", "reset", "callback", "breaker", "service"];

const story = new Story();
let stream = null;
let reading = null;
let again = false;

function draw() {
  for (const [id, part] of Object.entries(PARTS)) {
    const element = document.getElementById(id);
    if (story.state) fill(element, part(story, element));
  }
}

/** Reads the state once; asked for meanwhile, once more. */
async function refresh() {
  if (reading) {
    again = true;
    return reading;
  }
  reading = readAll();
  await reading;
  reading = null;
  if (again) {
    again = false;
    await refresh();
  }
}

async function readAll() {
  try {
    const state = await read("/_sandbox/state");
    // Another sandbox has taken this one's place.
    if (state.last_event_id < story.last) story.entries = [];
    if (state.last_event_id > story.last) story.add(await read(`/_sandbox/log?after=${story.last}`));
    story.take(state);
    const shown = plotted(story);
    if (shown) story.values.set(shown.id, (await read(`/_sandbox/monitors/${shown.id}/values`)).groups);
  } catch {
    story.live = false;
  }
  draw();
}

/** Follows the happenings. A lost connection is taken up again where it broke. */
function follow() {
  stream?.close();
  stream = new EventSource(`/_sandbox/events?after=${story.last}`);
  stream.addEventListener("open", () => {
    story.live = true;
    refresh();
  });
  stream.addEventListener("error", () => {
    story.live = false;
    draw();
  });
  for (const kind of KINDS) {
    stream.addEventListener(kind, ({ data }) => {
      const entry = JSON.parse(data);
      if (entry.id === story.last + 1) story.add([entry]);
      refresh();
    });
  }
}

function say(text, bad = false) {
  const [element, other] = ["said", "refused"].map((id) => document.getElementById(id));
  (bad ? element : other).textContent = "";
  const shown = bad ? other : element;
  shown.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (shown.textContent = ""), bad ? 12_000 : 6_000);
}

async function act(element, fields) {
  try {
    say(await ACTS[element.dataset.do](element.dataset, fields));
    return true;
  } catch (error) {
    say(error.message, true);
    return false;
  } finally {
    refresh();
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-do], button[data-choose]");
  if (!button) return;
  if (button.dataset.choose) {
    story.chosen[button.dataset.choose] = button.dataset.value;
    refresh();
  } else {
    act(button);
  }
});

document.addEventListener("change", ({ target }) => {
  if (!target.dataset.choose) return;
  story.chosen[target.dataset.choose] = target.value;
  refresh();
});

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const done = await act(form, Object.fromEntries(new FormData(form)));
  if (done && form.hasAttribute("data-once")) form.reset();
});

await refresh();
follow();
// The clocks go on by themselves.
setInterval(draw, 1000);
addEventListener("resize", draw);
