//! The closed list of Datadog's monitor transitions. This is the only place in the project that
//! spells the names of the message conditionals.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A change of a monitor's state for which a Datadog message has a conditional. The order of the
/// variants is the canonical order of the blocks in a rendered message.
///
/// Source: "Conditional variables" in Datadog's documentation of monitor notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum Transition {
    /// The monitor alerts.
    Alert,
    /// From ALERT to WARNING.
    AlertToWarning,
    /// From ALERT to OK.
    AlertRecovery,
    /// The monitor warns.
    Warning,
    /// From WARNING to OK.
    WarningRecovery,
    /// The data went missing.
    NoData,
    /// The data came back.
    NoDataRecovery,
    /// From any triggered state to OK.
    Recovery,
    /// The state is unknown (service checks).
    Unknown,
    /// The monitor says again what it said before.
    Renotify,
}

/// Whether a variable contains one of the texts.
pub(crate) const IS_MATCH: &str = "is_match";
/// Whether a variable equals one of the texts, or of the numbers.
pub(crate) const IS_EXACT_MATCH: &str = "is_exact_match";
/// Whether the monitor has the priority.
pub(crate) const IS_PRIORITY: &str = "is_priority";
/// Conditionals that Datadog has besides the transitions; allowed in human text only.
pub(crate) const OTHER_CONDITIONALS: [&str; 3] = [IS_MATCH, IS_EXACT_MATCH, IS_PRIORITY];

impl Transition {
    /// Every transition, in canonical order.
    pub const ALL: [Transition; 10] = [
        Transition::Alert,
        Transition::AlertToWarning,
        Transition::AlertRecovery,
        Transition::Warning,
        Transition::WarningRecovery,
        Transition::NoData,
        Transition::NoDataRecovery,
        Transition::Recovery,
        Transition::Unknown,
        Transition::Renotify,
    ];

    /// The conditional's name in a Datadog message.
    pub const fn conditional(self) -> &'static str {
        match self {
            Transition::Alert => "is_alert",
            Transition::AlertToWarning => "is_alert_to_warning",
            Transition::AlertRecovery => "is_alert_recovery",
            Transition::Warning => "is_warning",
            Transition::WarningRecovery => "is_warning_recovery",
            Transition::NoData => "is_no_data",
            Transition::NoDataRecovery => "is_no_data_recovery",
            Transition::Recovery => "is_recovery",
            Transition::Unknown => "is_unknown",
            Transition::Renotify => "is_renotify",
        }
    }

    /// The name in configuration: the conditional without its `is_`.
    pub fn name(self) -> &'static str {
        self.conditional().trim_start_matches("is_")
    }

    /// The transition whose conditional is `name`.
    pub fn from_conditional(name: &str) -> Option<Transition> {
        Transition::ALL
            .into_iter()
            .find(|transition| transition.conditional() == name)
    }

    /// The transitions whose conditionals hold in a notification of this one.
    ///
    /// Source: the same documentation: a recovery from ALERT is a recovery, ALERT to WARNING warns, and
    /// what is said again is the alert.
    pub fn shows(self) -> &'static [Transition] {
        use Transition::*;
        match self {
            Alert => &[Alert],
            AlertToWarning => &[Warning, AlertToWarning],
            AlertRecovery => &[Recovery, AlertRecovery],
            Warning => &[Warning],
            WarningRecovery => &[Recovery, WarningRecovery],
            NoData => &[NoData],
            NoDataRecovery => &[Recovery, NoDataRecovery],
            Recovery => &[Recovery],
            Unknown => &[Unknown],
            Renotify => &[Alert, Renotify],
        }
    }

    /// What a callback listens to unless told otherwise. Every callback only makes the service read
    /// the monitor again, so a wide list costs little and converges sooner.
    pub fn defaults(notify_no_data: bool) -> BTreeSet<Transition> {
        let no_data = |transition: &Transition| {
            matches!(transition, Transition::NoData | Transition::NoDataRecovery)
        };
        let never = |transition: &Transition| {
            matches!(
                transition,
                Transition::Recovery | Transition::Unknown | Transition::Renotify
            )
        };
        Transition::ALL
            .into_iter()
            .filter(|transition| !never(transition) && (notify_no_data || !no_data(transition)))
            .collect()
    }
}

impl fmt::Display for Transition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A name that is none of the transitions.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown transition `{given}`; use one of {}", names())]
pub struct UnknownTransition {
    /// What was given.
    pub given: String,
}

fn names() -> String {
    Transition::ALL
        .map(|transition| format!("`{transition}`"))
        .join(", ")
}

impl FromStr for Transition {
    type Err = UnknownTransition;

    fn from_str(name: &str) -> Result<Transition, UnknownTransition> {
        Transition::ALL
            .into_iter()
            .find(|transition| transition.name() == name)
            .ok_or_else(|| UnknownTransition {
                given: name.to_owned(),
            })
    }
}

impl TryFrom<String> for Transition {
    type Error = UnknownTransition;

    fn try_from(name: String) -> Result<Transition, UnknownTransition> {
        name.parse()
    }
}

impl From<Transition> for &'static str {
    fn from(transition: Transition) -> &'static str {
        transition.name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_conditionals_lead_back_to_their_transition() {
        for transition in Transition::ALL {
            assert_eq!(transition.name().parse(), Ok(transition));
            assert_eq!(
                Transition::from_conditional(transition.conditional()),
                Some(transition)
            );
        }
        assert!(Transition::ALL.is_sorted());
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_valid_ones() {
        let error = "warning_to_alert"
            .parse::<Transition>()
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("unknown transition `warning_to_alert`; use one of `alert`,"));
        assert!(error.ends_with("`renotify`"));
    }

    #[test]
    fn no_data_is_listened_to_only_when_the_monitor_tells_of_it() {
        let names = |no_data| {
            Transition::defaults(no_data)
                .iter()
                .map(|t| t.name())
                .collect::<Vec<_>>()
        };
        let plain = [
            "alert",
            "alert_to_warning",
            "alert_recovery",
            "warning",
            "warning_recovery",
        ];
        assert_eq!(names(false), plain);
        assert_eq!(
            names(true),
            [&plain[..], &["no_data", "no_data_recovery"]].concat()
        );
    }
}
