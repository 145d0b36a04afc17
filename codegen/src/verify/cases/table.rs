//! The table of cases, in the order in which they run: those with like settings share a service.

use super::Need::{Admin, Clock, Guard, Redis, Second, Start};
use super::{Case, body, known, mapping, notice, operator, order, signature, source, store, time};

/// A row: `module::function: what a service that passes does; needs; settings`.
macro_rules! cases {
    ($($module:ident::$case:ident: $about:literal; [$($need:ident),*] $([$($name:literal = $value:literal),+])?)*) => {
        /// Every case.
        pub(in super::super) const CASES: &[Case] = &[$(Case {
            function: stringify!($case),
            about: $about,
            needs: &[$($need),*],
            settings: &[$($(($name, $value)),+)?],
            run: |trial| Box::pin($module::$case(trial)),
        }),*];
    };
}

cases! {
    signature::good_signature: "a signed callback is answered 200, and the monitor is read"; []
    signature::rotated_signature: "either of two keys signs, and a header with several signatures passes by one"; []
    signature::bad_signature: "a signature under a strange key is answered 401"; []
    signature::no_signature: "an unsigned callback is answered 401"; []
    signature::empty_signature: "a signature of nothing, of another version, or cut short is answered 401"; []
    signature::changed_body: "a body changed after it was signed is answered 401"; []
    signature::old_signature: "a signature of ten minutes ago is answered 401"; []
    signature::future_signature: "a signature of ten minutes ahead is answered 401"; []

    body::wrong_content_type: "a signed body of another content type is refused as a whole or believed as a whole"; []
    body::oversized_body: "a signed body of more than 64 KiB is answered 413"; []
    body::truncated_body: "half a JSON text is answered 400, though it is signed"; []
    body::empty_body: "nothing at all is answered 400, though it is signed"; []
    body::bad_monitor_id: "an id that is absent, a number, or no digits is answered 400"; []
    body::unknown_fields: "fields of a later version are passed over"; []

    known::a_monitor_without_a_breaker_tag: "the breaker is named by the monitor's id"; [Guard]
    known::an_ungrouped_monitor: "its overall state counts for every group"; [Guard]
    known::two_monitors_of_one_breaker: "the worst of both decides, in whichever order they speak"; [Guard]
    known::a_lost_alert: "what opened without a callback is found by the idle poll"; [Guard, Clock]
    known::a_lost_recovery: "what closed without a callback is found by the poll of what is open"; [Guard, Clock]
    known::a_fresh_start: "a new instance reads the monitors of its service by itself"; [Guard, Start]

    order::a_duplicate_event: "the same callback twice, also at once, is answered 200 and changes nothing more"; [Guard]
    order::a_repeated_id: "a `webhook-id` seen before is no reason not to read"; [Guard]
    order::a_late_alert: "an alert that arrives after its recovery does not open"; [Guard]
    order::a_retry_after_the_recovery: "a failed alert that is sent again after the recovery does not open"; [Guard]
    order::an_event_that_is_wrong: "the state that is read decides, not the words of the callback"; [Guard]
    order::a_lagging_alert: "a first read that still says OK is mended within 30 seconds"; [Guard, Clock]
    order::a_lagging_recovery: "a first read that still says Alert is mended within 30 seconds"; [Guard, Clock]
    order::a_callback_during_a_read: "a read that began before a callback does not serve it"; [Guard]
    order::a_burst_of_callbacks: "thirty callbacks at once are all answered 200"; [Guard]

    source::datadog_401: "503 with Retry-After; the state is held and heals by itself"; [Guard, Clock]
    source::datadog_403: "503 with Retry-After; the state is held and heals by itself"; [Guard, Clock]
    source::datadog_404: "503 with Retry-After; the state is held and heals by itself"; [Guard, Clock]
    source::datadog_429_with_reset: "503 with Retry-After; the state is held and heals once the limit is reset"; [Guard, Clock]
    source::datadog_500: "503 with Retry-After; the state is held and heals by itself"; [Guard, Clock]
    source::datadog_503: "503 with Retry-After; the state is held and heals by itself"; [Guard, Clock]
    source::datadog_html: "a gateway's page with 200 is no reading"; [Guard, Clock]
    source::datadog_empty_answer: "an empty body with 200 is no reading"; [Guard, Clock]
    source::datadog_torn_answer: "half an answer with 200 is no reading"; [Guard, Clock]
    source::datadog_other_monitor: "the answer of another monitor is no reading"; [Guard, Clock]
    source::datadog_without_groups: "a grouped monitor without groups says nothing: the state is held"; [Guard]

    mapping::warn_degrades: "Warn lets half of the calls out"; [Guard]
    mapping::an_absent_group: "an open group that is no longer listed is held for ten minutes, then closed"; [Guard, Clock]
    mapping::no_data_holds: "No Data changes nothing"; [Guard]
    mapping::skipped_holds: "Skipped, Ignored and Unknown change nothing"; [Guard]
    mapping::a_downtime_holds: "a muted group does not open, but closes"; [Guard]
    mapping::tags_are_sets: "a group matches whoever asks with fewer or more of its tags, in any order"; [Guard]
    mapping::an_unknown_breaker: "calls to a breaker that nobody feeds are let out"; [Guard]

    notice::a_test_notification: "a test is read like any other"; [Guard]
    notice::a_test_skips_hooks: "a test is no notification for the hooks"; [Redis]
    notice::a_change_is_audited_once: "an opening that is told thrice is one change"; [Redis]

    operator::an_override_wins: "force_open and force_closed win over the monitor, until they are cleared"; [Guard, Admin]
    operator::an_override_ends: "an override ends when its time is up"; [Guard, Clock, Admin]
    operator::an_override_of_a_group: "an override of one group leaves the others alone"; [Guard, Admin]
    operator::an_override_has_an_owner: "an override without actor, reason or end is refused"; [Guard, Admin]
    operator::an_override_needs_the_token: "without the token: 401, and nothing changes"; [Guard, Admin]
    operator::breakers_are_shown: "`GET /breakers` names the open breaker to those with the token, and to nobody else"; [Admin]
    operator::metrics_are_shown: "`GET /metrics` is Prometheus text, and `/readyz` is ready"; []
    operator::secrets_are_never_printed: "no key or token stands in logs, metrics or answers"; [Start]

    store::two_instances: "what one instance commits, the other's guard knows"; [Guard, Redis, Second]
    store::a_slow_old_read: "a read that began before another instance's newer one does not win"; [Guard, Redis, Second]
    store::redis_gone: "503 with Retry-After; the guard goes on with what it knows"; [Guard, Redis]
    store::redis_silent: "a Redis that does not answer is as one that is gone"; [Guard, Redis]
    store::redis_back: "callbacks are taken again, and what changed meanwhile is found"; [Guard, Clock, Redis]
    store::redis_flushed: "a Redis that lost everything is filled again by reading"; [Guard, Clock, Redis]

    source::datadog_huge_answer: "two thousand groups are read, and each is what it is"; [Guard]

    known::an_unlisted_monitor: "a monitor outside CB_MONITORS is answered 404 and not read"; [] ["CB_MONITORS" = "424242"]
    known::a_monitor_without_the_service_tag: "where the tag is required, a monitor without it is answered 404"; []
        ["CB_REQUIRE_SERVICE_TAG" = "1"]
    mapping::no_data_opens: "CB_ON_NO_DATA=open opens"; [Guard] ["CB_ON_NO_DATA" = "open"]
    mapping::no_data_closes: "CB_ON_NO_DATA=closed closes"; [Guard] ["CB_ON_NO_DATA" = "closed"]
    mapping::a_downtime_is_followed: "CB_ON_MUTED=follow opens a muted group"; [Guard] ["CB_ON_MUTED" = "follow"]
    mapping::blast_radius: "above CB_MAX_OPEN_PERCENT nothing more opens, and what is open stays so"; [Guard] ["CB_MAX_OPEN_PERCENT" = "50"]
    mapping::an_unknown_breaker_is_rejected: "CB_ON_UNKNOWN_BREAKER=reject rejects"; [Guard] ["CB_ON_UNKNOWN_BREAKER" = "reject"]
    time::probe_ratio: "an open group lets its share of calls out as probes"; [Guard] ["CB_PROBE_RATIO" = "0.05"]
    time::probe_interval: "an open group lets one call an interval out, however few there are"; [Guard, Clock]
    time::ramp: "a closing group gets its traffic back bit by bit"; [Guard, Clock] ["CB_RAMP_S" = "1000"]
    time::lease_expiry: "an open group nobody can confirm is believed until CB_MAX_STALE_S, then closed"; [Guard, Clock]
        ["CB_ON_SOURCE_DOWN" = "last_known"]
    time::lease_expiry_opens: "CB_ON_SOURCE_DOWN=open opens what nobody can confirm"; [Guard, Clock] ["CB_ON_SOURCE_DOWN" = "open"]
    store::redis_gone_opens: "CB_ON_STORE_DOWN=open opens everything while Redis is gone"; [Guard, Clock, Redis] ["CB_ON_STORE_DOWN" = "open"]

    store::a_restart: "a new instance knows from Redis what was open, though Datadog is down"; [Guard, Redis, Start]
    store::a_crash_during_a_read: "a callback whose instance dies is read by the next"; [Guard, Clock, Redis, Start]
    store::the_poller_dies: "another instance polls in its place"; [Guard, Clock, Redis, Start, Second]
    operator::sigterm: "SIGTERM ends it"; [Start]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::CASES;

    #[test]
    fn no_two_cases_share_a_name_and_settings_are_settings() {
        let names: BTreeSet<_> = CASES.iter().map(super::Case::name).collect();
        assert_eq!(names.len(), CASES.len());
        for case in CASES {
            assert!(!case.about.is_empty() && !case.name().contains('_'));
            assert!(
                case.settings
                    .iter()
                    .all(|(name, _)| name.starts_with("CB_"))
            );
        }
    }
}
