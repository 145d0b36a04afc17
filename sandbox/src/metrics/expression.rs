//! Arithmetic over metrics: `+ - * /`, parentheses and numbers, with the usual precedence.

use super::source::Source;

/// A formula; sources are named by their position.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Number(f64),
    Source(usize),
    Pair(Box<Expression>, char, Box<Expression>),
}

impl Expression {
    /// Reads a whole text; gives the formula and its sources. None if it is of another form.
    pub(super) fn parse(text: &str) -> Option<(Self, Vec<Source>)> {
        let mut reader = Reader {
            rest: text,
            sources: Vec::new(),
            depth: 0,
        };
        let expression = reader.chain(&['+', '-'])?;
        reader
            .rest
            .trim()
            .is_empty()
            .then_some((expression, reader.sources))
    }

    /// The value; none if a part of it is missing or it is no number, as after a division by zero.
    pub(super) fn value(&self, of: &dyn Fn(usize) -> Option<f64>) -> Option<f64> {
        let value = match self {
            Self::Number(number) => *number,
            Self::Source(at) => of(*at)?,
            Self::Pair(left, sign, right) => {
                let (left, right) = (left.value(of)?, right.value(of)?);
                match sign {
                    '+' => left + right,
                    '-' => left - right,
                    '*' => left * right,
                    _ => left / right,
                }
            }
        };
        value.is_finite().then_some(value)
    }
}

/// So many parentheses may stand within each other.
const DEEPEST: u32 = 32;

struct Reader<'a> {
    rest: &'a str,
    sources: Vec<Source>,
    depth: u32,
}

impl Reader<'_> {
    /// Parts with one of these signs between them; the parts of a sum are products.
    fn chain(&mut self, signs: &[char]) -> Option<Expression> {
        let part = |reader: &mut Self| match signs.contains(&'+') {
            true => reader.chain(&['*', '/']),
            false => reader.atom(),
        };
        let mut all = part(self)?;
        loop {
            self.rest = self.rest.trim_start();
            let Some(sign) = self.rest.chars().next().filter(|sign| signs.contains(sign)) else {
                return Some(all);
            };
            self.rest = self.rest.get(1..)?;
            all = Expression::Pair(Box::new(all), sign, Box::new(part(self)?));
        }
    }

    fn atom(&mut self) -> Option<Expression> {
        self.rest = self.rest.trim_start();
        if let Some(inside) = self.rest.strip_prefix('(') {
            self.depth += 1;
            if self.depth > DEEPEST {
                return None;
            }
            self.rest = inside;
            let expression = self.chain(&['+', '-'])?;
            self.depth -= 1;
            self.rest = self.rest.trim_start().strip_prefix(')')?;
            return Some(expression);
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            let end = self.rest.find(|c: char| !(c.is_ascii_digit() || c == '.'));
            let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
            self.rest = rest;
            return number.parse().ok().map(Expression::Number);
        }
        let (source, rest) = Source::take(self.rest)?;
        self.rest = rest;
        self.sources.push(source);
        Some(Expression::Source(self.sources.len() - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A formula over a (6) and b (3), and its value.
    const VALUES: [(&str, Option<f64>); 9] = [
        ("avg:a{*}", Some(6.0)),
        ("avg:a{*} / avg:b{*}", Some(2.0)),
        ("avg:a{*} - avg:b{*} - 1", Some(2.0)),
        ("avg:a{*} + avg:b{*} * 2", Some(12.0)),
        ("( avg:a{*} + avg:b{*} )*2", Some(18.0)),
        (
            "100 * avg:a{*}.as_count() / (avg:a{*} by {x}.as_count() + 0.0)",
            Some(100.0),
        ),
        ("avg:a{*} / (avg:b{*} - 3)", None),
        ("avg:a{*} / 0", None),
        ("0 / (avg:b{*} - 3)", None),
    ];

    #[test]
    fn precedence_and_parentheses_are_the_usual_ones() {
        for (text, expected) in VALUES {
            let (expression, sources) = Expression::parse(text).unwrap();
            let value = |at: usize| Some(if sources[at].metric == "a" { 6.0 } else { 3.0 });
            assert_eq!(expression.value(&value), expected, "{text}");
        }
    }

    #[test]
    fn a_missing_part_makes_no_value() {
        let (expression, _) = Expression::parse("avg:a{*} + avg:b{*}").unwrap();
        assert_eq!(expression.value(&|at| (at == 0).then_some(1.0)), None);
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        let deep = "(".repeat(40) + "1" + &")".repeat(40);
        for text in [
            "",
            "avg:a{*} +",
            "avg:a{*} avg:b{*}",
            "(avg:a{*}",
            "avg:a{*})",
            "abs(avg:a{*})",
            "avg:a{*}.rollup(median, 60)",
            &deep,
        ] {
            assert!(Expression::parse(text).is_none(), "{text}");
        }
    }
}
