"""The stage ministack: the SAM template deployed to an emulator of AWS on this machine, with the real `bootstrap`.

    python ministack.py BOOTSTRAP_ZIP SANDBOX SERVICE

A message is published to the topic as Datadog would, SNS hands it to Lambda, Lambda starts `bootstrap`, and that calls a
target here, or the service that cb-gen wrote. What the emulator (ministack, no Docker) does otherwise than AWS, as measured with its pinned version:

- it drops the function's DeadLetterConfig of a template: the queue is set once more by API;
- it hands a message from SNS to Lambda once and does not retry when the function fails: retries and the dead letter are
  shown by `Invoke(Event)` with the same event, which it does retry;
- its dead letters have the form of a failure destination's record (`requestPayload`), where a queue of AWS holds the event;
- it has no layers from AWS, so that the keys are set in the environment, and no TLS towards the target.

Nothing here is decided by a clock: each step waits for what must come; what must call nobody is invoked so that its end
is known.
"""

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

import boto3

from chain import Sandbox, Service

NAME = "dd-circuit-breaker"
REGION = "eu-central-1"
ACCOUNT = "000000000000"
KEY = base64.b64encode(b"a key that stands in no other place").decode()
PATH = "/dd_circuit_breaker/callback"
LINE = "circuit-breaker-callback: "
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


class Target:
    """A service's callback endpoint. It verifies signatures by its own few lines, and answers as told."""

    def __init__(self):
        self.calls, self.answers = [], []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self):
                """Keeps the call."""
                body = self.rfile.read(int(self.headers["content-length"]))
                owner.calls.append((dict(self.headers.items()), body))
                status = owner.answers.pop(0) if owner.answers else 200
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self.server.server_port}{PATH}"

    def ids(self):
        """The `webhook-id` of each call."""
        return [header(headers, "webhook-id") for headers, _ in self.calls]

    def signed(self):
        """Whether each call bears the signature of Standard Webhooks for its own id, time and body."""
        for headers, body in self.calls:
            text = f"{header(headers, 'webhook-id')}.{header(headers, 'webhook-timestamp')}.".encode() + body
            wanted = base64.b64encode(hmac.new(base64.b64decode(KEY), text, hashlib.sha256).digest()).decode()
            if f"v1,{wanted}" not in header(headers, "webhook-signature").split():
                return False
        return True


def header(headers, name):
    """A header, whatever its case."""
    return next((value for key, value in headers.items() if key.lower() == name), "")


def notification(url):
    """The text of a notification with one callback line."""
    link = "https://app.datadoghq.eu/monitors/4242?to_ts=1767357900000&group=bank_code%3A0001&event_id=7890123456789012345"
    return f"{LINE}{url}\n\nMore than half of the calls fail.\n@sns-{NAME}\n\nMonitor Status: {link}"


class Cloud:
    """The emulator, and the stack in it."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = dict(os.environ, BIND_HOST="127.0.0.1", MINISTACK_HOST="127.0.0.1", GATEWAY_PORT=str(port),
                           TMPDIR=folder, LAMBDA_ASYNC_RETRY_BASE_SECONDS="0.2", NO_PROXY="*")
        self.log = os.path.join(folder, "ministack.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([os.path.join(os.path.dirname(sys.executable), "ministack")],
                                            env=environment, stdout=log, stderr=subprocess.STDOUT)
        settings = {"endpoint_url": f"http://127.0.0.1:{port}", "region_name": REGION,
                    "aws_access_key_id": ACCOUNT, "aws_secret_access_key": "none"}
        for service in ("cloudformation", "lambda", "s3", "sns", "sqs", "cloudwatch"):
            setattr(self, service.replace("lambda", "functions"), boto3.client(service, **settings))

    def wait(self):
        """Until it answers."""
        until("the emulator", self.answers)

    def stop(self):
        """Ends it."""
        self.process.terminate()
        self.process.wait(30)

    def answers(self):
        """Whether it is up."""
        if self.process.poll() is not None:
            raise SystemExit(f"ministack ended:\n{self.tail()}")
        try:
            return self.sns.list_topics()
        except Exception:  # Whatever a server says that is not there yet.
            return None

    def tail(self):
        """The end of its log."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-40:])

    def deploy(self, package):
        """What `sam deploy` does: uploads the package, writes its place into the template, and makes the stack."""
        self.s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
        with open(package, "rb") as file:
            self.s3.put_object(Bucket="code", Key="bootstrap.zip", Body=file.read())
        with open("examples/sam/template.yaml", encoding="utf-8") as file:
            template, places = re.subn(r"CodeUri: .*", "CodeUri: s3://code/bootstrap.zip", file.read())
        assert places == 1
        parameters = {
            "DatadogRoleArn": f"arn:aws:iam::{ACCOUNT}:role/DatadogIntegrationRole", "AllowedHosts": "localhost:*",
            "SigningKeysSecretArn": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:breakers-AbCdEf",
            "ExtensionLayerArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:Extension-Arm64:1",
        }
        self.cloudformation.create_stack(
            StackName="breakers", TemplateBody=template, Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()])

        def ended():
            stack = self.cloudformation.describe_stacks(StackName="breakers")["Stacks"][0]
            return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack
        stack = until("the stack", ended)
        check("the SAM template becomes a stack", stack["StackStatus"] == "CREATE_COMPLETE", json.dumps(stack, default=str))

    def configure(self):
        """What the emulator lacks; see the head of this file."""
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}-dead-letters"
        now = self.functions.get_function_configuration(FunctionName=NAME)
        variables = dict(now["Environment"]["Variables"], CB_ALLOW_HTTP="1", CB_ALLOW_CIDRS="127.0.0.0/8,::1/128",
                         CB_SIGNING_KEYS=f"whsec_{KEY}")
        variables.pop("CB_SIGNING_KEYS_FROM")
        self.functions.update_function_configuration(
            FunctionName=NAME, Environment={"Variables": variables}, Layers=[], DeadLetterConfig={"TargetArn": queue})

    def publish(self, text, subject="[Triggered on {bank_code:0001}] Calls fail"):
        """As Datadog does. Returns the MessageId."""
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{NAME}"
        return self.sns.publish(TopicArn=topic, Message=text, Subject=subject)["MessageId"]

    def invoke(self, message_id, text, kind="Event"):
        """As SNS does, by the API that the emulator retries; `RequestResponse` waits for the answer. Returns what failed."""
        record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": "arn:aws:sns:x:y:z:1",
                  "Sns": {"Type": "Notification", "MessageId": message_id, "Message": text, "Subject": None,
                          "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:{NAME}", "Timestamp": "2026-01-02T12:45:07.000Z"}}
        answer = self.functions.invoke(FunctionName=NAME, InvocationType=kind, Payload=json.dumps({"Records": [record]}))
        return answer.get("FunctionError")

    def dead_letters(self):
        """The bodies of all dead letters, taken out."""
        url = self.sqs.get_queue_url(QueueName=f"{NAME}-dead-letters")["QueueUrl"]
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]


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


def main(package, sandbox_program, service_program):
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
            cloud.configure()
            target = Target()
            published(cloud, target)
            breaker(cloud, sandbox, service)
            failing(cloud, target)
            alarms = cloud.cloudwatch.describe_alarms()["MetricAlarms"]
            check("eight alarms stand", len(alarms) == 8)
        except SystemExit:
            print(cloud.tail(), file=sys.stderr)
            raise


if __name__ == "__main__":
    main(*sys.argv[1:])
