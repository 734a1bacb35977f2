//! Decoding and `execute` against words and values taken from the RISC-V manual.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::*;
use crate::instr::{CellWords, Field, Placed, decode as decode_halves};
use crate::list::execute;

/// The instruction of 32 bits that `word` encodes.
fn decode(word: u32, pc: u32) -> Option<Instr> {
    let placed = decode_halves(word as u16, Some((word >> 16) as u16), pc)?;
    assert_eq!((placed.pc, placed.next), (pc, pc + 4));
    Some(placed.instr)
}

const MINUS_1: u64 = u64::MAX;
const MIN: u64 = 1 << 63;
const MIN_W: u64 = 0xffff_ffff_8000_0000;

/// Each mnemonic with a word as the GNU assembler encodes it at address 0x1000, and what
/// disassembly shows.
#[rustfmt::skip]
const WORDS: &[(&str, u32, &str)] = &[
    ("add",    0x00c5_8533, "add a0, a1, a2"),
    ("sub",    0x40c5_8533, "sub a0, a1, a2"),
    ("addw",   0x00c5_853b, "addw a0, a1, a2"),
    ("subw",   0x40c5_853b, "subw a0, a1, a2"),
    ("addi",   0xff01_0113, "addi sp, sp, -16"),
    ("addiw",  0x7ff5_851b, "addiw a0, a1, 2047"),
    ("fence",  0x0ff0_000f, "nop"),
    ("and",    0x00c5_f533, "and a0, a1, a2"),
    ("or",     0x00c5_e533, "or a0, a1, a2"),
    ("xor",    0x00c5_c533, "xor a0, a1, a2"),
    ("andi",   0x8005_f513, "andi a0, a1, -2048"),
    ("ori",    0x0015_e513, "ori a0, a1, 1"),
    ("xori",   0xfff5_c513, "xori a0, a1, -1"),
    ("sll",    0x00c5_9533, "sll a0, a1, a2"),
    ("srl",    0x00c5_d533, "srl a0, a1, a2"),
    ("sra",    0x40c5_d533, "sra a0, a1, a2"),
    ("sllw",   0x00c5_953b, "sllw a0, a1, a2"),
    ("srlw",   0x00c5_d53b, "srlw a0, a1, a2"),
    ("sraw",   0x40c5_d53b, "sraw a0, a1, a2"),
    ("slli",   0x03f5_9513, "slli a0, a1, 63"),
    ("srli",   0x0205_d513, "srli a0, a1, 32"),
    ("srai",   0x43f5_d513, "srai a0, a1, 63"),
    ("slliw",  0x01f5_951b, "slliw a0, a1, 31"),
    ("srliw",  0x01f5_d51b, "srliw a0, a1, 31"),
    ("sraiw",  0x41f5_d51b, "sraiw a0, a1, 31"),
    ("slt",    0x00c5_a533, "slt a0, a1, a2"),
    ("sltu",   0x00c5_b533, "sltu a0, a1, a2"),
    ("slti",   0xfff5_a513, "slti a0, a1, -1"),
    ("sltiu",  0x0015_b513, "sltiu a0, a1, 1"),
    ("lui",    0x8000_0537, "li a0, 0xffffffff80000000"),
    ("auipc",  0x0000_1517, "li a0, 0x2000"),
    ("beq",    0x00b5_0463, "beq a0, a1, 0x1008"),
    ("bne",    0xfeb5_1ee3, "bne a0, a1, 0xffc"),
    ("blt",    0x00b5_4463, "blt a0, a1, 0x1008"),
    ("bge",    0x00b5_5463, "bge a0, a1, 0x1008"),
    ("bltu",   0x00b5_6463, "bltu a0, a1, 0x1008"),
    ("bgeu",   0x7eb5_7fe3, "bgeu a0, a1, 0x1ffe"),
    ("jal",    0x0080_00ef, "jal ra, 0x1008"),
    ("jalr",   0xff85_80e7, "jalr ra, -8(a1)"),
    ("lb",     0xfff5_8503, "lb a0, -1(a1)"),
    ("lh",     0x0025_9503, "lh a0, 2(a1)"),
    ("lw",     0x0045_a503, "lw a0, 4(a1)"),
    ("ld",     0x0081_3503, "ld a0, 8(sp)"),
    ("lbu",    0x0015_c503, "lbu a0, 1(a1)"),
    ("lhu",    0x0025_d503, "lhu a0, 2(a1)"),
    ("lwu",    0x0045_e503, "lwu a0, 4(a1)"),
    ("sb",     0xfea5_8fa3, "sb a0, -1(a1)"),
    ("sh",     0x00a5_9123, "sh a0, 2(a1)"),
    ("sw",     0x00a5_a223, "sw a0, 4(a1)"),
    ("sd",     0x00a1_3423, "sd a0, 8(sp)"),
    ("mul",    0x02c5_8533, "mul a0, a1, a2"),
    ("mulh",   0x02c5_9533, "mulh a0, a1, a2"),
    ("mulhsu", 0x02c5_a533, "mulhsu a0, a1, a2"),
    ("mulhu",  0x02c5_b533, "mulhu a0, a1, a2"),
    ("mulw",   0x02c5_853b, "mulw a0, a1, a2"),
    ("div",    0x02c5_c533, "div a0, a1, a2"),
    ("divu",   0x02c5_d533, "divu a0, a1, a2"),
    ("rem",    0x02c5_e533, "rem a0, a1, a2"),
    ("remu",   0x02c5_f533, "remu a0, a1, a2"),
    ("divw",   0x02c5_c53b, "divw a0, a1, a2"),
    ("divuw",  0x02c5_d53b, "divuw a0, a1, a2"),
    ("remw",   0x02c5_e53b, "remw a0, a1, a2"),
    ("remuw",  0x02c5_f53b, "remuw a0, a1, a2"),
    ("add.uw",   0x08c5_853b, "add.uw a0, a1, a2"),
    ("sh1add",   0x20c5_a533, "sh1add a0, a1, a2"),
    ("sh2add",   0x20c5_c533, "sh2add a0, a1, a2"),
    ("sh3add",   0x20c5_e533, "sh3add a0, a1, a2"),
    ("sh1add.uw",0x20c5_a53b, "sh1add.uw a0, a1, a2"),
    ("sh2add.uw",0x20c5_c53b, "sh2add.uw a0, a1, a2"),
    ("sh3add.uw",0x20c5_e53b, "sh3add.uw a0, a1, a2"),
    ("slli.uw",  0x0bf5_951b, "slli.uw a0, a1, 63"),
    ("andn",     0x40c5_f533, "andn a0, a1, a2"),
    ("orn",      0x40c5_e533, "orn a0, a1, a2"),
    ("xnor",     0x40c5_c533, "xnor a0, a1, a2"),
    ("rol",      0x60c5_9533, "rol a0, a1, a2"),
    ("ror",      0x60c5_d533, "ror a0, a1, a2"),
    ("rolw",     0x60c5_953b, "rolw a0, a1, a2"),
    ("rorw",     0x60c5_d53b, "rorw a0, a1, a2"),
    ("rori",     0x63f5_d513, "rori a0, a1, 63"),
    ("roriw",    0x61f5_d51b, "roriw a0, a1, 31"),
    ("min",      0x0ac5_c533, "min a0, a1, a2"),
    ("minu",     0x0ac5_d533, "minu a0, a1, a2"),
    ("max",      0x0ac5_e533, "max a0, a1, a2"),
    ("maxu",     0x0ac5_f533, "maxu a0, a1, a2"),
    ("clz",      0x6005_9513, "clz a0, a1"),
    ("ctz",      0x6015_9513, "ctz a0, a1"),
    ("cpop",     0x6025_9513, "cpop a0, a1"),
    ("clzw",     0x6005_951b, "clzw a0, a1"),
    ("ctzw",     0x6015_951b, "ctzw a0, a1"),
    ("cpopw",    0x6025_951b, "cpopw a0, a1"),
    ("sext.b",   0x6045_9513, "sext.b a0, a1"),
    ("sext.h",   0x6055_9513, "sext.h a0, a1"),
    ("pack",     0x08c5_c533, "pack a0, a1, a2"),
    ("packh",    0x08c5_f533, "packh a0, a1, a2"),
    ("packw",    0x08c5_c53b, "packw a0, a1, a2"),
    ("rev8",     0x6b85_d513, "rev8 a0, a1"),
    ("brev8",    0x6875_d513, "brev8 a0, a1"),
    ("orc.b",    0x2875_d513, "orc.b a0, a1"),
    ("bclr",     0x48c5_9533, "bclr a0, a1, a2"),
    ("bext",     0x48c5_d533, "bext a0, a1, a2"),
    ("binv",     0x68c5_9533, "binv a0, a1, a2"),
    ("bset",     0x28c5_9533, "bset a0, a1, a2"),
    ("bclri",    0x4bf5_9513, "bclri a0, a1, 63"),
    ("bexti",    0x4bf5_d513, "bexti a0, a1, 63"),
    ("binvi",    0x6bf5_9513, "binvi a0, a1, 63"),
    ("bseti",    0x2bf5_9513, "bseti a0, a1, 63"),
    ("czero.eqz", 0x0ec5_d533, "czero.eqz a0, a1, a2"),
    ("czero.nez", 0x0ec5_f533, "czero.nez a0, a1, a2"),
    ("lr.w",     0x1005_a52f, "lr.w a0, (a1)"),
    ("lr.d",     0x1005_b52f, "lr.d a0, (a1)"),
    ("sc.w",     0x18c5_a52f, "sc.w a0, a2, (a1)"),
    ("sc.d",     0x18c5_b52f, "sc.d a0, a2, (a1)"),
    ("amoswap.w",0x08c5_a52f, "amoswap.w a0, a2, (a1)"),
    ("amoswap.d",0x08c5_b52f, "amoswap.d a0, a2, (a1)"),
    ("amoadd.w", 0x00c5_a52f, "amoadd.w a0, a2, (a1)"),
    ("amoadd.d", 0x00c5_b52f, "amoadd.d a0, a2, (a1)"),
    ("amoxor.w", 0x20c5_a52f, "amoxor.w a0, a2, (a1)"),
    ("amoxor.d", 0x20c5_b52f, "amoxor.d a0, a2, (a1)"),
    ("amoand.w", 0x60c5_a52f, "amoand.w a0, a2, (a1)"),
    ("amoand.d", 0x60c5_b52f, "amoand.d a0, a2, (a1)"),
    ("amoor.w",  0x40c5_a52f, "amoor.w a0, a2, (a1)"),
    ("amoor.d",  0x40c5_b52f, "amoor.d a0, a2, (a1)"),
    ("amomin.w", 0x80c5_a52f, "amomin.w a0, a2, (a1)"),
    ("amomin.d", 0x80c5_b52f, "amomin.d a0, a2, (a1)"),
    ("amomax.w", 0xa0c5_a52f, "amomax.w a0, a2, (a1)"),
    ("amomax.d", 0xa0c5_b52f, "amomax.d a0, a2, (a1)"),
    ("amominu.w",0xc0c5_a52f, "amominu.w a0, a2, (a1)"),
    ("amominu.d",0xc0c5_b52f, "amominu.d a0, a2, (a1)"),
    ("amomaxu.w",0xe0c5_a52f, "amomaxu.w a0, a2, (a1)"),
    ("amomaxu.d",0xe0c5_b52f, "amomaxu.d a0, a2, (a1)"),
    ("ecall",  0x0000_0073, "ecall"),
    ("ebreak", 0x0010_0073, "ebreak"),
];

fn lines() -> impl Iterator<Item = &'static Encoding> {
    FAMILIES.iter().flat_map(|f| f.encodings)
}

#[test]
fn every_mnemonic_decodes_and_disassembles() {
    let names: Vec<_> = WORDS.iter().map(|w| w.0).collect();
    assert!(lines().all(|e| names.contains(&e.name)), "a mnemonic has no word here");
    assert_eq!(lines().count(), WORDS.len());
    for &(name, word, text) in WORDS {
        let line = lines().find(|e| e.name == name).expect(name);
        assert_eq!(word & line.mask, line.matches, "{name}");
        let instr = decode(word, 0x1000).expect(name);
        assert_eq!((instr.op, instr.kind(), instr.flags()), (line.op, line.kind, line.flags), "{name}");
        assert_eq!(instr.to_string(), text, "{name}");
    }
}

#[test]
fn no_word_matches_two_lines() {
    for (i, a) in lines().enumerate() {
        for b in lines().skip(i + 1) {
            let both = a.mask & b.mask;
            assert_ne!(a.matches & both, b.matches & both, "{} and {}", a.name, b.name);
        }
    }
}

/// Every word with its opcode, funct3 and upper 12 bits among all values, other fields fixed:
/// decoded or not as a second statement of the opcode map says.
#[test]
fn reserved_encodings_are_illegal() {
    let mut legal = 0;
    for opcode in (0..128u32).filter(|opcode| opcode & 3 == 3) {
        for funct3 in 0..8u32 {
            for top in 0..4096u32 {
                let word = opcode | funct3 << 12 | top << 20 | 11 << 15 | 10 << 7;
                let (funct7, funct6) = (top >> 5, top >> 6);
                let unary = [0x600, 0x601, 0x602];
                let expected = match opcode {
                    0x37 | 0x17 | 0x6f => true,
                    0x67 | 0x0f => funct3 == 0,
                    0x63 => funct3 != 2 && funct3 != 3,
                    0x03 => funct3 != 7,
                    0x23 => funct3 < 4,
                    // LR has no rs2; aq and rl may be anything.
                    0x2f if funct3 != 2 && funct3 != 3 => false,
                    0x2f if top >> 7 == 2 => top % 32 == 0,
                    0x2f => [0, 1, 3, 4, 8, 12, 16, 20, 24, 28].contains(&(top >> 7)),
                    0x13 => match funct3 {
                        // SLLI, BSETI, BCLRI, BINVI; CLZ, CTZ, CPOP, SEXT.B, SEXT.H
                        1 => {
                            [0, 0x0a, 0x12, 0x1a].contains(&funct6)
                                || unary.contains(&top)
                                || [0x604, 0x605].contains(&top)
                        }
                        // SRLI, SRAI, BEXTI, RORI; ORC.B, BREV8, REV8
                        5 => [0, 0x10, 0x12, 0x18].contains(&funct6) || [0x287, 0x687, 0x6b8].contains(&top),
                        _ => true,
                    },
                    0x1b => match funct3 {
                        0 => true,
                        1 => funct7 == 0 || funct6 == 2 || unary.contains(&top),
                        5 => [0, 0x20, 0x30].contains(&funct7),
                        _ => false,
                    },
                    0x33 => match funct7 {
                        0 | 1 => true,
                        4 => [4, 7].contains(&funct3),
                        5 => funct3 >= 4,
                        7 => [5, 7].contains(&funct3),
                        0x10 => [2, 4, 6].contains(&funct3),
                        0x14 | 0x34 => funct3 == 1,
                        0x20 => [0, 4, 5, 6, 7].contains(&funct3),
                        0x24 | 0x30 => [1, 5].contains(&funct3),
                        _ => false,
                    },
                    0x3b => match funct7 {
                        0 => [0, 1, 5].contains(&funct3),
                        1 => [0, 4, 5, 6, 7].contains(&funct3),
                        4 => [0, 4].contains(&funct3),
                        0x10 => [2, 4, 6].contains(&funct3),
                        0x20 => [0, 5].contains(&funct3),
                        0x30 => [1, 5].contains(&funct3),
                        _ => false,
                    },
                    _ => false,
                };
                assert_eq!(decode(word, 0x1000).is_some(), expected, "{word:#010x}");
                legal += u32::from(expected);
            }
        }
    }
    assert!(legal > 0);
    // System instructions are whole words: with a register in any field they are others.
    assert!([0x0000_0073, 0x0010_0073].iter().all(|&w| decode(w, 0).is_some()));
    assert!(
        [0x0000_00f3, 0x0000_80f3, 0x0020_0073, 0x3020_0073, 0x1050_0073, 0xc000_2573, 0x0000_1073]
            .iter()
            .all(|&w| decode(w, 0).is_none())
    );
    assert!([0, u32::MAX, 0x0000_100f].iter().all(|&w| decode(w, 0).is_none()));
}

#[test]
fn x0_as_destination_is_the_sink_and_missing_registers_are_0() {
    let add = decode(0x00c5_8033, 0).expect("add x0, a1, a2");
    assert_eq!((add.rd, add.rs1, add.rs2), (SINK, 11, 12));
    let fence = decode(0x0ff5_858f, 0).expect("fence with register fields");
    assert_eq!(fence, Instr { op: Op::Add, rd: SINK, rs1: 0, rs2: 0, imm: 0 });
    let store = decode(0x00a1_3423, 0).expect("sd");
    assert_eq!((store.rd, store.rs1, store.rs2, store.imm), (SINK, 2, 10, 8));
    let lui = decode(0x8000_0537, 0).expect("lui");
    assert_eq!((lui.rd, lui.rs1, lui.rs2), (10, 0, 0));
}

#[test]
fn targets_outside_32_bits_are_nowhere() {
    let back = 0xfeb5_1ee3; // bne, pc - 4
    assert_eq!(decode(back, 4).expect("bne").imm, 0);
    assert_eq!(decode(back, 0).expect("bne").imm, u64::from(NOWHERE));
    let ahead = 0x0080_00ef; // jal, pc + 8
    assert_eq!(decode(ahead, 0xffff_fff4).expect("jal").imm, 0xffff_fffc);
    assert_eq!(decode(ahead, 0xffff_fff8).expect("jal").imm, u64::from(NOWHERE));
    assert_eq!(decode(ahead, 0xffff_fffc), None);
    assert_eq!(decode(ahead, 0x1002).expect("jal").imm, 0x100a);
    assert_eq!(decode(ahead, 0x1001), None);
    assert_eq!(decode_halves(ahead as u16, None, 0x1000), None);
    // jal with the least and the greatest offset
    assert_eq!(decode(0x8000_006f, 0x10_0000).expect("jal").imm, 0);
    assert_eq!(decode(0x7fff_f06f, 0x1000).expect("jal").imm, 0x10_0ffe);
}

#[test]
fn upper_immediates_cover_33_bits_and_sign() {
    let auipc = |top: u32, pc| decode(top << 12 | 0x517, pc).expect("auipc").imm;
    assert_eq!(auipc(0x80000, 0x1000), 0x1000u64.wrapping_sub(1 << 31));
    assert_eq!(auipc(0x7ffff, 0xffff_fff8), 0x1_7fff_eff8);
    assert_eq!(auipc(0xfffff, 0x1000), 0);
}

#[test]
fn words_hold_the_whole_instruction() {
    assert_eq!(Field::ALL.iter().map(|f| f.bits).sum::<u32>(), 32);
    let starts = Field::ALL.iter().map(|f| f.at);
    assert!(starts.skip(1).eq(Field::ALL.iter().map(|f| f.at + f.bits).take(6)), "a gap between fields");
    for &(name, word, _) in WORDS {
        for (pc, next) in [(0x1000, 0x1002), (0xffff_fff8, 0x1234_5678)] {
            let instr = decode(word, pc).expect(name);
            let CellWords { pc: at, w0, w1 } = Placed { pc, next, instr }.words();
            let field = |f: Field| u64::from(w1) >> f.at & f.mask();
            let sign = field(Field::IMM_SIGN).wrapping_neg() << 33;
            let imm = w0 >> 32 | field(Field::IMM_32) << 32 | sign;
            assert_eq!((at, w0 as u32, imm), (pc, next, instr.imm), "{name}");
            let registers = [Field::RD, Field::RS1, Field::RS2].map(field);
            assert_eq!(registers, [instr.rd, instr.rs1, instr.rs2].map(u64::from), "{name}");
            assert_eq!(field(Field::FLAGS), u64::from(instr.flags()), "{name}");
            assert_eq!(field(Field::KIND), instr.kind() as u64, "{name}");
        }
    }
}

#[test]
#[rustfmt::skip]
fn arithmetic_on_the_edges() {
    let cases: &[(Op, u64, u64, u64)] = &[
        (Op::Add, MINUS_1, 1, 0),
        (Op::Sub, 0, 1, MINUS_1),
        (Op::Sub, MIN, 1, MIN - 1),
        (Op::Addw, 0x7fff_ffff, 1, MIN_W),
        (Op::Addw, 0x1_0000_0000, 5, 5),
        (Op::Subw, MIN_W, 1, 0x7fff_ffff),
        (Op::Sll, 1, 63, MIN),
        (Op::Sll, 1, 64, 1),
        (Op::Srl, MIN, 63, 1),
        (Op::Sra, MIN, 63, MINUS_1),
        (Op::Sra, MIN, 64, MIN),
        (Op::Sllw, 1, 31, MIN_W),
        (Op::Sllw, 1, 32, 1),
        (Op::Srlw, 0xffff_ffff_8000_0000, 0, MIN_W),
        (Op::Srlw, 0xffff_ffff_8000_0000, 31, 1),
        (Op::Srlw, 0x8000_0000, 33, 0x4000_0000),
        (Op::Sraw, 0x8000_0000, 31, MINUS_1),
        (Op::Sraw, 0x7000_0000_8000_0000, 1, 0xffff_ffff_c000_0000),
        (Op::Slt, MIN, 0, 1), (Op::Sltu, MIN, 0, 0), (Op::Slt, 0, MIN, 0), (Op::Sltu, 0, MIN, 1),
        (Op::Slt, 5, 5, 0), (Op::Sltu, 5, 5, 0), (Op::Sltu, 0, 1, 1),
        (Op::Upper, 0, 7, 7),
        (Op::Mul, MINUS_1, MINUS_1, 1),
        (Op::Mulh, MINUS_1, MINUS_1, 0),
        (Op::Mulh, MIN, MIN, 1 << 62),
        (Op::Mulhu, MINUS_1, MINUS_1, MINUS_1 - 1),
        (Op::Mulhsu, MINUS_1, MINUS_1, MINUS_1),
        (Op::Mulhsu, MIN, MINUS_1, MIN),
        (Op::Mulhsu, 1, MINUS_1, 0),
        (Op::Mulw, 0x1_8000_0000, 1, MIN_W),
        (Op::Mulw, 0xffff_ffff, 0xffff_ffff, 1),
        (Op::Div, 7, 0, MINUS_1), (Op::Rem, 7, 0, 7), (Op::Divu, 7, 0, MINUS_1), (Op::Remu, 7, 0, 7),
        (Op::Div, MIN, MINUS_1, MIN), (Op::Rem, MIN, MINUS_1, 0),
        (Op::Divu, MIN, MINUS_1, 0), (Op::Remu, MIN, MINUS_1, MIN),
        (Op::Div, (-7i64) as u64, 3, (-2i64) as u64), (Op::Rem, (-7i64) as u64, 3, MINUS_1),
        (Op::Div, 7, (-3i64) as u64, (-2i64) as u64), (Op::Rem, 7, (-3i64) as u64, 1),
        (Op::Divw, 7, 1 << 32, MINUS_1), (Op::Remw, 0x8000_0000, 1 << 32, MIN_W),
        (Op::Divuw, 7, 0, MINUS_1), (Op::Remuw, 0x8000_0000, 0, MIN_W),
        (Op::Divw, MIN_W, MINUS_1, MIN_W), (Op::Remw, MIN_W, MINUS_1, 0),
        (Op::Divw, 0x8000_0000, 0xffff_ffff, MIN_W), (Op::Remw, 0x8000_0000, 0xffff_ffff, 0),
        (Op::Divuw, 0xffff_ffff, 1, MINUS_1), (Op::Remuw, 0x9000_0000, 0xa000_0000, 0xffff_ffff_9000_0000),
        (Op::And, 12, 10, 8), (Op::Or, 12, 10, 14), (Op::Xor, 12, 10, 6),
        (Op::Andn, 12, 10, 4), (Op::Orn, 0, MINUS_1 - 5, 5), (Op::Xnor, 12, 10, MINUS_1 - 6),
        (Op::AddUw, MIN_W, 1, 0x8000_0001), (Op::Sh1add, MIN | 3, 1, 7), (Op::Sh2add, 3, 1, 13),
        (Op::Sh3add, 3, MINUS_1, 23), (Op::Sh1addUw, MINUS_1, 0, 0x1_ffff_fffe),
        (Op::Sh2addUw, MINUS_1, 0, 0x3_ffff_fffc), (Op::Sh3addUw, MINUS_1, 8, 0x8_0000_0000),
        (Op::SlliUw, MINUS_1, 4, 0xf_ffff_fff0),
        (Op::Rol, MIN | 1, 1, 3), (Op::Rol, 5, 64, 5), (Op::Ror, 3, 1, MIN | 1), (Op::Ror, 3, 65, MIN | 1),
        (Op::Rolw, 0x4000_0000, 1, MIN_W), (Op::Rolw, 5, 32, 5), (Op::Rorw, 1, 1, MIN_W), (Op::Rorw, MIN, 1, 0),
        (Op::Min, MIN, 0, MIN), (Op::Minu, MIN, 0, 0), (Op::Max, MIN, 0, 0), (Op::Maxu, MIN, 0, MIN),
        (Op::Clz, 0, 0, 64), (Op::Clz, 1, 0, 63), (Op::Ctz, 0, 0, 64), (Op::Ctz, MIN, 0, 63), (Op::Cpop, MINUS_1, 0, 64),
        (Op::Clzw, MINUS_1 << 32, 0, 32), (Op::Clzw, 1, 0, 31), (Op::Ctzw, MINUS_1 << 32, 0, 32), (Op::Cpopw, MINUS_1, 0, 32),
        (Op::SextB, 0x180, 0, MINUS_1 - 127), (Op::SextB, 0xff7f, 0, 127), (Op::SextH, 0x8000, 0, MINUS_1 - 0x7fff),
        (Op::Pack, MINUS_1, 5, 0x5_ffff_ffff), (Op::Packh, 0x1234, 0x5678, 0x7834), (Op::Packw, 0x1_ffff, 0x8000, 0xffff_ffff_8000_ffff),
        (Op::Packw, MINUS_1, 0, 0xffff), // ZEXT.H
        (Op::Rev8, 0x0102_0304_0506_0708, 0, 0x0807_0605_0403_0201), (Op::Brev8, 0x8001, 0, 0x0180),
        (Op::OrcB, 0x0100_0000_8000_0010, 0, 0xff00_0000_ff00_00ff),
        (Op::Bclr, 7, 65, 5), (Op::Bext, 2, 65, 1), (Op::Bext, 5, 1, 0), (Op::Binv, 0, 63, MIN), (Op::Bset, 0, 127, MIN),
        (Op::CzeroEqz, 7, 0, 0), (Op::CzeroEqz, 7, 8, 7), (Op::CzeroNez, 7, 0, 7), (Op::CzeroNez, 7, MIN, 0),
    ];
    for &(op, a, b, expected) in cases {
        assert_eq!(execute(op, a, b), expected, "{op} {a:#x} {b:#x}");
    }
}

#[test]
fn branches_and_jumps() {
    use branch::taken;
    assert!(taken(Op::Beq, 3, 3) && !taken(Op::Beq, 3, 4) && taken(Op::Bne, 3, 4) && !taken(Op::Bne, 4, 4));
    assert!(taken(Op::Blt, MIN, 0) && !taken(Op::Bltu, MIN, 0) && !taken(Op::Blt, 1, 1));
    assert!(
        taken(Op::Bge, 0, MIN) && !taken(Op::Bgeu, 0, MIN) && taken(Op::Bge, 1, 1) && taken(Op::Bgeu, 1, 1)
    );
    assert_eq!(jump::target(0x1003, MINUS_1), 0x1002);
    assert_eq!(jump::target(0x1002, MINUS_1), 0x1000);
    assert_eq!(jump::target(MINUS_1, 1), 0);
}

#[test]
fn loads_and_stores_touch_only_their_bytes() {
    let cell = 0x8877_6655_c433_a211u128;
    assert_eq!(load::extract(Op::Lb, cell, 0x1001), 0xffff_ffff_ffff_ffa2);
    assert_eq!(load::extract(Op::Lbu, cell, 0x1001), 0xa2);
    assert_eq!(load::extract(Op::Lb, cell, 0x1000), 0x11);
    assert_eq!(load::extract(Op::Lh, cell, 0x1002), 0xffff_ffff_ffff_c433);
    assert_eq!(load::extract(Op::Lhu, cell, 0x1006), 0x8877);
    assert_eq!(load::extract(Op::Lw, cell, 0x1004), 0xffff_ffff_8877_6655);
    assert_eq!(load::extract(Op::Lwu, cell, 0x1000), 0xc433_a211);
    assert_eq!(load::extract(Op::Ld, cell, 0x1000), cell as u64);
    let value = 0x0102_0304_0506_0708;
    assert_eq!(store::merge(Op::Sb, cell, 0x1007, value), 0x0877_6655_c433_a211);
    assert_eq!(store::merge(Op::Sh, cell, 0x1002, value), 0x8877_6655_0708_a211);
    assert_eq!(store::merge(Op::Sw, cell, 0x1004, value), 0x0506_0708_c433_a211);
    assert_eq!(store::merge(Op::Sd, cell, 0x1000, value), value.into());
    // Across the end of a cell.
    let two = 0xffee_ddcc_bbaa_9988_8877_6655_c433_a211u128;
    assert_eq!(load::extract(Op::Lh, two, 0x1007), 0xffff_ffff_ffff_8888);
    assert_eq!(load::extract(Op::Lwu, two, 0x1006), 0x9988_8877);
    assert_eq!(load::extract(Op::Ld, two, 0x1001), 0x8888_7766_55c4_33a2);
    assert_eq!(store::merge(Op::Sw, two, 0x1005, value), 0xffee_ddcc_bbaa_9905_0607_0855_c433_a211);
    assert_eq!(store::merge(Op::Sd, two, 0x1007, value), 0xff01_0203_0405_0607_0877_6655_c433_a211);
    let load_sizes = [Op::Lb, Op::Lbu, Op::Lh, Op::Lhu, Op::Lw, Op::Lwu, Op::Ld].map(access::size);
    assert_eq!(load_sizes, [1, 1, 2, 2, 4, 4, 8]);
    assert_eq!([Op::Sb, Op::Sh, Op::Sw, Op::Sd].map(access::size), [1, 2, 4, 8]);
}
