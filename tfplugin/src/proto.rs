//! The generated messages, clients and servers of the protocol. The public path exists
//! for tests that speak gRPC; providers have no use for it.
#![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

/// go-plugin's side services.
pub mod plugin {
    tonic::include_proto!("plugin");
}

/// Terraform's plugin protocol 6.
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}
