//! Sets `cfg(wide)` where the build may use the instructions of the 512-bit kernels.

/// What `kernels::avx512` needs.
const FEATURES: [&str; 5] = ["avx512f", "avx512bw", "avx512vbmi", "gfni", "vpclmulqdq"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(wide)");
    let is = |variable: &str, value: &str| {
        std::env::var(variable).is_ok_and(|v| v.split(',').any(|part| part == value))
    };
    if is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && FEATURES.iter().all(|feature| is("CARGO_CFG_TARGET_FEATURE", feature))
    {
        println!("cargo::rustc-cfg=wide");
    }
}
