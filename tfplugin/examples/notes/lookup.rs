//! The data source `notes_note`.

use crate::store::Store;
use tfplugin::{
    Attr, Attribute, Cx, DataSource, Diagnostic, Diagnostics, Path, Schema, async_trait,
};

tfplugin::model! {
    /// A note that exists.
    pub(crate) struct Model {
        pub(crate) id: Attr<String>,
        pub(crate) title: Attr<String>,
    }
}

/// The data source.
pub(crate) struct Lookup;

#[async_trait]
impl DataSource for Lookup {
    type Client = Store;
    type Model = Model;

    fn name(&self) -> &str {
        "notes_note"
    }

    fn schema(&self) -> Schema {
        Schema::new("Looks a note up.").attributes([
            Attribute::string("id").required(),
            Attribute::string("title").computed(),
        ])
    }

    async fn read(&self, cx: &mut Cx<Store>, config: Model) -> Result<Model, Diagnostics> {
        let note = cx.client()?.get(config.id.as_str().unwrap_or_default())?;
        let note =
            note.ok_or_else(|| Diagnostic::error("There is no such note").at(Path::to("id")))?;
        Ok(Model {
            title: note["title"].as_str().map(str::to_owned).into(),
            ..config
        })
    }
}
