# One line each; what they do is said in CONTRIBUTING.md. `make demo` and `make test` set up what they need.
.PHONY: build test conformance simulate lint demo demo-loop bless bench bench-codegen bench-dispatcher bench-provider proof lambda clean
build: ; cargo build --workspace --locked
test: ; bash tests/run.sh
conformance: build ; bash tests/conformance.sh
simulate: ; bash tests/simulate.sh
lint: ; cargo fmt --all --check && cargo fmt --manifest-path tests/simulate/Cargo.toml --check && cargo clippy --workspace --all-targets --locked -- -D warnings
demo-loop: build ; $${CARGO_TARGET_DIR:-target}/debug/cb-demo-loop
demo: build ; $${CARGO_TARGET_DIR:-target}/debug/cb-demo
bless: build ; bash tests/bless.sh
bench: ; bash tests/bench/run.sh
bench-codegen: ; bash tests/bench/codegen.sh
bench-dispatcher: ; bash tests/bench/dispatcher.sh
bench-provider: ; bash tests/bench/provider.sh
lambda: ; bash dispatcher/build.sh
proof: ; CB_LOAD=1 CB_FUZZ=2000 CB_KILLS=200 CB_MUTANTS=1 CB_SCHEDULES=10000 PROPTEST_CASES=4096 CB_LIMIT_PERIOD_S=10 bash tests/run.sh && PROPTEST_CASES=100000 cargo test --workspace --locked --lib random:: -- --nocapture && bash tests/bench/run.sh
clean: ; cargo clean
