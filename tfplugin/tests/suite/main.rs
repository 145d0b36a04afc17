//! The framework from outside: the example provider as a process, under go-plugin's handshake and
//! under the real Terraform. One binary, so that the support code is whole.

#[cfg(test)]
mod handshake;
#[cfg(test)]
mod support;
#[cfg(test)]
mod terraform;
