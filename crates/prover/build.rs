//! Sets `cfg(kernels = "..")` to the widest of the prover's kernels that the build's target can run.

/// Kernels and the target features that they need, the best first.
const KERNELS: [(&str, &str, &[&str]); 3] = [
    ("avx512", "x86_64", &["avx512f", "avx512bw", "avx512vbmi", "gfni", "vpclmulqdq"]),
    ("avx2", "x86_64", &["avx2", "pclmulqdq"]),
    ("neon", "aarch64", &["neon", "aes"]),
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(kernels, values(\"avx512\", \"avx2\", \"neon\", \"portable\"))");
    let is = |variable: &str, value: &str| {
        std::env::var(variable).is_ok_and(|v| v.split(',').any(|part| part == value))
    };
    let fits = |architecture: &str, features: &[&str]| {
        is("CARGO_CFG_TARGET_ARCH", architecture)
            && is("CARGO_CFG_TARGET_ENDIAN", "little")
            && features.iter().all(|feature| is("CARGO_CFG_TARGET_FEATURE", feature))
    };
    let best = KERNELS.iter().find(|(_, architecture, features)| fits(architecture, features));
    println!("cargo::rustc-cfg=kernels=\"{}\"", best.map_or("portable", |(name, ..)| name));
}
