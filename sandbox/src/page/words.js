// Words, marks and times, the same everywhere on the page.

/** A group's statuses: class and mark. The mark is a shape, so that nobody depends on colour. */
const STATUSES = {
  "Alert": ["alert", "▲"],
  "Warn": ["warn", "◆"],
  "No Data": ["nodata", "○"],
  "OK": ["ok", "●"],
};

export function look(status) {
  const [kind, mark] = STATUSES[status] ?? ["other", "–"];
  return { kind, mark };
}

/** Where a delivery stands: class and words. */
export const DELIVERY = {
  held: ["wait", "Held at the topic"],
  queued: ["wait", "Waiting for Lambda"],
  running: ["busy", "Lambda is working"],
  delivered: ["good", "Delivered"],
  dead: ["bad", "Dead letter"],
  dropped: ["lost", "Lost"],
};

/** `alert_recovery` as people say it. */
export function plain(word) {
  const text = word.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function time(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}

export function shortTime(ms) {
  return time(ms).slice(0, 5);
}

/** `4 min 05 s`. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}

/** The lines of a message that name a callback. */
export function callbacks(message) {
  const found = message.matchAll(/^circuit-breaker-callback:[ \t]*(\S+)/gm);
  return [...new Set([...found].map(([, url]) => url))];
}
