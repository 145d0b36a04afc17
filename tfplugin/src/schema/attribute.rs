//! One row of a schema: an attribute, what may be in it and how it behaves in a plan.

use crate::value::{Type, Value};
use std::{fmt, sync::Arc};

/// A rule for a known value. The error is a sentence for the user: what is wrong with
/// the value and what to do.
pub type Check = Arc<dyn Fn(&Value) -> Result<(), String> + Send + Sync>;

/// Whether two known values mean the same.
pub(crate) type Same = Arc<dyn Fn(&Value, &Value) -> bool + Send + Sync>;

/// How many objects a nested attribute or block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One or none.
    Single,
    /// A list.
    List,
    /// A set.
    Set,
    /// A map, for attributes only.
    Map,
}

impl Nesting {
    pub(crate) fn of(self, object: Type) -> Type {
        match self {
            Self::Single => object,
            Self::List => Type::list(object),
            Self::Set => Type::set(object),
            Self::Map => Type::map(object),
        }
    }
}

/// When a change of an attribute replaces the resource.
#[derive(Clone)]
pub(crate) enum Replace {
    Always,
    When(Same),
}

#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Plain(Type),
    Nested(Nesting, Vec<Attribute>),
}

/// An attribute of a schema. Say one of `required`, `optional`, `computed`, or
/// `optional` and `computed` (the provider fills in what is not set).
#[derive(Clone)]
pub struct Attribute {
    pub(crate) name: String,
    pub(crate) shape: Shape,
    pub(crate) description: String,
    pub(crate) deprecated: Option<String>,
    pub(crate) required: bool,
    pub(crate) optional: bool,
    pub(crate) computed: bool,
    pub(crate) sensitive: bool,
    pub(crate) default: Option<Value>,
    pub(crate) replace: Option<Replace>,
    pub(crate) keep: bool,
    pub(crate) same: Option<Same>,
    pub(crate) checks: Vec<Check>,
    pub(crate) element_checks: Vec<Check>,
}

impl Attribute {
    fn new(name: impl Into<String>, shape: Shape) -> Self {
        Self {
            name: name.into(),
            shape,
            description: String::new(),
            deprecated: None,
            required: false,
            optional: false,
            computed: false,
            sensitive: false,
            default: None,
            replace: None,
            keep: false,
            same: None,
            checks: Vec::new(),
            element_checks: Vec::new(),
        }
    }

    /// An attribute of any type.
    pub fn of(name: impl Into<String>, ty: Type) -> Self {
        Self::new(name, Shape::Plain(ty))
    }

    /// A string.
    pub fn string(name: impl Into<String>) -> Self {
        Self::of(name, Type::String)
    }

    /// A bool.
    pub fn bool(name: impl Into<String>) -> Self {
        Self::of(name, Type::Bool)
    }

    /// A number.
    pub fn number(name: impl Into<String>) -> Self {
        Self::of(name, Type::Number)
    }

    /// A list of `element`.
    pub fn list(name: impl Into<String>, element: Type) -> Self {
        Self::of(name, Type::list(element))
    }

    /// A set of `element`.
    pub fn set(name: impl Into<String>, element: Type) -> Self {
        Self::of(name, Type::set(element))
    }

    /// A map of `element`.
    pub fn map(name: impl Into<String>, element: Type) -> Self {
        Self::of(name, Type::map(element))
    }

    /// A nested attribute: `name = { … }`, `[{ … }]` or `{ key = { … } }`, each object
    /// with attributes that have rules of their own.
    pub fn nested(
        name: impl Into<String>,
        nesting: Nesting,
        attributes: impl IntoIterator<Item = Attribute>,
    ) -> Self {
        Self::new(
            name,
            Shape::Nested(nesting, attributes.into_iter().collect()),
        )
    }

    /// Must be set.
    #[must_use]
    pub fn required(self) -> Self {
        Self {
            required: true,
            ..self
        }
    }

    /// May be set.
    #[must_use]
    pub fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    /// Set by the provider (with `optional`: unless the user does). Not known before
    /// apply when something changes, unless another rule or `modify_plan` says it.
    #[must_use]
    pub fn computed(self) -> Self {
        Self {
            computed: true,
            ..self
        }
    }

    /// Hidden in Terraform's output.
    #[must_use]
    pub fn sensitive(self) -> Self {
        Self {
            sensitive: true,
            ..self
        }
    }

    /// Describes the attribute in Markdown.
    #[must_use]
    pub fn describe(self, description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            ..self
        }
    }

    /// Marks the attribute as deprecated and says what to use instead.
    #[must_use]
    pub fn deprecated(self, instead: impl Into<String>) -> Self {
        Self {
            deprecated: Some(instead.into()),
            ..self
        }
    }

    /// The value when it is not set; for attributes that are optional and computed.
    #[must_use]
    pub fn default(self, value: impl Into<Value>) -> Self {
        let value = value.into();
        // A value that does not fit stays as it is, for the schema's check to find.
        let fitted = value.clone().conform(&self.ty()).unwrap_or(value);
        Self {
            default: Some(fitted),
            ..self
        }
    }

    /// A change replaces the resource. Where the user sets nothing, a computed value
    /// of such an attribute stays as it is.
    #[must_use]
    pub fn requires_replace(self) -> Self {
        Self {
            replace: Some(Replace::Always),
            ..self
        }
    }

    /// A change from a first to a second value replaces the resource when the function
    /// says so; changes from or to null or unknown always do.
    #[must_use]
    pub fn requires_replace_if(
        self,
        replaces: impl Fn(&Value, &Value) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            replace: Some(Replace::When(Arc::new(replaces))),
            ..self
        }
    }

    /// The computed value never changes after create, as an id: an update keeps it
    /// instead of planning an unknown.
    #[must_use]
    pub fn use_state_for_unknown(self) -> Self {
        Self { keep: true, ..self }
    }

    /// Two known values that the function calls the same are no change: the one that
    /// was there first stays in plan and state. It counts for the attribute as a
    /// whole, and not inside sets, where Terraform knows no "before".
    #[must_use]
    pub fn same_if(self, same: impl Fn(&Value, &Value) -> bool + Send + Sync + 'static) -> Self {
        Self {
            same: Some(Arc::new(same)),
            ..self
        }
    }

    /// Adds a rule for known values.
    #[must_use]
    pub fn check(mut self, check: Check) -> Self {
        self.checks.push(check);
        self
    }

    /// Adds a rule for each known element of a list, set or map.
    #[must_use]
    pub fn check_each(mut self, check: Check) -> Self {
        self.element_checks.push(check);
        self
    }

    /// The attribute as a provider finds it: computed, with no rule.
    pub(crate) fn found(&self) -> Self {
        let shape = match &self.shape {
            Shape::Nested(nesting, inner) => {
                Shape::Nested(*nesting, inner.iter().map(Self::found).collect())
            }
            plain => plain.clone(),
        };
        Self {
            description: self.description.clone(),
            deprecated: self.deprecated.clone(),
            sensitive: self.sensitive,
            computed: true,
            ..Self::new(&self.name, shape)
        }
    }

    pub(crate) fn ty(&self) -> Type {
        match &self.shape {
            Shape::Plain(ty) => ty.clone(),
            Shape::Nested(nesting, attributes) => nesting.of(Type::object(
                attributes.iter().map(|a| (a.name.clone(), a.ty())),
            )),
        }
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attribute")
            .field("name", &self.name)
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}
