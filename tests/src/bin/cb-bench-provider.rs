//! `make bench-provider`: the provider, its peer where `PEER` names its binary, and Terraform's floor, in
//! alternating runs against one API server.

use tests::bench;

fn main() -> anyhow::Result<()> {
    let peer = std::env::var_os("PEER").map(std::path::PathBuf::from);
    let rounds = std::env::var("ROUNDS")
        .ok()
        .map_or(Ok(3), |text| text.parse())?;
    let sizes = std::env::var("SIZES").unwrap_or_else(|_| "1 100 1000".to_owned());
    let sizes = sizes
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<Vec<usize>, _>>()?;
    bench::provider(peer, &sizes, rounds)
}
