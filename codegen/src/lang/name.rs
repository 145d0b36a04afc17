//! Names of services. A name becomes a host name, the tag `service:NAME`, a package and a folder; the rules of a DNS label
//! (RFC 1123, and a letter first as RFC 1035 has it) fit them all. What one language reserves is in its row.

use crate::error::Error;
use crate::lang::Language;

/// Octets in a DNS label.
const LONGEST: usize = 63;

/// Names that no folder can bear on Windows, whatever the language:
/// <https://learn.microsoft.com/windows/win32/fileio/naming-a-file#naming-conventions>.
const DEVICES: &[&str] = &[
    "aux", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "con", "lpt1",
    "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "nul", "prn",
];

/// # Errors
/// [`Error::Name`] with a name that would do; [`Error::Reserved`].
pub(crate) fn check(name: &str, language: &Language) -> Result<(), Error> {
    label(name, Some(language))?;
    match reserved(name, language) {
        Some(why) => Err(Error::Reserved {
            name: name.to_owned(),
            language: language.title,
            why,
        }),
        None => Ok(()),
    }
}

/// The rules that hold in every language; the proposal is one for `language`, if that is known.
///
/// # Errors
/// [`Error::Name`].
pub(crate) fn label(name: &str, language: Option<&Language>) -> Result<(), Error> {
    broken_rule(name).map_or(Ok(()), |rule| {
        Err(Error::Name {
            name: name.to_owned(),
            rule,
            proposal: proposal(name, language),
        })
    })
}

fn broken_rule(name: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() {
        Some("it is empty")
    } else if !name.chars().all(allowed) {
        Some("only lowercase letters, digits and dashes are allowed")
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        Some("it must start with a letter")
    } else if name.ends_with('-') {
        Some("it must not end with a dash")
    } else if name.len() > LONGEST {
        Some("it is longer than 63 characters")
    } else if DEVICES.contains(&name) {
        Some("Windows keeps it for a device")
    } else {
        None
    }
}

fn reserved(name: &str, language: &Language) -> Option<&'static str> {
    language
        .reserved
        .iter()
        .find(|(_, names)| names.contains(&name))
        .map(|(why, _)| *why)
}

/// The nearest name that keeps the rules: `My_Service 2` becomes `my-service-2`.
fn proposal(name: &str, language: Option<&Language>) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            words.push('-');
        }
        words.push(if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        });
        before = c;
    }
    let parts: Vec<_> = words.split('-').filter(|part| !part.is_empty()).collect();
    let mut label = parts.join("-");
    if !label.starts_with(|c: char| c.is_ascii_lowercase()) {
        label = format!("service-{label}");
    }
    label.truncate(LONGEST);
    let label = label.trim_end_matches('-');
    let taken = language.is_some_and(|language| reserved(label, language).is_some());
    if taken || DEVICES.contains(&label) {
        format!("{label}-service")
    } else {
        label.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{check, proposal};
    use crate::error::Error;
    use crate::lang::DEFAULT;

    #[test]
    fn labels_pass() {
        let longest = "a".repeat(63);
        for name in ["funds", "f", "a-1", "x2", "service", longest.as_str()] {
            assert!(check(name, DEFAULT).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_no_label_is_refused_with_one_that_is() {
        let long = "a-".repeat(40);
        let cases = [
            ("", "service"),
            ("my-Service 2", "my-service-2"),
            ("myService", "my-service"),
            ("MY_SERVICE", "my-service"),
            ("-funds-", "funds"),
            ("2funds", "service-2funds"),
            ("funds--x--", "funds-x"),
            ("Test", "test-service"),
            ("資金", "service"),
            ("a.b/../c", "a-b-c"),
            ("nul", "nul-service"),
            ("COM1", "com1-service"),
            (long.as_str(), &long[..63]),
        ];
        for (name, near) in cases {
            let Err(Error::Name { proposal, .. }) = check(name, DEFAULT) else {
                panic!("`{name}` was taken")
            };
            assert_eq!(proposal, near);
            assert!(
                check(&proposal, DEFAULT).is_ok(),
                "`{proposal}` was proposed for `{name}`"
            );
        }
    }

    #[test]
    fn proposals_change_nothing_that_is_fine() {
        assert_eq!(proposal("funds-2", Some(DEFAULT)), "funds-2");
    }

    #[test]
    fn reserved_words_are_refused() {
        for name in ["test", "core", "std", "match", "proc-macro", "build"] {
            assert!(
                matches!(check(name, DEFAULT), Err(Error::Reserved { .. })),
                "{name}"
            );
        }
    }
}
