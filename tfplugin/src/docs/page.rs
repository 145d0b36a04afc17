//! A whole page: front matter, title, example, prose, the reference, import. What
//! stands in the reference is `schema` and `function`.

use super::{About, Kind, Page, Sources, Subject, function, schema};

/// Tells a reader of the file what it is. YAML, since it stands in the front matter.
const NOTE: &str = "# Generated from the schema and the examples: change those.";

pub(super) fn of(subject: &Subject, provider: &str, sources: &dyn Sources) -> Page {
    let path = path(subject, provider);
    let (title, heading) = titles(subject, provider);
    let reference = match &subject.about {
        About::Schema(schema) => schema::reference(&schema.body),
        About::Signature(signature) => function::reference(signature),
    };
    let example = sources.example(&subject.usage()).unwrap_or_default();
    let parts = [
        front_matter(&title, summary(subject)),
        format!("# {heading}"),
        subject.description().trim().to_owned(),
        format!("## Example Usage\n\n{}", fenced("terraform", &example)),
        sources.prose(&path).unwrap_or_default().trim().to_owned(),
        reference,
        import(subject, sources),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Page {
        path,
        text: parts.join("\n\n") + "\n",
    }
}

/// Resources and data sources go by their name without the provider's.
fn path(subject: &Subject, provider: &str) -> String {
    let short = subject
        .name
        .strip_prefix(provider)
        .and_then(|rest| rest.strip_prefix('_'))
        .unwrap_or(&subject.name);
    match subject.kind {
        Kind::Provider => "index.md".to_owned(),
        Kind::Resource => format!("resources/{short}.md"),
        Kind::DataSource => format!("data-sources/{short}.md"),
        Kind::Function => format!("functions/{short}.md"),
    }
}

/// The page's title and its first heading.
fn titles(subject: &Subject, provider: &str) -> (String, String) {
    let name = &subject.name;
    match subject.kind {
        Kind::Provider => (format!("{name} Provider"), format!("{name} Provider")),
        Kind::Resource => (
            format!("{name} Resource - {provider}"),
            format!("{name} (Resource)"),
        ),
        Kind::DataSource => (
            format!("{name} Data Source - {provider}"),
            format!("{name} (Data Source)"),
        ),
        Kind::Function => (
            format!("{name} function - {provider}"),
            format!("function: {name}"),
        ),
    }
}

/// What lists of pages show: a signature's summary, else the first paragraph.
fn summary(subject: &Subject) -> &str {
    match &subject.about {
        About::Signature(signature) => &signature.summary,
        About::Schema(schema) => {
            let description = schema.body.description.trim();
            description.split("\n\n").next().unwrap_or_default()
        }
    }
}

fn front_matter(title: &str, summary: &str) -> String {
    let summary: Vec<&str> = summary.lines().map(str::trim).collect();
    format!(
        "---\n{NOTE}\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {}\n---",
        summary.join("\n  ")
    )
}

/// How a resource is imported, as far as there are examples of it.
fn import(subject: &Subject, sources: &dyn Sources) -> String {
    let file = |name: &str| sources.example(&subject.example(name));
    let block = file("import.tf").map(|text| {
        format!(
            "From Terraform 1.5 on, by an `import` block:\n\n{}",
            fenced("terraform", &text)
        )
    });
    let command =
        file("import.sh").map(|text| format!("By the command:\n\n{}", fenced("shell", &text)));
    let ways: Vec<String> = block.into_iter().chain(command).collect();
    if subject.kind != Kind::Resource || ways.is_empty() {
        return String::new();
    }
    format!("## Import\n\n{}", ways.join("\n\n"))
}

fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```", text.trim_end())
}
