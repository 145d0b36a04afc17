//! What a case is given: a service, the world around it, and the few steps that most cases are made of.

use serde_json::json;

use super::bank::{Bank, SICK, WELL};
use super::callback::Callback;
use super::error::{Failure, Verdict, expect};
use super::fake::Fake;
use super::instance::Instance;
use super::redis::Redis;
use super::stage::Stage;

/// One case's view of the stage.
pub(super) struct Trial<'a> {
    /// The service under test.
    pub(super) one: Instance,
    pub(super) stage: &'a Stage,
    /// The settings that the case asked for.
    pub(super) settings: &'static [(&'static str, &'static str)],
    /// Grows with each monitor and each callback: none is used twice in a run.
    serial: &'a mut u64,
}

impl<'a> Trial<'a> {
    pub(super) fn new(
        one: Instance,
        stage: &'a Stage,
        settings: &'static [(&'static str, &'static str)],
        serial: &'a mut u64,
    ) -> Self {
        Self {
            one,
            stage,
            settings,
            serial,
        }
    }

    fn next(&mut self) -> u64 {
        *self.serial += 1;
        *self.serial
    }

    /// A monitor with these groups, and a breaker that nothing else feeds.
    pub(super) fn bank(&mut self, groups: &[(&str, &str)]) -> Bank {
        let number = self.next();
        self.bank_of(&format!("bank-{number}"), groups)
    }

    /// A monitor with these groups that feeds `breaker`.
    pub(super) fn bank_of(&mut self, breaker: &str, groups: &[(&str, &str)]) -> Bank {
        let id = 700_000 + self.next();
        self.bank_numbered(id, breaker, groups)
    }

    /// As [`Trial::bank_of`], with a chosen id.
    pub(super) fn bank_numbered(&self, id: u64, breaker: &str, groups: &[(&str, &str)]) -> Bank {
        let service = &self.stage.service;
        let mut bank = Bank::new(self.fake(), id, breaker.to_owned(), service);
        bank.set(groups);
        bank
    }

    /// A good callback about a monitor.
    pub(super) fn callback(&mut self, bank: &Bank) -> Callback {
        let number = self.next();
        Callback::new(&bank.id, format!("msg-{number}"))
    }

    /// Sends a good callback about a monitor, which must be answered 200.
    pub(super) async fn notify(&mut self, bank: &Bank) -> Verdict {
        let callback = self.callback(bank);
        self.one.answers(&callback, 200).await
    }

    /// Returns once all that was committed before is in the guard: a monitor that speaks last is heard last. Most of its groups are
    /// well, so that no cap keeps it from opening.
    pub(super) async fn settle(&mut self) -> Verdict {
        let witness = self.bank(&[(SICK, "Alert"), (WELL, "OK"), ("bank_code:0003", "OK")]);
        self.notify(&witness).await?;
        opens(&self.one, &witness, SICK).await
    }

    /// Returns once everything the service does about an answered callback is done, as far as the fake Datadog sees it.
    pub(super) async fn settle_reads(&mut self) -> Verdict {
        let witness = self.bank(&[("*", "OK")]);
        self.notify(&witness).await
    }

    /// The callback must be refused with `status`, and the monitor not be read for it.
    pub(super) async fn refuses(
        &mut self,
        callback: &Callback,
        bank: &Bank,
        status: u16,
    ) -> Verdict {
        let before = bank.reads();
        self.one.answers(callback, status).await?;
        self.settle_reads().await?;
        expect(bank.reads() == before, || {
            format!("answered {status}, and yet the monitor was read")
        })
    }

    /// A monitor whose group is open, in a service that has seen it.
    pub(super) async fn open_bank(&mut self, group: &str) -> Result<Bank, Failure> {
        let bank = self.bank(&[(group, "Alert")]);
        self.notify(&bank).await?;
        opens(&self.one, &bank, group).await?;
        Ok(bank)
    }

    /// Returns once the monitor was read again, whatever for.
    pub(super) async fn read_again(&self, bank: &Bank, before: u32) -> Verdict {
        let again = async || Ok((bank.reads() > before).then_some(()));
        self.one.until("the monitor is read again", again).await
    }

    /// After all that was committed so far is in the guard: the group is open.
    pub(super) async fn stays_open(&mut self, bank: &Bank, group: &str) -> Verdict {
        self.settle().await?;
        let seen = self.one.ask(&bank.breaker, group, 2).await?;
        expect(seen.allow == 0, || {
            format!("`{group}` was to stay open: {seen:?}")
        })
    }

    /// After all that was committed so far is in the guard: the group is closed.
    pub(super) async fn stays_closed(&mut self, bank: &Bank, group: &str) -> Verdict {
        self.settle().await?;
        let seen = self.one.ask(&bank.breaker, group, 2).await?;
        expect(seen.allow == 2, || {
            format!("`{group}` was to stay closed: {seen:?}")
        })
    }

    /// Another instance with the same settings and the same store.
    pub(super) async fn another(&self) -> Result<Instance, Failure> {
        Ok(self.stage.instance(1, self.settings).await?)
    }

    /// The Redis of this run.
    pub(super) fn redis(&self) -> Result<&'a Redis, Failure> {
        let none = || Failure("this case needs a Redis".to_owned());
        self.stage.redis.as_ref().ok_or_else(none)
    }

    fn fake(&self) -> &'a Fake {
        &self.stage.fake
    }
}

/// Returns once the guard holds the group open.
pub(super) async fn opens(one: &Instance, bank: &Bank, group: &str) -> Verdict {
    one.becomes("the group opens", (&bank.breaker, group, 2), |seen| {
        seen.allow == 0
    })
    .await
}

/// Returns once the guard lets every call to the group out.
pub(super) async fn closes(one: &Instance, bank: &Bank, group: &str) -> Verdict {
    one.becomes("the group closes", (&bank.breaker, group, 2), |seen| {
        seen.allow == 2
    })
    .await
}

/// The body of an override of the whole breaker for ten minutes.
pub(super) fn forced(mode: &str) -> serde_json::Value {
    json!({ "mode": mode, "actor": "ann", "reason": "drill", "ttl_s": 600 })
}
