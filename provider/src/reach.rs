//! Whether Datadog can be asked: only what asks needs keys, and it fails at plan already when there are none.

use crate::config::Settings;
use crate::datadog::Client;
use tfplugin::{Diagnostic, Diagnostics};

impl Settings {
    /// The client; `None` while keys, site or URL are not known yet.
    ///
    /// # Errors
    /// There are no keys, and none will come.
    pub(crate) fn reach(&self) -> Result<Option<&Client>, Diagnostics> {
        self.missing_keys.clone().into_result()?;
        Ok(self.client.as_ref())
    }

    /// The client, when it is needed now.
    ///
    /// # Errors
    /// There are no keys, or they are not known yet.
    pub(crate) fn reach_now(&self) -> Result<&Client, Diagnostics> {
        let unknown = || {
            Diagnostic::error("Datadog keys are not known")
                .detail("the provider's keys, site or URL depend on something that does not exist yet: apply that first, with `-target`")
        };
        Ok(self.reach()?.ok_or_else(unknown)?)
    }
}
