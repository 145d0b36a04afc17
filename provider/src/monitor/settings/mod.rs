//! The plain settings of a monitor: one row each, from which come the schema, the checks of single values, the
//! request body, the reading back and the registry page. A block is a row with a table of its own.
//! What makes the message, and the tags, are not plain and not here; nor is any conversion.

mod rows;
mod blocks;
mod variables;
mod row;

pub(crate) use row::{Kind, Place, Rule, Setting};

/// The settings at one of the places.
pub(crate) fn at(place: Place) -> &'static [Setting] {
    match place {
        Place::Top => rows::TOP,
        Place::Options => rows::OPTIONS,
        Place::Local => rows::LOCAL,
    }
}

/// Every setting, in the order of the registry page; those inside blocks stand in the block's row.
pub(crate) fn all() -> impl Iterator<Item = &'static Setting> {
    [Place::Top, Place::Options, Place::Local]
        .into_iter()
        .flat_map(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(rows: &'static [Setting]) {
        for setting in rows {
            assert!(setting.doc.ends_with('.'), "{}", setting.name);
            for text in setting.like_unset {
                let json = serde_json::from_str::<serde_json::Value>(text);
                assert!(json.is_ok(), "{}: {text}", setting.name);
            }
            assert_eq!(twins(rows, setting), 1, "{}", setting.name);
            sound(setting.kind.rows());
        }
    }

    /// Rows of one name, or of one JSON field that they do not tell apart by a mark.
    fn twins(rows: &[Setting], setting: &Setting) -> usize {
        let unmarked = |other: &Setting| other.field == setting.field && other.mark.is_none();
        rows.iter()
            .filter(|other| other.name == setting.name || unmarked(other))
            .count()
            .max(1)
    }

    #[test]
    fn rows_are_sound() {
        for place in [Place::Top, Place::Options, Place::Local] {
            sound(at(place));
        }
        let names: Vec<_> = all().map(|setting| setting.name).collect();
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len());
    }

    #[test]
    fn a_removed_type_is_not_offered() {
        let types = all().find(|setting| setting.name == "type").unwrap();
        let Rule::OneOf(types) = types.rule else {
            panic!("any type is accepted")
        };
        assert!(!types.contains(&"event alert"));
        assert!(types.is_sorted());
    }
}
