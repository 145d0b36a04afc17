"""The stage ministack: the SAM template deployed to an emulator of AWS on this machine, with the real `bootstrap`.

    python ministack.py BOOTSTRAP_ZIP SANDBOX SERVICE CB_DISPATCH

A message is published to the topic as Datadog would, SNS hands it to Lambda, Lambda starts `bootstrap`, and that calls a
target here, or the service that cb-gen wrote. What the emulator (ministack, no Docker) does otherwise than AWS, as
measured with its pinned version:

- it drops the function's DeadLetterConfig of a template: the queue is set once more by API;
- it hands a message from SNS to Lambda once and does not retry when the function fails: retries and the dead letter are
  shown by `Invoke(Event)` with the same event, which it does retry;
- its dead letters have the form of a failure destination's record (`requestPayload`), where a queue of AWS holds the event;
- it has no layers from AWS, so that the keys are set in the environment, and no TLS towards the target.

Nothing here is decided by a clock: each step waits for what must come; what must call nobody is invoked so that its end
is known.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile

from chain import Sandbox, Service
from cloud import NAME, Cloud
from target import KEY, PATH, Target
from waiting import check, until

LINE = "circuit-breaker-callback: "


def notification(url):
    """The text of a notification with one callback line."""
    link = "https://app.datadoghq.eu/monitors/4242?to_ts=1767357900000&group=bank_code%3A0001&event_id=7890123456789012345"
    return f"{LINE}{url}\n\nMore than half of the calls fail.\n@sns-{NAME}\n\nMonitor Status: {link}"


def published(cloud, target):
    """From the topic to the service."""
    first = cloud.publish(notification(target.url))
    until("the callback", lambda: first in target.ids())
    headers, body = target.calls[-1]
    request = json.loads(body)
    check("a published alarm arrives, signed, under its MessageId", target.signed(), str(headers))
    facts = [request[name] for name in ("monitor_id", "event_id", "group", "message_id")]
    check("with its ids as text", facts == ["4242", "7890123456789012345", "bank_code:0001", first], body.decode())

    for text in ("Somebody changed the dashboard.", notification(target.url.replace("localhost", "127.0.0.1")),
                 notification("http://169.254.169.254/latest/meta-data")):
        check("what must call nobody is success all the same", cloud.invoke("quiet", text, "RequestResponse") is None)
    check("and calls nobody", target.ids() == [first])
    check("and end in no queue", cloud.dead_letters() == [])


def failing(cloud, target):
    """From a failing service to the dead letter queue."""
    target.calls.clear()
    target.answers[:] = [500, 500]
    cloud.invoke("twice-failed", notification(target.url))
    until("the third attempt", lambda: len(target.calls) == 3)
    check("two failures are retried, under one id, each signed anew", target.ids() == ["twice-failed"] * 3 and target.signed())

    target.calls.clear()
    target.answers[:] = [500, 500, 500]
    cloud.invoke("thrice-failed", notification(target.url))
    letters = until("the dead letter", cloud.dead_letters)
    check("after the third attempt it is given up", target.ids() == ["thrice-failed"] * 3)
    ids = [record["Sns"]["MessageId"] for letter in letters for record in letter["requestPayload"]["Records"]]
    check("and lies in the queue as it came, alone", ids == ["thrice-failed"], json.dumps(letters))
    return letters


def replayed(program, folder, letters, target):
    """From the dead letter queue to the service."""
    path = os.path.join(folder, "letters.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(letter) + "\n" for letter in letters)
    environment = {"CB_SIGNING_KEYS": f"whsec_{KEY}", "CB_ALLOWED_HOSTS": "localhost:*", "CB_ALLOW_HTTP": "1",
                   "CB_ALLOW_CIDRS": "127.0.0.0/8,::1/128"}
    target.calls.clear()
    for arguments, what, wanted in (([], "a replay leaves out what is old", []),
                                    (["--any-age"], "and sends it when told to, under its id, signed anew", ["thrice-failed"])):
        done = subprocess.run([program, "replay", path, *arguments], env=environment, capture_output=True, text=True, check=False)
        check(what, done.returncode == 0 and target.ids() == wanted and target.signed(), done.stdout + done.stderr)


def breaker(cloud, sandbox, service):
    """From the monitor to the guard."""
    group = "bank_code:0001"
    callback = f"http://localhost:{service.port}{PATH}"
    monitor = sandbox.monitor(LINE, callback, NAME)
    check("the guard lets all calls through before", service.rejects(group) == 0)
    for status, what, wanted in (
            ("Alert", "an alert opens the breaker of a generated service", lambda: service.rejects(group) > 150),
            ("OK", "and its recovery lets calls through again", lambda: service.rejects(group) < 150)):
        subject, text = sandbox.notify(monitor, group, status)
        cloud.publish(text, subject)
        until(what, wanted)
        check(what, True)


def main(package, sandbox_program, service_program, dispatch_program):
    """The story."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        sandbox = Sandbox(sandbox_program)
        stack.callback(sandbox.stop)
        service = Service(service_program, sandbox, f"whsec_{KEY}")
        stack.callback(service.stop)
        cloud = Cloud(folder)
        stack.callback(cloud.stop)
        try:
            cloud.wait()
            cloud.deploy(package)
            cloud.configure(f"whsec_{KEY}")
            target = Target()
            published(cloud, target)
            breaker(cloud, sandbox, service)
            letters = failing(cloud, target)
            replayed(dispatch_program, folder, letters, target)
            alarms = cloud.cloudwatch.describe_alarms()["MetricAlarms"]
            check("eight alarms stand", len(alarms) == 8)
        except SystemExit:
            print(cloud.tail(), file=sys.stderr)
            raise


if __name__ == "__main__":
    main(*sys.argv[1:])
