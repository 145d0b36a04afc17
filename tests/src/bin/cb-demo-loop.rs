//! `make demo-loop`.

fn main() -> anyhow::Result<()> {
    tests::closed_loop::run()
}
