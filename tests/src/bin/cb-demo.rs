//! `make demo`.

fn main() -> anyhow::Result<()> {
    tests::demo::run()
}
