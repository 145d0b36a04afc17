//! Where a new Cargo package stands in the workspaces around it. Cargo refuses a package below a workspace root that neither lists
//! nor excludes it, and a member with a `[workspace]` table of its own: the template leaves that table out for a member. Follows cargo's search of a root: nearest first,
//! excluded ones passed over, an explicit member never excluded.

use std::fs;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};
use toml::{Table, Value};

/// How a package relates to the workspace around it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Workspace {
    /// There is none, or it excludes the package.
    None,
    /// The `members` of the workspace at this root match the package.
    Member(PathBuf),
    /// The workspace at this root does not know the package.
    Outside(PathBuf),
}

impl Workspace {
    /// The workspace of a package at `package`, an absolute path that need not exist.
    pub(super) fn around(package: &Path) -> Self {
        let roots = package
            .ancestors()
            .skip(1)
            .filter_map(|folder| Some((folder, table(folder)?)));
        for (root, table) in roots {
            let Ok(inside) = package.strip_prefix(root) else {
                continue;
            };
            if strings(&table, "members").any(|member| matches(member, inside)) {
                return Self::Member(root.to_owned());
            }
            if !strings(&table, "exclude").any(|folder| inside.starts_with(clean(folder))) {
                return Self::Outside(root.to_owned());
            }
        }
        Self::None
    }

    pub(super) fn is_member(&self) -> bool {
        matches!(self, Self::Member(_))
    }
}

/// The `[workspace]` table of a folder's manifest. A manifest that cannot be read is cargo's to complain about.
fn table(folder: &Path) -> Option<Table> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    match text.parse::<Table>().ok()?.remove("workspace")? {
        Value::Table(table) => Some(table),
        _ => None,
    }
}

fn strings<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a str> {
    table
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn matches(member: &str, inside: &Path) -> bool {
    let options = MatchOptions {
        require_literal_separator: true,
        ..MatchOptions::default()
    };
    Pattern::new(clean(member)).is_ok_and(|pattern| pattern.matches_path_with(inside, options))
}

fn clean(path: &str) -> &str {
    path.trim_start_matches("./").trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Workspace;

    /// The workspace around `package` when the root's manifest is as given.
    fn around(manifest: &str, package: &str) -> &'static str {
        let root = tempfile::tempdir().expect("a folder");
        fs::write(root.path().join("Cargo.toml"), manifest).expect("a manifest");
        match Workspace::around(&root.path().join(package)) {
            Workspace::None => "none",
            Workspace::Member(found) => {
                assert_eq!(found, root.path());
                "member"
            }
            Workspace::Outside(found) => {
                assert_eq!(found, root.path());
                "outside"
            }
        }
    }

    #[test]
    fn membership_is_what_cargo_makes_of_it() {
        assert_eq!(around("[package]\nname = \"x\"", "funds"), "none");
        assert_eq!(around("not toml", "funds"), "none");
        assert_eq!(around("[workspace]", "funds"), "outside");
        assert_eq!(
            around("[workspace]\nmembers = [\"a\", \"./funds/\"]", "funds"),
            "member"
        );
        assert_eq!(
            around("[workspace]\nmembers = [\"services/*\"]", "services/funds"),
            "member"
        );
        assert_eq!(
            around(
                "[workspace]\nmembers = [\"services/*\"]",
                "services/a/funds"
            ),
            "outside"
        );
        assert_eq!(
            around("[workspace]\nexclude = [\"services\"]", "services/funds"),
            "none"
        );
        assert_eq!(
            around("[workspace]\nexclude = [\"serv\"]", "services/funds"),
            "outside"
        );
        let both = "[workspace]\nmembers = [\"services/funds\"]\nexclude = [\"services\"]";
        assert_eq!(around(both, "services/funds"), "member");
    }
}
