//! Executor and rules agree: the rows of recorded runs break no constraint and all messages
//! balance, and those of runs that didn't happen never do.

#![allow(clippy::wildcard_imports, reason = "mnemonics")]

mod common;

use common::load;
use dyad_executor::{Fault, Limits, Moment, Outcome, record, record_with};
use dyad_machine::audit::{Finding, audit};
use dyad_machine::instr::{Instr, Op, RAM_TOP, SINK};
use dyad_machine::record::Records;
use dyad_machine::tables::{Run, TABLES, TableId};
use dyad_program::Program;
use dyad_program::testing::asm::*;
use dyad_program::testing::{CODE, DATA, Elf, Part};
use dyad_rules::harness::Random;

/// What is wrong with records and a claim about them.
fn findings(program: &Program, records: &Records, output: &[u8], exit_code: u8) -> Vec<Finding> {
    let run = Run::new(records, program.words(), program.image());
    audit(&run, program.entry(), output, exit_code)
}

/// Records a run and demands that nothing is wrong with it.
fn proves(program: &Program, input: &[u8]) -> (Outcome, Records) {
    let (outcome, records) =
        record(program, input, Limits::default()).unwrap_or_else(|e| panic!("the program exits: {e}"));
    let found = findings(program, &records, &outcome.output, outcome.exit_code);
    assert!(found.is_empty(), "{} findings, the first: {}", found.len(), found[0]);
    (outcome, records)
}

/// All operations of two registers.
const OPERATIONS: [fn(Reg, Reg, Reg) -> u32; 28] = [
    add, sub, sll, slt, sltu, xor, srl, sra, or, and, addw, subw, sllw, srlw, sraw, mul, mulh, mulhsu, mulhu,
    div, divu, rem, remu, mulw, divw, divuw, remw, remuw,
];
const IMMEDIATES: [fn(Reg, Reg, i32) -> u32; 7] = [addi, slti, sltiu, xori, ori, andi, addiw];
/// A shift and the bound of its amount.
type Shift = (fn(Reg, Reg, u32) -> u32, u32);
const SHIFTS: [Shift; 6] = [(slli, 64), (srli, 64), (srai, 64), (slliw, 32), (srliw, 32), (sraiw, 32)];
/// A load or store and its bytes.
type Access = (fn(Reg, Reg, i32) -> u32, i32);
const LOADS: [Access; 7] = [(lb, 1), (lbu, 1), (lh, 2), (lhu, 2), (lw, 4), (lwu, 4), (ld, 8)];
const STORES: [Access; 4] = [(sb, 1), (sh, 2), (sw, 4), (sd, 8)];
const BRANCHES: [fn(Reg, Reg, i32) -> u32; 6] = [beq, bne, blt, bge, bltu, bgeu];

/// Straight code of random instructions of all kinds, with branches and jumps over one instruction;
/// register 31 points to data.
fn random_code(count: usize, random: &mut Random) -> Vec<u32> {
    let mut code = li(31, DATA + 2048);
    for register in 1..31 {
        code.extend(li(register, random.operand()));
    }
    for _ in 0..count {
        let mut reg = || random.below(31) as Reg;
        let (rd, a, b) = (reg(), reg(), reg());
        let imm = random.word() as i32 >> 20;
        let aligned = |size: i32| imm / size * size;
        match random.below(8) {
            0..=2 => code.push(OPERATIONS[random.below(OPERATIONS.len())](rd, a, b)),
            3 => code.push(IMMEDIATES[random.below(IMMEDIATES.len())](rd, a, imm)),
            4 => {
                let (shift, limit) = SHIFTS[random.below(SHIFTS.len())];
                code.push(shift(rd, a, imm as u32 % limit));
            }
            5 => {
                let (load, size) = LOADS[random.below(LOADS.len())];
                code.push(load(rd, 31, aligned(size)));
            }
            6 => {
                let (store, size) = STORES[random.below(STORES.len())];
                code.push(store(a, 31, aligned(size)));
            }
            _ => match random.below(4) {
                0 => code.extend([jal(rd, 8), ebreak()]),
                1 => code.extend([auipc(rd.max(1), 0), jalr(a, rd.max(1), 12), ebreak()]),
                2 => code.extend([lui(rd, imm), fence()]),
                _ => code.extend([BRANCHES[random.below(BRANCHES.len())](a, b, 8), addi(rd, a, imm)]),
            },
        }
    }
    code.extend(li(A1, DATA));
    code.extend([syscall(64, 1, DATA, 4096), exit(3)].concat());
    code
}

#[test]
fn random_programs_prove() {
    let mut random = Random(71);
    let mut rows = vec![0; TABLES.len()];
    for _ in 0..24 {
        let data: Vec<u8> = (0..4096).map(|_| random.word() as u8).collect();
        let program = load(&random_code(400, &mut random), &data);
        let (_, records) = proves(&program, &[]);
        let run = Run::new(&records, program.words(), program.image());
        for (count, table) in rows.iter_mut().zip(TABLES) {
            *count += run.rows(table.id).rows();
        }
    }
    for (count, table) in rows.iter().zip(TABLES) {
        let instruction = table.id < TableId::Exit;
        assert!(*count > 0 || !instruction, "no row of {}", table.rules.name());
    }
}

#[test]
fn loops_and_calls_prove() {
    // The sum 1 + ... + 100 by a function, called twice.
    let mut code = vec![jal(RA, 16), mv(S0, A0), jal(RA, 8), jal(ZERO, 28)];
    code.extend([addi(A0, ZERO, 0), addi(T0, ZERO, 100)]);
    code.extend([add(A0, A0, T0), addi(T0, T0, -1), bne(T0, ZERO, -8), jalr(ZERO, RA, 0)]);
    code.extend([add(A0, A0, S0), srli(A0, A0, 4), addi(A7, ZERO, 93), ecall()]);
    let (outcome, _) = proves(&load(&code, &[]), &[]);
    assert_eq!(outcome.exit_code, (5050u32 * 2 / 16) as u8);
}

#[test]
fn reads_and_writes_prove_at_every_alignment() {
    let data: Vec<u8> = (1..=64).collect();
    let input: Vec<u8> = (101..=200).collect();
    for offset in 0..9 {
        for length in [0, 1, 7, 8, 9, 17] {
            let code = [
                syscall(64, 1, DATA + 1, offset),
                syscall(63, 0, DATA + offset, length),
                syscall(64, 1, DATA + offset, length),
                syscall(63, 0, DATA + 8, 1000),
                syscall(64, 2, DATA, 3),
                syscall(63, 0, DATA, 5),
                syscall(64, 1, DATA, 40),
                exit(length),
            ]
            .concat();
            let (outcome, records) = proves(&load(&code, &data), &input);
            assert_eq!(outcome.output.len() as u64, offset + length + 40);
            assert_eq!(records.events.reads.len(), 3);
        }
    }
}

#[test]
fn read_only_memory_and_the_top_of_memory_prove() {
    let constants: Vec<u8> = (1..=40).collect();
    let code = [
        li(T0, 0x2003),
        vec![lb(T1, T0, 0), lwu(T2, T0, 1), ld(S0, T0, 5)],
        li(T0, RAM_TOP),
        vec![sb(T1, T0, 7), sw(T2, T0, 0), ld(S1, T0, 0)],
        syscall(64, 1, 0x2001, 33),
        syscall(64, 1, RAM_TOP, 8),
        syscall(63, 0, RAM_TOP + 3, 5),
        syscall(64, 1, RAM_TOP + 1, 7),
        syscall(64, 1, CODE, 16),
        exit(1),
    ]
    .concat();
    let elf = Elf::new(CODE).part(Part::load(4, 0x2000, &constants)).code(CODE, &code).build();
    let program = Program::from_elf(&elf).expect("the program loads");
    let (outcome, _) = proves(&program, b"hello");
    assert_eq!(outcome.output[..33], constants[1..34]);
    assert_eq!(&outcome.output[43..48], b"hello");
}

/// Other outputs and exit codes than those of the run.
#[test]
fn wrong_claims_do_not_balance() {
    let program = load(&[syscall(64, 1, DATA, 9), exit(5)].concat(), b"123456789");
    let (outcome, records) = proves(&program, &[]);
    let claims: [(&[u8], u8); 6] = [
        (b"123456789", 4),
        (b"123456788", 5),
        (b"12345678", 5),
        (b"1234567890", 5),
        (b"213456789", 5),
        (b"", 5),
    ];
    for (output, code) in claims {
        assert!(!findings(&program, &records, output, code).is_empty(), "{output:?} {code}");
    }
    assert!(findings(&program, &records, &outcome.output, 5).is_empty());
}

/// A program that uses every kind of instruction and whose result depends on all of them.
fn sensitive() -> Vec<u32> {
    let mut code = [li(31, DATA), li(T0, 0x1234_5678_9abc_def1), li(T1, (-77i64) as u64)].concat();
    code.extend([sd(T0, 31, 0), sb(T1, 31, 3), lw(T2, 31, 0), lhu(S0, 31, 2), ld(S1, 31, 0)]);
    for operation in OPERATIONS {
        code.extend([operation(A0, T0, T1), xor(S1, S1, A0), add(T0, T0, S1), operation(T1, T1, T2)]);
        code.extend([ori(T1, T1, 1)]);
    }
    code.extend([blt(T0, T1, 8), addi(S1, S1, 1), beq(T0, T1, 8), addi(S1, S1, 2), jal(RA, 8), nop()]);
    code.extend([auipc(RA, 0), jalr(RA, RA, 12), nop(), add(S1, S1, RA), sd(S1, 31, 8)]);
    code.extend([syscall(63, 0, DATA + 17, 13), syscall(64, 1, DATA + 1, 31), exit(9)].concat());
    code
}

/// Every kind of lie at every instruction: the records that follow from it are never those of a
/// run.
#[test]
fn lies_are_found() {
    let program = load(&sensitive(), &[5; 40]);
    let input = b"private input";
    let (honest, records) = proves(&program, input);
    let other = Instr { op: Op::Sub, rd: 5, rs1: 6, rs2: 7, imm: 0 };
    let nothing = Instr { op: Op::Add, rd: SINK, rs1: 0, rs2: 0, imm: 0 };
    let mut random = Random(72);
    let (mut told, mut trapped) = (0, 0);
    for cycle in 0..honest.cycles {
        let faults = [
            Fault::Result(random.operand()),
            Fault::Result(1),
            Fault::Stored(random.operand()),
            Fault::Skip,
            Fault::Repeat,
            Fault::Branch,
            Fault::Register { register: random.below(32) as u8, value: random.operand() },
            Fault::Register { register: 33, value: 8 },
            Fault::Memory { address: DATA as u32 + 8 * random.below(5) as u32, value: random.word() },
            Fault::Instruction(other),
            Fault::Instruction(nothing),
            Fault::Next(CODE as u32 + 4 * random.below(200) as u32),
            Fault::ExitCode(random.word() as u8),
        ];
        for fault in faults {
            let once = |m: &Moment| (m.cycle == cycle).then_some(fault);
            let Ok((outcome, lies)) = record_with(&program, input, Limits { max_cycles: 2000 }, once) else {
                trapped += 1;
                continue;
            };
            if outcome == honest && lies == records {
                continue;
            }
            told += 1;
            let found = findings(&program, &lies, &outcome.output, outcome.exit_code);
            assert!(!found.is_empty(), "{fault:x?} at cycle {cycle} passes");
        }
    }
    assert!(told > 1000, "{told} lies, {trapped} traps");
}

/// Input is the one thing that the prover chooses: any of it proves, and less than was asked for.
#[test]
fn input_is_free() {
    let program = load(&[syscall(63, 0, DATA + 3, 20), syscall(64, 1, DATA, 24), exit(0)].concat(), &[9; 24]);
    for input in [&b""[..], b"a", b"abcdefgh", b"abcdefghijklmnopqrst", b"much more than what is asked for"] {
        proves(&program, input);
    }
}
