//! The machine as system calls see it: what a call does is in [`dyad_machine::calls`].

use dyad_machine::calls::{self, Flow, Machine, Refusal};
use dyad_machine::list::TableId;
use dyad_machine::record::{Access, Copy, Ecall, Written};

use crate::MAX_DIAGNOSTICS;
use crate::error::Cause;
use crate::fault::Fault;
use crate::interpreter::{At, Interpreter};
use crate::observer::Observer;

impl Interpreter<'_> {
    /// Makes a system call.
    ///
    /// # Errors
    /// The cause of a trap; `None` where the run may not go on.
    #[inline(never)]
    pub fn call<O: Observer>(&mut self, observer: &mut O, at: At) -> Result<Flow, Option<Cause>> {
        observer.settle();
        calls::execute(&mut Calling { machine: self, observer, at }).map_err(|refusal| match refusal {
            Refusal::Halted => None,
            refusal => Some(Cause::Call(refusal)),
        })
    }
}

/// A call that is being made.
struct Calling<'c, 'a, O> {
    machine: &'c mut Interpreter<'a>,
    observer: &'c mut O,
    at: At,
}

impl<O: Observer> Machine for Calling<'_, '_, O> {
    fn at(&self) -> calls::At {
        calls::At { pc: self.at.pc, fall_through: self.at.next, instr: self.at.index }
    }

    fn time(&self) -> u32 {
        self.observer.time()
    }

    fn fetch(&mut self) -> u32 {
        let now = self.time();
        self.observer.fetch(self.at.index, now)
    }

    fn register(&self, register: u8) -> u64 {
        self.machine.registers.get(register)
    }

    fn access(&mut self, register: u8, new: u64) -> Access {
        let now = self.time() | 1;
        let value = self.machine.registers.get(register);
        self.machine.registers.set(register, new);
        Access { value, prev: self.observer.register(register, now) }
    }

    fn cell(&self, address: u32) -> u64 {
        self.machine.memory.get(address)
    }

    fn access_cell(&mut self, address: u32, new: impl FnOnce(u64) -> u64) -> Access {
        let now = self.time() | 1;
        let value = self.machine.memory.get(address);
        let new = new(value);
        if new != value {
            self.machine.memory.set(address, new);
        }
        Access { value, prev: self.observer.cell(address, now) }
    }

    fn is_read_only(&self, address: u32) -> bool {
        self.machine.memory.is_read_only(address)
    }

    fn input(&self) -> &[u8] {
        self.machine.input
    }

    fn consume(&mut self, bytes: usize) {
        self.machine.input = &self.machine.input[bytes..];
    }

    fn written(&mut self) -> Written {
        let prev = self.observer.written(self.time() | 1);
        let (length, rest) = self.machine.written;
        Written { length, rest, prev }
    }

    fn write(&mut self, bytes: &[u8]) -> Written {
        let found = self.written();
        self.machine.output.extend(bytes);
        for &byte in bytes {
            // It wraps only where a lie made it huge.
            let (length, rest) = &mut self.machine.written;
            *rest |= u64::from(byte) << (8 * (*length % 8));
            *length = length.wrapping_add(1);
            if length.is_multiple_of(8) {
                *rest = 0;
            }
        }
        found
    }

    fn diagnose(&mut self, byte: u8) -> bool {
        let room = self.machine.diagnostics.len() < MAX_DIAGNOSTICS;
        if room {
            self.machine.diagnostics.push(byte);
        }
        room
    }

    fn wanted(&self, honest: (u64, u64)) -> (u64, u64) {
        match self.at.fault {
            Some(Fault::Call { number, file }) => (number, file),
            _ => honest,
        }
    }

    fn result(&self, honest: u64) -> u64 {
        match self.at.fault {
            Some(Fault::Result(lie)) => lie,
            _ => honest,
        }
    }

    fn exit_code(&self, honest: u8) -> u8 {
        match self.at.fault {
            Some(Fault::ExitCode(lie)) => lie,
            _ => honest,
        }
    }

    fn called(&mut self, table: TableId, event: Ecall) {
        self.observer.call(table, event);
        self.machine.cycle += 1;
    }

    fn copied(&mut self, table: TableId, event: Copy) -> Result<(), Refusal> {
        if self.machine.cycle >= self.machine.pause && !self.machine.goes_on(self.observer) {
            return Err(Refusal::Halted);
        }
        self.observer.copy(table, event);
        self.machine.cycle += 1;
        self.machine.copy_steps += 1;
        Ok(())
    }
}
