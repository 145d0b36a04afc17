"""The one question a request asks: may this call go out? Answered from the snapshot alone: no lock, no I/O."""

import hashlib
import logging
import random
from collections.abc import Callable
from enum import StrEnum

from service.clock import Clock
from service.config import Settings
from service.metrics import Count, Metrics
from service.model import Level
from service.snapshot import Breaker, Flag, Snapshot, arrange
from service.store import Contents

log = logging.getLogger(__name__)

# Three reloads missed: the store counts as down.
STALE = 15_000
# Names of unknown breakers that are logged before the guard only counts.
MAX_LOGGED = 100


class Verdict(StrEnum):
    """`PROBE` is a call that goes out although the breaker is open, so that the monitor has something to see."""

    ALLOW = "allow"
    PROBE = "probe"
    REJECT = "reject"


COUNTS = {Verdict.ALLOW: Count.ALLOW, Verdict.PROBE: Count.PROBE, Verdict.REJECT: Count.REJECT}


class Guard:
    def __init__(self, settings: Settings, clock: Clock, chance: random.Random, metrics: Metrics) -> None:
        self._settings, self._clock, self._draw, self._metrics = settings, clock, chance.random, metrics
        self.snapshot = Snapshot()
        self._store_fails = False
        self.unknown: set[str] = set()

    def allow(self, breaker: str, group: str = "*", key: object = None) -> Verdict:
        """Asks for one call to `group` (`bank_code:0001,env:prod`, or `*`) of `breaker`.

        With a `key` the same caller always falls on the same side of a percentage; without, shares are drawn at random.
        """
        verdict = self._judge(breaker, group, self._draw if key is None else lambda: _of_key(key))
        self._metrics.add(COUNTS[verdict])
        return verdict

    def replace(self, contents: Contents | None, at: int) -> None:
        """Takes what the store held at `at`, or notes that it did not answer."""
        self._store_fails = contents is None
        if contents is not None:
            self.snapshot = arrange(contents, at, self._settings.ramp, self.snapshot)

    def _judge(self, name: str, group: str, draw: Callable[[], float]) -> Verdict:
        snapshot, now, policy = self.snapshot, self._clock.now(), self._settings.on_store_down
        breaker = snapshot.breakers.get(name)
        if breaker and breaker.overrides and (forced := breaker.override_of(group, now)):
            return Verdict.REJECT if forced.mode == "force_open" else Verdict.ALLOW
        loaded = snapshot.loaded or 0
        down = snapshot.loaded is None or (self._store_fails and now - loaded > STALE)
        if down and not policy.holds(now - loaded, self._settings.max_stale):
            return Verdict.REJECT if policy.then_open else Verdict.ALLOW
        if not breaker or not breaker.fed:
            return self._unknown(name)
        # While the store is down no lease can be renewed: entries are judged as of the last load.
        return self._weigh(breaker, group, loaded if down else now, draw)

    def _weigh(self, breaker: Breaker, group: str, at: int, draw: Callable[[], float]) -> Verdict:
        """The worst of all matching groups decides: the smallest share of calls that may go out."""
        flags = breaker.hot.matching(group)
        if breaker.cold_lease is not None and at >= breaker.cold_lease:
            flags = flags + breaker.cold.matching(group)
        least, worst = 1.0, None
        for flag in flags:
            if (share := self._share(flag, at)) < least:
                least, worst = share, flag
        if worst and least <= 0:
            return self._probe(worst)
        return Verdict.REJECT if worst and draw() >= least else Verdict.ALLOW

    def _share(self, flag: Flag, at: int) -> float:
        """The share of calls that one group lets out at this moment."""
        entry, settings, policy = flag.entry, self._settings, self._settings.on_source_down
        if at >= entry.lease and not policy.holds(at - entry.lease, settings.max_stale):
            return 0.0 if policy.then_open else 1.0
        if entry.level == Level.OPEN:
            return 0.0
        if entry.level == Level.DEGRADED:
            return settings.degraded_share
        age = max(at - entry.since, 0)
        if entry.was == Level.CLOSED or age >= settings.ramp:
            return 1.0
        start = 0.0 if entry.was == Level.OPEN else settings.degraded_share
        return start + (1 - start) * age / settings.ramp

    def _probe(self, flag: Flag) -> Verdict:
        """Open, and yet a few: a share of all calls, and one each interval if that share has sent none."""
        now = self._clock.now()
        if now - flag.probe.last >= self._settings.probe_interval:
            flag.probe.last = now
            return Verdict.PROBE
        return Verdict.PROBE if self._draw() < self._settings.probe_ratio else Verdict.REJECT

    def _unknown(self, name: str) -> Verdict:
        """A breaker nobody feeds: counted always, logged once."""
        self._metrics.add(Count.UNKNOWN_BREAKER)
        if name not in self.unknown and len(self.unknown) < MAX_LOGGED:
            self.unknown.add(name)
            log.warning("no monitor feeds this breaker: check its tag `circuit_breaker:NAME`", extra={"breaker": name})
        return Verdict.REJECT if self._settings.reject_unknown else Verdict.ALLOW


def _of_key(key: object) -> float:
    """A stable number from 0 to 1, the same on each instance: `hash` differs between processes."""
    return int.from_bytes(hashlib.blake2b(str(key).encode(), digest_size=6).digest()) / 2**48
