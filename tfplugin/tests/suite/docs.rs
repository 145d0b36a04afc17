//! Registry pages: a provider that has one of each kind of row is written as it should be, and
//! every gap of the example provider, which describes little, is found.

use crate::provider::Notes;
use std::collections::BTreeMap;
use tfplugin::{
    Arguments, Attr, Attribute, Block, Cx, Diagnostics, Function, FunctionError, Nesting,
    Parameter, Parts, Provider, Schema, Signature, Type, Value, async_trait,
    docs::{Page, Sources, pages},
};

/// Files by their path; prose by the path of its page.
#[derive(Default)]
struct Files(BTreeMap<&'static str, &'static str>);

impl Sources for Files {
    fn example(&self, path: &str) -> Option<String> {
        self.0.get(path).map(|text| (*text).to_owned())
    }

    fn prose(&self, page: &str) -> Option<String> {
        self.example(page)
    }
}

const EXAMPLES: [(&str, &str); 2] = [
    ("provider/provider.tf", "provider \"shop\" {}\n"),
    (
        "functions/total/function.tf",
        "output \"total\" {\n  value = provider::shop::total(\"eur\", 1, 2)\n}\n",
    ),
];

tfplugin::model! {
    struct Config {
        key: Attr<String>,
    }
}

/// A provider with one of each kind of row, never configured. What its function's parameters and
/// summary say is given in.
struct Shop(&'static str, &'static str);

const WORDS: Shop = Shop("The unit.", "Adds up");

#[async_trait]
impl Provider for Shop {
    type Config = Config;
    type Client = ();

    fn schema(&self) -> Schema {
        let object = Type::list(Type::object([("a", Type::String)]));
        let inner = [Attribute::bool("open").optional().describe("Is it open?")];
        Schema::new("A shop.\n\nWith more to say.")
            .attributes([
                Attribute::string("key")
                    .required()
                    .sensitive()
                    .describe("The key."),
                Attribute::set("colours", Type::String)
                    .optional()
                    .computed()
                    .describe("Two\n  lines."),
                Attribute::of("shelves", object)
                    .computed()
                    .describe("What is there."),
                Attribute::number("old")
                    .optional()
                    .deprecated("Use `key`.")
                    .describe("Old."),
                Attribute::nested("doors", Nesting::Map, inner)
                    .optional()
                    .describe("By name."),
            ])
            .blocks([Block::list("till")
                .min(1)
                .max(3)
                .describe("A till.")
                .blocks([Block::single("drawer")
                    .describe("Its drawer.")
                    .attributes([Attribute::number("coins").required().describe("How many.")])])])
    }

    fn parts(&self) -> Parts<()> {
        Parts::new().function(Total(self.0, self.1))
    }

    async fn configure(&self, _: &mut Cx<()>, _: Config) -> Result<(), Diagnostics> {
        Ok(())
    }
}

struct Total(&'static str, &'static str);

impl Function for Total {
    fn signature(&self) -> Signature {
        Signature::new("total", Type::String)
            .summary(self.1)
            .describe("Adds numbers up.")
            .parameter(
                Parameter::new("unit", Type::String)
                    .allow_null()
                    .describe(self.0),
            )
            .variadic(Parameter::new("number", Type::Number).describe("What to add."))
    }

    fn call(&self, _: Arguments) -> Result<Value, FunctionError> {
        Ok(Value::Null)
    }
}

#[test]
fn each_kind_of_row_is_written_as_the_registry_has_it() {
    let mut files = Files(EXAMPLES.into());
    files.0.insert("index.md", "## Keys\n\nBring one.\n");
    let made = pages(&WORDS, "shop", &files).unwrap();
    let wanted = [
        ("index.md", include_str!("../data/docs/index.md")),
        ("functions/total.md", include_str!("../data/docs/total.md")),
    ];
    let wanted = wanted.map(|(path, text)| Page {
        path: path.to_owned(),
        text: text.to_owned(),
    });
    for (made, wanted) in made.iter().zip(&wanted) {
        assert_eq!(made.text, wanted.text, "{}", made.path);
    }
    assert_eq!(made, wanted);
}

#[test]
fn every_gap_is_named_with_its_place() {
    let gaps = pages(&Notes, "notes", &Files::default()).unwrap_err();
    let wanted = include_str!("../data/docs/gaps.txt");
    assert_eq!(gaps.join("\n") + "\n", wanted);
}

#[test]
fn a_part_without_an_example_has_no_page() {
    let mut files = Files(EXAMPLES.into());
    files.0.remove("functions/total/function.tf");
    assert_eq!(
        pages(&WORDS, "shop", &files),
        Err(vec![
            "function `total`: no example: write `examples/functions/total/function.tf`".to_owned()
        ])
    );
}

#[test]
fn a_function_describes_its_parameters_and_sums_itself_up() {
    let wanted = [
        "function `total`: no summary: say in one line what it is",
        "function `total`, parameter `unit`: no description: say in Markdown what it is",
    ];
    let gaps = pages(&Shop(" ", ""), "shop", &Files(EXAMPLES.into()));
    assert_eq!(gaps, Err(wanted.map(str::to_owned).to_vec()));
}
