//! A framework for Terraform providers: plugin protocol 6.11 over gRPC.
//!
//! An author writes a [`Provider`] with [`Resource`]s, [`DataSource`]s and
//! [`Function`]s, each with a [`Schema`] and a [`model!`], and a `main` that calls
//! [`run`]. Everything of the wire stays inside: go-plugin's handshake with mutual
//! TLS, gRPC, message packing, and the rules Terraform has for plans.
//!
//! Not here: anything about a particular provider, and the parts of the protocol that
//! are answered as unimplemented (resource identity, ephemeral resources, lists,
//! actions, state stores).

pub mod docs;
mod serve;
mod server;
mod plan;
mod validate;
mod walk;
mod wire;
pub mod provider;
pub mod schema;
pub mod model;
mod diagnostic;
pub mod value;
mod path;
pub mod log;
#[doc(hidden)]
pub mod proto;

pub use async_trait::async_trait;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use model::{Attr, FromValue, IntoValue, Model, Sensitive};
pub use path::{Path, Step};
pub use provider::{
    Arguments, Cx, DataSource, Function, FunctionError, MoveSource, Parameter, Parts, Provider,
    Resource, Signature, check,
};
pub use schema::{Attribute, Block, Check, Nesting, Place, Schema, checks};
pub use serve::run;
#[doc(hidden)]
pub use server::service;
pub use value::{Number, Type, Value, ValueError};
