//! The interpreter loop.

use dyad_abi::STACK_TOP;
use dyad_machine::calls::Flow;
use dyad_machine::compressed::is_compressed;
use dyad_machine::families::{branch, jump, load, store};
use dyad_machine::instr::{Instr, NOWHERE, RESERVATION};
use dyad_machine::list::{Op, TableId, execute};
use dyad_program::{Location, Program};

use crate::code::{Code, Found};
use crate::error::{Cause, Error, Halted, Overflow, Trap};
use crate::fault::{Fault, Moment, Tamper};
use crate::memory::{Memory, in_memory};
use crate::observer::{Observer, Seen, Touched};
use crate::{Limits, Outcome};

/// Cycles between two looks at whether a run may go on.
const PAUSE: u64 = 1 << 14;

/// Slots for registers: more than there are, so that a masked index needs no check.
const SLOTS: usize = 64;

/// The registers by number.
pub(crate) struct Registers([u64; SLOTS]);

impl Registers {
    fn new() -> Self {
        let mut r = Self([0; SLOTS]);
        r.set(2, STACK_TOP);
        r
    }

    #[inline(always)]
    pub fn get(&self, register: u8) -> u64 {
        self.0[usize::from(register) % SLOTS]
    }

    #[inline(always)]
    pub fn set(&mut self, register: u8, value: u64) {
        self.0[usize::from(register) % SLOTS] = value;
    }
}

/// A machine that runs a program.
pub(crate) struct Interpreter<'a> {
    pub program: &'a Program,
    pub registers: Registers,
    pub memory: Memory,
    /// The private input that is left.
    pub input: &'a [u8],
    pub output: Vec<u8>,
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

/// What an instruction does beside advancing the time.
#[derive(Clone, Copy)]
struct Effect {
    /// What rd becomes; `None` for instructions that have none.
    rd: Option<u64>,
    next: u64,
    ram: Option<Touched>,
    second: Option<Touched>,
    /// What the reservation becomes, where it is accessed.
    reservation: Option<u64>,
    /// The table, where it is not that of the instruction's kind.
    table: Option<TableId>,
}

impl Effect {
    /// Execution goes on at `next`.
    fn go(next: u64) -> Self {
        Self { rd: None, next, ram: None, second: None, reservation: None, table: None }
    }
}

impl<'a> Interpreter<'a> {
    pub fn new(program: &'a Program, input: &'a [u8], limits: Limits) -> Self {
        Self {
            program,
            registers: Registers::new(),
            memory: Memory::new(program.image()),
            input,
            output: Vec::new(),
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
        } else if !observer.goes_on(self.cycle) {
            Halt::Observer
        } else {
            self.pause = self.limits.max_cycles.min(self.cycle + PAUSE);
            return true;
        };
        false
    }

    /// Executes an instruction other than ECALL; returns the pc of the next one.
    #[inline(always)]
    fn step<O: Observer>(&mut self, observer: &mut O, at: At, i: Instr) -> Result<u64, Cause> {
        let a = self.registers.get(i.rs1);
        let b = self.registers.get(i.rs2);
        let next = u64::from(at.next);
        let result = |honest| match at.fault {
            Some(Fault::Result(lie)) => Some(lie),
            _ => Some(honest),
        };
        macro_rules! done {
            ($op:expr, $effect:expr) => {
                self.complete(observer, at, Instr { op: $op, ..i }, $effect)
            };
        }
        macro_rules! alu {
            ($op:expr) => {
                done!($op, Effect { rd: result(execute($op, a, b ^ i.imm)), ..Effect::go(next) })
            };
        }
        macro_rules! branch {
            ($op:expr) => {{
                let taken = branch::taken($op, a, b) != matches!(at.fault, Some(Fault::Branch));
                done!($op, Effect::go(if taken { i.imm } else { next }))
            }};
        }
        macro_rules! load {
            ($op:expr) => {{
                let (address, size) = (a.wrapping_add(i.imm), load::size($op));
                let out_of_range = Cause::LoadOutOfRange { address };
                let Some(place) = in_memory(address) else { return Err(out_of_range) };
                let first = self.touched(place);
                if address % size == 0 {
                    let value = load::extract($op, first.before.into(), address);
                    done!($op, Effect { rd: result(value), ram: Some(first), ..Effect::go(next) })
                } else {
                    let Some(last) = in_memory(address + size - 1) else { return Err(out_of_range) };
                    let second = self.touched(last);
                    let cells = u128::from(first.before) | u128::from(second.before) << 64;
                    let table = Some(TableId::LoadMisaligned);
                    let rd = result(load::extract($op, cells, address));
                    done!(
                        $op,
                        Effect { rd, ram: Some(first), second: Some(second), table, ..Effect::go(next) }
                    )
                }
            }};
        }
        macro_rules! store {
            ($op:expr) => {{
                let (address, size) = (a.wrapping_add(i.imm), store::size($op));
                let place = self.writable(address)?;
                let lie = match at.fault {
                    Some(Fault::Stored(lie)) => Some(lie),
                    _ => None,
                };
                if address % size == 0 {
                    let cell = self.memory.entry(place);
                    let before = *cell;
                    *cell = lie.unwrap_or(store::merge($op, before.into(), address, b) as u64);
                    let ram = Some(Touched { address: place, read_only: false, before });
                    done!($op, Effect { ram, ..Effect::go(next) })
                } else {
                    let last = self.writable((address + size - 1) & !7)?;
                    let [first, second] = self.store_across($op, [place, last], address, b, lie);
                    let table = Some(TableId::StoreMisaligned);
                    done!($op, Effect { ram: Some(first), second: Some(second), table, ..Effect::go(next) })
                }
            }};
        }
        macro_rules! jump {
            ($op:expr) => {{
                let target = if $op == Op::Jal { i.imm } else { jump::target(a, i.imm) };
                done!($op, Effect { rd: result(next), ..Effect::go(target) })
            }};
        }
        macro_rules! system {
            ($op:expr) => {{
                if $op == Op::Ebreak {
                    return Err(Cause::Breakpoint);
                }
                unreachable!("system calls are not made here")
            }};
        }
        // Each operation has an arm in which it is a constant: so it is one jump away, and what depends
        // on it alone is known when this is compiled.
        macro_rules! by_operation {
            (families { $($family:ident $class:ident [$($op:ident)*] $tables:tt)* } $($rest:tt)*) => {
                match i.op { $($(Op::$op => by_operation!(@ $class Op::$op),)*)* }
            };
            (@ alu $op:expr) => { alu!($op) };
            (@ branch $op:expr) => { branch!($op) };
            (@ jump $op:expr) => { jump!($op) };
            (@ load $op:expr) => { load!($op) };
            (@ store $op:expr) => { store!($op) };
            (@ system $op:expr) => { system!($op) };
        }
        Ok(dyad_machine::machine!(by_operation))
    }

    /// The cell that holds an address, as it is.
    #[inline(always)]
    fn touched(&self, address: u32) -> Touched {
        let read_only = self.memory.is_read_only(address);
        Touched { address, read_only, before: self.memory.get(address) }
    }

    /// The address as one of memory that may be written.
    #[inline(always)]
    fn writable(&self, address: u64) -> Result<u32, Cause> {
        match in_memory(address) {
            None => Err(Cause::StoreOutOfRange { address }),
            Some(place) if self.memory.is_read_only(place) => Err(Cause::StoreReadOnly { address }),
            Some(place) => Ok(place),
        }
    }

    /// Stores at an address that is not a multiple of the size, `places` being those of the first and the
    /// last byte: cells as they are when each is accessed.
    fn store_across(
        &mut self,
        op: Op,
        places: [u32; 2],
        address: u64,
        value: u64,
        lie: Option<u64>,
    ) -> [Touched; 2] {
        let [first, second] = places;
        let crosses = first / 8 != second / 8;
        let above = if crosses { self.memory.get(second) } else { 0 };
        let touched = self.touched(first);
        let after = store::merge(op, u128::from(touched.before) | u128::from(above) << 64, address, value);
        self.memory.set(first, lie.unwrap_or(after as u64));
        let next = self.touched(second);
        if crosses {
            self.memory.set(second, (after >> 64) as u64);
        }
        [touched, next]
    }

    /// Shows an instruction to the observer and lets it have its effect, memory being changed already;
    /// returns the pc of the next one.
    #[inline(always)]
    fn complete<O: Observer>(&mut self, observer: &mut O, at: At, instr: Instr, effect: Effect) -> u64 {
        observer.step(Seen {
            pc: at.pc,
            time: time(self.cycle),
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
        let half = |at: u32| u32::from((self.memory.get(at) >> (8 * (at & 7))) as u16);
        let low = half(pc);
        let whole = !is_compressed(low as u16) && segment.contains(u64::from(pc) + 3);
        Some(if whole { low | half(pc + 2) << 16 } else { low })
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
        let overflow = stack.filter(|&(bottom, _)| cause.is_of_memory() && sp < bottom);
        let stack = overflow.map(|(bottom, top)| Overflow { size: top.saturating_sub(bottom), sp });
        let instrs = self.program.instrs();
        let found = instrs.binary_search_by_key(&pc, |i| i.pc).ok();
        let instruction = found.map(|i| instrs[i].instr.to_string());
        Error::Trap(Box::new(Trap { cause, pc, instruction, cycle, stack, location, diagnostics }))
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

/// The time of the step after `cycle` others; meaningful up to [`crate::MAX_CYCLES`].
#[inline(always)]
pub(crate) fn time(cycle: u64) -> u32 {
    (cycle as u32).wrapping_add(1) << 2
}
