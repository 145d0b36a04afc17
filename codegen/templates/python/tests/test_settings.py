"""The settings: their defaults, and what a bad value is told. No secret is ever shown."""

import pytest
from harness import KEY, REQUIRED

from service.config import SettingError, Settings


def test_the_defaults_are_those_of_the_table():
    changes = {"DD_SITE": "datadoghq.eu", "CB_MONITORS": "1, 2", "CB_POLL_S": ""}
    secrets = {
        "REDIS_URL": "redis://:s3cret-redis@h",
        "DD_API_KEY": "s3cret-api",
        "DD_APP_KEY": "s3cret-app",
        "CB_ADMIN_TOKEN": "s3cret-token",
    }
    s = Settings.read(REQUIRED | changes | secrets)
    assert (s.datadog_url, s.monitors, s.listen) == ("https://api.datadoghq.eu", {"1", "2"}, ("0.0.0.0", 8080))
    assert (s.poll, s.idle_poll, s.lease, s.absent_after) == (60_000, 300_000, 900_000, 600_000)
    assert (s.ramp, s.max_stale, s.probe_interval, s.hook_timeout) == (30_000, 3_600_000, 10_000, 10_000)
    assert (s.probe_ratio, s.degraded_share, s.max_open_share) == (0.01, 0.5, 1.0)
    assert (s.on_no_data, s.on_muted, s.reject_unknown, s.conformance) == (None, "hold", False, False)
    assert s.on_store_down == s.on_source_down == (True, False)
    assert "s3cret" not in repr(s) and KEY not in repr(s)


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("CB_LEASE_S", "899", "at least 900"),
        ("CB_POLL_S", "0", "from 1 to"),
        ("CB_POLL_S", "1.5", "from 1 to"),
        ("CB_PROBE_RATIO", "1.5", "from 0 to 1"),
        ("CB_PROBE_RATIO", "nan", "from 0 to 1"),
        ("CB_ON_NO_DATA", "opne", "hold, open, closed"),
        ("CB_ON_STORE_DOWN", "x", "last_known, last_known:open, open, closed"),
        ("CB_MONITORS", "12,abc", "digits only"),
        ("CB_LISTEN", "localhost", "127.0.0.1:8080"),
        ("CB_DATADOG_URL", "api.datadoghq.com", "https://"),
        ("CB_DATADOG_URL", "http://[", "https://"),
        ("REDIS_URL", "whsec_short", "redis://"),
        ("REDIS_URL", "redis://h:whsec_short", "redis://"),
        ("CB_SIGNING_KEYS", "whsec_short", "24 bytes"),
        ("CB_SIGNING_KEYS", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "start with `whsec_`"),
        ("CB_SIGNING_KEYS", "whsec_!!!!sBQIhrscChlQIMV+b5sSYspob7oD", "not base64"),
        ("CB_SIGNING_KEYS", " , ", "set it to the dispatcher's"),
        ("DD_API_KEY", " ", "unset: set it to a key that may read monitors"),
        ("DD_APP_KEY", "whsec_short\n\x01", "plain ASCII"),
    ],
)
def test_a_bad_value_is_named_with_its_remedy(name, value, remedy):
    with pytest.raises(SettingError) as error:
        Settings.read(REQUIRED | {name: value})
    text = str(error.value)
    assert text.startswith(f"{name} is ") and remedy in text
    assert "whsec_short" not in text


def test_a_lease_outlives_three_idle_polls():
    Settings.read(REQUIRED | {"CB_LEASE_S": "300", "CB_IDLE_POLL_S": "100"})
