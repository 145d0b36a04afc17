"""From a reading to what each group should be. Written `group=level`, `?` for held, `!` for may not get worse."""

import pytest
from harness import settings

from service.datadog import Reading
from service.mapping import map_reading


def mapped(reading, **changes: str) -> str:
    groups, complete, capped = map_reading(Reading(reading), settings(**changes), 1_000_000)
    words = [f"{group}={want['level'] or '?'}{'' if want['raise'] else '!'}" for group, want in groups.items()]
    return " ".join(words + ["incomplete"] * (not complete) + ["capped"] * capped)


def grouped(**groups: str):
    states = {group: {"status": status} for group, status in groups.items()}
    return {"multi": True, "overall_state": "Alert", "state": {"groups": states}}


@pytest.mark.parametrize(("policy", "level"), [("hold", "?"), ("open", "open"), ("closed", "closed")])
def test_every_status_has_its_level(policy, level):
    statuses = ["Alert", "Warn", "OK", "No Data", "Ignored", "Skipped", "Unknown", "New"]
    reading = grouped(**{f"a:{n}": status for n, status in enumerate(statuses, 1)})
    expected = f"a:1=open a:2=degraded a:3=closed a:4={level} a:5=? a:6=? a:7=? a:8=?"
    assert mapped(reading, CB_ON_NO_DATA=policy) == expected


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ({"multi": False, "overall_state": "Alert", "state": {"groups": {}}}, "*=open"),
        ({"multi": False, "overall_state": "OK", "state": None, "tags": None}, "*=closed"),
        ({"multi": True, "overall_state": "Alert", "state": {"groups": {}}}, "incomplete"),
        ({"multi": True, "overall_state": "Alert"}, "incomplete"),
        ({"overall_state": "Warn"}, "*=degraded"),
        ({"overall_state": "OK", "state": {"groups": {"a:1": {"status": "Alert"}}}}, "a:1=open"),
    ],
)
def test_an_ungrouped_monitor_speaks_as_a_whole_and_an_empty_one_not_at_all(reading, expected):
    assert mapped(reading) == expected


@pytest.mark.parametrize(
    ("scope", "first", "second"),
    [
        (["*"], "open!", "degraded!"),
        (["bank:1"], "open!", "degraded"),
        (["bank:1", "env:dev"], "open", "degraded"),
        (["bank:1,env:prod"], "open!", "degraded"),
        (["bank:1 AND env:dev"], "open", "degraded"),
        (["bank:*"], "open!", "degraded!"),
        (["host:a"], "open!", "degraded!"),
        (["bank:(1 OR 3)"], "open!", "degraded!"),
    ],
)
def test_a_downtime_mutes_the_groups_it_covers(scope, first, second):
    reading = grouped(**{"bank:1,env:prod": "Alert", "bank:2,env:prod": "Warn"})
    reading["matching_downtimes"] = [{"id": 1, "scope": scope, "start": 1, "end": None}]

    def words(first, second):
        return f"bank:1,env:prod={first} bank:2,env:prod={second}"

    ignored = ["?" if word.endswith("!") else word for word in (first, second)]
    assert mapped(reading) == words(first, second)
    assert mapped(reading, CB_ON_MUTED="follow") == words("open", "degraded")
    assert mapped(reading, CB_ON_MUTED="ignore") == words(*ignored)


def test_the_monitors_own_mutes_end():
    reading = grouped(**{"bank:1": "Alert", "bank:2": "Warn"})
    reading["options"] = {"silenced": {"bank:1": None, "bank:2": 999}}
    assert mapped(reading) == "bank:1=open! bank:2=degraded", "999 s is past"


@pytest.mark.parametrize(
    ("percent", "expected"),
    [("50", "a:1=open a:2=open a:3=degraded a:4=closed"), ("49", "a:1=open! a:2=open! a:3=degraded a:4=closed capped")],
)
def test_above_the_cap_nothing_more_opens(percent, expected):
    reading = grouped(**{"a:1": "Alert", "a:2": "Alert", "a:3": "Warn", "a:4": "OK"})
    assert mapped(reading, CB_MAX_OPEN_PERCENT=percent) == expected
