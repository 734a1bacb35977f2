//! What traps, and what the trap says.

mod common;

use common::{load, traps, traps_with};
use dyad_executor::{Cause, Error, Limits, MAX_CYCLES, Patterns, meter, meter_while, record, run};
use dyad_machine::calls::Refusal;
use dyad_machine::list::TableId;
use dyad_program::Program;
use dyad_program::testing::asm::*;
use dyad_program::testing::{CODE, DATA, Elf};

#[test]
fn code_that_is_no_instruction() {
    // What stands there, and what the trap says of it.
    let cases = [
        (0, "ran into data"),
        (u32::MAX, "ran into data"),
        (0x00c5_8553, "soft floats"),                 // FADD.S
        (0x0005_3507, "soft floats"),                 // FLD
        (0x0205_5507, "without the extension V"),     // VLE16.V
        (0x0215_00d7, "without the extension V"),     // VADD.VV
        (0x3400_1073, "control and status register"), // CSRRW
        (0xc000_1073, "unimp"),
        (0x0000_100f, "FENCE.I"),
        (0x3020_0073, "privileged"), // MRET
        (0x0205_951b, "extension"),  // SLLIW by 32
        (0xc000_2573, "`rdcycle`"),
        (0x0030_2573, "state of floating point"), // FRCSR
        (0x8000, "extension Zcb"),                // C.LBU
        (0x9c61, "extension Zcb"),                // C.ZEXT.B
        (0x6081, "extension Zcmop"),
        (0x28b5_262f, "extension Zacas"),  // AMOCAS.W
        (0x00b5_062f, "extension Zabha"),  // AMOADD.B
        (0x0045_200f, "extension Zicboz"), // CBO.ZERO
        (0x0005_200f, "extension Zicbom"), // CBO.INVAL
        (0x00d0_0073, "extension Zawrs"),  // WRS.NTO
        (0x81c5_4573, "extension Zimop"),  // MOP.R.0
        (0x82b5_4573, "extension Zimop"),  // MOP.RR.0
        (0x0ab5_1533, "extension Zbc"),    // CLMUL
        (0x28b5_2533, "extension Zbkx"),   // XPERM4
    ];
    for (code, hint) in cases {
        let trap = traps_with(&load(&[nop(), code, nop()], &[]), &[]);
        let shown = if code & 3 == 3 { code } else { code & 0xffff };
        assert_eq!((&trap.cause, trap.pc), (&Cause::IllegalInstruction { code: shown }, CODE as u32 + 4));
        assert_eq!(trap.instruction, None);
        let text = trap.to_string();
        assert!(text.contains(hint) && text.contains("is not an instruction"), "{code:#x}: {text}");
    }
    // C.FLD, and a reserved one.
    for (code, text) in [(0x2000, "0x2000 is not an instruction"), (0x9c41, "0x9c41 is not an instruction")] {
        let trap = traps_with(&load(&[nop(), code, nop()], &[]), &[]);
        assert!(trap.to_string().contains(text), "{trap}");
    }
}

/// What the header says decides nothing; it explains.
#[test]
fn floats_that_the_file_was_built_for() {
    let (fld, unimp, for_it) = (0x0005_3507, 0xc000_1073, "the ELF file was built for it");
    for (flags, code, abi) in [
        (4, fld, Some("double-float")),
        (2, fld, Some("single-float")),
        (0, fld, None),
        (1, fld, None),
        (4, unimp, None),
    ] {
        let elf = Elf::new(CODE).code(CODE, &[code]).flags(flags);
        let text = traps_with(&Program::from_elf(&elf.build()).expect("loads"), &[]).to_string();
        assert_eq!(text.contains(for_it), abi.is_some(), "{text}");
        assert!(abi.is_none_or(|abi| text.contains(abi)), "{text}");
    }
}

#[test]
fn data_between_code_is_no_harm() {
    assert_eq!(common::runs(&[vec![jal(ZERO, 8), 0], exit(3)].concat(), &[], &[]).exit_code, 3);
}

#[test]
fn control_leaves_the_code() {
    let not_executable = |target| Cause::TargetNotExecutable { target };
    assert_eq!(traps(&[nop()], &[]), not_executable(CODE + 4));
    assert_eq!(traps(&[jal(ZERO, 4096)], &[]), not_executable(CODE + 4096));
    assert_eq!(traps(&[jalr(ZERO, ZERO, 0)], &[]), not_executable(0));
    assert_eq!(traps(&[li(A0, DATA), vec![jalr(ZERO, A0, 0)]].concat(), &[0; 8]), not_executable(DATA));
    let high = 1 << 32 | CODE;
    assert_eq!(traps(&[li(A0, high), vec![jalr(ZERO, A0, 0)]].concat(), &[]), not_executable(high));
    let top = u64::MAX - 3;
    assert_eq!(traps(&[addi(A0, ZERO, -4), jalr(ZERO, A0, 0)], &[]), not_executable(top));
    assert_eq!(traps(&[nop(), jal(ZERO, -0x20000)], &[]), Cause::TargetOutOfRange);
    // Every even address may hold an instruction; JALR clears the lowest bit.
    assert_eq!(traps(&[jal(ZERO, 6), nop()], &[]), Cause::IllegalInstruction { code: 0 });
    assert_eq!(traps(&[auipc(A0, 0), jalr(ZERO, A0, 9), ebreak()], &[]), Cause::Breakpoint);
    // A branch that isn't taken may point anywhere.
    assert_eq!(traps(&[bne(ZERO, ZERO, 2), ebreak()], &[]), Cause::Breakpoint);
}

#[test]
fn a_bad_jump_is_blamed_on_the_jump() {
    let trap = traps_with(&load(&[nop(), jal(ZERO, 4096)], &[]), &[]);
    assert_eq!((trap.pc, trap.cycle), (CODE as u32 + 4, 2));
    assert_eq!(trap.instruction.as_deref(), Some("jal zero, 0x11004"));
}

#[test]
fn several_executable_segments() {
    let code = [li(A0, 0xf000_0000), vec![jalr(RA, A0, 0)], exit(4)].concat();
    let elf = Elf::new(CODE).code(CODE, &code).code(0xf000_0000, &[jalr(ZERO, RA, 0)]);
    let program = Program::from_elf(&elf.build()).expect("loads");
    assert_eq!(run(&program, &[], Limits::default()).expect("runs").exit_code, 4);
}

#[test]
fn memory_accesses() {
    let at = |address: u64, word| traps(&[li(A1, address), vec![word]].concat(), &[]);
    for address in [0, 0xff8, 1 << 32, 1 << 63, u64::MAX - 7] {
        assert_eq!(at(address, ld(A0, A1, 0)), Cause::LoadOutOfRange { address });
        assert_eq!(at(address, lb(A0, A1, 0)), Cause::LoadOutOfRange { address });
        assert_eq!(at(address, sd(A0, A1, 0)), Cause::StoreOutOfRange { address });
        assert_eq!(at(address, sb(A0, A1, 0)), Cause::StoreOutOfRange { address });
    }
    assert_eq!(at(0, lb(A0, A1, -1)), Cause::LoadOutOfRange { address: u64::MAX });
    // Where not all of it is in memory, or may be written, nothing is done.
    assert_eq!(at(0xffff_fffc, ld(A0, A1, 0)), Cause::LoadOutOfRange { address: 0xffff_fffc });
    assert_eq!(at(0xffff_ffff, sh(A0, A1, 0)), Cause::StoreOutOfRange { address: 1 << 32 });
    assert_eq!(at(0xffc, ld(A0, A1, 0)), Cause::LoadOutOfRange { address: 0xffc });
    assert_eq!(at(CODE - 1, sh(A0, A1, 0)), Cause::StoreReadOnly { address: CODE });
    // Code is read-only, and so is the rest of its last cell.
    for address in [CODE, CODE + 4] {
        assert_eq!(at(address, sb(A0, A1, 0)), Cause::StoreReadOnly { address });
    }
    let elf = Elf::new(CODE).code(CODE, &[li(A1, DATA), vec![lb(A0, A1, 8), sb(A0, A1, 8)]].concat());
    let elf = elf.read_only(DATA, &[0; 9]).variable("TABLE", DATA + 4, 5);
    let program = Program::from_elf(&elf.build()).expect("loads");
    let trap = traps_with(&program, &[]);
    assert_eq!(trap.cause, Cause::StoreReadOnly { address: DATA + 8 });
    assert!(trap.to_string().contains("which is read-only, in `TABLE+0x4`"), "{trap}");
}

/// Atomic operations want aligned addresses, whether they do anything there or not.
#[test]
fn atomic_operations() {
    let at = |address: u64, word| traps(&[li(A1, address), vec![word]].concat(), &[]);
    let misaligned = |address, size| Cause::AtomicMisaligned { address, size };
    for word in [lr_w(A0, A1), sc_w(A0, A2, A1), amoadd_w(A0, A2, A1)] {
        assert_eq!(at(DATA + 2, word), misaligned(DATA + 2, 4));
    }
    for word in [lr_d(A0, A1), sc_d(A0, A2, A1), amoadd_d(A0, A2, A1)] {
        assert_eq!(at(DATA + 4, word), misaligned(DATA + 4, 8));
    }
    assert_eq!(at(0, lr_d(A0, A1)), Cause::LoadOutOfRange { address: 0 });
    // Without a reservation SC fails, but not where it may not store.
    assert_eq!(at(1 << 32, sc_d(A0, A2, A1)), Cause::StoreOutOfRange { address: 1 << 32 });
    assert_eq!(at(CODE, sc_w(A0, A2, A1)), Cause::StoreReadOnly { address: CODE });
    assert_eq!(at(CODE, amoadd_w(A0, A2, A1)), Cause::StoreReadOnly { address: CODE });
}

#[test]
fn system_calls() {
    assert_eq!(traps(&syscall(0, 0, 0, 0), &[]), Cause::Call(Refusal::Number(0)));
    assert_eq!(traps(&syscall(94, 0, 0, 0), &[]), Cause::Call(Refusal::Number(94)));
    for (number, file) in [(63, 1), (63, 2), (63, 1 << 32), (64, 0), (64, 3), (64, u64::MAX)] {
        assert_eq!(
            traps(&syscall(number, file, DATA, 0), &[]),
            Cause::Call(Refusal::File { number: number.into(), file })
        );
    }
    let calls = [(63, 0, 8), (64, 1, 8)];
    for (number, file, _) in calls {
        for (address, length) in
            [(0xfff, 1), (0, 8), (1 << 32, 1), (1 << 32, 0), (0xffff_ffff, 2), (DATA, 1 << 32), (u64::MAX, 1)]
        {
            let program = load(&syscall(number, file, address, length), &[]);
            let number = number.into();
            let expected = Cause::Call(Refusal::Buffer { number, address, length });
            assert_eq!(traps_with(&program, &[7; 9]).cause, expected);
        }
    }
    let program = load(&syscall(63, 0, CODE, 1), &[]);
    assert_eq!(
        traps_with(&program, &[7]).cause,
        Cause::Call(Refusal::ReadOnly { number: 63, address: CODE })
    );
}

#[test]
fn a_trap_says_where_it_was_and_what_was_printed() {
    let code = [syscall(64, 2, DATA, 5), vec![ebreak()]].concat();
    let end = 4 * code.len() as u64;
    let elf = Elf::new(CODE).code(CODE, &code).data(DATA, b"alas!").symbol("main", CODE, end);
    let trap = traps_with(&Program::from_elf(&elf.build()).expect("loads"), &[]);
    assert_eq!(trap.diagnostics, b"alas!");
    let pc = CODE + end - 4;
    let text = format!(
        "the program trapped: a breakpoint was reached, as compilers put where a program aborts \
         (`ebreak` at {pc:#x}, in main+{:#x}, cycle {})",
        end - 4,
        code.len() - 1
    );
    assert_eq!(trap.to_string(), text);
}

#[test]
fn runs_that_do_not_end() {
    let program = load(&[nop(), jal(ZERO, -4)], &[]);
    for max_cycles in [0, 1, 1000] {
        let Err(Error::CycleLimit(limit)) = run(&program, &[], Limits { max_cycles, ..Limits::default() })
        else {
            panic!("no limit at {max_cycles}");
        };
        assert_eq!(limit.limits.max_cycles, max_cycles);
        let text = Error::CycleLimit(limit).to_string();
        assert!(text.contains("raise the limit (`dyad run"), "{text}");
        assert!(matches!(
            record(&program, &[], Limits { max_cycles, ..Limits::default() }),
            Err(Error::CycleLimit(_))
        ));
    }
    assert_eq!(Limits::default().max_cycles, MAX_CYCLES);
}

#[test]
fn the_limit_counts_copies_and_is_exact() {
    let code = [syscall(64, 1, DATA, 24), exit(0)].concat();
    let program = load(&code, &[0; 24]);
    let cycles = code.len() as u64 + 3 + 1;
    let outcome =
        run(&program, &[], Limits { max_cycles: cycles, ..Limits::default() }).expect("just enough");
    assert_eq!((outcome.cycles, outcome.instructions), (cycles, code.len() as u64));
    for max_cycles in 0..cycles {
        assert!(matches!(
            run(&program, &[], Limits { max_cycles, ..Limits::default() }),
            Err(Error::CycleLimit(_))
        ));
    }
}

#[test]
fn a_loop_that_cannot_end_is_no_run() {
    for stay in [jal(ZERO, 0), beq(ZERO, ZERO, 0), bgeu(T0, T0, 0)] {
        let trap = traps_with(&load(&[addi(T0, ZERO, 5), nop(), stay], &[]), &[]);
        assert_eq!((trap.cause.clone(), trap.pc), (Cause::Endless, CODE as u32 + 8));
        assert!(trap.to_string().contains("an endless loop") && trap.cycle < 1 << 20, "{trap}");
    }
    // These end: the first jumps elsewhere, the second is not taken.
    let count = [li(T0, 50_000), vec![addi(T0, T0, -1), bne(T0, ZERO, -4), bne(T0, ZERO, 0)], exit(0)];
    assert_eq!(common::runs(&count.concat(), &[], &[]).exit_code, 0);
}

#[test]
fn a_stack_below_its_bottom_is_an_overflow() {
    let deep = [addi(SP, SP, -16), sd(RA, SP, 8), jal(RA, -8)];
    let start = [li(SP, 0x3_0000), vec![jal(RA, 4)], deep.to_vec()].concat();
    let elf = |bottom: u64| {
        let elf = Elf::new(CODE).code(CODE, &start).read_only(0x2_0000, &[1; 0x1000]);
        elf.bss(0x2_1000, 0xf000).symbol("_stack_bottom", bottom, 0).symbol("_stack_top", 0x3_0000, 0)
    };
    let trap = traps_with(&Program::from_elf(&elf(0x2_1000).build()).expect("loads"), &[]);
    assert_eq!(trap.cause, Cause::StoreReadOnly { address: 0x2_0ff8 });
    assert_eq!(trap.stack.map(|s| (s.size, s.sp)), Some((0xf000, 0x2_0ff0)));
    let text = trap.to_string();
    assert!(text.contains("stack overflow: the stack of 61440 bytes is full"), "{text}");
    assert!(text.contains("`stack` in [package.metadata.dyad]") && text.contains("read-only"), "{text}");
    // A frame that goes below 0, and one that leaves the stack with no way back.
    let far = [li(SP, 0x3_0000), li(T0, 0x10_0000), vec![sub(SP, SP, T0), sd(RA, SP, 8)]].concat();
    let lost = [li(SP, 0x1_8000), vec![jalr(ZERO, ZERO, 0)]].concat();
    for code in [far, lost] {
        let elf = Elf::new(CODE).code(CODE, &code).symbol("_stack_bottom", 0x2_1000, 0);
        let elf = elf.symbol("_stack_top", 0x3_0000, 0);
        let trap = traps_with(&Program::from_elf(&elf.build()).expect("loads"), &[]);
        assert!(trap.to_string().contains("stack overflow"), "{trap}");
    }
    // A stack that is where it should be is not to blame.
    let trap = traps_with(&Program::from_elf(&elf(0x1_8000).build()).expect("loads"), &[]);
    assert_eq!(trap.stack, None);
}

#[test]
fn a_run_may_take_so_much_memory() {
    // A store to each of 100000 pages.
    let start = [li(A0, 0x20_0000), li(T0, 100_000), li(T1, 4096)].concat();
    let turn = vec![sd(T0, A0, 0), add(A0, A0, T1), addi(T0, T0, -1), bne(T0, ZERO, -12)];
    let program = load(&[start, turn, exit(0)].concat(), &[]);
    let limits = |max_memory| Limits { max_memory, ..Limits::default() };
    assert!(run(&program, &[], limits(500 << 20)).is_ok());
    let Err(Error::MemoryLimit(at)) = run(&program, &[], limits(100 << 20)) else { panic!("no limit") };
    // It is noticed soon after: 4 KiB a turn.
    assert!((25_000..31_000).contains(&(at.cycle / 4)), "{}", at.cycle);
    let text = Error::MemoryLimit(at).to_string();
    assert!(text.contains("more than 104 MB of memory") && text.contains("it was at 0x100"), "{text}");
    assert!(matches!(record(&program, &[], limits(100 << 20)), Err(Error::MemoryLimit(_))));
}

#[test]
fn whoever_watches_may_end_a_run() {
    let program = load(&[li(T0, 100_000), vec![addi(T0, T0, -1), bne(T0, ZERO, -4)], exit(0)].concat(), &[]);
    let metered = meter(&program, &[], Limits::default()).expect("exits");
    let (mut seen, mut last) = (0, 0);
    let whole = meter_while(&program, &Patterns::default(), &[], Limits::default(), &mut |at| {
        seen += 1;
        let cycles = at.cycles;
        assert!(cycles == 0 || at.rows[TableId::Addition] * 2 >= cycles - 4, "{cycles} cycles");
        last = cycles;
        true
    });
    let whole = whole.expect("exits");
    assert_eq!((whole.outcome, whole.rows), metered);
    assert!(seen > 5 && last > 150_000, "{seen} times, the last at {last}");
    let ended =
        meter_while(&program, &Patterns::default(), &[], Limits::default(), &mut |at| at.cycles < 50_000);
    let Err(Error::Stopped(at)) = ended else { panic!("not stopped") };
    assert!((50_000..80_000).contains(&at.cycle) && (0x1_0000..0x1_0020).contains(&at.pc), "{at}");
}
