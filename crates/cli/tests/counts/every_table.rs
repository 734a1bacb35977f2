//! A program with a row in each table of the machine.

use dyad_program::testing::{DATA, asm::*, program};

/// What it reads: two cells and a byte.
pub const INPUT: &[u8] = b"seventeen letters";

/// Its ELF file.
pub fn elf() -> Vec<u8> {
    let instructions = vec![
        lui(T0, 5),
        addi(T0, T0, 7),
        and(T1, T0, A1),
        xor(T1, T1, T0),
        sll(T2, T1, T0),
        srl(T2, T2, T0),
        slt(T2, T2, T0),
        bne(ZERO, ZERO, 8),
        blt(ZERO, ZERO, 8),
        jal(ZERO, 4),
        auipc(T2, 0),
        jalr(RA, T2, 8),
        ld(T2, A1, 0),
        lw(T2, A1, 6),
        sd(T2, A1, 8),
        sw(T2, A1, 14),
        mul(T2, T0, T0),
        mulhu(T2, T2, T0),
        divu(T2, T0, T1),
        sh1add(T2, T0, T1),
        rol(T2, T2, T0),
        min(T2, T2, T0),
        clz(T2, T2),
        pack(T2, T2, T0),
        rev8(T2, T2),
        bset(T2, T2, T0),
        czero_eqz(T2, T2, T0),
        lr_d(T2, A1),
        sc_d(T2, T0, A1),
        amoadd_d(T2, T0, A1),
        sd(T0, SP, -8),
    ];
    let call = |number, file| syscall(number, file, DATA + 32, INPUT.len() as u64);
    // Up to a multiple of eight bytes of output: the last of these completes eight.
    let more = syscall(64, 1, DATA + 33, 7);
    let start = [li(A1, DATA), li(SP, 0x20_0000), instructions].concat();
    let code = [start, call(63, 0), call(64, 1), more, call(64, 2), exit(0)];
    program(&code.concat(), &[1; 64])
}
