//! Compiles the protocol files with protox, so that a build needs no `protoc`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=proto");
    let files = protox::compile(["proto/plugin.proto", "proto/tfplugin6.proto"], ["proto"])?;
    // The clients serve the tests; a release drops them as dead code.
    tonic_prost_build::configure()
        .build_transport(false)
        .compile_fds(files)?;
    Ok(())
}
