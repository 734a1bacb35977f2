//! Single instructions from any state: what is true of them, for those who check what others say.

use dyad_machine::list::{Op, TableId};
use dyad_machine::record::{Copy, Ecall};
use dyad_program::Program;

use crate::Limits;
use crate::error::Cause;
use crate::interpreter::{At, Interpreter};
use crate::observer::{Observer, Seen};

/// A machine that executes one instruction after the other, as it is told. Its memory is the program's at first, its
/// registers are 0.
pub struct Stepper<'p> {
    interpreter: Interpreter<'p>,
}

/// What an instruction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// Where execution goes on; no instruction has to be there.
    pub next: u64,
    /// The cells that it accessed, each as it was before.
    pub cells: [Option<SteppedCell>; 2],
}

/// A cell that an instruction accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SteppedCell {
    /// Its address, a multiple of 8.
    pub address: u32,
    /// Whether it is read-only.
    pub read_only: bool,
    /// Its value before.
    pub before: u64,
}

impl<'p> Stepper<'p> {
    /// A machine with this program.
    pub fn new(program: &'p Program) -> Self {
        Self { interpreter: Interpreter::new(program, &[], Limits::default()) }
    }

    /// The value of a register.
    pub fn register(&self, register: u8) -> u64 {
        self.interpreter.registers.get(register)
    }

    /// Changes a register.
    pub fn set_register(&mut self, register: u8, value: u64) {
        self.interpreter.registers.set(register, value);
    }

    /// The value of the cell that holds an address.
    pub fn cell(&self, address: u32) -> u64 {
        self.interpreter.memory.get(address)
    }

    /// Changes the cell that holds an address, whether or not it is read-only.
    pub fn set_cell(&mut self, address: u32, value: u64) {
        self.interpreter.memory.set(address, value);
    }

    /// Executes the instruction of this index in the program's list.
    ///
    /// # Errors
    /// Why the machine forbids it; then nothing has changed.
    ///
    /// # Panics
    /// At a system call, which does more than an instruction.
    pub fn step(&mut self, index: u32) -> Result<Stepped, Cause> {
        let placed = self.interpreter.program.instrs()[index as usize];
        assert!(placed.instr.op != Op::Ecall, "a system call is no step");
        let at = At { pc: placed.pc, next: placed.next, index, fault: None };
        let mut look = Look::default();
        let next = self.interpreter.step(&mut look, at, placed.instr)?;
        Ok(Stepped { next, cells: look.cells })
    }
}

/// Sees the cells that an instruction accesses.
#[derive(Default)]
struct Look {
    cells: [Option<SteppedCell>; 2],
}

impl Observer for Look {
    fn step(&mut self, seen: Seen) {
        self.cells = [seen.ram, seen.second].map(|touched| {
            touched.map(|t| SteppedCell { address: t.address & !7, read_only: t.read_only, before: t.before })
        });
    }
    fn fetch(&mut self, _: u32, _: u32) -> u32 {
        0
    }
    fn register(&mut self, _: u8, _: u32) -> u32 {
        0
    }
    fn written(&mut self, _: u32) -> u32 {
        0
    }
    fn cell(&mut self, _: u32, _: u32) -> u32 {
        0
    }
    fn call(&mut self, _: TableId, _: Ecall) {}
    fn copy(&mut self, _: TableId, _: Copy) {}
}
