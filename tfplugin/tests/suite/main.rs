//! The framework from outside: the example provider as a process, under go-plugin's handshake and
//! under the real Terraform, and in this process, call by call. One binary, so that the support
//! code is whole.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod codec;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod handshake;
#[cfg(test)]
mod support;
#[cfg(test)]
mod terraform;

// The example provider's own modules.
#[cfg(test)]
#[path = "../../examples/notes/lookup.rs"]
mod lookup;
#[cfg(test)]
#[path = "../../examples/notes/note.rs"]
mod note;
#[cfg(test)]
#[path = "../../examples/notes/provider.rs"]
mod provider;
#[cfg(test)]
#[path = "../../examples/notes/slug.rs"]
mod slug;
#[cfg(test)]
#[path = "../../examples/notes/store.rs"]
mod store;
