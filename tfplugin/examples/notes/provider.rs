//! The `provider` block: where the notes are kept.

use crate::{lookup::Lookup, note::Note, slug::Slug, store::Store};
use tfplugin::{
    Attr, Attribute, Cx, Diagnostic, Diagnostics, Parts, Path, Provider, Schema, Sensitive,
    async_trait, checks,
};

tfplugin::model! {
    /// The `provider` block.
    pub(crate) struct Config {
        pub(crate) directory: Attr<String>,
        pub(crate) key: Attr<Sensitive<String>>,
    }
}

/// The provider.
pub(crate) struct Notes;

#[async_trait]
impl Provider for Notes {
    type Config = Config;
    type Client = Store;

    fn schema(&self) -> Schema {
        Schema::new("Keeps notes.").attributes([
            Attribute::string("directory")
                .required()
                .describe("Where the notes are.")
                .check(checks::not_empty()),
            Attribute::string("key")
                .optional()
                .sensitive()
                .describe("Nobody reads it."),
        ])
    }

    fn parts(&self) -> Parts<Store> {
        Parts::new()
            .resource(Note)
            .data_source(Lookup)
            .function(Slug)
    }

    async fn configure(&self, cx: &mut Cx<Store>, config: Config) -> Result<Store, Diagnostics> {
        match config.directory {
            Attr::Known(directory) => {
                if config.key.is_null() {
                    cx.report(
                        Diagnostic::warning("No key")
                            .detail("Notes are kept in the open.")
                            .at(Path::to("key")),
                    );
                }
                Ok(Store::at(directory))
            }
            // Plans can be made all the same; nothing is read or written.
            _ => Ok(Store::nowhere()),
        }
    }
}
