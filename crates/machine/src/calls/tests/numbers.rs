//! Whatever a row's words are, it makes the call of its table: for one number, one file, and the
//! registers of calls.

use alloc::vec::Vec;

use dyad_rules::Table;
use dyad_rules::check::MessageValue;
use dyad_rules::harness::{self, Random};

use crate::calls::Called;
use crate::calls::diagnostic::Diagnostic;
use crate::calls::exit::Exit;
use crate::calls::read::Read;
use crate::calls::write::Write;

/// Rows of random words, and one of a real event: all take these registers and no others, and where a
/// value is given they take it with that.
fn finds<T: Table<Event = Called>>(registers: &[(u64, Option<u64>)]) {
    let width = dyad_rules::fill::<T>(&Called::default()).committed.len();
    let mut random = Random(57);
    for _ in 0..100 {
        let words: Vec<_> = (0..width).map(|_| random.word()).collect();
        let said = harness::said::<T>(&words, &[]);
        let of_registers = |m: &[MessageValue]| {
            let mut found: Vec<_> =
                m.iter().filter(|m| m[0] == 3).map(|m| (m[1] & 0xffff_ffff, m[2])).collect();
            found.sort_unstable();
            found
        };
        let (pulls, pushes) = (of_registers(&said.pulls), of_registers(&said.pushes));
        let indices = |found: &[(u64, u64)]| found.iter().map(|f| f.0).collect::<Vec<_>>();
        let wanted: Vec<_> = registers.iter().map(|r| r.0).collect();
        assert_eq!((indices(&pulls), indices(&pushes)), (wanted.clone(), wanted), "{}", T::NAME);
        for (&(index, wanted), (_, value)) in registers.iter().zip(pulls) {
            assert!(wanted.is_none_or(|wanted| wanted == value), "{}: register {index}: {value:#x}", T::NAME);
        }
        // The number stays where it was, and the instruction is an ECALL.
        assert_eq!(pushes.iter().find(|p| p.0 == 17).map(|p| Some(p.1)), Some(registers[3].1));
        for cell in said.pulls.iter().chain(&said.pushes).filter(|m| m[0] == 2) {
            assert_eq!(
                cell[3] >> crate::instr::Field::KIND.at,
                crate::list::Kind::System as u64,
                "{}",
                T::NAME
            );
        }
    }
}

#[test]
fn exit_is_93_for_any_file() {
    finds::<Exit>(&[(10, None), (11, None), (12, None), (17, Some(93))]);
}

#[test]
fn read_is_63_of_file_0() {
    finds::<Read>(&[(10, Some(0)), (11, None), (12, None), (17, Some(63))]);
}

#[test]
fn write_is_64_of_file_1() {
    finds::<Write>(&[(10, Some(1)), (11, None), (12, None), (17, Some(64))]);
}

#[test]
fn diagnostic_is_64_of_file_2() {
    finds::<Diagnostic>(&[(10, Some(2)), (11, None), (12, None), (17, Some(64))]);
}
