//! The pages of the Terraform registry for a provider, made of its schemas and
//! signatures, in the registry's own layout. No files here: the caller hands in the
//! examples and the prose, and does with the pages what it likes.

mod page;
mod missing;
mod schema;
mod function;
mod words;

use crate::provider::{Parts, Provider};

/// What a page needs that no schema says.
pub trait Sources {
    /// An example file, by its path in the registry's folder of examples, such as
    /// `resources/circuitbreaker_monitor/resource.tf`.
    fn example(&self, path: &str) -> Option<String>;

    /// Markdown that stands between the example and the schema of a page, by the
    /// page's path, such as `resources/monitor.md`.
    fn prose(&self, page: &str) -> Option<String>;
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where the registry looks for it below `docs/`, such as `resources/monitor.md`.
    pub path: String,
    /// Markdown with a front matter.
    pub text: String,
}

/// A page for the provider, whose type name is `name`, and for each of its parts.
///
/// # Errors
/// Everything that has no description, and every part without an example, each as a
/// text that names the place and the remedy.
pub fn pages<P: Provider>(
    provider: &P,
    name: &str,
    sources: &dyn Sources,
) -> Result<Vec<Page>, Vec<String>> {
    let subjects = subjects(provider, name);
    let missing: Vec<String> = subjects
        .iter()
        .flat_map(|subject| missing::of(subject, sources))
        .collect();
    if missing.is_empty() {
        let page = |subject: &Subject| page::of(subject, name, sources);
        Ok(subjects.iter().map(page).collect())
    } else {
        Err(missing)
    }
}

/// What a page is about.
struct Subject {
    kind: Kind,
    /// With the provider's name, except for functions.
    name: String,
    about: About,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Provider,
    Resource,
    DataSource,
    Function,
}

enum About {
    Schema(crate::Schema),
    Signature(crate::Signature),
}

impl Subject {
    fn schema(kind: Kind, name: &str, schema: crate::Schema) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            about: About::Schema(schema),
        }
    }

    /// Its Markdown description.
    fn description(&self) -> &str {
        match &self.about {
            About::Schema(schema) => &schema.body.description,
            About::Signature(signature) => &signature.description,
        }
    }

    /// A file of its folder of examples.
    fn example(&self, file: &str) -> String {
        match self.kind {
            Kind::Provider => format!("provider/{file}"),
            Kind::Resource => format!("resources/{}/{file}", self.name),
            Kind::DataSource => format!("data-sources/{}/{file}", self.name),
            Kind::Function => format!("functions/{}/{file}", self.name),
        }
    }

    /// The example that it cannot do without.
    fn usage(&self) -> String {
        self.example(match self.kind {
            Kind::Provider => "provider.tf",
            Kind::Resource => "resource.tf",
            Kind::DataSource => "data-source.tf",
            Kind::Function => "function.tf",
        })
    }
}

fn subjects<P: Provider>(provider: &P, name: &str) -> Vec<Subject> {
    let Parts {
        resources,
        data_sources,
        functions,
    } = provider.parts();
    let mut subjects = vec![Subject::schema(Kind::Provider, name, provider.schema())];
    subjects.extend(
        resources
            .iter()
            .map(|part| Subject::schema(Kind::Resource, part.name(), part.schema())),
    );
    subjects.extend(
        data_sources
            .iter()
            .map(|part| Subject::schema(Kind::DataSource, part.name(), part.schema())),
    );
    subjects.extend(functions.iter().map(|part| {
        let signature = part.signature();
        Subject {
            kind: Kind::Function,
            name: signature.name.clone(),
            about: About::Signature(signature),
        }
    }));
    subjects
}
