//! The tests of `cb-gen` from outside: its command line case by case, its promise to write all or nothing, and what it writes.

mod atomic;
mod fuzz;
mod golden;
mod kill;
mod licences;
mod names;
mod program;
mod tool;
mod ui;
mod update;
mod verify;
mod workspaces;

mod random;
mod tree;
