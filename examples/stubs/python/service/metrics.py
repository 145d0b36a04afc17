"""Counters in Prometheus' text form. Adding to one is a single step: the guard counts on every call."""

from enum import StrEnum


class Count(StrEnum):
    """What is counted, by its name for Prometheus."""

    ALLOW = 'cb_guard_total{verdict="allow"}'
    PROBE = 'cb_guard_total{verdict="probe"}'
    REJECT = 'cb_guard_total{verdict="reject"}'
    UNKNOWN_BREAKER = "cb_guard_unknown_breaker_total"
    CALLBACK_DONE = 'cb_callbacks_total{result="done"}'
    CALLBACK_REFUSED = 'cb_callbacks_total{result="refused"}'
    CALLBACK_FAILED = 'cb_callbacks_total{result="failed"}'
    READ_DONE = 'cb_reads_total{result="done"}'
    READ_FAILED = 'cb_reads_total{result="failed"}'
    WRITE_REJECTED = "cb_writes_rejected_total"
    CAPPED = "cb_max_open_reached_total"
    HOOK_DONE = 'cb_hooks_total{result="done"}'
    HOOK_FAILED = 'cb_hooks_total{result="failed"}'
    STORE_FAILED = "cb_store_failures_total"


class Metrics:
    def __init__(self) -> None:
        self.counts = dict.fromkeys(Count, 0)

    def add(self, count: Count) -> None:
        # The interpreter changes threads at calls and jumps: not inside this line.
        self.counts[count] += 1

    def render(self, gauges: dict[str, float]) -> str:
        """All counters, then `gauges`: names with their values now."""
        return "".join(f"{name} {value}\n" for name, value in (self.counts | gauges).items())
