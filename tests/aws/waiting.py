"""What a story is told with: waiting for what must come, and promises."""

import time

PATIENCE_S = 60


def until(what, look):
    """Waits for a truth, and gives up after a minute."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise SystemExit(f"{what}: it did not come within {PATIENCE_S} s")


def check(what, truth, shown=""):
    """One promise."""
    if not truth:
        raise SystemExit(f"NOT {what}\n{shown}")
    print(f"ok  {what}")
