// What the guard looks at: everything stored, arranged for reading. Built here, judged in `guard`.

import type { Entry, Override } from "./model.js";
import type { Contents } from "./store/store.js";

/** The tags of a group as a set; `*` is the empty one. */
export function tagsOf(group: string): string[] {
  const tags = group.split(",").map((tag) => tag.trim());
  return tags.filter((tag) => tag !== "" && tag !== "*");
}

/** Stored and asked tags are compared as sets: one holds all of the other. */
export function matches(stored: string[], asked: string[]): boolean {
  return stored.every((tag) => asked.includes(tag)) || asked.every((tag) => stored.includes(tag));
}

/** One group of one monitor, with the moment its last timed probe went through on this instance. */
export interface Flag {
  tags: string[];
  entry: Entry;
  probed: { at: number };
}

/** Finds those that match by their tags: a call costs the same with ten groups and with thousands. */
export class Flags {
  readonly all: Flag[] = [];
  private readonly having = new Map<string, Flag[]>();
  /** Each flag once: under its tag that the fewest bear, `""` without tags. */
  private readonly rarest = new Map<string, Flag[]>();

  index(): void {
    for (const flag of this.all) for (const tag of flag.tags) append(this.having, tag, flag);
    const bearers = (tag: string) => this.having.get(tag)?.length ?? 0;
    const rarer = (a: string, b: string) => (bearers(b) < bearers(a) ? b : a);
    for (const flag of this.all) append(this.rarest, flag.tags.reduce(rarer, flag.tags[0] ?? ""), flag);
  }

  /**
   * Shows `look` each flag that matches, some twice. All tags of one that `asked` holds are asked for, its rarest too; one
   * that holds all of `asked` bears also that tag of `asked` which the fewest bear.
   */
  matching(asked: string[], look: (flag: Flag) => void): void {
    if (asked.length === 0) return this.all.forEach(look);
    let fewest = this.all;
    for (const tag of asked) {
      const having = this.having.get(tag) ?? NONE;
      if (having.length < fewest.length) fewest = having;
      for (const flag of this.rarest.get(tag) ?? NONE) if (matches(flag.tags, asked)) look(flag);
    }
    for (const flag of this.rarest.get("") ?? NONE) look(flag);
    for (const flag of fewest) if (matches(flag.tags, asked)) look(flag);
  }
}

const NONE: Flag[] = [];

function append(index: Map<string, Flag[]>, tag: string, flag: Flag): void {
  const flags = index.get(tag);
  if (flags) flags.push(flag);
  else index.set(tag, [flag]);
}

export class Breaker {
  /** Groups that are not simply closed: the few that a call is compared with. */
  readonly hot = new Flags();
  /** Closed groups, of interest only once a lease has run out: the first at `coldLease`. */
  readonly cold = new Flags();
  coldLease = Infinity;
  /** Some monitor feeds it; false if only an override names it. */
  fed = false;
  readonly overrides: { tags: string[]; override: Override }[] = [];
  /** When the last timed probe of a group went through, whichever monitors know the group. */
  readonly probed = new Map<string, { at: number }>();

  /** The override in force: the one with the most tags among those that match. */
  overrideOf(asked: string[], now: number): Override | undefined {
    let most = -1;
    let found: Override | undefined;
    for (const { tags, override } of this.overrides) {
      if (override.until > now && tags.length > most && matches(tags, asked)) {
        most = tags.length;
        found = override;
      }
    }
    return found;
  }
}

export class Snapshot {
  readonly breakers = new Map<string, Breaker>();

  /**
   * Arranges `contents`, read at `loaded` (undefined: never), where a group closed for `ramp` is cold; the moments of
   * probes are carried over from `former`.
   */
  constructor(
    readonly contents: Contents = { monitors: {}, overrides: {} },
    readonly loaded?: number,
    ramp = 0,
    former?: Snapshot,
  ) {
    for (const monitor of Object.values(contents.monitors).filter((monitor) => monitor.applied > 0)) {
      const breaker = this.breaker(monitor.breaker);
      breaker.fed = true;
      for (const [group, entry] of Object.entries(monitor.groups)) {
        const known = breaker.probed.get(group) ?? former?.breakers.get(monitor.breaker)?.probed.get(group);
        const flag = { tags: tagsOf(group), entry, probed: known ?? { at: 0 } };
        breaker.probed.set(group, flag.probed);
        const ramping = entry.was !== "closed" && (loaded ?? 0) - entry.since < ramp;
        const cold = entry.level === "closed" && !ramping;
        (cold ? breaker.cold : breaker.hot).all.push(flag);
        if (cold) breaker.coldLease = Math.min(breaker.coldLease, entry.lease);
      }
    }
    for (const { hot, cold } of this.breakers.values()) [hot, cold].forEach((flags) => flags.index());
    for (const override of Object.values(contents.overrides)) {
      this.breaker(override.breaker).overrides.push({ tags: tagsOf(override.group), override });
    }
  }

  private breaker(name: string): Breaker {
    const breaker = this.breakers.get(name) ?? new Breaker();
    this.breakers.set(name, breaker);
    return breaker;
  }
}
