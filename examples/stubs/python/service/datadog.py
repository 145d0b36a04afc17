"""Where the truth is read: the seam `Source` and Datadog's API behind it. No rule about breakers lives here."""

import asyncio
from typing import Any, Protocol

import httpx

from service.config import Settings

PAGE = 1000
MAX_PAGES = 100


class SourceError(Exception):
    """The truth could not be read: unreachable, refused, not found, or no JSON."""

    def __init__(self, why: str) -> None:
        super().__init__(f"datadog: {why}")


class Reading:
    """A monitor with its groups and downtimes, as `GET /api/v1/monitor/{id}` answers it. Absent, null, odd: empty."""

    def __init__(self, answer: Any) -> None:
        self._answer = _dict(answer)
        self.id = str(self._answer.get("id"))
        self.name = str(self._answer.get("name") or "")
        self.tags = _texts(self._answer.get("tags"))
        self.overall = str(self._answer.get("overall_state") or "")
        groups = _dict(_dict(self._answer.get("state")).get("groups"))
        # Each group's status: Alert, Ignored, No Data, OK, Skipped, Unknown or Warn.
        self.groups = {group: str(_dict(seen).get("status")) for group, seen in groups.items()}
        # Whether it alerts for each group on its own.
        multi = self._answer.get("multi")
        self.grouped = multi if isinstance(multi, bool) else any(group != "*" for group in self.groups)

    def tag(self, key: str) -> str | None:
        """The value of the first tag `key:…`."""
        return next((tag.removeprefix(f"{key}:") for tag in self.tags if tag.startswith(f"{key}:")), None)

    def downtimes(self) -> list[list[str]]:
        """The scopes of each downtime that is on now; all parts of one must cover a group."""
        return [_texts(_dict(downtime).get("scope")) for downtime in _list(self._answer.get("matching_downtimes"))]

    def silenced(self, now: int) -> list[str]:
        """Scopes muted by the monitor's own option at `now` (milliseconds); null mutes for ever."""
        silenced = _dict(_dict(self._answer.get("options")).get("silenced"))
        return [scope for scope, until in silenced.items() if not isinstance(until, int) or until * 1000 > now]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [text for text in _list(value) if isinstance(text, str)]


class Source(Protocol):
    """What the service needs to know of the world outside. Every method raises a SourceError."""

    async def monitor(self, id: str) -> Reading:
        """One monitor with all its groups and downtimes."""

    async def known(self, service: str) -> list[str]:
        """The ids of the monitors tagged with this service and a breaker."""

    async def event(self, id: str) -> dict[str, Any]:
        """One event: title, text, tags, `date_happened`, `alert_type`; use its `id_str`."""


class Datadog:
    """A call takes five seconds at most. `transport` is for tests."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        headers = {"dd-api-key": settings.api_key, "dd-application-key": settings.app_key}
        timeout = httpx.Timeout(5, connect=2)
        self._http = httpx.AsyncClient(
            base_url=settings.datadog_url, headers=headers, timeout=timeout, transport=transport
        )

    async def monitor(self, id: str) -> Reading:
        reading = Reading(await self._get(f"/api/v1/monitor/{id}", group_states="all", with_downtimes="true"))
        if reading.id != id:
            raise SourceError(f"asked for monitor `{id}`, the answer is `{reading.id}`")
        return reading

    async def known(self, service: str) -> list[str]:
        tag, ids = f"service:{service}", []
        for page in range(MAX_PAGES):
            found = await self._get("/api/v1/monitor", monitor_tags=tag, page=str(page), page_size=str(PAGE))
            if not isinstance(found, list):
                raise SourceError("the list of monitors is no list")
            monitors = map(Reading, found)
            ids += [monitor.id for monitor in monitors if tag in monitor.tags and monitor.tag("circuit_breaker")]
            if len(found) < PAGE:
                break
        return ids

    async def event(self, id: str) -> dict[str, Any]:
        event = _dict(await self._get(f"/api/v1/events/{id}")).get("event")
        if not isinstance(event, dict):
            raise SourceError(f"event `{id}`: the answer holds no event")
        return event

    async def _get(self, path: str, **query: str) -> Any:
        try:
            # httpx limits each wait; this limits their sum.
            async with asyncio.timeout(5):
                answer = await self._http.get(path, params=query)
            if answer.status_code != httpx.codes.OK:
                raise SourceError(f"GET {path}: status {answer.status_code}")
            return answer.json()
        except TimeoutError:
            raise SourceError(f"GET {path}: no answer within five seconds") from None
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise SourceError(f"GET {path}: {error or type(error).__name__}") from error
