//! Compressed instructions (C): each stands for one of 32 bits, and becomes it when it is decoded.
//! Nothing else knows of them: a program cell carries where the next instruction is.
//!
//! Chapter "C" of the RISC-V unprivileged manual, version 2.0, for RV64. Those of floating point do not
//! expand; nor do reserved encodings. Hints expand to instructions that change nothing but the sink.

/// Field `count` bits wide at `from` of a halfword, moved to `to`.
type Piece = (u32, u32, u32);

/// The immediate made of `pieces` of `c`.
fn gather(c: u32, pieces: &[Piece]) -> u32 {
    pieces.iter().fold(0, |all, &(from, count, to)| all | (c >> from & ((1 << count) - 1)) << to)
}

/// The same, its highest bit `top` being a sign.
fn gather_signed(c: u32, pieces: &[Piece], top: u32) -> u32 {
    let unused = 31 - top;
    ((gather(c, pieces) << unused).cast_signed() >> unused).cast_unsigned()
}

fn i_type(opcode: u32, funct3: u32, rd: u32, rs1: u32, imm: u32) -> u32 {
    (imm & 0xfff) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
}

fn r_type(opcode: u32, funct3: u32, funct7: u32, (rd, rs1, rs2): (u32, u32, u32)) -> u32 {
    funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
}

fn s_type(funct3: u32, rs1: u32, rs2: u32, imm: u32) -> u32 {
    (imm >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (imm & 31) << 7 | STORE
}

fn b_type(funct3: u32, rs1: u32, offset: u32) -> u32 {
    let (high, low) = ((offset >> 12 & 1) << 31 | (offset >> 5 & 0x3f) << 25, offset >> 1 & 15);
    high | rs1 << 15 | funct3 << 12 | low << 8 | (offset >> 11 & 1) << 7 | BRANCH
}

fn jal(rd: u32, offset: u32) -> u32 {
    let high = (offset >> 20 & 1) << 31 | (offset >> 1 & 0x3ff) << 21 | (offset >> 11 & 1) << 20;
    high | (offset >> 12 & 0xff) << 12 | rd << 7 | JAL
}

const LOAD: u32 = 0x03;
const OP_IMM: u32 = 0x13;
const OP_IMM_32: u32 = 0x1b;
const STORE: u32 = 0x23;
const OP: u32 = 0x33;
const LUI: u32 = 0x37;
const OP_32: u32 = 0x3b;
const BRANCH: u32 = 0x63;
const JALR: u32 = 0x67;
const JAL: u32 = 0x6f;
const EBREAK: u32 = 0x0010_0073;
const SP: u32 = 2;

/// Offsets, by instruction format of the manual.
const CL_WORD: &[Piece] = &[(10, 3, 3), (6, 1, 2), (5, 1, 6)];
const CL_DOUBLE: &[Piece] = &[(10, 3, 3), (5, 2, 6)];
const CI_6: &[Piece] = &[(12, 1, 5), (2, 5, 0)];
const CI_WORD: &[Piece] = &[(12, 1, 5), (4, 3, 2), (2, 2, 6)];
const CI_DOUBLE: &[Piece] = &[(12, 1, 5), (5, 2, 3), (2, 3, 6)];
const CI_16SP: &[Piece] = &[(12, 1, 9), (6, 1, 4), (5, 1, 6), (3, 2, 7), (2, 1, 5)];
const CSS_WORD: &[Piece] = &[(9, 4, 2), (7, 2, 6)];
const CSS_DOUBLE: &[Piece] = &[(10, 3, 3), (7, 3, 6)];
const CIW: &[Piece] = &[(11, 2, 4), (7, 4, 6), (6, 1, 2), (5, 1, 3)];
const CB: &[Piece] = &[(12, 1, 8), (10, 2, 3), (5, 2, 6), (3, 2, 1), (2, 1, 5)];
const CJ: &[Piece] =
    &[(12, 1, 11), (11, 1, 4), (9, 2, 8), (8, 1, 10), (7, 1, 6), (6, 1, 7), (3, 3, 1), (2, 1, 5)];

/// Whether the instruction that begins with this halfword has 16 bits.
pub const fn is_compressed(low: u16) -> bool {
    low & 3 != 3
}

/// What begins with the halfword `low`, `high` being the halfword after it if there is one: `low` alone where
/// it is a compressed instruction or the last halfword, else both.
pub fn code_at(low: u16, high: Option<u16>) -> u32 {
    let high = high.filter(|_| !is_compressed(low)).unwrap_or(0);
    u32::from(low) | u32::from(high) << 16
}

/// The instruction of 32 bits that `c` stands for; `None` where it is reserved, or one of floating point.
pub fn expand(c: u16) -> Option<u32> {
    let c = u32::from(c);
    match c & 3 {
        0 => quadrant_0(c),
        1 => quadrant_1(c),
        2 => quadrant_2(c),
        _ => None,
    }
}

/// One of the eight registers x8 to x15.
fn short(c: u32, at: u32) -> u32 {
    8 + (c >> at & 7)
}

fn quadrant_0(c: u32) -> Option<u32> {
    let (rs1, other) = (short(c, 7), short(c, 2));
    Some(match c >> 13 {
        // C.ADDI4SPN; an immediate of 0 is reserved, the all-zero halfword among them.
        0 if gather(c, CIW) != 0 => i_type(OP_IMM, 0, other, SP, gather(c, CIW)),
        2 => i_type(LOAD, 2, other, rs1, gather(c, CL_WORD)),
        3 => i_type(LOAD, 3, other, rs1, gather(c, CL_DOUBLE)),
        6 => s_type(2, rs1, other, gather(c, CL_WORD)),
        7 => s_type(3, rs1, other, gather(c, CL_DOUBLE)),
        _ => return None,
    })
}

fn quadrant_1(c: u32) -> Option<u32> {
    let rd = c >> 7 & 31;
    let imm = gather_signed(c, CI_6, 5);
    Some(match c >> 13 {
        0 => i_type(OP_IMM, 0, rd, rd, imm),
        1 if rd != 0 => i_type(OP_IMM_32, 0, rd, rd, imm),
        2 => i_type(OP_IMM, 0, rd, 0, imm),
        3 if imm == 0 => return None,
        3 if rd == SP => i_type(OP_IMM, 0, SP, SP, gather_signed(c, CI_16SP, 9)),
        3 => imm << 12 | rd << 7 | LUI,
        4 => return arithmetic(c),
        5 => jal(0, gather_signed(c, CJ, 11)),
        6 => b_type(0, short(c, 7), gather_signed(c, CB, 8)),
        7 => b_type(1, short(c, 7), gather_signed(c, CB, 8)),
        _ => return None,
    })
}

/// C.SRLI to C.ADDW: the short register at 7 with an immediate or another short register.
fn arithmetic(c: u32) -> Option<u32> {
    let (rd, rs2) = (short(c, 7), short(c, 2));
    let all = (rd, rd, rs2);
    let (shift, imm) = (gather(c, CI_6), gather_signed(c, CI_6, 5));
    Some(match (c >> 10 & 3, c >> 12 & 1, c >> 5 & 3) {
        (0, ..) => i_type(OP_IMM, 5, rd, rd, shift),
        (1, ..) => i_type(OP_IMM, 5, rd, rd, shift | 0x400),
        (2, ..) => i_type(OP_IMM, 7, rd, rd, imm),
        (3, 0, 0) => r_type(OP, 0, 0x20, all),
        (3, 0, 1) => r_type(OP, 4, 0, all),
        (3, 0, 2) => r_type(OP, 6, 0, all),
        (3, 0, 3) => r_type(OP, 7, 0, all),
        (3, 1, 0) => r_type(OP_32, 0, 0x20, all),
        (3, 1, 1) => r_type(OP_32, 0, 0, all),
        _ => return None,
    })
}

fn quadrant_2(c: u32) -> Option<u32> {
    let (rd, rs2) = (c >> 7 & 31, c >> 2 & 31);
    Some(match c >> 13 {
        0 => i_type(OP_IMM, 1, rd, rd, gather(c, CI_6)),
        2 if rd != 0 => i_type(LOAD, 2, rd, SP, gather(c, CI_WORD)),
        3 if rd != 0 => i_type(LOAD, 3, rd, SP, gather(c, CI_DOUBLE)),
        4 => match (c >> 12 & 1, rd, rs2) {
            (0, 0, 0) => return None,
            (0, rs1, 0) => i_type(JALR, 0, 0, rs1, 0),
            (0, ..) => r_type(OP, 0, 0, (rd, 0, rs2)),
            (_, 0, 0) => EBREAK,
            (_, rs1, 0) => i_type(JALR, 0, 1, rs1, 0),
            (..) => r_type(OP, 0, 0, (rd, rd, rs2)),
        },
        6 => s_type(2, SP, rs2, gather(c, CSS_WORD)),
        7 => s_type(3, SP, rs2, gather(c, CSS_DOUBLE)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::instr::decode;

    /// Each mnemonic with a halfword as the GNU assembler encodes it at address 0x1000, and the
    /// instruction that it stands for.
    #[rustfmt::skip]
    const HALFWORDS: &[(&str, u16, &str)] = &[
        ("c.addi4spn a0, sp, 1020", 0x1fe8, "addi a0, sp, 1020"),
        ("c.lw a0, 124(a1)",        0x5de8, "lw a0, 124(a1)"),
        ("c.ld a0, 248(a1)",        0x7de8, "ld a0, 248(a1)"),
        ("c.sw a0, 124(a1)",        0xdde8, "sw a0, 124(a1)"),
        ("c.sd a0, 248(a1)",        0xfde8, "sd a0, 248(a1)"),
        ("c.nop",                   0x0001, "nop"),
        ("c.addi a0, -32",          0x1501, "addi a0, a0, -32"),
        ("c.addiw a0, 31",          0x257d, "addiw a0, a0, 31"),
        ("c.li a0, -1",             0x557d, "addi a0, zero, -1"),
        ("c.addi16sp sp, -512",     0x7101, "addi sp, sp, -512"),
        ("c.lui a0, 0xfffe0",       0x7501, "li a0, 0xfffffffffffe0000"),
        ("c.srli a0, 63",           0x917d, "srli a0, a0, 63"),
        ("c.srai a0, 1",            0x8505, "srai a0, a0, 1"),
        ("c.andi a0, -32",          0x9901, "andi a0, a0, -32"),
        ("c.sub a0, a1",            0x8d0d, "sub a0, a0, a1"),
        ("c.xor a0, a1",            0x8d2d, "xor a0, a0, a1"),
        ("c.or a0, a1",             0x8d4d, "or a0, a0, a1"),
        ("c.and a0, a1",            0x8d6d, "and a0, a0, a1"),
        ("c.subw a0, a1",           0x9d0d, "subw a0, a0, a1"),
        ("c.addw a0, a1",           0x9d2d, "addw a0, a0, a1"),
        ("c.j .-2048",              0xb001, "jal zero, 0x800"),
        ("c.beqz a0, .+254",        0xcd7d, "beq a0, zero, 0x10fe"),
        ("c.bnez a0, .-256",        0xf101, "bne a0, zero, 0xf00"),
        ("c.slli a0, 63",           0x157e, "slli a0, a0, 63"),
        ("c.lwsp a0, 252(sp)",      0x557e, "lw a0, 252(sp)"),
        ("c.ldsp a0, 504(sp)",      0x757e, "ld a0, 504(sp)"),
        ("c.jr a0",                 0x8502, "jalr zero, 0(a0)"),
        ("c.mv a0, a1",             0x852e, "add a0, zero, a1"),
        ("c.ebreak",                0x9002, "ebreak"),
        ("c.jalr a0",               0x9502, "jalr ra, 0(a0)"),
        ("c.add a0, a1",            0x952e, "add a0, a0, a1"),
        ("c.swsp a0, 252(sp)",      0xdfaa, "sw a0, 252(sp)"),
        ("c.sdsp a0, 504(sp)",      0xffaa, "sd a0, 504(sp)"),
    ];

    #[test]
    fn every_mnemonic_expands_to_what_it_stands_for() {
        for &(name, halfword, text) in HALFWORDS {
            let placed = decode(halfword, None, 0x1000).expect(name);
            assert_eq!((placed.instr.to_string().as_str(), placed.next), (text, 0x1002), "{name}");
        }
    }

    #[test]
    fn reserved_encodings_and_floats_do_not_expand() {
        // Zero, C.ADDI4SPN of 0, C.FLD, C.FSD, the reserved quarter, C.ADDIW to x0, C.ADDI16SP and C.LUI
        // of 0, reserved arithmetic, C.FLDSP, C.LWSP and C.LDSP to x0, C.JR x0, C.FSDSP.
        let reserved = [
            0x0000, 0x0004, 0x2000, 0xa000, 0x8000, 0x2001, 0x6101, 0x6001, 0x9c41, 0x9c61, 0x2002, 0x4002,
            0x6002, 0x8002, 0xa002,
        ];
        for c in reserved {
            assert_eq!(expand(c), None, "{c:#06x}");
        }
    }

    /// All halfwords: those that expand do so to an instruction that decodes.
    #[test]
    fn what_expands_decodes() {
        let expanded = (0..=u16::MAX).filter(|&c| is_compressed(c)).filter_map(|c| Some((c, expand(c)?)));
        let mut count = 0;
        for (c, word) in expanded {
            assert!(decode(word as u16, Some((word >> 16) as u16), 0x1_0000).is_some(), "{c:#06x}");
            count += 1;
        }
        assert!((30_000..40_000).contains(&count), "{count}");
    }
}
