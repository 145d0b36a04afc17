"""From a monitor as read to what each group should be. Pure: no store, no clock, no I/O."""

from typing import NamedTuple

from service.config import Settings
from service.datadog import Reading
from service.model import Level, Want


class Mapped(NamedTuple):
    """What a reading says; `complete` if every group there is was named."""

    groups: dict[str, Want]
    complete: bool
    # More was alerting than `CB_MAX_OPEN_PERCENT` lets open.
    capped: bool


def map_reading(reading: Reading, settings: Settings, now: int) -> Mapped:
    """A grouped monitor speaks for each group, any other by its overall state as `*`. `now` is in milliseconds."""
    statuses = reading.groups if reading.grouped else {"*": reading.overall}
    levels = {group: _level(status, settings) for group, status in statuses.items()}
    alerting = sum(level == Level.OPEN for level in levels.values())
    capped = reading.grouped and alerting > settings.max_open_share * len(levels)
    downtimes, silenced = reading.downtimes(), reading.silenced(now)

    def want(group: str, level: Level | None) -> Want:
        muted = any(all(_covers(scope, group) for scope in scopes) for scopes in downtimes) or any(
            _covers(scope, group) for scope in silenced
        )
        if muted and settings.on_muted == "ignore":
            level = None
        held = (muted and settings.on_muted == "hold") or (capped and level == Level.OPEN)
        return {"level": level, "raise": not held}

    return Mapped({group: want(group, level) for group, level in levels.items()}, bool(levels), capped)


def _level(status: str, settings: Settings) -> Level | None:
    levels = {"Alert": Level.OPEN, "Warn": Level.DEGRADED, "OK": Level.CLOSED, "No Data": settings.on_no_data}
    return levels.get(status)


def _covers(scope: str, group: str) -> bool:
    return all(_covers_part(part.strip(), group) for chunk in scope.split(",") for part in chunk.split(" AND "))


def _covers_part(part: str, group: str) -> bool:
    """False only where the scope plainly names another value of one of the group's own keys: Datadog said that the
    downtime matches the monitor, so a part that says nothing of this group, or that is more than `key:value`, covers.
    """
    key, colon, value = part.partition(":")
    if not colon or part.startswith(("-", "!")) or any(odd in part for odd in "() "):
        return True
    own = [tag.removeprefix(f"{key}:") for tag in group.split(",") if tag.startswith(f"{key}:")]
    return not own or any(tag.startswith(value[:-1]) if value.endswith("*") else tag == value for tag in own)
