//! What the integration tests share: the example provider as a program.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The example's binary, built once.
pub(crate) fn example() -> &'static Path {
    static EXAMPLE: OnceLock<PathBuf> = OnceLock::new();
    EXAMPLE.get_or_init(|| {
        let build = [
            "build",
            "--quiet",
            "--package",
            "tfplugin",
            "--example",
            "notes",
        ];
        let built = Command::new(env!("CARGO")).args(build).status().unwrap();
        assert!(built.success());
        let test = std::env::current_exe().unwrap();
        test.parent()
            .unwrap()
            .parent()
            .unwrap()
            .join("examples/notes")
    })
}
