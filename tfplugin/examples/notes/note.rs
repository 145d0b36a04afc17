//! The resource `notes_note`.

use crate::{slug::slug, store::Store};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use tfplugin::{
    Attr, Attribute, Block, Cx, Diagnostic, Diagnostics, FromValue, IntoValue, MoveSource, Nesting,
    Number, Path, Resource, Schema, Type, Value, async_trait, checks,
    value::json::{from_json, to_json},
};

tfplugin::model! {
    /// A note.
    pub(crate) struct Model {
        pub(crate) id: Attr<String>,
        pub(crate) title: Attr<String>,
        pub(crate) kind: Attr<String>,
        pub(crate) weight: Attr<Number>,
        pub(crate) tags: Attr<BTreeSet<Attr<String>>>,
        pub(crate) author: Attr<Author>,
        pub(crate) reminders: Attr<Vec<Reminder>> = "reminder",
        pub(crate) extra: Value,
        pub(crate) text: Attr<String>,
        pub(crate) revision: Attr<i64>,
    }

    /// Who wrote it.
    pub(crate) struct Author {
        pub(crate) name: Attr<String>,
        pub(crate) email: Attr<String>,
    }

    /// When to be reminded of it.
    pub(crate) struct Reminder {
        pub(crate) at: Attr<String>,
        pub(crate) channel: Attr<String>,
    }
}

/// The resource.
pub(crate) struct Note;

impl Note {
    fn ty(&self) -> Type {
        self.schema().ty()
    }

    fn write(&self, store: &Store, note: &Model) -> Result<(), Diagnostic> {
        let json = to_json(note.clone().into_value(), &self.ty())?;
        store.put(note.id.as_str().unwrap_or_default(), &json)
    }
}

/// What the note says in full, once all that it is made of is known.
fn text(note: &Model) -> Attr<String> {
    let (Some(title), Some(reminders)) = (note.title.as_str(), note.reminders.known()) else {
        return Attr::Unknown;
    };
    let mut text = title.to_owned();
    for reminder in reminders {
        let (Some(at), Some(channel)) = (reminder.at.as_str(), reminder.channel.as_str()) else {
            return Attr::Unknown;
        };
        text.push_str(&format!("\n{at} by {channel}"));
    }
    Attr::Known(text)
}

fn author() -> Attribute {
    let name = Attribute::string("name").required();
    let email = Attribute::string("email").optional().computed();
    let parts = [name, email.default("nobody@example.com")];
    Attribute::nested("author", Nesting::Single, parts).optional()
}

#[async_trait]
impl Resource for Note {
    type Client = Store;
    type Model = Model;

    fn name(&self) -> &str {
        "notes_note"
    }

    fn schema(&self) -> Schema {
        let markdown = |value: &Value| matches!(value.as_str(), Some("md" | "markdown"));
        Schema::new("A note.")
            .version(1)
            .attributes([
                Attribute::string("id").computed().use_state_for_unknown(),
                Attribute::string("title")
                    .required()
                    .check(checks::not_empty()),
                Attribute::string("kind")
                    .optional()
                    .computed()
                    .default("plain")
                    .check(checks::one_of(["plain", "md", "markdown"]))
                    .same_if(move |a, b| markdown(a) && markdown(b))
                    .requires_replace(),
                Attribute::number("weight")
                    .optional()
                    .check(checks::between(0, 100)),
                Attribute::set("tags", Type::String)
                    .optional()
                    .check_each(checks::not_empty()),
                author(),
                Attribute::of("extra", Type::Dynamic).optional(),
                Attribute::string("text").computed(),
                Attribute::number("revision").computed(),
            ])
            .blocks([Block::list("reminder").max(3).attributes([
                Attribute::string("at").required(),
                Attribute::string("channel")
                    .optional()
                    .computed()
                    .default("mail"),
            ])])
    }

    async fn validate(&self, _: &mut Cx<Store>, config: &Model) -> Result<(), Diagnostics> {
        let mut problems = Diagnostics::new();
        for (i, reminder) in config.reminders.items().iter().enumerate() {
            if reminder.at.as_str().is_some_and(|at| !at.contains(':')) {
                let at = Path::to("reminder").index(i).attribute("at");
                problems.push(
                    Diagnostic::error("Invalid time")
                        .detail("Write HH:MM.")
                        .at(at),
                );
            }
        }
        problems.into_result()
    }

    async fn modify_plan(
        &self,
        _: &mut Cx<Store>,
        _: &Model,
        _: Option<&Model>,
        planned: &mut Model,
    ) -> Result<(), Diagnostics> {
        planned.text = text(planned);
        Ok(())
    }

    async fn plan_destroy(&self, cx: &mut Cx<Store>, prior: &Model) -> Result<(), Diagnostics> {
        if prior.kind.as_str() == Some("markdown") {
            cx.report(Diagnostic::warning("A long note is destroyed").at(Path::to("kind")));
        }
        Ok(())
    }

    async fn create(&self, cx: &mut Cx<Store>, planned: Model) -> Result<Model, Diagnostics> {
        let id = slug(planned.title.as_str().unwrap_or_default());
        let note = Model {
            id: id.into(),
            text: text(&planned),
            revision: 1.into(),
            ..planned
        };
        let store = cx.client()?;
        self.write(&store, &note)?;
        cx.save(note.clone());
        if note.title.as_str() == Some("Half made") {
            return Err(Diagnostic::error("The note is only half made").into());
        }
        cx.set_private("created");
        Ok(note)
    }

    async fn read(&self, cx: &mut Cx<Store>, state: Model) -> Result<Option<Model>, Diagnostics> {
        let found = cx.client()?.get(state.id.as_str().unwrap_or_default())?;
        let note = found.map(|json| Model::from_value(&from_json(&json, &self.ty())?));
        Ok(note.transpose()?)
    }

    async fn update(
        &self,
        cx: &mut Cx<Store>,
        prior: Model,
        planned: Model,
    ) -> Result<Model, Diagnostics> {
        let revision = prior.revision.known().map_or(1, |revision| revision + 1);
        let note = Model {
            text: text(&planned),
            revision: revision.into(),
            ..planned
        };
        self.write(&*cx.client()?, &note)?;
        Ok(note)
    }

    async fn delete(&self, cx: &mut Cx<Store>, state: Model) -> Result<(), Diagnostics> {
        Ok(cx.client()?.remove(state.id.as_str().unwrap_or_default())?)
    }

    async fn import(&self, _: &mut Cx<Store>, id: &str) -> Result<Model, Diagnostics> {
        Ok(Model {
            id: id.into(),
            ..Model::default()
        })
    }

    async fn upgrade(
        &self,
        _: &mut Cx<Store>,
        _: i64,
        mut state: Json,
    ) -> Result<Model, Diagnostics> {
        // Version 0 called the title a name.
        if let Some(object) = state.as_object_mut()
            && let Some(name) = object.remove("name")
        {
            object.insert("title".to_owned(), name);
        }
        Ok(Model::from_value(&from_json(&state, &self.ty())?)?)
    }

    async fn move_from(
        &self,
        _: &mut Cx<Store>,
        source: MoveSource,
    ) -> Result<Option<Model>, Diagnostics> {
        if source.type_name != "terraform_data" {
            return Ok(None);
        }
        let title = source.state["output"]["value"]
            .as_str()
            .or(source.state["output"].as_str());
        let title =
            title.ok_or_else(|| Diagnostic::error("The data has no text to make a note of"))?;
        Ok(Some(Model {
            id: slug(title).into(),
            ..Model::default()
        }))
    }
}
