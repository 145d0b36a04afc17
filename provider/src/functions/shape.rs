//! The object that stands for a message: the arguments of `circuitbreaker_monitor` that make one, under their names.

use crate::monitor::schema;
use tfplugin::Type;

/// What `render_message` takes and `parse_message` gives.
pub(super) fn message() -> Type {
    schema::schema()
        .only(&["message", "callback", "sns_topic", "notify"])
        .ty()
}
