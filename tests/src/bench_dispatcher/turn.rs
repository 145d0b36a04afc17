//! One turn of a subject: a process from its start to its end, and the figures of it.

use super::Subject;
use super::cost;
use super::runtime_api::RuntimeApi;
use super::target::Target;
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// Any key will do.
const KEY: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
/// Events before a program is measured: it has then grown its pools and learnt its sessions.
const WARM_UP: usize = 500;

/// A figure's name and value.
type Figure = (&'static str, f64);

/// What both programs talk to.
pub(super) struct Bench {
    api: RuntimeApi,
    target: Target,
}

/// A program that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Bench {
    pub(super) fn start() -> anyhow::Result<Self> {
        let target = Target::start()?;
        let api = RuntimeApi::start(&event(&target.url()))?;
        Ok(Self { api, target })
    }

    /// From the start to the first answered event.
    pub(super) fn start_once(&self, subject: &Subject) -> anyhow::Result<[Figure; 2]> {
        let began = Instant::now();
        let running = self.spawn(subject)?;
        let answered = self.answer(subject, 1)?;
        let resident = cost::resident(running.0.id())?;
        Ok([
            (
                "start to first answer, ms",
                (answered - began).as_secs_f64() * 1e3,
            ),
            ("RSS after it, MiB", resident.now_mib),
        ])
    }

    /// Many events, one after the other as Lambda hands them out.
    pub(super) fn many(&self, subject: &Subject, events: usize) -> anyhow::Result<[Figure; 3]> {
        let running = self.spawn(subject)?;
        let pid = running.0.id();
        let began = self.answer(subject, WARM_UP)?;
        let cpu = cost::cpu(pid)?;
        let ended = self.answer(subject, events)?;
        let cpu = cost::cpu(pid)? - cpu;
        let events = events as f64;
        Ok([
            ("CPU per event, µs", cpu.as_secs_f64() * 1e6 / events),
            ("events/s", events / (ended - began).as_secs_f64()),
            ("peak RSS, MiB", cost::resident(pid)?.peak_mib),
        ])
    }

    /// Hands out events, waits until each is answered and its callback was made, and says when the last was.
    fn answer(&self, subject: &Subject, events: usize) -> anyhow::Result<Instant> {
        let calls = self.target.calls();
        let last = self
            .api
            .hand_out(events)
            .with_context(|| subject.name.to_owned())?;
        let made = self.target.calls() - calls;
        ensure!(
            made == events,
            "{}: {made} callbacks for {events} events",
            subject.name
        );
        Ok(last)
    }

    fn spawn(&self, subject: &Subject) -> anyhow::Result<Running> {
        let child = Command::new(&subject.program)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", self.api.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", "dispatcher")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/dispatcher")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .env("CB_SIGNING_KEYS", KEY)
            .env("CB_ALLOWED_HOSTS", "localhost:*")
            .env("CB_ALLOW_CIDRS", "127.0.0.0/8,::1/128")
            .env("CB_EXTRA_CA", self.target.root())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Ok(Running(child.with_context(|| {
            format!("start `{}`", subject.program.display())
        })?))
    }
}

/// An alarm as SNS hands it to Lambda.
fn event(callback: &str) -> Value {
    let message = format!(
        "{}: {callback}\n\nMore than half of the transfers to bank 0001 fail.\n@sns-dd-circuit-breaker\n\n\
         sum(last_5m):sum:funds.bank.errors{{env:prod}} by {{bank_code}}.as_count() > 0.5\n\n\
         The monitor was last triggered at Fri Jan 02 2026 12:45:03 UTC.\n\n- - -\n\n\
         Monitor Status: https://app.datadoghq.eu/monitors/4242?to_ts=1767357900000&group=bank_code%3A0001&from_ts=1767357000000\
         &event_id=7890123456789012345&link_source=monitor_notif · Edit Monitor: https://app.datadoghq.eu/monitors/4242/edit",
        contract::KEYWORD
    );
    let topic = "arn:aws:sns:eu-central-1:123456789012:dd-circuit-breaker";
    json!({"Records": [{
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": format!("{topic}:1c1b4a3e-0000-4000-8000-000000000001"),
        "Sns": {
            "Type": "Notification",
            "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
            "TopicArn": topic,
            "Subject": "[Triggered on {bank_code:0001}] Transfers to a bank are failing",
            "Message": message,
            "Timestamp": "2026-01-02T12:45:07.000Z",
            "SignatureVersion": "1",
            "Signature": "bm8gc2lnbmF0dXJl",
            "SigningCertUrl": "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem",
            "UnsubscribeUrl": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
            "MessageAttributes": {},
        },
    }]})
}
