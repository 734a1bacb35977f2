//! read, write and exit.

mod common;

use common::runs;
use dyad_executor::{Limits, meter, run};
use dyad_machine::list::TableId;
use dyad_program::testing::asm::*;
use dyad_program::testing::{CODE, DATA, program};

/// Writes a0 to the output as eight bytes, by way of `DATA - 8`.
fn show_a0() -> Vec<u32> {
    [li(A1, DATA - 8), vec![sd(A0, A1, 0)], syscall(64, 1, DATA - 8, 8)].concat()
}

#[test]
fn exit_codes_are_one_byte() {
    for (code, expected) in [(0, 0), (7, 7), (255, 255), (256, 0), (u64::MAX, 255), (0x1234, 0x34)] {
        assert_eq!(runs(&exit(code), &[], &[]).exit_code, expected);
    }
}

#[test]
fn output_is_what_was_written_at_every_alignment() {
    let data: Vec<u8> = (1..=64).collect();
    for offset in 0..9 {
        for length in [0, 1, 7, 8, 9, 15, 16, 17, 31] {
            for before in [0, 1, 7, 8] {
                let code =
                    [syscall(64, 1, DATA, before), syscall(64, 1, DATA + offset, length), exit(0)].concat();
                let part = |from: u64, length: u64| &data[from as usize..][..length as usize];
                let expected = [part(0, before), part(offset, length)].concat();
                assert_eq!(runs(&code, &data, &[]).output, expected);
            }
        }
    }
}

#[test]
fn input_arrives_at_every_alignment_and_the_rest_stays() {
    let input: Vec<u8> = (1..=40).collect();
    for offset in 0..9 {
        for length in [0, 1, 7, 8, 9, 15, 16, 17, 31] {
            let code = [syscall(63, 0, DATA + offset, length), show_a0(), syscall(64, 1, DATA, 48), exit(0)]
                .concat();
            let mut expected = [0xee; 48];
            expected[offset as usize..][..length as usize].copy_from_slice(&input[..length as usize]);
            let outcome = runs(&code, &[0xee; 48], &input);
            assert_eq!(outcome.output[..8], length.to_le_bytes());
            assert_eq!(outcome.output[8..], expected);
        }
    }
}

#[test]
fn reading_past_the_end_gives_what_there_is_and_then_nothing() {
    let read = syscall(63, 0, DATA, 10);
    let code = [read.clone(), show_a0(), read, show_a0(), syscall(64, 1, DATA, 10), exit(0)].concat();
    let outcome = runs(&code, &[9; 10], b"abc");
    assert_eq!(outcome.output[..8], 3u64.to_le_bytes());
    assert_eq!(outcome.output[8..16], 0u64.to_le_bytes());
    assert_eq!(outcome.output[16..], *b"abc\x09\x09\x09\x09\x09\x09\x09");
}

#[test]
fn several_reads_follow_each_other() {
    let reads: Vec<u32> = (0..3).flat_map(|i| syscall(63, 0, DATA + 5 * i, 5)).collect();
    let code = [reads, syscall(64, 1, DATA, 15), exit(0)].concat();
    assert_eq!(runs(&code, &[0; 15], b"the quick brown fox").output, b"the quick brown");
}

#[test]
fn writes_return_their_length() {
    for (file, length) in [(1, 0), (1, 5), (2, 0), (2, 5), (2, 1 << 40)] {
        let code = [syscall(64, file, DATA, length), show_a0(), exit(0)].concat();
        let output = runs(&code, b"hello", &[]).output;
        assert_eq!(output[output.len() - 8..], length.to_le_bytes());
    }
}

#[test]
fn diagnostics_are_kept_apart() {
    let code =
        [syscall(64, 2, DATA, 5), syscall(64, 1, DATA + 5, 3), syscall(64, 2, DATA + 8, 2), exit(0)].concat();
    let outcome = runs(&code, b"debug123ok", &[]);
    assert_eq!((outcome.output, outcome.diagnostics), (b"123".to_vec(), b"debugok".to_vec()));
    assert_eq!(outcome.cycles, outcome.instructions + 4);
}

#[test]
fn diagnostics_print_what_lies_in_memory() {
    for (address, length, printed) in
        [(0, 100, 0), (u64::MAX, u64::MAX, 0), (1 << 32, 1, 0), (0xffff_fffe, 100, 2)]
    {
        let outcome = runs(&[syscall(64, 2, address, length), exit(0)].concat(), &[], &[]);
        assert_eq!(outcome.diagnostics, vec![0; printed]);
    }
}

#[test]
fn buffers_may_end_with_memory() {
    let end = [syscall(63, 0, 0xffff_fffc, 4), syscall(64, 1, 0xffff_fffc, 4), exit(0)].concat();
    assert_eq!(runs(&end, &[], b"last").output, b"last");
}

#[test]
fn zero_bytes_need_no_memory() {
    let code = [syscall(63, 0, 0, 8), syscall(64, 1, 0, 0), syscall(64, 1, 0xffff_ffff, 0), exit(0)].concat();
    assert_eq!(runs(&code, &[], &[]).output, []);
}

#[test]
fn read_only_memory_can_be_written_out() {
    let code = [syscall(64, 1, CODE, 4), exit(0)].concat();
    assert_eq!(runs(&code, &[], &[]).output, code[0].to_le_bytes());
}

#[test]
fn registers_other_than_a0_survive() {
    let code = [
        li(T0, 5),
        syscall(64, 1, DATA, 3),
        vec![add(T0, T0, A1), add(T0, T0, A2), add(T0, T0, A7), mv(A0, T0)],
        vec![sub(A0, A0, A1)],
        show_a0(),
        exit(0),
    ];
    assert_eq!(runs(&code.concat(), b"abc", &[]).output[3..], (5u64 + 3 + 64).to_le_bytes());
}

#[test]
fn the_same_run_gives_the_same_outcome_watched_or_not() {
    let elf = program(&[syscall(63, 0, DATA + 3, 21), syscall(64, 1, DATA, 30), exit(9)].concat(), &[1; 32]);
    let program = dyad_program::Program::from_elf(&elf).expect("loads");
    let input: Vec<u8> = (0..21).collect();
    let silent = run(&program, &input, Limits::default()).expect("runs");
    let (metered, rows) = meter(&program, &input, Limits::default()).expect("runs");
    let (recorded, records) = dyad_executor::record(&program, &input, Limits::default()).expect("runs");
    assert_eq!(silent, metered);
    assert_eq!(silent, recorded);
    let run = dyad_machine::tables::Run::new(&records, program.words(), program.image());
    assert_eq!(rows, dyad_executor::rows_of(&run, 0));
    let copies = [TableId::CopyInByte, TableId::CopyInWord, TableId::CopyInEnd].map(|id| rows[id]);
    assert_eq!(copies, [5, 2, 1]);
}
