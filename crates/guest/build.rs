//! Puts the linker script where the linker looks for it: `dyad build` passes `-Tdyad.ld`.

use std::{env, fs, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=dyad.ld");
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("none") {
        let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
        fs::write(out.join("dyad.ld"), include_str!("dyad.ld")).expect("OUT_DIR is writable");
        println!("cargo:rustc-link-search={}", out.display());
    }
}
