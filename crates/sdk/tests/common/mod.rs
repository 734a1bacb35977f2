//! A program for tests of whole proofs.

use dyad_program::testing::{DATA, asm::*, program};

/// The ELF file of a program that reads eight bytes and takes `turns` turns of a loop over most kinds
/// of instructions, 14 a turn, with loads and stores at new addresses.
pub fn looping(turns: u64) -> Vec<u8> {
    let code = [
        syscall(63, 0, DATA, 8),
        li(S0, DATA),
        li(S1, turns),
        vec![
            ld(T0, S0, 0),
            mul(T1, T0, S1),
            mulhu(T2, T0, T1),
            div(T0, T2, S1),
            srl(T0, T0, S1),
            sll(T1, T1, S1),
            slt(T2, T0, T1),
            xor(T0, T0, T1),
            and(T2, T0, T2),
            add(T0, T0, T2),
            sd(T0, S0, 8),
            addi(S0, S0, 8),
            addi(S1, S1, -1),
            bne(S1, ZERO, -52),
        ],
        syscall(64, 1, DATA + 8, 8),
        exit(0),
    ];
    program(&code.concat(), &[0; 16])
}
