//! The assembler for tests against words that the GNU assembler encoded.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

mod atomic;
mod base;
mod bits;
mod compressed;

use std::fmt::LowerHex;

use dyad_program::testing::Code;
use dyad_program::testing::asm::*;

/// Each word once: two texts with one encoding would hide a field that is ignored.
fn check<T: LowerHex + Ord + Copy>(words: &[(&str, T, T)]) {
    for (text, ours, theirs) in words {
        assert_eq!(format!("{ours:#x}"), format!("{theirs:#x}"), "{text}");
    }
    let all: std::collections::BTreeSet<T> = words.iter().map(|word| word.2).collect();
    assert_eq!(all.len(), words.len());
}

#[test]
fn instructions_are_encoded_as_by_others() {
    check(&[base::words(), atomic::words(), bits::words()].concat());
}

#[test]
fn compressed_instructions_are_encoded_as_by_others() {
    check(&compressed::words());
}

/// Whether encoding panics, quietly.
fn refuses<T>(encode: impl FnOnce() -> T + std::panic::UnwindSafe) -> bool {
    std::panic::catch_unwind(encode).is_err()
}

#[test]
fn operands_that_do_not_fit_are_refused() {
    assert!(refuses(|| addi(A0, A0, 2048)) && refuses(|| add(32, A0, A0)) && refuses(|| slliw(A0, A0, 32)));
    assert!(refuses(|| beq(A0, A0, 3)) && refuses(|| beq(A0, A0, 4096)) && refuses(|| jal(RA, 1 << 20)));
    assert!(refuses(|| c_lw(S0, S0, 128)) && refuses(|| c_lw(S0, S0, 2)) && refuses(|| c_lw(T0, S0, 4)));
    assert!(refuses(|| c_ld(S0, S0, 4)) && refuses(|| c_lwsp(A0, 256)) && refuses(|| c_sdsp(A0, 512)));
    assert!(refuses(|| c_addi(A0, 32)) && refuses(|| c_j(2048)) && refuses(|| c_beqz(S0, 256)));
    assert!(refuses(|| c_j(1)) && refuses(|| c_addi16sp(8)) && refuses(|| c_slli(A0, 64)));
    // Reserved, or another instruction.
    assert!(refuses(|| c_addi4spn(S0, 0)) && refuses(|| c_addi16sp(0)) && refuses(|| c_lui(SP, 1)));
    assert!(refuses(|| c_lui(A0, 0)) && refuses(|| c_addiw(ZERO, 1)) && refuses(|| c_lwsp(ZERO, 0)));
    assert!(refuses(|| c_jr(ZERO)) && refuses(|| c_mv(A0, ZERO)) && refuses(|| c_add(A0, ZERO)));
}

#[test]
fn code_is_laid_out_in_half_words() {
    let mut code = Code::from(c_li(A0, 1));
    code.push32(0x1234_5678);
    code.append([0x9abc_def0]);
    code.push16(c_nop());
    assert_eq!(code.size(), 12);
    assert_eq!(code.halves()[..3], [0x4505, 0x5678, 0x1234]);
    assert_eq!(code.bytes()[2..], [0x78, 0x56, 0x34, 0x12, 0xf0, 0xde, 0xbc, 0x9a, 0x01, 0]);
}
