//! Names that the tools of a language do not take for a service: data for the rows in `mod`.

/// Strict and reserved keywords up to edition 2024 that are legal DNS labels.
pub(super) const RUST_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// What `cargo new` refuses besides: crates of the compiler, folders of cargo's own below `target`.
pub(super) const CARGO_NAMES: &[&str] = &[
    "alloc",
    "build",
    "core",
    "deps",
    "examples",
    "incremental",
    "proc-macro",
    "std",
    "test",
];

/// The modules of Node itself (`require("node:module").builtinModules`), of which npm takes none for a package. Keywords are free: the
/// service's name stands in `package.json` alone.
pub(super) const NPM_NAMES: &[&str] = &[
    "assert",
    "buffer",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "sys",
    "timers",
    "tls",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "zlib",
];

/// What stands in the scaffold's `package.json`.
pub(super) const NPM_PACKAGES: &[&str] = &[
    "fastify",
    "light-my-request",
    "pino",
    "prettier",
    "redis",
    "standardwebhooks",
    "typescript",
];

/// `go list std`, the names without a slash: a module of that path is ambiguous. Keywords are free: the service's name never stands
/// for a package in the sources.
pub(super) const GO_PACKAGES: &[&str] = &[
    "bufio", "bytes", "cmp", "context", "crypto", "embed", "encoding", "errors", "expvar", "flag",
    "fmt", "hash", "html", "image", "io", "iter", "log", "maps", "math", "mime", "net", "os",
    "path", "plugin", "reflect", "regexp", "runtime", "slices", "sort", "strconv", "strings",
    "structs", "sync", "syscall", "testing", "time", "unicode", "unique", "unsafe", "weak",
];

/// Patterns and paths that `go help packages` keeps for itself, and what `go mod` refuses.
pub(super) const GO_NAMES: &[&str] = &[
    "all",
    "cmd",
    "go",
    "std",
    "tool",
    "toolchain",
    "vendor",
    "work",
];

/// What the scaffold's `pyproject.toml` asks for, and what that brings along. Keywords are free: the package is called `service`
/// whatever the service's name.
pub(super) const PYPI_PACKAGES: &[&str] = &[
    "annotated-doc",
    "annotated-types",
    "anyio",
    "certifi",
    "click",
    "fastapi",
    "h11",
    "httpcore",
    "httpx",
    "idna",
    "iniconfig",
    "opentelemetry-api",
    "packaging",
    "pip",
    "pluggy",
    "pydantic",
    "pydantic-core",
    "pygments",
    "pytest",
    "redis",
    "ruff",
    "setuptools",
    "standardwebhooks",
    "starlette",
    "typing-extensions",
    "typing-inspection",
    "uvicorn",
];
