"""The settings: read once from the environment, checked before the start. An error names variable, value, remedy."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from service.model import Level
from service.signature import SigningKeys

Env = Callable[[str], str]


class SettingError(Exception):
    """Why the service refuses to start."""

    def __init__(self, name: str, value: object, remedy: str) -> None:
        super().__init__(f"{name} is {f'`{value}`' if value != '' else 'unset'}: {remedy}")


class Fallback(NamedTuple):
    """What decides when the truth cannot be had: the last known state for up to `max_stale`, then a fixed one."""

    last_known: bool
    then_open: bool

    def holds(self, age: int, max_stale: int) -> bool:
        """True while the last known state still stands, `age` milliseconds after it was last confirmed."""
        return self.last_known and age < max_stale


FALLBACKS = {
    "last_known": Fallback(last_known=True, then_open=False),
    "last_known:open": Fallback(last_known=True, then_open=True),
    "open": Fallback(last_known=False, then_open=True),
    "closed": Fallback(last_known=False, then_open=False),
}


def is_id(text: str) -> bool:
    """Ids are text of digits, never numbers: event ids exceed 2^53."""
    return re.fullmatch("[0-9]{1,20}", text) is not None


# Makes a field of the settings from the function that reads it; a secret is in no repr.
def _row(read: Callable[[Env], Any], *, secret: bool = False) -> Any:
    return field(repr=not secret, metadata={"read": read})


def _number(name: str, default: float, low: float, high: float, times: int = 1, per: int = 1) -> Any:
    def read(env: Env) -> float:
        text = env(name)
        try:
            value = type(default)(text or default)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise SettingError(name, text, f"give a number from {low} to {high}")
        return value * times if per == 1 else value / per

    return _row(read)


def _seconds(name: str, default: int, low: int = 1, high: int = 604_800) -> Any:
    return _number(name, default, low, high, times=1000)


def _choice(name: str, choices: Mapping[str, Any]) -> Any:
    """The first choice is the default."""

    def read(env: Env) -> Any:
        word = env(name) or next(iter(choices))
        if word not in choices:
            raise SettingError(name, word, f"choose one of {', '.join(choices)}")
        return choices[word]

    return _row(read)


def _key(name: str) -> Any:
    def read(env: Env) -> str:
        if not (key := env(name)):
            raise SettingError(name, "", "set it to a key that may read monitors and events")
        if not (key.isascii() and key.isprintable()):
            raise SettingError(name, "(hidden)", "a key is plain ASCII: copy it again")
        return key

    return _row(read, secret=True)


def _signing_keys(env: Env) -> SigningKeys:
    try:
        return SigningKeys(env("CB_SIGNING_KEYS"))
    except ValueError as remedy:
        raise SettingError("CB_SIGNING_KEYS", "(hidden)", str(remedy)) from None


def _listen(env: Env) -> tuple[str, int]:
    text = env("CB_LISTEN") or "0.0.0.0:8080"
    host, colon, port = text.rpartition(":")
    if not colon or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        raise SettingError("CB_LISTEN", text, "give address and port, as in 127.0.0.1:8080")
    return host.strip("[]"), int(port)


def _is_address(url: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        return False


def _datadog_url(env: Env) -> str:
    url = env("CB_DATADOG_URL") or f"https://api.{env('DD_SITE') or 'datadoghq.com'}"
    if not _is_address(url, "http", "https"):
        raise SettingError("CB_DATADOG_URL", url, "give the API's address, as in https://api.datadoghq.eu")
    return url.rstrip("/")


def _redis_url(env: Env) -> str:
    url = env("REDIS_URL")
    if url and not _is_address(url, "redis", "rediss"):
        raise SettingError("REDIS_URL", "(hidden)", "give an address, as in redis://localhost:6379")
    return url


def _monitors(env: Env) -> frozenset[str] | None:
    ids = [id for id in re.split("[ ,]+", env("CB_MONITORS")) if id]
    if bad := [id for id in ids if not is_id(id)]:
        raise SettingError("CB_MONITORS", bad[0], "list monitor ids, digits only, separated by commas")
    return frozenset(ids) if ids else None


_SWITCH = {"0": False, "1": True}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting of the README's table, a row each. Durations are milliseconds, shares are 0.0 to 1.0."""

    listen: tuple[str, int] = _row(_listen)
    datadog_url: str = _row(_datadog_url)
    api_key: str = _key("DD_API_KEY")
    app_key: str = _key("DD_APP_KEY")
    signing_keys: SigningKeys = _row(_signing_keys, secret=True)
    redis_url: str = _row(_redis_url, secret=True)
    admin_token: str = _row(lambda env: env("CB_ADMIN_TOKEN"), secret=True)
    monitors: frozenset[str] | None = _row(_monitors)
    require_service_tag: bool = _choice("CB_REQUIRE_SERVICE_TAG", _SWITCH)
    poll: int = _seconds("CB_POLL_S", 60)
    idle_poll: int = _seconds("CB_IDLE_POLL_S", 300)
    lease: int = _seconds("CB_LEASE_S", 900)
    absent_after: int = _seconds("CB_ABSENT_AFTER_S", 600)
    max_stale: int = _seconds("CB_MAX_STALE_S", 3600)
    ramp: int = _seconds("CB_RAMP_S", 30, 0, 86_400)
    probe_ratio: float = _number("CB_PROBE_RATIO", 0.01, 0, 1)
    probe_interval: int = _seconds("CB_PROBE_INTERVAL_S", 10)
    degraded_share: float = _number("CB_DEGRADED_PERCENT", 50.0, 0, 100, per=100)
    max_open_share: float = _number("CB_MAX_OPEN_PERCENT", 100.0, 0, 100, per=100)
    on_no_data: Level | None = _choice("CB_ON_NO_DATA", {"hold": None, "open": Level.OPEN, "closed": Level.CLOSED})
    on_muted: str = _choice("CB_ON_MUTED", {"hold": "hold", "follow": "follow", "ignore": "ignore"})
    reject_unknown: bool = _choice("CB_ON_UNKNOWN_BREAKER", {"allow": False, "reject": True})
    on_store_down: Fallback = _choice("CB_ON_STORE_DOWN", FALLBACKS)
    on_source_down: Fallback = _choice("CB_ON_SOURCE_DOWN", FALLBACKS)
    hook_timeout: int = _seconds("CB_HOOK_TIMEOUT_S", 10)
    conformance: bool = _choice("CB_CONFORMANCE", _SWITCH)

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Reads every setting; an empty variable counts as unset. Raises a SettingError."""

        def env(name: str) -> str:
            return environment.get(name, "").strip()

        settings = cls(**{row.name: row.metadata["read"](env) for row in fields(cls)})
        if settings.lease < 3 * settings.idle_poll:
            remedy = f"a lease outlives three idle polls: at least {3 * settings.idle_poll // 1000}"
            raise SettingError("CB_LEASE_S", settings.lease // 1000, remedy)
        return settings
