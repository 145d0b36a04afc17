//! The program `cb-gen`: hands the real arguments, folder, templates and disk to `cli`, and nothing more.

use std::io;
use std::process::ExitCode;

use codegen::cli;
use codegen::disk::RealDisk;
use codegen::templates::Templates;

fn main() -> ExitCode {
    let templates = Templates::embedded();
    let world = cli::World {
        folder: std::env::current_dir().unwrap_or_else(|_| ".".into()),
        templates: &templates,
        disk: &mut RealDisk,
        stdout: &mut io::stdout().lock(),
        stderr: &mut io::stderr().lock(),
    };
    ExitCode::from(cli::run(std::env::args_os(), world))
}
