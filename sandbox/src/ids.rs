//! Ids, all drawn from one seed so that a run can be repeated.

/// The counters behind every id the sandbox gives out.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    monitors: u64,
    events: u64,
    uuids: u64,
    deliveries: u64,
    downtimes: u64,
}

/// Monitor ids have nine digits today.
const FIRST_MONITOR: u64 = 240_000_001;
/// Event ids have nineteen digits: above 2^53, where a JSON number read as a double no longer names one event.
const FIRST_EVENT: u64 = 7_890_000_000_000_000_001;
/// Odd, so that ids are never all multiples of the 1024 that a double can tell apart up there.
const EVENT_STEP: u64 = 1_000_003;

impl Ids {
    /// Ids that depend on `seed` and on the order of the calls only.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            monitors: 0,
            events: 0,
            uuids: 0,
            deliveries: 0,
            downtimes: 0,
        }
    }

    /// The next monitor id.
    pub(crate) fn monitor(&mut self) -> u64 {
        self.monitors += 1;
        FIRST_MONITOR + self.monitors - 1
    }

    /// The next event id.
    pub(crate) fn event(&mut self) -> u64 {
        self.events += 1;
        FIRST_EVENT + (self.events - 1) * EVENT_STEP
    }

    /// The next delivery id, a small decimal number.
    pub(crate) fn delivery(&mut self) -> String {
        self.deliveries += 1;
        self.deliveries.to_string()
    }

    /// The next downtime id.
    pub(crate) fn downtime(&mut self) -> u64 {
        self.downtimes += 1;
        self.downtimes
    }

    /// A version 4 UUID: SNS message ids and Lambda request ids.
    pub(crate) fn uuid(&mut self) -> String {
        self.uuids += 1;
        let high = mix(self.seed ^ mix(self.uuids));
        let low = mix(high);
        let version = (high & 0x0fff) | 0x4000;
        let variant = (low >> 48 & 0x3fff) | 0x8000;
        format!(
            "{:08x}-{:04x}-{version:04x}-{variant:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            low & 0xffff_ffff_ffff
        )
    }
}

/// The finaliser of SplitMix64: spreads neighbouring numbers over all 64 bits.
fn mix(n: u64) -> u64 {
    let n = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_ids_are_beyond_what_a_double_can_hold() {
        let mut ids = Ids::new(1);
        for _ in 0..100 {
            let id = ids.event();
            assert!(id > 1 << 53 && id < i64::MAX as u64);
            assert_ne!(id as f64 as u64, id);
        }
    }

    #[test]
    fn uuids_are_well_formed_distinct_and_repeatable() {
        let draw = || {
            let mut ids = Ids::new(7);
            (0..1000).map(|_| ids.uuid()).collect::<Vec<_>>()
        };
        let all = draw();
        assert_eq!(all, draw());
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), 1000);
        assert!(all.iter().all(|id| id.len() == 36
            && id.as_bytes()[14] == b'4'
            && b"89ab".contains(&id.as_bytes()[19])));
    }
}
