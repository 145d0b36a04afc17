//! Transitions between statuses: which one a change is, what it is called, which conditionals it makes true.
//!
//! | from → to | transition | true conditionals | title |
//! |---|---|---|---|
//! | any → Alert | alert | is_alert | Triggered |
//! | Alert → Warn | alert_to_warning | is_warning, is_alert_to_warning | Warn |
//! | other → Warn | warning | is_warning | Warn |
//! | any → No Data | no_data | is_no_data | No Data |
//! | any → Unknown | unknown | is_unknown | Unknown |
//! | Alert → OK | alert_recovery | is_recovery, is_alert_recovery | Recovered |
//! | Warn → OK | warning_recovery | is_recovery, is_warning_recovery | Recovered |
//! | No Data → OK | no_data_recovery | is_recovery, is_no_data_recovery | Recovered |
//! | Unknown → OK | recovery | is_recovery | Recovered |
//! | same again | renotify | is_renotify and that of the status | Re-Triggered, Re-Warn, Re-No Data |
//!
//! Ignored and Skipped are silent, and count as OK for what comes after them.

use crate::monitor::Status;

/// What a change of a group is to its recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    Alert,
    AlertToWarning,
    AlertRecovery,
    Warning,
    WarningRecovery,
    NoData,
    NoDataRecovery,
    Recovery,
    Unknown,
    /// The status it was sent again for.
    Renotify(Status),
}

/// Every conditional without arguments, in the order of Datadog's documentation.
pub(crate) const CONDITIONALS: [&str; 10] = [
    "is_alert",
    "is_no_data",
    "is_warning",
    "is_recovery",
    "is_warning_recovery",
    "is_alert_recovery",
    "is_alert_to_warning",
    "is_no_data_recovery",
    "is_unknown",
    "is_renotify",
];

impl Transition {
    /// The transition from the status recipients know of to a new one; none if there is nothing to tell.
    pub(crate) fn between(from: Status, to: Status) -> Option<Self> {
        let calm = |status| matches!(status, Status::Ok | Status::Ignored | Status::Skipped);
        if from == to || (calm(from) && calm(to)) {
            return None;
        }
        match (from, to) {
            (_, Status::Alert) => Some(Self::Alert),
            (Status::Alert, Status::Warn) => Some(Self::AlertToWarning),
            (_, Status::Warn) => Some(Self::Warning),
            (_, Status::NoData) => Some(Self::NoData),
            (_, Status::Unknown) => Some(Self::Unknown),
            (Status::Alert, Status::Ok) => Some(Self::AlertRecovery),
            (Status::Warn, Status::Ok) => Some(Self::WarningRecovery),
            (Status::NoData, Status::Ok) => Some(Self::NoDataRecovery),
            (Status::Unknown, Status::Ok) => Some(Self::Recovery),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::AlertToWarning => "alert_to_warning",
            Self::AlertRecovery => "alert_recovery",
            Self::Warning => "warning",
            Self::WarningRecovery => "warning_recovery",
            Self::NoData => "no_data",
            Self::NoDataRecovery => "no_data_recovery",
            Self::Recovery => "recovery",
            Self::Unknown => "unknown",
            Self::Renotify(_) => "renotify",
        }
    }

    /// The conditionals that are true in this transition's message.
    pub(crate) fn conditionals(self) -> &'static [&'static str] {
        match self {
            Self::Alert => &["is_alert"],
            Self::AlertToWarning => &["is_warning", "is_alert_to_warning"],
            Self::AlertRecovery => &["is_recovery", "is_alert_recovery"],
            Self::Warning => &["is_warning"],
            Self::WarningRecovery => &["is_recovery", "is_warning_recovery"],
            Self::NoData => &["is_no_data"],
            Self::NoDataRecovery => &["is_recovery", "is_no_data_recovery"],
            Self::Recovery => &["is_recovery"],
            Self::Unknown => &["is_unknown"],
            Self::Renotify(Status::Alert) => &["is_renotify", "is_alert"],
            Self::Renotify(Status::Warn) => &["is_renotify", "is_warning"],
            Self::Renotify(Status::NoData) => &["is_renotify", "is_no_data"],
            Self::Renotify(_) => &["is_renotify"],
        }
    }

    /// Conditionals whose recipients hear of this transition although their text is not shown:
    /// who was to be told of the end of an alert is told that it became a warning.
    pub(crate) fn heard_by(self) -> &'static [&'static str] {
        match self {
            Self::AlertToWarning => &["is_alert_recovery"],
            _ => &[],
        }
    }

    /// The word in brackets that begins the title.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Alert => "Triggered",
            Self::AlertToWarning | Self::Warning => "Warn",
            Self::NoData => "No Data",
            Self::Unknown => "Unknown",
            Self::AlertRecovery | Self::WarningRecovery | Self::NoDataRecovery | Self::Recovery => {
                "Recovered"
            }
            Self::Renotify(Status::Warn) => "Re-Warn",
            Self::Renotify(Status::NoData) => "Re-No Data",
            Self::Renotify(_) => "Re-Triggered",
        }
    }

    /// `alert_type` of the event.
    pub(crate) fn alert_type(self) -> &'static str {
        match self {
            Self::Alert | Self::NoData | Self::Renotify(Status::Alert | Status::NoData) => "error",
            Self::Warning | Self::AlertToWarning | Self::Unknown | Self::Renotify(_) => "warning",
            Self::AlertRecovery | Self::WarningRecovery | Self::NoDataRecovery | Self::Recovery => {
                "success"
            }
        }
    }

    /// The transition a name stands for, as a test notification of it would be sent.
    pub(crate) fn named(name: &str) -> Option<Self> {
        const ALL: [Transition; 10] = [
            Transition::Alert,
            Transition::AlertToWarning,
            Transition::AlertRecovery,
            Transition::Warning,
            Transition::WarningRecovery,
            Transition::NoData,
            Transition::NoDataRecovery,
            Transition::Recovery,
            Transition::Unknown,
            Transition::Renotify(Status::Alert),
        ];
        ALL.into_iter().find(|transition| transition.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Alert, Ignored, NoData, Ok, Skipped, Unknown, Warn};

    /// From the first status to OK, Warn, Alert, No Data, Unknown and Ignored, in this order.
    const MATRIX: [(Status, [&str; 6]); 6] = [
        (Ok, ["", "warning", "alert", "no_data", "unknown", ""]),
        (
            Warn,
            ["warning_recovery", "", "alert", "no_data", "unknown", ""],
        ),
        (
            Alert,
            [
                "alert_recovery",
                "alert_to_warning",
                "",
                "no_data",
                "unknown",
                "",
            ],
        ),
        (
            NoData,
            ["no_data_recovery", "warning", "alert", "", "unknown", ""],
        ),
        (Unknown, ["recovery", "warning", "alert", "no_data", "", ""]),
        (Skipped, ["", "warning", "alert", "no_data", "unknown", ""]),
    ];

    #[test]
    fn the_whole_matrix() {
        for (from, row) in MATRIX {
            for (to, expected) in [Ok, Warn, Alert, NoData, Unknown, Ignored]
                .into_iter()
                .zip(row)
            {
                let found = Transition::between(from, to).map_or("", Transition::name);
                assert_eq!(found, expected, "{from} → {to}");
            }
        }
    }

    #[test]
    fn every_recovery_is_a_recovery_and_only_one_is_from_an_alert() {
        let with = |conditional: &str| {
            let names = [
                "alert_recovery",
                "warning_recovery",
                "no_data_recovery",
                "recovery",
                "alert",
                "alert_to_warning",
            ];
            let all = names.into_iter().filter_map(Transition::named);
            all.filter(|t| t.conditionals().contains(&conditional))
                .map(Transition::name)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            with("is_recovery"),
            [
                "alert_recovery",
                "warning_recovery",
                "no_data_recovery",
                "recovery"
            ]
        );
        assert_eq!(with("is_alert_recovery"), ["alert_recovery"]);
    }
}
