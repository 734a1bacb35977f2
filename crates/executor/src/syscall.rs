//! System calls, and the copies they make.

use dyad_machine::families::system::{DIAGNOSTICS_FILE, EXIT, INPUT_FILE, OUTPUT_FILE, READ, WRITE};
use dyad_machine::instr::{OUTPUT_LENGTH, RAM_END};
use dyad_machine::record::{Access, Copy, Ecall};

use crate::MAX_DIAGNOSTICS;
use crate::error::Cause;
use crate::fault::Fault;
use crate::interpreter::{At, Interpreter, time};
use crate::memory::in_memory;
use crate::observer::{Call, Direction, Observer, Unit};

const A0: u8 = 10;
const A1: u8 = 11;
const A2: u8 = 12;
const A7: u8 = 17;

/// Makes a system call; returns the exit code where it was `exit`.
///
/// # Errors
/// The cause of a trap; `None` where the cycles are used up.
#[inline(never)]
pub(crate) fn call<O: Observer>(
    m: &mut Interpreter<'_>,
    o: &mut O,
    at: At,
) -> Result<Option<u8>, Option<Cause>> {
    let [number, a0, a1, a2] = [A7, A0, A1, A2].map(|r| m.registers.get(r));
    let kind = match (number, a0) {
        (EXIT, _) => Call::Exit,
        (READ, INPUT_FILE) => Call::Read,
        (WRITE, OUTPUT_FILE) => Call::Write,
        (WRITE, DIAGNOSTICS_FILE) => Call::Diagnose,
        (READ | WRITE, file) => return Err(Some(Cause::UnsupportedFile { number, file })),
        _ => return Err(Some(Cause::UnsupportedCall { number })),
    };
    let out_of_range = Cause::BufferOutOfRange { number, address: a1, length: a2 };
    // What is moved, and what a0 becomes.
    let (length, honest) = match kind {
        Call::Exit => (0, a0),
        Call::Read => {
            let n = a2.min(m.input.len() as u64);
            (n, n)
        }
        Call::Write | Call::Diagnose => (a2, a2),
    };
    if matches!(kind, Call::Read | Call::Write) {
        let fits = a2 < RAM_END && a1 < RAM_END;
        if !fits || (length > 0 && (in_memory(a1).is_none() || a1 + length > RAM_END)) {
            return Err(Some(out_of_range));
        }
    }
    let result = match at.fault {
        Some(Fault::Result(lie)) => lie,
        _ => honest,
    };
    let found = |value| Access { value, prev: 0 };
    o.call(
        kind,
        Ecall {
            pc: at.pc,
            time: time(m.cycle),
            instr: at.index,
            fetch_prev: 0,
            a7: found(number),
            a0: found(a0),
            a1: found(a1),
            a2: found(a2),
            result,
            output: found(if kind == Call::Exit { m.registers.get(OUTPUT_LENGTH) } else { 0 }),
        },
    );
    m.cycle += 1;
    m.registers.set(A0, result);
    let copy = Step { pc: at.pc + 4, pointer: a1 as u32, remaining: length as u32 };
    match kind {
        Call::Exit => {
            return Ok(Some(match at.fault {
                Some(Fault::ExitCode(lie)) => lie,
                _ => a0 as u8,
            }));
        }
        Call::Read => copy_in(m, o, copy)?,
        Call::Write => copy_out(m, o, copy)?,
        Call::Diagnose => diagnose(m, a1, a2),
    }
    Ok(None)
}

/// Where a copy is.
struct Step {
    pc: u32,
    pointer: u32,
    remaining: u32,
}

impl Step {
    /// What the next step moves; `aligned` says whether the other end of the copy allows 8 bytes.
    fn unit(&self, aligned: bool) -> Unit {
        match self.remaining {
            0 => Unit::End,
            8.. if self.pointer.is_multiple_of(8) && aligned => Unit::Word,
            _ => Unit::Byte,
        }
    }

    /// The event of the next step, without what it finds.
    fn event(&self, m: &Interpreter<'_>) -> Copy {
        Copy {
            pc: self.pc,
            time: time(m.cycle),
            pointer: self.pointer,
            remaining: self.remaining,
            ..Copy::default()
        }
    }
}

/// Uses a cycle for a step of a copy.
fn tick(m: &mut Interpreter<'_>) {
    m.cycle += 1;
    m.copy_steps += 1;
}

fn copy_in<O: Observer>(m: &mut Interpreter<'_>, o: &mut O, mut s: Step) -> Result<(), Option<Cause>> {
    loop {
        if m.cycle >= m.max_cycles {
            return Err(None);
        }
        let unit = s.unit(true);
        let mut event = s.event(m);
        let moved = match unit {
            Unit::End => 0,
            Unit::Byte => 1,
            Unit::Word => 8,
        };
        if let Some((bytes, rest)) = m.input.split_at_checked(moved)
            && moved > 0
        {
            if m.memory.is_read_only(s.pointer) {
                return Err(Some(Cause::BufferReadOnly { address: u64::from(s.pointer) }));
            }
            let cell = m.memory.entry(s.pointer);
            event.mem.value = *cell;
            let mut new = cell.to_le_bytes();
            let at = (s.pointer % 8) as usize;
            new[at..at + moved].copy_from_slice(bytes);
            *cell = u64::from_le_bytes(new);
            event.mem_new = *cell;
            m.input = rest;
        }
        o.copy(Direction::In, unit, event);
        tick(m);
        if unit == Unit::End {
            return Ok(());
        }
        s.pointer = s.pointer.wrapping_add(moved as u32);
        s.remaining -= moved as u32;
    }
}

fn copy_out<O: Observer>(m: &mut Interpreter<'_>, o: &mut O, mut s: Step) -> Result<(), Option<Cause>> {
    loop {
        if m.cycle >= m.max_cycles {
            return Err(None);
        }
        let length = m.registers.get(OUTPUT_LENGTH);
        let unit = s.unit(length.is_multiple_of(8));
        let mut event = s.event(m);
        let moved = match unit {
            Unit::End => 0,
            Unit::Byte => 1,
            Unit::Word => 8,
        };
        if moved > 0 {
            let cell = m.memory.get(s.pointer);
            event.read_only = m.memory.is_read_only(s.pointer);
            event.mem.value = cell;
            event.mem_new = cell;
            event.output.value = length;
            let at = (s.pointer % 8) as usize;
            m.output.extend(&cell.to_le_bytes()[at..at + moved]);
            // It wraps only where a fault made the register huge.
            m.registers.set(OUTPUT_LENGTH, length.wrapping_add(moved as u64));
        }
        o.copy(Direction::Out, unit, event);
        tick(m);
        if unit == Unit::End {
            return Ok(());
        }
        s.pointer = s.pointer.wrapping_add(moved as u32);
        s.remaining -= moved as u32;
    }
}

/// Keeps the text that lies in memory; no cell is accessed as far as proofs are concerned.
fn diagnose(m: &mut Interpreter<'_>, address: u64, length: u64) {
    let end = address.saturating_add(length).min(RAM_END);
    let mut address = address;
    while address < end && m.diagnostics.len() < MAX_DIAGNOSTICS {
        let Some(at) = in_memory(address) else { return };
        m.diagnostics.push((m.memory.get(at) >> (8 * (at & 7))) as u8);
        address += 1;
    }
}
