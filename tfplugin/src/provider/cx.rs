//! What every hook is given besides its values: the client, the sink for warnings, the
//! private bytes, and word of cancellation.

use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    model::IntoValue,
    path::Path,
    value::Value,
};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The context of one call of Terraform.
pub struct Cx<C> {
    pub(crate) client: Option<Arc<C>>,
    pub(crate) cancel: CancellationToken,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) private: Vec<u8>,
    pub(crate) saved: Option<Value>,
    pub(crate) replace: Vec<Path>,
    pub(crate) terraform_version: String,
}

impl<C> Cx<C> {
    /// A context with a client, or without one as while validating. For tests of
    /// hooks; the server makes its own.
    pub fn new(client: Option<Arc<C>>) -> Self {
        Self {
            client,
            cancel: CancellationToken::new(),
            diagnostics: Diagnostics::new(),
            private: Vec::new(),
            saved: None,
            replace: Vec::new(),
            terraform_version: String::new(),
        }
    }

    /// What `Provider::configure` made.
    ///
    /// # Errors
    /// When the provider is not configured, which is so while validating.
    pub fn client(&self) -> Result<Arc<C>, Diagnostic> {
        self.client.clone().ok_or_else(|| {
            Diagnostic::error("Provider is not configured")
                .detail("Terraform asked for this before it configured the provider.")
        })
    }

    /// Adds an error or a warning to the answer without ending the hook.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What was reported so far.
    pub fn reported(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// Remembers what exists remotely by now. When `create` or `update` fails, panics
    /// or is cancelled after that, this becomes the state (after `create`, tainted);
    /// otherwise the hook's own answer counts. Unknown values in it become null.
    pub fn save(&mut self, state: impl IntoValue) {
        self.saved = Some(state.into_value());
    }

    /// What was saved last.
    pub fn saved(&self) -> Option<&Value> {
        self.saved.as_ref()
    }

    /// The bytes that Terraform keeps with the state for the provider alone. Empty
    /// when there are none.
    pub fn private(&self) -> &[u8] {
        &self.private
    }

    /// Replaces the private bytes.
    pub fn set_private(&mut self, private: impl Into<Vec<u8>>) {
        self.private = private.into();
    }

    /// In `modify_plan`: a change of this attribute replaces the resource.
    pub fn require_replace(&mut self, path: impl Into<Path>) {
        self.replace.push(path.into());
    }

    /// In `Provider::configure`: the version of Terraform, such as `1.11.4`. Empty
    /// elsewhere.
    pub fn terraform_version(&self) -> &str {
        &self.terraform_version
    }

    /// Fires when the user interrupts Terraform; hand it to whatever can stop early.
    pub fn cancellation(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Awaits the future, or gives up when the user interrupts Terraform.
    ///
    /// # Errors
    /// When interrupted; the future is dropped where it stands.
    pub async fn or_cancelled<T>(&self, future: impl Future<Output = T>) -> Result<T, Diagnostic> {
        self.cancel
            .run_until_cancelled(future)
            .await
            .ok_or_else(|| {
                Diagnostic::error("Interrupted")
                    .detail("The operation was given up because Terraform was interrupted.")
            })
    }
}
