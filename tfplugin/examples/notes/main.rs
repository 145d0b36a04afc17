//! A whole provider in small: notes, each a JSON file in a directory. It shows every
//! part of the framework once, and the tests drive it with the real Terraform.

use std::process::ExitCode;

mod provider;
mod note;
mod lookup;
mod slug;
mod store;

fn main() -> ExitCode {
    tfplugin::run("registry.terraform.io/example/notes", provider::Notes)
}
