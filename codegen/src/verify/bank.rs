//! A monitor of a case's own in the fake Datadog, with the breaker it feeds. Names differ from case to case, so that cases cannot
//! disturb each other.

use serde_json::{Value, json};

use super::fake::{Fake, Fault, Held};

/// The two groups that most cases speak of.
pub(super) const SICK: &str = "bank_code:0001";
pub(super) const WELL: &str = "bank_code:0002";

/// A monitor in the fake Datadog.
#[derive(Clone)]
pub(super) struct Bank {
    fake: Fake,
    pub(super) id: String,
    pub(super) breaker: String,
    body: Value,
    listed: bool,
}

impl Bank {
    /// A monitor that is grouped by bank code and feeds `breaker`, of `service`; nobody lists it.
    pub(super) fn new(fake: &Fake, id: u64, breaker: String, service: &str) -> Self {
        let tags = [
            format!("circuit_breaker:{breaker}"),
            format!("service:{service}"),
        ];
        let body = json!({
            "id": id, "name": format!("bank {id}"), "type": "query alert", "multi": true, "overall_state": "OK",
            "message": "", "query": "avg(last_5m):avg:bank.errors{*} by {bank_code} > 0.1", "tags": tags,
            "options": { "silenced": {}, "thresholds": { "critical": 0.1 }, "notify_no_data": false },
            "state": { "groups": {} }, "matching_downtimes": [],
        });
        let fake = fake.clone();
        let bank = Self {
            fake,
            id: id.to_string(),
            breaker,
            body,
            listed: false,
        };
        bank.publish()
    }

    /// The monitor with these groups and no other.
    pub(super) fn set(&mut self, groups: &[(&str, &str)]) {
        let groups = groups
            .iter()
            .map(|(name, status)| (*name, group(name, status)));
        self.body["state"] = json!({ "groups": groups.collect::<Value>() });
        self.put();
    }

    /// Any other field of the answer.
    pub(super) fn field(&mut self, name: &str, value: Value) {
        self.body[name] = value;
        self.put();
    }

    /// From now on the list of monitors names it.
    pub(super) fn list(&mut self) {
        self.listed = true;
        self.put();
    }

    /// What reading it gives from now on; `None` is the truth.
    pub(super) fn fault(&self, fault: Option<Fault>) {
        self.fake.fault(&self.id, fault);
    }

    /// The next read of it waits.
    pub(super) fn hold(&self) -> Held {
        self.fake.hold(&self.id)
    }

    /// How often it was asked for.
    pub(super) fn reads(&self) -> u32 {
        self.fake.reads(&self.id)
    }

    fn publish(self) -> Self {
        self.put();
        self
    }

    fn put(&self) {
        self.fake.put(&self.id, self.body.clone(), self.listed);
    }
}

fn group(name: &str, status: &str) -> Value {
    json!({ "name": name, "status": status, "last_nodata_ts": null, "last_notified_ts": null,
        "last_resolved_ts": null, "last_triggered_ts": 1_700_000_000 })
}
