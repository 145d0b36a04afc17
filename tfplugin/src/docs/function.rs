//! The reference of a function: its signature and its arguments.

use super::words;
use crate::provider::{Parameter, Signature};

pub(super) fn reference(signature: &Signature) -> String {
    let mut parts = vec![format!(
        "## Signature\n\n```text\n{}\n```",
        declared(signature)
    )];
    if !signature.deprecated.is_empty() {
        parts.insert(0, format!("**Deprecated:** {}", signature.deprecated));
    }
    let fixed = signature.parameters.iter().map(|p| argument(p, ""));
    let variadic = signature.variadic.iter().map(|p| argument(p, "Variadic, "));
    let arguments: Vec<String> = fixed.chain(variadic).collect();
    if !arguments.is_empty() {
        parts.push(format!("## Arguments\n\n{}", arguments.join("\n")));
    }
    parts.join("\n\n")
}

/// `name(first string, rest number...) list(string)`
fn declared(signature: &Signature) -> String {
    let typed = |parameter: &Parameter| format!("{} {}", parameter.name, parameter.ty);
    let fixed = signature.parameters.iter().map(typed);
    let variadic = signature.variadic.iter().map(|p| typed(p) + "...");
    let parameters: Vec<String> = fixed.chain(variadic).collect();
    format!(
        "{}({}) {}",
        signature.name,
        parameters.join(", "),
        signature.result
    )
}

fn argument(parameter: &Parameter, before: &str) -> String {
    let null = if parameter.null { ", Nullable" } else { "" };
    format!(
        "1. `{}` ({before}{}{null}) {}",
        parameter.name,
        words::of(&parameter.ty),
        parameter.description.trim()
    )
}
