//! The interpreter loop.

use dyad_abi::STACK_TOP;
use dyad_machine::calls::Flow;
use dyad_machine::compressed::code_at;
use dyad_machine::families::branch;
use dyad_machine::instr::{Instr, NOWHERE, RESERVATION};
use dyad_machine::list::Op;
use dyad_program::{FloatAbi, Location, Program};

use crate::code::{Code, Found};
use crate::effect::{Effect, Operands};
use crate::error::{Cause, Error, Halted, Overflow, Trap};
use crate::fault::{Fault, Moment, Tamper};
use crate::memory::Memory;
use crate::observer::{Observer, Seen};
use crate::registers::Registers;
use crate::{Limits, Outcome};

/// Cycles between two looks at whether a run may go on.
pub(crate) const PAUSE: u64 = 1 << 14;

/// A machine that runs a program.
pub(crate) struct Interpreter<'a> {
    pub program: &'a Program,
    pub registers: Registers<u64>,
    pub memory: Memory,
    /// The private input that is left.
    pub input: &'a [u8],
    pub output: Vec<u8>,
    /// Its length, and the last bytes of it that are not eight yet, as the machine knows them.
    pub written: (u64, u64),
    pub diagnostics: Vec<u8>,
    /// Time units used.
    pub cycle: u64,
    /// Those of them that were steps of copies.
    pub copy_steps: u64,
    /// The cycle before which [`Interpreter::goes_on`] is to be asked.
    pub pause: u64,
    limits: Limits,
    /// What does not let the run go on.
    halt: Halt,
}

/// Why the loop stopped before the program exited.
pub(crate) struct Stop {
    /// The instruction to blame.
    pc: u64,
    /// `None` where the run may not go on.
    cause: Option<Cause>,
}

/// Why a run may not go on.
#[derive(Clone, Copy)]
enum Halt {
    /// The cycles are used up.
    Cycles,
    /// It takes too much memory.
    Memory,
    /// The observer has seen enough.
    Observer,
}

/// Which instruction is executed.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub pc: u32,
    /// Where execution goes on, unless the instruction says otherwise.
    pub next: u32,
    /// Its index in the program's list of instructions.
    pub index: u32,
    pub fault: Option<Fault>,
}

impl<'a> Interpreter<'a> {
    pub fn new(program: &'a Program, input: &'a [u8], limits: Limits) -> Self {
        let mut registers = Registers::default();
        registers.set(2, STACK_TOP);
        Self {
            program,
            registers,
            memory: Memory::new(program.image()),
            input,
            output: Vec::new(),
            written: (0, 0),
            diagnostics: Vec::new(),
            cycle: 0,
            copy_steps: 0,
            pause: 0,
            limits,
            halt: Halt::Cycles,
        }
    }

    /// Runs the program to its end.
    pub fn run<O: Observer, T: Tamper>(
        &mut self,
        observer: &mut O,
        tamper: &mut T,
    ) -> Result<Outcome, Error> {
        match self.run_loop(observer, tamper) {
            Ok(exit_code) => Ok(Outcome {
                exit_code,
                output: core::mem::take(&mut self.output),
                diagnostics: core::mem::take(&mut self.diagnostics),
                instructions: self.cycle - self.copy_steps,
                cycles: self.cycle,
            }),
            Err(stop) => Err(self.explain(stop)),
        }
    }

    fn run_loop<O: Observer, T: Tamper>(&mut self, observer: &mut O, tamper: &mut T) -> Result<u8, Stop> {
        let code = Code::new(self.program);
        let mut range = code.first();
        let mut pc = u64::from(self.program.entry());
        let mut from = pc;
        loop {
            let Some(Found { mut instr, next, index }) = range.fetch(pc) else {
                range = code.find(pc).ok_or_else(|| self.lost(from, pc))?;
                continue;
            };
            if self.cycle >= self.pause {
                self.look(observer, pc, instr)?;
            }
            let fault = tamper.fault(|| Moment { cycle: self.cycle, pc: pc as u32, instr });
            from = pc;
            match fault {
                Some(Fault::Register { register, value }) => self.registers.set(register, value),
                Some(Fault::Memory { address, value }) => self.memory.set(address, value),
                Some(Fault::Written { length, rest }) => self.written = (length, rest),
                Some(Fault::Instruction(other)) => instr = other,
                Some(Fault::Skip) => {
                    pc = u64::from(next);
                    continue;
                }
                _ => {}
            }
            let at = || At { pc: pc as u32, next, index, fault };
            if instr.op == Op::Ecall {
                match self.call(observer, at()) {
                    Ok(Flow::Continue) => pc = u64::from(next),
                    Ok(Flow::Exit(code)) => return Ok(code),
                    Err(cause) => return Err(Stop { pc, cause }),
                }
            } else {
                pc = self.step(observer, at(), instr).map_err(|cause| Stop { pc, cause: Some(cause) })?;
            }
            match fault {
                Some(Fault::Repeat) => pc = from,
                Some(Fault::Next(target)) => pc = u64::from(target),
                _ => {}
            }
        }
    }

    /// Looks around before the instruction at `pc`.
    #[cold]
    #[inline(never)]
    fn look<O: Observer>(&mut self, observer: &mut O, pc: u64, instr: Instr) -> Result<(), Stop> {
        let (a, b) = (self.registers.get(instr.rs1), self.registers.get(instr.rs2));
        if stays(instr, pc, a, b) {
            return Err(Stop { pc, cause: Some(Cause::Endless) });
        }
        if self.goes_on(observer) { Ok(()) } else { Err(Stop { pc, cause: None }) }
    }

    /// Whether the run may go on; to be asked before each cycle from `pause` on.
    #[cold]
    #[inline(never)]
    pub fn goes_on<O: Observer>(&mut self, observer: &mut O) -> bool {
        let memory = self.memory.bytes() + observer.bytes() + self.output.len() as u64;
        self.halt = if self.cycle >= self.limits.max_cycles {
            Halt::Cycles
        } else if memory > self.limits.max_memory {
            Halt::Memory
        } else if !observer.goes_on(self.cycle, memory) {
            Halt::Observer
        } else {
            self.pause = self.limits.max_cycles.min(self.cycle + PAUSE);
            return true;
        };
        false
    }

    /// Executes an instruction other than ECALL; returns the pc of the next one.
    #[inline(always)]
    pub fn step<O: Observer>(&mut self, observer: &mut O, at: At, i: Instr) -> Result<u64, Cause> {
        let (a, b) = (self.registers.get(i.rs1), self.registers.get(i.rs2));
        let operands = Operands { a, b, imm: i.imm, next: u64::from(at.next), fault: at.fault };
        // Each operation has an arm in which it is a constant: so it is one jump away, and what depends
        // on it alone is known when this is compiled.
        macro_rules! by_operation {
            (families { $($family:ident $class:ident [$($op:ident)*] $tables:tt)* } $($rest:tt)*) => {
                match i.op {
                    $($(Op::$op => {
                        let effect = self.$class(Op::$op, operands)?;
                        self.complete(observer, at, Instr { op: Op::$op, ..i }, effect)
                    })*)*
                }
            };
        }
        Ok(dyad_machine::machine!(by_operation))
    }

    /// Shows an instruction to the observer and lets it have its effect, memory being changed already;
    /// returns the pc of the next one.
    #[inline(always)]
    fn complete<O: Observer>(&mut self, observer: &mut O, at: At, instr: Instr, effect: Effect) -> u64 {
        observer.step(Seen {
            pc: at.pc,
            index: at.index,
            instr,
            rs1: self.registers.get(instr.rs1),
            rs2: self.registers.get(instr.rs2),
            rd_old: self.registers.get(instr.rd),
            ram: effect.ram,
            second: effect.second,
            reservation: effect.reservation.map(|_| self.registers.get(RESERVATION)),
            table: effect.table,
        });
        if let Some(reservation) = effect.reservation {
            self.registers.set(RESERVATION, reservation);
        }
        if let Some(value) = effect.rd {
            self.registers.set(instr.rd, value);
        }
        self.cycle += 1;
        effect.next
    }

    /// Why there is no instruction at `pc`, where control came from `from`.
    #[cold]
    fn lost(&self, from: u64, pc: u64) -> Stop {
        if pc == u64::from(NOWHERE) {
            return Stop { pc: from, cause: Some(Cause::TargetOutOfRange) };
        }
        match self.undecoded(pc) {
            Some(code) => Stop { pc, cause: Some(Cause::IllegalInstruction { code }) },
            None => Stop { pc: from, cause: Some(Cause::TargetNotExecutable { target: pc }) },
        }
    }

    /// What stands at `pc` in an executable segment: a halfword, or a word if it begins as an instruction
    /// of 32 bits.
    fn undecoded(&self, pc: u64) -> Option<u32> {
        let pc = u32::try_from(pc).ok().filter(|pc| pc.is_multiple_of(2))?;
        let segments = self.program.segments();
        let segment = segments.iter().find(|s| s.executable && s.contains(u64::from(pc)))?;
        let half = |at: u32| (self.memory.get(at) >> (8 * (at & 7))) as u16;
        let next = segment.contains(u64::from(pc) + 3).then(|| half(pc + 2));
        Some(code_at(half(pc), next))
    }

    /// The error, with what people want to know.
    #[cold]
    fn explain(&mut self, stop: Stop) -> Error {
        let pc = stop.pc as u32;
        let symbols = self.program.symbols();
        let location: Location = symbols.location(stop.pc);
        let diagnostics = core::mem::take(&mut self.diagnostics);
        let cycle = self.cycle;
        let Some(cause) = stop.cause else {
            let halted = Box::new(Halted { limits: self.limits, cycle, pc, location, diagnostics });
            return match self.halt {
                Halt::Cycles => Error::CycleLimit(halted),
                Halt::Memory => Error::MemoryLimit(halted),
                Halt::Observer => Error::Stopped(halted),
            };
        };
        let stack = symbols.address("_stack_bottom").zip(symbols.address("_stack_top"));
        let sp = self.registers.get(2);
        // One beyond the top has come round from below 0.
        let overflow = stack.filter(|&(bottom, top)| cause.is_of_stacks() && !(bottom..=top).contains(&sp));
        let stack = overflow.map(|(bottom, top)| Overflow { size: top.saturating_sub(bottom), sp });
        let instrs = self.program.instrs();
        let found = instrs.binary_search_by_key(&pc, |i| i.pc).ok();
        let instruction = found.map(|i| instrs[i].instr.to_string());
        let abi = self.program.flags().float_abi;
        let built_for = Some(abi).filter(|&abi| abi != FloatAbi::Soft && cause.is_of_floats());
        let object = cause.address().and_then(|address| symbols.data(address));
        Error::Trap(Box::new(Trap {
            cause,
            pc,
            instruction,
            cycle,
            object,
            stack,
            built_for,
            location,
            diagnostics,
        }))
    }
}

/// Whether an instruction goes to itself and changes nothing, the operands being `a` and `b`.
fn stays(i: Instr, pc: u64, a: u64, b: u64) -> bool {
    let goes = match i.op {
        Op::Jal => true,
        Op::Beq | Op::Bne | Op::Blt | Op::Bge | Op::Bltu | Op::Bgeu => branch::taken(i.op, a, b),
        _ => false,
    };
    goes && i.imm == pc
}
