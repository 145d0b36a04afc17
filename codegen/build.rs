//! Tells cargo that the embedded templates are part of the sources: a file added to them is not noticed otherwise.

fn main() {
    println!("cargo:rerun-if-changed=templates");
}
