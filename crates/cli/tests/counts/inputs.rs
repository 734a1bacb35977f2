//! Inputs for the programs of the benchmark, each for about 100 000 cycles. They never change.

use std::fmt::Write as _;

/// Names of examples, and their inputs.
pub fn all() -> [(&'static str, Vec<u8>); 6] {
    [
        ("loops", b"6000".to_vec()),
        ("multiply", b"7000".to_vec()),
        ("fibonacci", b"15000".to_vec()),
        ("sha256", noise().take(2000).map(|n| n as u8).collect()),
        ("json", document(40)),
        ("sort", noise().take(200).flat_map(|n| format!("{n:016x}\n").into_bytes()).collect()),
    ]
}

/// Steps of a generator that starts always at the same place.
fn noise() -> impl Iterator<Item = u64> {
    std::iter::successors(Some(0x9e37_79b9_7f4a_7c15_u64), |state| {
        let x = state ^ state << 13;
        let x = x ^ x >> 7;
        Some(x ^ x << 17)
    })
}

fn document(items: usize) -> Vec<u8> {
    let mut text = String::from(r#"{"items": ["#);
    for (i, n) in noise().take(items).enumerate() {
        write!(text, r#"{{"id": {i}, "tag": "{n:x}", "price": {}, "ok": {}}}, "#, n % 1_000_000, n % 2 == 0)
            .unwrap();
    }
    text.push_str(r#"null], "name": "Ada"}"#);
    text.into_bytes()
}
