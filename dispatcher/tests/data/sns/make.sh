#!/usr/bin/env bash
# Makes the cases of this folder anew: a key that is thrown away, its certificate for a hundred
# years, and messages signed as SNS signs. Needs openssl and python3.
set -euo pipefail
cd "$(dirname "$0")"
key=$(mktemp)
trap 'rm -f "$key"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$key" -out certificate.pem -days 36500 -subj /CN=sns.example 2>/dev/null
KEY=$key python3 - <<'PY'
import base64, json, os, subprocess

FOOTER = "Monitor Status: https://app.datadoghq.com/monitors/4242?group=bank_code%3A0001&event_id=8082436309665268856"
CALLBACK = "circuit-breaker-callback: http://funds.example.com/dd_circuit_breaker/callback"
COMMON = {
    "TopicArn": "arn:aws:sns:us-east-1:123456789012:dd-circuit-breaker",
    "Timestamp": "2026-01-02T03:04:05.678Z",
    "SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0.pem",
    "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
}
CONFIRM = {"Token": "t", "SubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t", "Message": "You have chosen to subscribe."}
CASES = {
    "notification-v1": ("1", {"Type": "Notification", "MessageId": "m-1", "Subject": "[Triggered] 銀行", "Message": f"{CALLBACK}\n\n{FOOTER}"}),
    "notification-v2": ("2", {"Type": "Notification", "MessageId": "m-2", "Message": f"{CALLBACK}\n\n{FOOTER}"}),
    "nothing-to-do": ("2", {"Type": "Notification", "MessageId": "m-3", "Message": "Words."}),
    "confirmation": ("2", {"Type": "SubscriptionConfirmation", "MessageId": "m-4", **CONFIRM}),
    "unsubscribed": ("1", {"Type": "UnsubscribeConfirmation", "MessageId": "m-5", **CONFIRM}),
    "confirmation-leading-elsewhere": ("2", {"Type": "SubscriptionConfirmation", "MessageId": "m-6", **CONFIRM, "SubscribeURL": "https://evil.example/"}),
    "other-topic": ("2", {"Type": "Notification", "MessageId": "m-7", "Message": "Words.", "TopicArn": "arn:aws:sns:us-east-1:999999999999:evil"}),
    "other-version": ("3", {"Type": "Notification", "MessageId": "m-8", "Message": "Words."}),
    "certificate-from-elsewhere": ("2", {"Type": "Notification", "MessageId": "m-9", "Message": "Words.", "SigningCertURL": "https://sns.us-east-1.amazonaws.com.evil.example/a.pem"}),
}
SIGNED = {True: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
          False: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]}

def sign(version, message):
    text = "".join(f"{name}\n{message[name]}\n" for name in SIGNED[message["Type"] == "Notification"] if name in message)
    digest = "-sha1" if version == "1" else "-sha256"
    made = subprocess.run(["openssl", "dgst", digest, "-sign", os.environ["KEY"]], input=text.encode(), capture_output=True, check=True)
    return base64.b64encode(made.stdout).decode()

for name, (version, message) in CASES.items():
    message = {**COMMON, **message, "SignatureVersion": version}
    message["Signature"] = sign(version, message)
    with open(f"{name}.json", "w") as file:
        json.dump(message, file, ensure_ascii=False, indent=2)
        file.write("\n")
PY
