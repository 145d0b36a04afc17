//! Every configuration in `examples/` is formatted, initialises, validates and passes its own
//! `terraform test`; those tests bite; and the two ways to import work as they are written.

use anyhow::{Context, ensure};
use std::collections::BTreeSet;
use tests::sandbox::{API_KEY, APP_KEY, Sandbox};
use tests::terraform::Terraform;
use tests::tools;

/// One way to break each example, which its tests must notice: the folder, and what is replaced by what.
const BREAKS: &[(&str, &str, &str)] = &[
    (
        "examples/data-sources/circuitbreaker_message",
        "@slack-",
        "@slick-",
    ),
    (
        "examples/data-sources/circuitbreaker_monitor",
        "callback[*].url",
        "callback[*].on",
    ),
    (
        "examples/data-sources/circuitbreaker_monitor_state",
        "\"Alert\"]",
        "\"Alert\"] == null ? [] : [\"all\"]",
    ),
    ("examples/functions/parse_message", "is_alert", "is_warning"),
    ("examples/functions/preview_message", "fail{{", "stop{{"),
    ("examples/functions/render_message", "@slack-", "@slick-"),
    ("examples/provider", "team = ", "squad = "),
    ("examples/quickstart", "\"bank\"", "\"bink\""),
    (
        "examples/resources/circuitbreaker_monitor",
        "payments.example.com",
        "other.example.com",
    ),
];

/// Every folder with a configuration, below the repository. What `cb-gen` writes is tested with the
/// stubs; what lies in `tests/` belongs to the tests of the folder above.
fn folders() -> anyhow::Result<BTreeSet<String>> {
    let root = tools::repository();
    let pattern = root.join("examples/**/*.tf");
    let mut folders = BTreeSet::new();
    for file in glob::glob(&pattern.to_string_lossy())? {
        let file = file?;
        let folder = file.parent().unwrap_or(root).strip_prefix(root)?;
        let inner = |part: &str| folder.components().any(|name| name.as_os_str() == part);
        // `tests/aws/module.sh` runs the module: it needs AWS's schema.
        let elsewhere = ["examples/stubs", "examples/aws"];
        let elsewhere = elsewhere.iter().any(|other| folder.starts_with(other));
        if !elsewhere && !inner(".terraform") && !inner("tests") {
            folders.insert(folder.to_string_lossy().into_owned());
        }
    }
    Ok(folders)
}

/// The example without its import block, which names a monitor that nobody has; initialised.
fn opened(folder: &str, sandbox: &Sandbox) -> anyhow::Result<Terraform> {
    let mut terraform = Terraform::from_example(folder)?;
    let import = terraform.path("import.tf");
    if import.exists() {
        std::fs::remove_file(import)?;
    }
    terraform.env("DD_HOST", sandbox.url());
    terraform.env("DD_API_KEY", API_KEY);
    terraform.env("DD_APP_KEY", APP_KEY);
    terraform.must(&["init", "-input=false"])?;
    Ok(terraform)
}

/// Whether `terraform test` has run something, and all of it passed. It calls no tests at all a success.
fn passes(terraform: &Terraform) -> anyhow::Result<()> {
    let tested = terraform.run(&["test"])?;
    ensure!(tested.code == 0, "terraform test:\n{}", tested.text);
    ensure!(
        !tested.text.contains(" 0 passed"),
        "there is nothing to run: write a `.tftest.hcl`\n{}",
        tested.text
    );
    Ok(())
}

#[test]
fn every_example_is_formatted_and_valid_and_passes_its_own_tests() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(&[])?;
    for folder in folders()? {
        let terraform = opened(&folder, &sandbox)?;
        let run = || {
            terraform.must(&["fmt", "-check", "-diff", "-recursive"])?;
            terraform.must(&["validate"])?;
            passes(&terraform)
        };
        run().context(folder)?;
    }
    let left = sandbox.datadog().get("/api/v1/monitor")?.ok()?;
    assert_eq!(
        left,
        serde_json::json!([]),
        "an example left monitors behind"
    );
    Ok(())
}

#[test]
fn the_tests_of_every_example_bite() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(&[])?;
    let broken: BTreeSet<String> = BREAKS.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(broken, folders()?, "one row in BREAKS for each example");
    for (folder, from, to) in BREAKS {
        let terraform = opened(folder, &sandbox)?;
        replace(&terraform, from, to)?;
        let error = passes(&terraform).err().context(*folder)?;
        assert!(
            format!("{error}").contains("Test assertion failed"),
            "{folder}: {error}"
        );
    }
    Ok(())
}

/// In every file of the configuration but its tests.
fn replace(terraform: &Terraform, from: &str, to: &str) -> anyhow::Result<()> {
    let mut places = 0;
    for file in std::fs::read_dir(terraform.path(""))? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            let text = std::fs::read_to_string(&path)?;
            places += text.matches(from).count();
            std::fs::write(&path, text.replace(from, to))?;
        }
    }
    ensure!(places > 0, "`{from}` is nowhere in the example");
    Ok(())
}

#[test]
fn an_example_without_tests_is_noticed() -> anyhow::Result<()> {
    let sandbox = Sandbox::start(&[])?;
    let terraform = opened("examples/quickstart", &sandbox)?;
    std::fs::remove_file(terraform.path("quickstart.tftest.hcl"))?;
    let error = passes(&terraform).err().context("no tests, and no error")?;
    assert!(
        format!("{error}").contains("write a `.tftest.hcl`"),
        "{error}"
    );
    Ok(())
}

#[test]
fn the_two_ways_to_import_are_as_they_are_written() -> anyhow::Result<()> {
    const FOLDER: &str = "examples/resources/circuitbreaker_monitor";
    const ADDRESS: &str = "circuitbreaker_monitor.bank_errors";
    /// The id in the examples.
    const ID: &str = "1234567";
    let read = |file: &str| std::fs::read_to_string(tools::repository().join(FOLDER).join(file));
    let sandbox = Sandbox::start(&[])?;
    let terraform = opened(FOLDER, &sandbox)?;
    let provider = "provider \"circuitbreaker\" {\n  sns_topic = \"dd-circuit-breaker\"\n}\n";
    terraform.write("provider.tf", provider)?;
    terraform.apply()?;
    let shown = terraform.must(&["state", "show", ADDRESS])?;
    let id = shown
        .lines()
        .find_map(|line| line.trim().strip_prefix("id "));
    let id: String = id
        .context("an id")?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();

    terraform.must(&["state", "rm", ADDRESS])?;
    let script = read("import.sh")?;
    let command = script.lines().find(|line| line.starts_with("terraform "));
    let command = command.context("a command")?.replace(ID, &id);
    let arguments: Vec<&str> = command.split_whitespace().skip(1).collect();
    terraform.must(&arguments)?;
    let plan = terraform.plan()?;
    assert_eq!(plan.code, 0, "after {command}:\n{}", plan.text);

    terraform.must(&["state", "rm", ADDRESS])?;
    terraform.write("import.tf", &read("import.tf")?.replace(ID, &id))?;
    let plan = terraform.plan()?;
    let wanted = "1 to import, 0 to add, 0 to change, 0 to destroy";
    assert!(plan.text.contains(wanted), "{}", plan.text);
    terraform.must(&["apply", "-input=false", "-auto-approve"])?;
    assert_eq!(terraform.plan()?.code, 0);
    Ok(())
}
