//! The program `cb-gen`: hands the real arguments, folder, templates, disk and terminal to `cli`, and nothing more.

use std::io::{self, BufRead, IsTerminal};
use std::process::ExitCode;

use codegen::cli;
use codegen::disk::RealDisk;
use codegen::templates::Templates;

fn main() -> ExitCode {
    let (mut stdin, mut stdout, mut stderr) = (io::stdin().lock(), io::stdout(), io::stderr());
    let person = stdin.is_terminal() && stderr.is_terminal();
    let world = cli::World {
        folder: std::env::current_dir().unwrap_or_else(|_| ".".into()),
        templates: &Templates::embedded(),
        disk: &mut RealDisk,
        answers: person.then_some(&mut stdin as &mut dyn BufRead),
        terminal: cli::Terminal::of(&stdout, &stderr),
        stdout: &mut stdout,
        stderr: &mut stderr,
    };
    ExitCode::from(cli::run(std::env::args_os(), world))
}
