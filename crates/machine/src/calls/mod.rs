//! System calls, a file each: number, event, `execute` (what the machine does) and rules (what is
//! proved).
//!
//! A call is a row of a table of its own, for one value of a7, the call's number, and perhaps of a0, the
//! file: the values are constants of the table, which the bus compares with the registers. Any other
//! call has no row. `read` and `write` hand over to the tables of [`copy_in`] and [`copy_out`], which
//! move the bytes a step at a time and then continue the program.

mod copy;
pub mod copy_in;
pub mod copy_out;
pub mod diagnostic;
pub mod exit;
pub mod read;
#[cfg(test)]
mod tests;
pub mod write;

use dyad_abi::{RAM_END, RAM_START};
use dyad_rules::{LOW, Rules};

use crate::list::{Kind, TableId};
use crate::record::{Access, Copy, Ecall, Written};
use crate::row::{Row, halves};

/// The machine as a call sees it: what executors offer to [`execute`].
///
/// An *access* is one that the proof knows of: it happens at the time of the call or of the step of a
/// copy, and a cell may be accessed once in each.
pub trait Machine {
    /// Where the call is made.
    fn at(&self) -> At;
    /// The time of this call or step.
    fn time(&self) -> u32;
    /// Accesses the program cell of the call; returns the time of the access before.
    fn fetch(&mut self) -> u32;
    /// The value of a register, without an access.
    fn register(&self, register: u8) -> u64;
    /// Accesses a register: finds its value and leaves `new`.
    fn access(&mut self, register: u8, new: u64) -> Access;
    /// The cell that holds an address, without an access.
    fn cell(&self, address: u32) -> u64;
    /// Accesses the cell that holds an address: finds its value and leaves `new` of it.
    fn access_cell(&mut self, address: u32, new: impl FnOnce(u64) -> u64) -> Access;
    /// Whether the cell that holds an address is read-only.
    fn is_read_only(&self, address: u32) -> bool;
    /// The private input that is left.
    fn input(&self) -> &[u8];
    /// Passes over some bytes of the input.
    fn consume(&mut self, bytes: usize);
    /// Accesses the public output: finds how much there is.
    fn written(&mut self) -> Written;
    /// The same, and adds bytes to it.
    fn write(&mut self, bytes: &[u8]) -> Written;
    /// Says something to the person who runs the program; false where no more is kept.
    fn diagnose(&mut self, byte: u8) -> bool;
    /// The number and the file by which the call is told from others: `honest`, but for executors that
    /// lie in tests.
    fn wanted(&self, honest: (u64, u64)) -> (u64, u64);
    /// What the call returns: `honest`, but for executors that lie in tests.
    fn result(&self, honest: u64) -> u64;
    /// The exit code: `honest`, but for executors that lie in tests.
    fn exit_code(&self, honest: u8) -> u8;
    /// The call was made: time goes on.
    fn called(&mut self, table: TableId, event: Ecall);
    /// A copy moved on: time goes on.
    ///
    /// # Errors
    /// [`Refusal::Halted`] where the run may not go on.
    fn copied(&mut self, table: TableId, event: Copy) -> Result<(), Refusal>;
}

/// Where a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// The address of the ECALL.
    pub pc: u32,
    /// Where execution goes on.
    pub fall_through: u32,
    /// The index of the ECALL in the program's list of instructions.
    pub instr: u32,
}

/// Why a call is not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No call has this number.
    Number(u64),
    /// The call takes other files.
    File {
        /// The call's number.
        number: u64,
        /// The file.
        file: u64,
    },
    /// The buffer is longer than 32 bits or not all in memory.
    Buffer {
        /// The call's number.
        number: u64,
        /// The buffer's address.
        address: u64,
        /// Its length.
        length: u64,
    },
    /// The call would write to a read-only cell.
    ReadOnly {
        /// The call's number.
        number: u64,
        /// Address of the first byte that can't be written.
        address: u64,
    },
    /// The run may not go on: its cycles or its memory are used up.
    Halted,
}

/// How the program goes on after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// At the next instruction.
    Continue,
    /// Not at all: it exits with this code.
    Exit(u8),
}

/// A system call.
trait Call {
    /// Its name, as Linux has it.
    const NAME: &'static str;
    /// Its number, in a7.
    const NUMBER: u64;
    /// The file, in a0, if it is for one.
    const FILE: Option<u64>;

    /// Carries the call out.
    fn execute<M: Machine>(m: &mut M) -> Result<Flow, Refusal>;
}

/// Registers of calls.
const A0: u8 = 10;
const A1: u8 = 11;
const A2: u8 = 12;
const A7: u8 = 17;

macro_rules! calls {
    ($families:tt { $($family:tt)* } calls { $($call:ident { $table:ident })* } $($rest:tt)*) => {
        /// Carries out the call that the registers ask for.
        ///
        /// # Errors
        /// The reason why it can't be.
        pub fn execute<M: Machine>(m: &mut M) -> Result<Flow, Refusal> {
            let (number, file) = m.wanted((m.register(A7), m.register(A0)));
            $(if is::<$call::$table>(number, file) {
                return $call::$table::execute(m);
            })*
            Err(if NUMBERS.iter().any(|&(_, known)| known == number) {
                Refusal::File { number, file }
            } else {
                Refusal::Number(number)
            })
        }

        /// The name and number of each call; one that is several tables stands here once for each.
        pub const NUMBERS: &[(&str, u64)] =
            &[$((<$call::$table as Call>::NAME, <$call::$table as Call>::NUMBER)),*];
    };
}

crate::machine!(calls);

fn is<C: Call>(number: u64, file: u64) -> bool {
    number == C::NUMBER && C::FILE.is_none_or(|wanted| wanted == file)
}

/// An [`Ecall`] with the two words of its program cell: the event of the tables of system calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// What the executor recorded.
    pub call: Ecall,
    /// First word of the program cell.
    pub w0: u64,
    /// Second word of the program cell, the kind included.
    pub w1: u32,
}

/// The event of a call that returns `honest`, unless the executor lies: accesses its program cell, a7, a0,
/// a1 and a2.
fn event(m: &mut impl Machine, honest: u64) -> Ecall {
    let result = m.result(honest);
    let At { pc, instr, .. } = m.at();
    let (a7, a1, a2) = (m.register(A7), m.register(A1), m.register(A2));
    Ecall {
        pc,
        time: m.time(),
        instr,
        fetch_prev: m.fetch(),
        a7: m.access(A7, a7),
        a0: m.access(A0, result),
        a1: m.access(A1, a1),
        a2: m.access(A2, a2),
        result,
        written: Written::default(),
    }
}

/// Checks a buffer of which `used` bytes are moved.
fn check_buffer(m: &impl Machine, used: u64) -> Result<(), Refusal> {
    let [number, address, length] = [A7, A1, A2].map(|r| m.register(r));
    let fits = address < RAM_END && length < RAM_END;
    if fits && (used == 0 || (address >= RAM_START && address + used <= RAM_END)) {
        return Ok(());
    }
    Err(Refusal::Buffer { number, address, length })
}

/// What a system call finds in registers and leaves in a0.
struct Registers<W> {
    number: W,
    a0: W,
    a0_new: W,
    a1: W,
    a2: W,
}

/// Accesses a7, a0, a1 and a2 in slot 1. Cost 2/0 and four equations.
fn registers<R: Rules>(r: &mut R, row: &mut Row<R::Word>, call: &Ecall, found: &Registers<R::Word>) {
    let first = r.commit("prev a7 | a0", || halves(call.a7.prev, call.a0.prev));
    let second = r.commit("prev a1 | a2", || halves(call.a1.prev, call.a2.prev));
    for (register, prev, old, new) in [
        (A7, first & LOW, found.number, found.number),
        (A0, first >> 32, found.a0, found.a0_new),
        (A1, second & LOW, found.a1, found.a1),
        (A2, second >> 32, found.a2, found.a2),
    ] {
        let register = r.constant(register.into());
        row.register(r, 1, register, prev, old, new);
    }
}

/// Commits to a1 and a2, both below 2^32, in one word. Cost 1/0.
fn buffer<R: Rules>(r: &mut R, call: &Ecall) -> R::Word {
    r.commit("a1 | a2", || halves(call.a1.value as u32, call.a2.value as u32))
}

fn open<R: Rules>(r: &mut R, event: &Called) -> Row<R::Word> {
    let c = event.call;
    Row::open_at(r, Kind::System, (c.pc, c.time, c.fetch_prev), (event.w0, event.w1))
}
