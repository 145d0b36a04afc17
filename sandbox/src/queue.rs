//! All deliveries and the dead letter queue: which one the function gets next, and what people may do to those that wait.
//! Rules only; the Runtime API, the process and the waiting are in `lambda`.

use crate::clock::Moment;
use crate::delivery::{DeadLetter, Delivery, Incoming, Rules, State};
use crate::ids::Ids;

/// What the function is given.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) event: String,
    /// Wall milliseconds.
    pub(crate) deadline_ms: u64,
}

/// All deliveries, oldest first, and the dead letters.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// How Lambda treats what fails.
    pub(crate) rules: Rules,
    deliveries: Vec<Delivery>,
    dead: Vec<DeadLetter>,
}

impl Queue {
    pub(crate) fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    pub(crate) fn dead(&self) -> &[DeadLetter] {
        &self.dead
    }

    /// Takes a new message in; gives the id of its delivery.
    pub(crate) fn publish(&mut self, incoming: Incoming, ids: &mut Ids, now: Moment) -> String {
        let delivery = Delivery::new(incoming, ids, now);
        let id = delivery.id.clone();
        self.deliveries.push(delivery);
        id
    }

    /// Lets a delivery go at once: a held one, or one that waits for its retry.
    pub(crate) fn release(&mut self, id: &str, now: Moment) -> Result<(), QueueError> {
        self.waiting(id)?.release(now);
        Ok(())
    }

    /// Lets a delivery wait for so much longer, in virtual milliseconds.
    pub(crate) fn postpone(&mut self, id: &str, ms: u64) -> Result<(), QueueError> {
        let delivery = self.waiting(id)?;
        delivery.due_ms = delivery.due_ms.saturating_add(ms);
        Ok(())
    }

    /// Loses a delivery that the function does not have.
    pub(crate) fn discard(&mut self, id: &str) -> Result<(), QueueError> {
        self.waiting(id)?.state = State::Dropped;
        Ok(())
    }

    /// Delivers the same message once more, now; a held original goes as well. Gives the copy's id.
    pub(crate) fn duplicate(
        &mut self,
        id: &str,
        ids: &mut Ids,
        now: Moment,
    ) -> Result<String, QueueError> {
        let original = self.find(id)?;
        if original.state == State::Held {
            original.release(now);
        }
        let copy = Incoming {
            publication: original.publication.clone(),
            origin: original.origin.clone(),
            held: false,
        };
        Ok(self.publish(copy, ids, now))
    }

    /// Hands every dead letter back to the function. Gives the ids of the deliveries.
    pub(crate) fn redrive(&mut self, ids: &mut Ids, now: Moment) -> Vec<String> {
        let letters = std::mem::take(&mut self.dead);
        let mut redriven = Vec::new();
        for letter in letters {
            if let Ok(delivery) = self.find(&letter.delivery_id) {
                delivery.redrive(ids.uuid(), now);
                redriven.push(letter.delivery_id);
            }
        }
        redriven
    }

    /// The delivery that has been due longest, if any is due; it runs from now on.
    pub(crate) fn take_due(&mut self, now: Moment, timeout_ms: u64) -> Option<Invocation> {
        let due = |delivery: &&mut Delivery| {
            delivery.state == State::Queued && delivery.due_ms <= now.virtual_ms
        };
        let delivery = self
            .deliveries
            .iter_mut()
            .filter(due)
            .min_by_key(|delivery| delivery.due_ms)?;
        delivery.start(timeout_ms, now);
        Some(Invocation {
            request_id: delivery.request_id.clone(),
            event: delivery.event.clone(),
            deadline_ms: delivery.deadline_ms,
        })
    }

    /// When the next queued delivery is due, in virtual milliseconds.
    pub(crate) fn next_due_ms(&self) -> Option<u64> {
        self.all_in(State::Queued)
            .map(|delivery| delivery.due_ms)
            .min()
    }

    /// The first deadline of a running delivery, in wall milliseconds, and its request.
    pub(crate) fn next_deadline(&self) -> Option<(u64, String)> {
        let running = self.all_in(State::Running);
        running
            .map(|delivery| (delivery.deadline_ms, delivery.request_id.clone()))
            .min()
    }

    /// The requests that are running.
    pub(crate) fn running(&self) -> Vec<String> {
        self.all_in(State::Running)
            .map(|delivery| delivery.request_id.clone())
            .collect()
    }

    /// The function answered.
    pub(crate) fn succeed(&mut self, request_id: &str) -> Result<(), QueueError> {
        self.running_request(request_id)?.succeed();
        Ok(())
    }

    /// The function failed: the event is tried again later, or is dead.
    pub(crate) fn fail(
        &mut self,
        request_id: &str,
        error: &str,
        now: Moment,
    ) -> Result<(), QueueError> {
        let rules = self.rules;
        let letter = self.running_request(request_id)?.fail(error, rules, now);
        self.dead.extend(letter);
        Ok(())
    }

    fn all_in(&self, state: State) -> impl Iterator<Item = &Delivery> {
        self.deliveries
            .iter()
            .filter(move |delivery| delivery.state == state)
    }

    fn find(&mut self, id: &str) -> Result<&mut Delivery, QueueError> {
        let found = self
            .deliveries
            .iter_mut()
            .find(|delivery| delivery.id == id);
        found.ok_or_else(|| QueueError::Unknown(id.to_owned()))
    }

    fn waiting(&mut self, id: &str) -> Result<&mut Delivery, QueueError> {
        let delivery = self.find(id)?;
        match delivery.state {
            State::Held | State::Queued => Ok(delivery),
            _ => Err(QueueError::NotWaiting(id.to_owned())),
        }
    }

    fn running_request(&mut self, request_id: &str) -> Result<&mut Delivery, QueueError> {
        let running = |delivery: &&mut Delivery| {
            delivery.state == State::Running && delivery.request_id == request_id
        };
        let found = self.deliveries.iter_mut().find(running);
        found.ok_or_else(|| QueueError::NotRunning(request_id.to_owned()))
    }
}

/// Why a delivery cannot be acted on.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum QueueError {
    #[error("no delivery has the id `{0}`: list them with GET /_sandbox/deliveries")]
    Unknown(String),
    #[error(
        "delivery `{0}` no longer waits: only held and queued deliveries can be released or dropped"
    )]
    NotWaiting(String),
    #[error(
        "no running invocation has the request id `{0}`: answer each one once, before its deadline"
    )]
    NotRunning(String),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::delivery::Origin;
    use crate::sns::Publication;

    fn at(virtual_ms: u64) -> Moment {
        Moment {
            wall_ms: virtual_ms,
            virtual_ms,
        }
    }

    fn queue_of_one(held: bool) -> (Queue, Ids, String) {
        let (mut queue, mut ids) = (Queue::default(), Ids::new(1));
        let message_id = ids.uuid();
        let publication = Publication {
            topic: "t".into(),
            subject: None,
            message: "m".into(),
            message_id,
            at_ms: 0,
        };
        let id = queue.publish(
            Incoming {
                publication,
                origin: Origin::default(),
                held,
            },
            &mut ids,
            at(0),
        );
        (queue, ids, id)
    }

    #[test]
    fn a_function_error_is_tried_again_after_one_and_two_minutes_and_then_is_dead() {
        let (mut queue, mut ids, id) = queue_of_one(false);
        let mut requests = Vec::new();
        for (due, next) in [(0, Some(60_000)), (60_000, Some(180_000)), (180_000, None)] {
            if due > 0 {
                assert!(queue.take_due(at(due - 1), 1000).is_none());
            }
            let run = queue.take_due(at(due), 1000).unwrap();
            queue.fail(&run.request_id, "broken", at(due)).unwrap();
            assert_eq!(queue.next_due_ms(), next);
            requests.push(run.request_id);
        }
        assert!(requests.iter().all(|request| *request == requests[0]));
        let letter = &queue.dead()[0];
        assert_eq!(letter.body, queue.deliveries()[0].event);
        assert_eq!(
            letter.attributes,
            json!({"RequestID": requests[0], "ErrorCode": "200", "ErrorMessage": "broken"})
        );

        assert_eq!(queue.redrive(&mut ids, at(200_000)), [id]);
        let run = queue.take_due(at(200_000), 1000).unwrap();
        assert_ne!(run.request_id, requests[0]);
        queue.succeed(&run.request_id).unwrap();
        assert!(queue.dead().is_empty());
        assert_eq!(queue.deliveries()[0].attempts.len(), 4);
    }

    #[test]
    fn held_deliveries_wait_until_told() {
        let (mut queue, mut ids, id) = queue_of_one(true);
        assert!(queue.take_due(at(0), 1000).is_none());
        let copy = queue.duplicate(&id, &mut ids, at(5)).unwrap();
        let first = queue.take_due(at(5), 1000).unwrap();
        let second = queue.take_due(at(5), 1000).unwrap();
        assert_ne!(first.request_id, second.request_id);
        assert_eq!(first.event, second.event);
        assert_eq!(
            queue.release(&copy, at(6)),
            Err(QueueError::NotWaiting(copy))
        );
        assert_eq!(queue.discard("9"), Err(QueueError::Unknown("9".into())));
    }

    #[test]
    fn an_invocation_is_answered_once() {
        let (mut queue, _, _) = queue_of_one(false);
        let run = queue.take_due(at(0), 1000).unwrap();
        assert_eq!(queue.next_deadline(), Some((1000, run.request_id.clone())));
        queue.succeed(&run.request_id).unwrap();
        assert!(
            queue.succeed(&run.request_id).is_err()
                && queue.fail(&run.request_id, "late", at(1)).is_err()
        );
    }
}
