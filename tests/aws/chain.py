"""The parts around AWS for the stage ministack: a Datadog (cb-sandbox) and a service that cb-gen wrote.

The sandbox has no function of its own here: what it would hand to one is published to the emulator's topic instead, word
for word.
"""

import json
import socket
import subprocess
import threading
import urllib.request


def ask(url, body=None, headers=None):
    """One request; a body makes it a POST. The answer as JSON, if it is any."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
        text = answer.read()
    return json.loads(text) if text else None


class Program:
    """A child process that is ready when it has said so."""

    def __init__(self, command, ready, environment=None):
        self.lines = []
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in self.process.stdout:
            self.lines.append(line)
            if ready in line:
                break
        else:
            raise SystemExit(f"{command[0]} ended:\n{''.join(self.lines)}")
        threading.Thread(target=self.lines.extend, args=(self.process.stdout,), daemon=True).start()

    def stop(self):
        """Ends it."""
        self.process.terminate()
        self.process.wait(30)


class Sandbox(Program):
    """A Datadog."""

    READY = "cb-sandbox listening on "
    KEYS = {"DD-API-KEY": "sandbox-api-key", "DD-APPLICATION-KEY": "sandbox-app-key"}

    def __init__(self, program):
        super().__init__([program, "--port", "0"], self.READY)
        self.url = self.lines[-1].split(self.READY)[1].strip()

    def monitor(self, keyword, callback, topic):
        """A monitor as a person would write it. Returns its id."""
        line = f"{keyword}{callback}"
        message = "".join(f"{{{{#{block}}}}}\n{line}\n{{{{/{block}}}}}" for block in ("is_alert", "is_alert_recovery"))
        body = {"name": "Calls to a bank fail", "type": "query alert", "tags": ["circuit_breaker:bank", "service:funds"],
                "query": "sum(last_5m):sum:funds.errors{*} by {bank_code}.as_count() > 10",
                "message": f"{message}\n\nThe bank fails.\n\n@sns-{topic}", "options": {"thresholds": {"critical": 10}}}
        return str(ask(f"{self.url}/api/v1/monitor", body, self.KEYS)["id"])

    def notify(self, monitor, group, status):
        """Puts a group into a state. Returns the subject and the text of the notification."""
        ask(f"{self.url}/_sandbox/monitors/{monitor}/groups", {"group": group, "status": status})
        runtime = f"{self.url}/2018-06-01/runtime/invocation"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{runtime}/next", timeout=60) as answer:
            invocation = answer.headers["lambda-runtime-aws-request-id"]
            sns = json.load(answer)["Records"][0]["Sns"]
        ask(f"{runtime}/{invocation}/response", {})
        return sns["Subject"], sns["Message"]


class Service(Program):
    """A service that cb-gen wrote, with its store in memory."""

    def __init__(self, program, sandbox, key):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {"CB_LISTEN": f"127.0.0.1:{self.port}", "CB_DATADOG_URL": sandbox.url, "CB_SIGNING_KEYS": key,
                       "DD_API_KEY": "sandbox-api-key", "DD_APP_KEY": "sandbox-app-key", "CB_CONFORMANCE": "1"}
        super().__init__([program], '"listening"', environment)

    def rejects(self, group):
        """How many of 200 calls the guard refuses."""
        url = f"http://127.0.0.1:{self.port}/_conformance/allow"
        return ask(url, {"breaker": "bank", "group": group, "n": 200})["reject"]
