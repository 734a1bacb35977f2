//! The header for C is the one made from the constants.

use std::{env, fs, path::Path};

/// Run with `BLESS=1` in the environment to write the file anew.
#[test]
fn the_header_for_c_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../c/dyad_abi.h");
    if env::var_os("BLESS").is_some() {
        fs::write(&path, dyad_abi::c_header()).expect("the file can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, dyad_abi::c_header(), "set BLESS=1 and run again to write {}", path.display());
}
