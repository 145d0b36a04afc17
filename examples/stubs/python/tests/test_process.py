"""The real process: it starts by the environment, says where it listens, logs JSON, and ends well when told to."""

import json
import os
import signal
import subprocess
import sys
import urllib.request

import pytest
from harness import REQUIRED


def start(**changes: str) -> subprocess.Popen[str]:
    # Nothing listens on the discard port: Datadog is away.
    env = {"PATH": os.environ["PATH"], "CB_LISTEN": "127.0.0.1:0", "CB_DATADOG_URL": "http://127.0.0.1:9"}
    command, pipe = [sys.executable, "-m", "service"], subprocess.PIPE
    return subprocess.Popen(command, env=env | REQUIRED | changes, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_listens_until_it_is_told_to_end(number):
    process = start()
    try:
        line = json.loads(process.stdout.readline())
        assert line["msg"] == "listening"
        with urllib.request.urlopen(f"http://{line['addr']}/healthz", timeout=60) as answer:
            assert answer.read() == b"ok"
        process.send_signal(number)
        rest, errors = process.communicate(timeout=60)
        assert (process.returncode, rest) == (0, ""), errors
        lines = [json.loads(line) for line in errors.splitlines()]
        assert any("kept in this process alone" in line["message"] for line in lines)
        assert "Traceback" not in errors
    finally:
        process.kill()
        process.communicate()


def test_a_bad_setting_stops_the_start():
    _, errors = (process := start(CB_POLL_S="soon")).communicate(timeout=60)
    assert (process.returncode, errors) == (1, "error: CB_POLL_S is `soon`: give a number from 1 to 604800\n")
