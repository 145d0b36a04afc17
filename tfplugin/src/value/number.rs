//! Exact decimal numbers. Terraform's numbers are decimals of up to 512 bits: here
//! they stay the text they came as, and only comparing looks at what it means.
//! No arithmetic lives here.

use std::{cmp::Ordering, fmt, str::FromStr};

/// A number as exact decimal text; `2`, `2.0` and `20e-1` are equal.
#[derive(Clone, Debug)]
pub struct Number(String);

/// A text that is no decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number: write digits, with at most one `.` and one `e`")]
pub struct NotANumber;

/// The largest power of ten that is read, far beyond what 512 bits can use.
const MAX_EXPONENT: i64 = 100_000;

/// What a text means: 0.DIGITS × 10^exponent, without zeros at either end of DIGITS.
/// Zero has no digits.
struct Meaning {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Number {
    /// The text as it was given, such as `0.1` or `1e3`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number if it is whole and fits.
    pub fn to_i64(&self) -> Option<i64> {
        self.whole()?.parse().ok()
    }

    /// The number if it is whole, not negative and fits.
    pub fn to_u64(&self) -> Option<u64> {
        self.whole()?.parse().ok()
    }

    /// The nearest binary floating point number: good for display and rough sums,
    /// never for what goes back into state.
    pub fn to_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }

    /// Digits and a power of ten, such as `12e-3`: a form that everything reads.
    pub(super) fn to_scientific(&self) -> String {
        let Meaning {
            negative,
            digits,
            exponent,
        } = self.meaning();
        let sign = if negative { "-" } else { "" };
        let power = exponent - i64::try_from(digits.len()).unwrap_or(0);
        if digits.is_empty() {
            "0".to_owned()
        } else {
            format!("{sign}{digits}e{power}")
        }
    }

    fn whole(&self) -> Option<String> {
        let Meaning {
            negative,
            digits,
            exponent,
        } = self.meaning();
        if digits.is_empty() {
            return Some("0".to_owned());
        }
        let exponent = usize::try_from(exponent).ok().filter(|e| *e <= 20)?;
        (digits.len() <= exponent).then(|| {
            let sign = if negative { "-" } else { "" };
            format!("{sign}{digits:0<exponent$}")
        })
    }

    fn meaning(&self) -> Meaning {
        read(&self.0).unwrap_or(Meaning {
            negative: false,
            digits: String::new(),
            exponent: 0,
        })
    }
}

fn read(text: &str) -> Option<Meaning> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let plain = !all.is_empty() && all.bytes().all(|b| b.is_ascii_digit());
    if !plain || power.checked_abs()? > MAX_EXPONENT {
        return None;
    }
    let significant = all.trim_start_matches('0');
    let leading = i64::try_from(all.len() - significant.len()).ok()?;
    let digits = significant.trim_end_matches('0').to_owned();
    let exponent = i64::try_from(whole.len()).ok()? - leading + power;
    let exponent = if digits.is_empty() { 0 } else { exponent };
    Some(Meaning {
        negative: text.starts_with('-') && !digits.is_empty(),
        digits,
        exponent,
    })
}

impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        read(text).map(|_| Self(text.to_owned())).ok_or(NotANumber)
    }
}

impl TryFrom<f64> for Number {
    type Error = NotANumber;

    /// Takes the shortest decimal text that reads back as the same `f64`.
    fn try_from(value: f64) -> Result<Self, NotANumber> {
        value.to_string().parse()
    }
}

macro_rules! from_integer {
    ($($integer:ty)*) => { $(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                Self(value.to_string())
            }
        }
    )* };
}
from_integer!(i8 i16 i32 i64 u8 u16 u32 u64 usize);

impl Default for Number {
    fn default() -> Self {
        Self::from(0)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.meaning(), other.meaning());
        let rank = |m: &Meaning| match (m.negative, m.digits.is_empty()) {
            (true, _) => -1,
            (false, true) => 0,
            (false, false) => 1,
        };
        let magnitude = a
            .exponent
            .cmp(&b.exponent)
            .then_with(|| a.digits.cmp(&b.digits));
        let magnitude = if a.negative {
            magnitude.reverse()
        } else {
            magnitude
        };
        rank(&a).cmp(&rank(&b)).then(magnitude)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_compare_by_what_they_mean() {
        // One row is one number in several spellings; rows stand in rising order.
        let rows: &[&[&str]] = &[
            &["-1e3", "-1000", "-1000.00"],
            &["-2", "-2.0"],
            &["-0.5", "-5e-1"],
            &["0", "-0", "0.000", "0e9"],
            &["0.1", ".1", "1e-1", "0.10"],
            &["0.100000000000000000000000000000000000000000001"],
            &["2", "2.0", "2.00", "20e-1", "+2"],
            &["10", "1e1"],
            &["18446744073709551615"],
            &["18446744073709551616"],
        ];
        for (i, row) in rows.iter().enumerate() {
            for a in *row {
                for (j, other) in rows.iter().enumerate() {
                    for b in *other {
                        assert_eq!(number(a).cmp(&number(b)), i.cmp(&j), "{a} and {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn text_stays_and_integers_are_exact() {
        assert_eq!(number("0.1").as_str(), "0.1");
        assert_eq!(number("2.0").to_i64(), Some(2));
        assert_eq!(number("1e3").to_i64(), Some(1000));
        assert_eq!(number("0.5").to_i64(), None);
        assert_eq!(number("-9223372036854775808").to_i64(), Some(i64::MIN));
        assert_eq!(number("9223372036854775808").to_i64(), None);
        assert_eq!(number("18446744073709551615").to_u64(), Some(u64::MAX));
        assert_eq!(number("1e100000").to_i64(), None);
        assert_eq!(Number::try_from(0.1).unwrap().as_str(), "0.1");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "-",
            ".",
            "e1",
            "1e",
            "1.2.3",
            "0x1",
            "1_0",
            "Inf",
            "NaN",
            "1e999999999999",
        ] {
            assert_eq!(text.parse::<Number>(), Err(NotANumber), "{text}");
        }
        assert!(Number::try_from(f64::INFINITY).is_err());
    }
}
