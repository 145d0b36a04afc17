//! SNS delivers at least once and in no order: what becomes of the next messages, by number.

use serde::{Deserialize, Serialize};

/// How many of the next messages are lost, then doubled, then late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DeliveryFaults {
    pub(crate) lose: u32,
    pub(crate) duplicate: u32,
    pub(crate) delay: u32,
    /// How late, in virtual milliseconds.
    pub(crate) delay_ms: u64,
}

/// What becomes of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Plain,
    Lost,
    Doubled,
    /// By so many virtual milliseconds.
    Late(u64),
}

impl DeliveryFaults {
    /// The fate of the next message.
    pub(crate) fn next(&mut self) -> Fate {
        let ms = self.delay_ms;
        let fates = [
            (&mut self.lose, Fate::Lost),
            (&mut self.duplicate, Fate::Doubled),
            (&mut self.delay, Fate::Late(ms)),
        ];
        for (left, fate) in fates {
            if *left > 0 {
                *left -= 1;
                return fate;
            }
        }
        Fate::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fate_comes_as_often_as_it_is_asked_for() {
        let mut faults = DeliveryFaults {
            lose: 1,
            duplicate: 1,
            delay: 2,
            delay_ms: 9,
        };
        let fates: Vec<Fate> = (0..5).map(|_| faults.next()).collect();
        assert_eq!(
            fates,
            [
                Fate::Lost,
                Fate::Doubled,
                Fate::Late(9),
                Fate::Late(9),
                Fate::Plain
            ]
        );
    }
}
