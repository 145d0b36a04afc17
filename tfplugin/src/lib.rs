//! `tfplugin`: see docs/architecture.md.
