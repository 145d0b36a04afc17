"""What the guard looks at: everything stored, arranged for reading without a lock. Built here, judged in `guard`."""

from dataclasses import dataclass, field
from functools import lru_cache

from service.model import Entry, Level, Override
from service.store import Contents

# Groups asked for that a breaker remembers until the next load; more are looked up anew on each call.
MEMO = 10_000


@lru_cache(10_000)
def tags(group: str) -> frozenset[str]:
    """The tags of a group as a set; `*` is the empty one."""
    return frozenset(tag for part in group.split(",") if (tag := part.strip()) not in ("", "*"))


def either_holds(stored: frozenset[str], asked: frozenset[str]) -> bool:
    """Stored and asked tags are compared as sets: one holds all of the other."""
    return stored <= asked or asked <= stored


@dataclass(slots=True)
class Probe:
    """When the last timed probe of a group went through on this instance, whichever monitors know the group."""

    last: int = 0


@dataclass(frozen=True, slots=True)
class Flag:
    """One group of one monitor."""

    tags: frozenset[str]
    entry: Entry
    probe: Probe


class Flags:
    """Finds flags of one breaker by their tags: a call costs the same with ten groups and with thousands.

    What was asked since the last load is remembered with its answer.
    """

    def __init__(self) -> None:
        self.all: list[Flag] = []
        self._having: dict[str, list[Flag]] = {}
        # Each flag once: under its tag that the fewest bear, "" without tags.
        self._rarest: dict[str, list[Flag]] = {}
        self._memo: dict[str, list[Flag]] = {}

    def index(self) -> None:
        for flag in self.all:
            for tag in flag.tags:
                self._having.setdefault(tag, []).append(flag)
        for flag in self.all:
            rarest = min(flag.tags, key=lambda tag: len(self._having[tag]), default="")
            self._rarest.setdefault(rarest, []).append(flag)

    def matching(self, group: str) -> list[Flag]:
        """Those that match, some twice."""
        found = self._memo.get(group)
        if found is None:
            found = self._find(tags(group))
            if len(self._memo) < MEMO:
                self._memo[group] = found
        return found

    def _find(self, asked: frozenset[str]) -> list[Flag]:
        # All tags of a flag that `asked` holds are asked for, its rarest too; one that holds all of `asked` bears
        # also that tag of `asked` which the fewest bear.
        if not asked:
            return self.all
        near = [flag for tag in (*asked, "") for flag in self._rarest.get(tag, [])]
        near += min((self._having.get(tag, []) for tag in asked), key=len)
        return [flag for flag in near if either_holds(flag.tags, asked)]


@dataclass
class Breaker:
    # Groups that are not simply closed: the few that a call is compared with.
    hot: Flags = field(default_factory=Flags)
    # Closed groups, of interest only once a lease has run out: the first at `cold_lease`.
    cold: Flags = field(default_factory=Flags)
    cold_lease: int | None = None
    # Some monitor feeds it; false if only an override names it.
    fed: bool = False
    overrides: list[Override] = field(default_factory=list)
    probes: dict[str, Probe] = field(default_factory=dict)

    def override_of(self, group: str, now: int) -> Override | None:
        """The override in force: the one with the most tags among those that match."""
        mine = (o for o in self.overrides if o.until > now and either_holds(tags(o.group), tags(group)))
        return max(mine, key=lambda o: len(tags(o.group)), default=None)


@dataclass
class Snapshot:
    """`loaded` is when the store was last read, in milliseconds; None before the first time."""

    loaded: int | None = None
    contents: Contents = field(default_factory=Contents)
    breakers: dict[str, Breaker] = field(default_factory=dict)


def arrange(contents: Contents, loaded: int, ramp: int, former: Snapshot) -> Snapshot:
    """A group closed for `ramp` is cold; the moments of probes are carried over from `former`."""
    breakers: dict[str, Breaker] = {}
    for monitor in contents.monitors.values():
        if not monitor.applied:
            continue
        breaker = breakers.setdefault(monitor.breaker, Breaker())
        breaker.fed = True
        known = former.breakers.get(monitor.breaker, Breaker()).probes
        for group, entry in monitor.groups.items():
            probe = breaker.probes.setdefault(group, known.get(group) or Probe())
            flag = Flag(tags(group), entry, probe)
            if entry.level == Level.CLOSED and (entry.was == Level.CLOSED or loaded - entry.since >= ramp):
                breaker.cold.all.append(flag)
                breaker.cold_lease = min(breaker.cold_lease or entry.lease, entry.lease)
            else:
                breaker.hot.all.append(flag)
    for breaker in breakers.values():
        breaker.hot.index()
        breaker.cold.index()
    for override in contents.overrides.values():
        breakers.setdefault(override.breaker, Breaker()).overrides.append(override)
    return Snapshot(loaded, contents, breakers)
