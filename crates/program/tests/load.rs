//! What loads, what doesn't, and why.

use dyad_machine::instr::Placed;
use dyad_machine::list::Op;
use dyad_program::testing::{CODE, DATA, Elf, Part, asm, program};
use dyad_program::{ImageCell, LoadError, MAX_IMAGE_BYTES, Program, SEGMENT_END, Segment, SegmentError};

const R: u32 = 4;
const W: u32 = 2;
const X: u32 = 1;

fn good() -> Elf {
    Elf::new(CODE).code(CODE, &[asm::addi(1, 2, 3), asm::ecall()])
}

fn load(elf: &Elf) -> Result<Program, LoadError> {
    Program::from_elf(&elf.build())
}

fn rejected(elf: &Elf) -> LoadError {
    load(elf).expect_err("a broken file was accepted")
}

/// The good file with `bytes` written at `at`.
fn patched(at: usize, bytes: &[u8]) -> LoadError {
    let mut file = good().build();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    Program::from_elf(&file).expect_err("a broken file was accepted")
}

/// The rule broken by a segment added to the good file.
fn segment_error(part: Part) -> SegmentError {
    let address = part.address;
    match rejected(&good().part(part)) {
        LoadError::Segment { header: 1, address: a, reason } if a == address => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn a_program_holds_what_the_machine_sees() {
    let code = [asm::addi(1, 2, 3), 0xffff_ffff, asm::ecall()];
    let elf =
        Elf::new(CODE + 8).code(CODE, &code).data(0x2_0004, &[1, 2, 3, 4, 5]).read_only(0x3_0000, &[0; 9]);
    let p = load(&elf).expect("loads");
    assert_eq!(p.entry(), 0x1_0008);
    // At every even address: halfwords that are none are left out.
    let pcs: Vec<_> = p.instrs().iter().map(|i| (i.pc, i.next, i.instr.op)).collect();
    assert_eq!(
        pcs,
        [(0x1_0000, 0x1_0004, Op::Add), (0x1_0002, 0x1_0004, Op::Add), (0x1_0008, 0x1_000c, Op::Ecall)]
    );
    let words: Vec<_> = p.instrs().iter().map(Placed::words).collect();
    assert_eq!(p.words(), words);
    let cell = |address, read_only, value| ImageCell { address, read_only, value };
    let expected = [
        cell(0x1_0000, true, u64::from(code[1]) << 32 | u64::from(code[0])),
        cell(0x1_0008, true, u64::from(code[2])),
        cell(0x2_0000, false, 0x0403_0201_0000_0000),
        cell(0x2_0008, false, 5),
        cell(0x3_0000, true, 0),
        cell(0x3_0008, true, 0),
    ];
    assert_eq!(p.image(), expected);
    assert_eq!(p.segments()[1], Segment { address: 0x2_0004, size: 5, writable: true, executable: false });
}

#[test]
fn zeros_of_writable_segments_are_not_stored() {
    let p = load(&good().data(DATA, &[0; 64]).bss(DATA + 64, 1 << 30)).expect("loads");
    assert_eq!(p.image().len(), 1);
}

#[test]
fn segments_with_equal_permissions_may_share_a_cell() {
    let p = load(&good().data(DATA, &[1, 2]).data(DATA + 2, &[3]).data(DATA + 5, &[4])).expect("loads");
    assert_eq!(p.image()[1].value, 0x0400_0003_0201);
}

#[test]
fn a_segment_may_be_executable_without_being_readable() {
    let code: Vec<u8> = asm::ecall().to_le_bytes().to_vec();
    let p = load(&Elf::new(CODE).part(Part::load(X, CODE, &code))).expect("loads");
    assert_eq!(p.image()[0].value, 0x73);
}

#[test]
fn the_digest_depends_on_what_is_loaded_only() {
    let digest = |elf: &Elf| load(elf).expect("loads").digest();
    let base = digest(&good());
    assert_eq!(base, digest(&good().symbol("main", CODE, 8).section(".comment", b"compiler")));
    assert_eq!(base, digest(&good().bss(DATA, 4096)));
    let others = [
        Elf::new(CODE + 4).code(CODE, &[asm::addi(1, 2, 3), asm::ecall()]),
        Elf::new(CODE).code(CODE, &[asm::addi(1, 2, 4), asm::ecall()]),
        Elf::new(CODE).code(CODE, &[asm::addi(1, 2, 3), asm::ecall(), asm::nop()]),
        good().data(DATA, &[1]),
        good().read_only(DATA, &[1]),
        good().read_only(DATA, &[0]),
        good().data(DATA + 8, &[1]),
    ];
    for (i, a) in others.iter().enumerate() {
        assert_ne!(digest(a), base, "file {i}");
        for b in &others[..i] {
            assert_ne!(digest(a), digest(b), "file {i}");
        }
    }
}

#[test]
fn the_digest_is_pinned() {
    // A change here changes every verifying key: raise the version in the digest's context.
    let pinned = [
        0x1f, 0x77, 0x3a, 0x83, 0x1b, 0xc6, 0x20, 0x0f, 0x15, 0xcb, 0x7a, 0x53, 0x35, 0xc9, 0xd4, 0x28, 0x1e,
        0xa6, 0x12, 0xb6, 0xab, 0x54, 0x77, 0x55, 0x1a, 0x60, 0x9d, 0x9e, 0x24, 0x3c, 0x78, 0xe8,
    ];
    assert_eq!(load(&good()).expect("loads").digest(), pinned);
}

#[test]
fn files_that_are_no_riscv_executables() {
    assert_eq!(Program::from_elf(b"").err(), Some(LoadError::NotElf));
    assert_eq!(Program::from_elf(&good().build()[..63]).err(), Some(LoadError::NotElf));
    assert_eq!(patched(0, b"MZ"), LoadError::NotElf);
    assert_eq!(patched(4, &[1]), LoadError::NotElf64);
    assert_eq!(patched(5, &[2]), LoadError::NotLittleEndian);
    assert_eq!(patched(6, &[2]), LoadError::Version(2));
    assert_eq!(patched(20, &[0]), LoadError::Version(0));
    assert_eq!(patched(18, &[62, 0]), LoadError::Machine(62));
    for kind in [0, 1, 3, 4] {
        assert_eq!(patched(16, &[kind]), LoadError::NotExecutable(kind.into()));
    }
}

#[test]
fn flags_of_the_elf_header_are_not_looked_at() {
    let mut file = good().build();
    file[48..52].copy_from_slice(&[0xff; 4]);
    assert!(Program::from_elf(&file).is_ok());
}

#[test]
fn program_headers_must_be_in_the_file() {
    assert!(matches!(patched(32, &u64::MAX.to_le_bytes()), LoadError::ProgramHeaders(_)));
    assert!(matches!(patched(32, &1000u64.to_le_bytes()), LoadError::ProgramHeaders(_)));
    assert!(matches!(patched(54, &[32]), LoadError::ProgramHeaders(_)));
    assert!(matches!(patched(56, &[0xff, 0xff]), LoadError::ProgramHeaders(_)));
    assert!(matches!(patched(56, &[3, 0]), LoadError::ProgramHeaders(_)));
    assert_eq!(patched(56, &[0, 0]), LoadError::Empty);
}

#[test]
fn dynamic_files_are_rejected() {
    for (kind, name) in [(2, "PT_DYNAMIC"), (3, "PT_INTERP")] {
        let part = Part { kind, ..Part::load(R, DATA, &[0; 8]) };
        assert_eq!(rejected(&good().part(part)), LoadError::Dynamic { header: 1, kind: name });
    }
}

#[test]
fn other_program_headers_are_ignored() {
    // PT_NOTE, PT_PHDR, PT_TLS, PT_GNU_STACK with every permission, PT_RISCV_ATTRIBUTES.
    let base = load(&good()).expect("loads");
    for kind in [4, 6, 7, 0x6474_e551, 0x7000_0003] {
        let part = Part { kind, ..Part::load(R | W | X, CODE, &[0; 8]) };
        assert_eq!(load(&good().part(part)).expect("loads").digest(), base.digest());
    }
    assert!(load(&good().part(Part::load(R | W | X, 0, &[]))).is_ok(), "an empty segment");
}

/// Memory is what counts: an instruction may end with the zeros that follow a segment's bytes, but not in
/// another segment.
#[test]
fn instructions_may_end_with_zeros_of_their_segment() {
    let at = |bytes: &[u8], memory_size| {
        let part = Part { memory_size, align: 2, ..Part::load(R | X, CODE, bytes) };
        let next = Part { align: 2, ..Part::load(R | X, CODE + 8, &[1, 0]) };
        let program = load(&Elf::new(CODE).part(part).part(next)).expect("loads");
        program.instrs().iter().map(|i| (i.pc - CODE as u32, i.instr.to_string())).collect::<Vec<_>>()
    };
    let nop = |pc| (pc, "nop".to_owned());
    let li = |pc| (pc, "addi a0, zero, 0".to_owned());
    // ADDI with the immediate 0, of which the upper half or the last three bytes are not in the file.
    assert_eq!(at(&[0x13, 5], 8), [li(0), nop(8)]);
    assert_eq!(at(&[0x13, 5, 0], 4), [li(0), nop(8)]);
    assert_eq!(at(&[0x13, 5], 3), [nop(8)]);
    assert_eq!(at(&[1, 0, 0x13], 6), [nop(0), (2, "nop".to_owned()), nop(8)]);
    // C.NOP, of which the last byte is not in the file.
    assert_eq!(at(&[1], 2), [nop(0), nop(8)]);
    // The halfword after it is one of another segment.
    assert_eq!(at(&[1, 0, 1, 0, 1, 0, 0x13, 5], 8), [nop(0), nop(2), nop(4), nop(8)]);
}

#[test]
fn each_rule_about_one_segment() {
    let fine = || Part::load(R | W, DATA, &[1; 8]);
    assert_eq!(segment_error(Part { flags: R | W | X, ..fine() }), SegmentError::WritableAndExecutable);
    assert_eq!(segment_error(Part { flags: W | X, ..fine() }), SegmentError::WritableAndExecutable);
    let smaller = SegmentError::MemorySmallerThanFile { file_size: 8, memory_size: 7 };
    assert_eq!(segment_error(Part { memory_size: 7, ..fine() }), smaller);
    let size = 1 << 20;
    assert_eq!(segment_error(Part { file_size: size, memory_size: size, ..fine() }), SegmentError::Truncated);
    assert_eq!(segment_error(Part { load_address: 0, ..fine() }), SegmentError::LoadAddress(0));
    let misaligned = |align| SegmentError::Misaligned { align, offset: 184 };
    assert_eq!(segment_error(Part { align: 24, ..fine() }), misaligned(24));
    assert_eq!(segment_error(Part { align: 0x1000, ..fine() }), misaligned(0x1000));
    let odd = Part { flags: R | X, align: 1, ..Part::load(R, DATA + 1, &[1; 8]) };
    assert_eq!(segment_error(odd), SegmentError::ExecutableMisaligned);
}

#[test]
fn segments_lie_in_range() {
    let out = |end| SegmentError::OutOfRange { end, min: 0x1000, max: SEGMENT_END };
    assert_eq!(segment_error(Part::load(R | W, 0xff8, &[1; 8])), out(0x1000));
    assert_eq!(segment_error(Part::load(R | W, SEGMENT_END, &[1; 8])), out(1 << 32));
    assert_eq!(segment_error(Part::load(R | W, SEGMENT_END, &[1])), out((1 << 32) - 7));
    assert_eq!(segment_error(Part::load(R | W, 1 << 32, &[1; 8])), out((1 << 32) + 8));
    assert_eq!(segment_error(Part::load(R | W, u64::MAX - 7, &[1; 8])), out(u64::MAX));
    let huge = Part { memory_size: u64::MAX, ..Part::load(R | W, DATA, &[]) };
    assert_eq!(segment_error(huge), out(u64::MAX));
    assert!(load(&good().data(0x1000, &[1; 8]).data(SEGMENT_END - 8, &[1; 8])).is_ok());
}

#[test]
fn segments_do_not_overlap() {
    let overlap = |first, second| LoadError::Overlap { first, second };
    assert_eq!(rejected(&good().data(CODE + 7, &[1])), overlap(CODE, CODE + 7));
    assert_eq!(rejected(&good().data(CODE - 8, &[1; 9])), overlap(CODE - 8, CODE));
    assert_eq!(rejected(&good().bss(CODE - 8, 1 << 20)), overlap(CODE - 8, CODE));
    assert_eq!(rejected(&good().data(DATA, &[1]).data(DATA, &[1])), overlap(DATA, DATA));
}

#[test]
fn read_only_and_writable_bytes_do_not_share_a_cell() {
    let shared = |first, second, cell| LoadError::SharedCell { first, second, cell };
    let e = rejected(&good().read_only(DATA, &[1; 3]).data(DATA + 7, &[1]));
    assert_eq!(e, shared(DATA, DATA + 7, DATA));
    let e = rejected(&good().bss(DATA, 12).read_only(DATA + 12, &[1]));
    assert_eq!(e, shared(DATA, DATA + 12, DATA + 8));
    let e = rejected(&good().data(DATA, &[1]).data(DATA + 1, &[1]).read_only(DATA + 2, &[1]));
    assert_eq!(e, shared(DATA + 1, DATA + 2, DATA));
    let e = rejected(&good().read_only(DATA, &[1]).data(DATA + 1, &[1]).data(DATA + 2, &[1]));
    assert_eq!(e, shared(DATA, DATA + 1, DATA));
    assert!(load(&good().read_only(DATA, &[1; 8]).data(DATA + 8, &[1])).is_ok());
}

#[test]
fn images_are_bounded() {
    let max = MAX_IMAGE_BYTES;
    let part = |flags, memory_size| Part { memory_size, ..Part::load(flags, DATA, &[]) };
    assert!(load(&good().part(part(R | W, 2 * max))).is_ok());
    let e = rejected(&good().part(part(R, max - 7)));
    assert_eq!(e, LoadError::TooLarge { bytes: max + 1, max });
}

#[test]
fn the_entry_is_an_executable_address() {
    let at = |entry| rejected(&Elf::new(entry).code(CODE, &[asm::ecall()]).data(DATA, &[1; 8]));
    assert_eq!(at(CODE + 1), LoadError::EntryMisaligned(CODE + 1));
    for entry in [0, CODE - 4, CODE + 4, DATA, CODE + (1 << 32)] {
        assert_eq!(at(entry), LoadError::EntryNotExecutable(entry));
    }
}

#[test]
fn no_file_makes_the_loader_panic() {
    let file = program(&[asm::ecall()], &[1, 2, 3]);
    for at in 0..file.len() {
        let _ = Program::from_elf(&file[..at]);
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut broken = file.clone();
            broken[at] = value;
            if let Ok(p) = Program::from_elf(&broken) {
                let _ = p.symbols().location(CODE);
            }
        }
    }
}
