"""The emulator of AWS, and the stack of examples/sam in it."""

import json
import os
import re
import socket
import subprocess
import sys

import boto3

from waiting import check, until

NAME = "dd-circuit-breaker"
REGION = "eu-central-1"
ACCOUNT = "000000000000"


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

    def configure(self, keys):
        """What the emulator lacks; see the head of ministack.py."""
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}-dead-letters"
        now = self.functions.get_function_configuration(FunctionName=NAME)
        variables = dict(now["Environment"]["Variables"], CB_ALLOW_HTTP="1", CB_ALLOW_CIDRS="127.0.0.0/8,::1/128",
                         CB_SIGNING_KEYS=keys)
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
