"""The guard alone: what it answers for each state, policy and share."""

import random
from collections import Counter

import pytest
from harness import settings

from service.clock import Clock
from service.guard import Guard, Verdict
from service.metrics import Count, Metrics
from service.model import Entry, Level, MonitorState
from service.snapshot import Flag, Flags, Probe
from service.store import Contents

OPEN, WARN, OK = Level.OPEN, Level.DEGRADED, Level.CLOSED


def guard(**changes: str) -> Guard:
    return Guard(settings(**changes), Clock(), random.Random(3), Metrics())


def load(guard: Guard, *groups: tuple[str, Level, Level, int]) -> Contents:
    """Monitors of breaker `bank`, each with one group: its level, its former level, and since how many seconds."""
    now, contents = guard._clock.now(), Contents()
    for id, (group, level, was, ago) in enumerate(groups):
        entry = Entry(level=level, was=was, since=now - ago * 1000, lease=now + 900_000)
        contents.monitors[str(id)] = MonitorState(breaker="bank", applied=1, groups={group: entry})
    guard.replace(contents, now)
    return contents


def counts(guard: Guard, group: str) -> list[int]:
    seen = Counter(guard.allow("bank", group) for _ in range(10_000))
    return [seen[verdict] for verdict in Verdict]


def test_tags_are_compared_as_sets():
    g = guard()
    load(g, ("env:prod,bank:1", OPEN, OK, 0))
    hits = ("bank:1,env:prod", "bank:1", "bank:1, env:prod,host:a", "*")
    misses = ("bank:2", "bank:1,env:dev", "bank:11", "bank:2,env:prod")
    for asked in hits + misses:
        assert (g.allow("bank", asked) != Verdict.ALLOW) == (asked in hits), asked
    load(g, ("*", OPEN, OK, 0))
    assert Verdict.ALLOW not in (g.allow("bank", "bank:2"), g.allow("bank", "*"), g.allow("bank"))


def test_what_is_found_by_tags_is_what_matches():
    draw = random.Random(5)
    some = lambda: frozenset(draw.sample(("a:1", "a:2", "b:1", "c:1", "d:1"), draw.randrange(4)))  # noqa: E731
    for _ in range(500):
        flags, asked = Flags(), some()
        flags.all = [Flag(some(), Entry(since=at, lease=0), Probe()) for at in range(draw.randrange(9))]
        flags.index()
        found = {flag.entry.since for flag in flags.matching(",".join(asked))}
        assert found == {flag.entry.since for flag in flags.all if flag.tags <= asked or asked <= flag.tags}


def test_the_worst_of_two_monitors_decides():
    g = guard()
    load(g, ("bank:1", WARN, OK, 0), ("bank:1", OPEN, OK, 0), ("bank:1", OK, OK, 0))
    assert counts(g, "bank:1") == [0, 1, 9_999]


def test_open_lets_a_share_and_one_each_interval_through():
    timed = guard()
    load(timed, ("bank:1", OPEN, OK, 0))
    assert counts(timed, "bank:1") == [0, 1, 9_999]
    load(timed, ("bank:1", OPEN, OK, 0))
    assert counts(timed, "bank:1") == [0, 0, 10_000], "a reload is no new interval"
    timed._clock.advance(10_000)
    assert counts(timed, "bank:1") == [0, 1, 9_999]
    share = guard(CB_PROBE_RATIO="0.02")
    load(share, ("bank:1", OPEN, OK, 0))
    assert 150 < counts(share, "bank:1")[1] < 250


@pytest.mark.parametrize(
    ("level", "was", "ago", "share"),
    [(WARN, OK, 50, 2_000), (OK, OPEN, 75, 7_500), (OK, WARN, 50, 6_000), (OK, OPEN, 101, 10_000)],
)
def test_degraded_and_the_ramp_are_percentages(level, was, ago, share):
    g = guard(CB_DEGRADED_PERCENT="20", CB_RAMP_S="100")
    load(g, ("bank:1", level, was, ago))
    assert abs(counts(g, "bank:1")[0] - share) < 300


def test_a_key_stays_on_its_side():
    g = guard(CB_DEGRADED_PERCENT="20")
    load(g, ("bank:1", WARN, OK, 0))
    assert len({g.allow("bank", "bank:1", key="ann") for _ in range(100)}) == 1
    sides = [g.allow("bank", "bank:1", key=key) for key in range(1_000)]
    assert 130 < sides.count(Verdict.ALLOW) < 270
    # The same keys in every process and on every instance.
    assert [key for key in range(12) if sides[key] == Verdict.ALLOW] == [2]


@pytest.mark.parametrize(
    ("name", "value", "hours", "answers", "first", "second"),
    [
        ("CB_ON_SOURCE_DOWN", "last_known", 1, True, False, True),
        ("CB_ON_SOURCE_DOWN", "last_known", 2, True, True, True),
        ("CB_ON_SOURCE_DOWN", "last_known:open", 2, True, False, False),
        ("CB_ON_SOURCE_DOWN", "open", 1, True, False, False),
        ("CB_ON_SOURCE_DOWN", "closed", 1, True, True, True),
        ("CB_ON_STORE_DOWN", "last_known", 0, False, False, True),
        ("CB_ON_STORE_DOWN", "last_known", 2, False, True, True),
        ("CB_ON_STORE_DOWN", "last_known:open", 2, False, False, False),
        ("CB_ON_STORE_DOWN", "open", 1, False, False, False),
        ("CB_ON_STORE_DOWN", "closed", 1, False, True, True),
    ],
)
def test_each_cause_has_its_policy(name, value, hours, answers, first, second):
    """Whether the store still `answers`; what is allowed for an open group (`first`) and for a closed one."""
    g = guard(**{name: value})
    contents = load(g, ("bank:1", OPEN, OK, 0), ("bank:2", OK, OK, 0))
    g._clock.advance(hours * 3_600_000 + 100_000)
    g.replace(contents if answers else None, g._clock.now())
    allowed = [g.allow("bank", group) == Verdict.ALLOW for group in ("bank:1", "bank:2")]
    assert allowed == [first, second]


@pytest.mark.parametrize(("policy", "verdict"), [("allow", Verdict.ALLOW), ("reject", Verdict.REJECT)])
def test_an_unknown_breaker_is_counted_and_follows_its_policy(policy, verdict, caplog):
    g = guard(CB_ON_UNKNOWN_BREAKER=policy)
    load(g)
    assert [g.allow("nope"), g.allow("nope")] == [verdict, verdict]
    assert (g._metrics.counts[Count.UNKNOWN_BREAKER], len(caplog.records)) == (2, 1)
