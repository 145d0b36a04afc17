// From a monitor as read to what each group should be. Pure: no store, no clock, no I/O.

import type { Reading } from "./datadog.js";
import type { Level, Want } from "./model.js";
import type { Settings } from "./settings.js";

/** What a reading says. */
export interface Mapped {
  groups: Map<string, Want>;
  /** Every group there is was named. */
  complete: boolean;
  /** More was alerting than `CB_MAX_OPEN_PERCENT` lets open. */
  capped: boolean;
}

/** A grouped monitor speaks for each group, any other by its overall state as `*`. `now` is in milliseconds. */
export function map(reading: Reading, settings: Settings, now: number): Mapped {
  const statuses = reading.grouped ? reading.groups : new Map([["*", reading.overall]]);
  const open = [...statuses.values()].filter((status) => levelOf(status, settings) === "open").length;
  const capped = reading.grouped && open > settings.maxOpenShare * statuses.size;
  const scopes = [...reading.downtimes, ...reading.silenced(now).map((scope) => [scope])];
  const groups = new Map<string, Want>();
  for (const [group, status] of statuses) {
    const muted = scopes.some((parts) => parts.every((part) => covers(part, group)));
    const level = muted && settings.onMuted === "ignore" ? null : levelOf(status, settings);
    const held = (muted && settings.onMuted === "hold") || (capped && level === "open");
    groups.set(group, { level, raise: !held });
  }
  return { groups, complete: groups.size > 0, capped };
}

function levelOf(status: string, settings: Settings): Level | null {
  switch (status) {
    case "Alert":
      return "open";
    case "Warn":
      return "degraded";
    case "OK":
      return "closed";
    case "No Data":
      return settings.onNoData;
    default:
      return null;
  }
}

function covers(scope: string, group: string): boolean {
  return scope.split(/,| AND /).every((part) => coversPart(part.trim(), group));
}

/**
 * False only where the scope plainly names another value of one of the group's own keys: Datadog said that the downtime
 * matches the monitor, so a part that says nothing of this group, or that is more than `key:value`, counts as covering.
 */
function coversPart(part: string, group: string): boolean {
  const [, key, value] = /^(?![-!])([^() :]+):([^() ]*)$/.exec(part) ?? [];
  if (key === undefined || value === undefined) return true;
  const own = group.split(",").filter((tag) => tag.startsWith(`${key}:`));
  const fits = (tag: string) =>
    value.endsWith("*") ? tag.startsWith(`${key}:${value.slice(0, -1)}`) : tag === `${key}:${value}`;
  return own.length === 0 || own.some(fits);
}
