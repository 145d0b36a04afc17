//! Walks a configuration, the prior state and a plan side by side along a schema. Each
//! rule of plans and validation is a function that sees one attribute at a time; how
//! lists, sets and maps are paired up is written here once.

use crate::{
    path::{Path, Step},
    schema::{Attribute, Block, Body, Nesting, Shape},
    value::Value,
};
use std::collections::BTreeMap;

/// The values of one attribute in the three objects.
pub(crate) struct Spot<'a> {
    pub(crate) path: Path,
    pub(crate) config: &'a Value,
    /// Null when there was none, and always inside sets: their elements have no name by
    /// which an earlier one could be found.
    pub(crate) prior: &'a Value,
    pub(crate) planned: &'a Value,
    pub(crate) in_set: bool,
}

impl<'a> Spot<'a> {
    /// The three objects as wholes.
    pub(crate) fn root(config: &'a Value, prior: &'a Value, planned: &'a Value) -> Self {
        Self {
            path: Path::root(),
            config,
            prior,
            planned,
            in_set: false,
        }
    }

    fn get(&self, step: Step) -> Self {
        let path = Path::root().then(step.clone());
        Self {
            path: self.path.clone().then(step),
            config: self.config.at(&path),
            prior: self.prior.at(&path),
            planned: self.planned.at(&path),
            in_set: self.in_set,
        }
    }
}

/// Decides about an attribute: `Some` becomes its planned value and ends the walk
/// there; `None` leaves it and goes into its nested attributes.
pub(crate) trait Rule: FnMut(&Attribute, &Spot<'_>) -> Option<Value> {}
impl<F: FnMut(&Attribute, &Spot<'_>) -> Option<Value>> Rule for F {}

/// The planned value with the rule carried out everywhere.
pub(crate) fn walk(body: &Body, spot: &Spot<'_>, rule: &mut impl Rule) -> Value {
    Rows::from(body).object(spot, rule)
}

#[derive(Clone, Copy)]
struct Rows<'s> {
    attributes: &'s [Attribute],
    blocks: &'s [Block],
}

impl<'s> From<&'s Body> for Rows<'s> {
    fn from(body: &'s Body) -> Self {
        Self {
            attributes: &body.attributes,
            blocks: &body.blocks,
        }
    }
}

impl<'s> Rows<'s> {
    fn object(self, spot: &Spot<'_>, rule: &mut impl Rule) -> Value {
        if spot.planned.as_map().is_none() {
            return spot.planned.clone();
        }
        let mut entries = BTreeMap::new();
        for attribute in self.attributes {
            let spot = spot.get(Step::Attribute(attribute.name.clone()));
            let value = match (rule(attribute, &spot), &attribute.shape) {
                (Some(value), _) => value,
                (None, Shape::Plain(_)) => spot.planned.clone(),
                (None, Shape::Nested(nesting, attributes)) => Rows {
                    attributes,
                    blocks: &[],
                }
                .nested(*nesting, &spot, rule),
            };
            entries.insert(attribute.name.clone(), value);
        }
        for block in self.blocks {
            let spot = spot.get(Step::Attribute(block.name.clone()));
            let value = Rows::from(&block.body).nested(block.nesting, &spot, rule);
            entries.insert(block.name.clone(), value);
        }
        Value::Map(entries)
    }

    fn nested(self, nesting: Nesting, spot: &Spot<'_>, rule: &mut impl Rule) -> Value {
        match (nesting, spot.planned) {
            (Nesting::Single, _) => self.object(spot, rule),
            (Nesting::List, Value::List(elements)) => {
                let each =
                    (0..elements.len()).map(|i| self.object(&spot.get(Step::Index(i)), rule));
                Value::List(each.collect())
            }
            (Nesting::Map, Value::Map(entries)) => {
                let each = entries.keys().map(|key| {
                    (
                        key.clone(),
                        self.object(&spot.get(Step::Key(key.clone())), rule),
                    )
                });
                Value::Map(each.collect())
            }
            (Nesting::Set, Value::Set(elements)) => {
                let configured = spot.config.as_elements().unwrap_or(&[]);
                Value::set(elements.iter().map(|planned| {
                    let config = configured
                        .iter()
                        .find(|config| self.made_of(config, planned));
                    let spot = Spot {
                        path: spot.path.clone().element(),
                        config: config.unwrap_or(&Value::Null),
                        prior: &Value::Null,
                        planned,
                        in_set: true,
                    };
                    self.object(&spot, rule)
                }))
            }
            _ => spot.planned.clone(),
        }
    }

    /// Whether the planned object is the configured one with computed values filled in.
    fn made_of(self, config: &Value, planned: &Value) -> bool {
        if config.as_map().is_none() || planned.as_map().is_none() {
            return config == planned;
        }
        let attributes = self.attributes.iter().all(|attribute| {
            let (config, planned) = (config.get(&attribute.name), planned.get(&attribute.name));
            match &attribute.shape {
                _ if config.is_null() && attribute.computed => true,
                Shape::Plain(_) => config == planned,
                Shape::Nested(nesting, attributes) => Rows {
                    attributes,
                    blocks: &[],
                }
                .all_made_of(*nesting, config, planned),
            }
        });
        attributes
            && self.blocks.iter().all(|block| {
                let (config, planned) = (config.get(&block.name), planned.get(&block.name));
                Rows::from(&block.body).all_made_of(block.nesting, config, planned)
            })
    }

    fn all_made_of(self, nesting: Nesting, config: &Value, planned: &Value) -> bool {
        match (nesting, config, planned) {
            (Nesting::Single, _, _) => self.made_of(config, planned),
            (Nesting::Set, Value::Set(configs), Value::Set(planneds)) => {
                let found = |planned| configs.iter().any(|config| self.made_of(config, planned));
                configs.len() == planneds.len() && planneds.iter().all(found)
            }
            (_, Value::List(configs), Value::List(planneds)) => {
                configs.len() == planneds.len()
                    && configs
                        .iter()
                        .zip(planneds)
                        .all(|(config, planned)| self.made_of(config, planned))
            }
            (_, Value::Map(configs), Value::Map(planneds)) => {
                let fits = |(key, config): (&String, &Value)| {
                    planneds
                        .get(key)
                        .is_some_and(|planned| self.made_of(config, planned))
                };
                configs.len() == planneds.len() && configs.iter().all(fits)
            }
            _ => config == planned,
        }
    }
}
