//! What instructions do, a function for each class of operations in the machine's list.

use dyad_machine::families::{access, atomic, branch, jump, load, store};
use dyad_machine::instr::RESERVATION;
use dyad_machine::list::{Op, TableId, execute};

use crate::error::Cause;
use crate::fault::Fault;
use crate::interpreter::Interpreter;
use crate::memory::in_memory;
use crate::observer::Touched;

/// What an instruction starts from.
#[derive(Clone, Copy)]
pub(crate) struct Operands {
    /// The value of rs1.
    pub a: u64,
    /// The value of rs2.
    pub b: u64,
    pub imm: u64,
    /// Where execution goes on, unless the instruction says otherwise.
    pub next: u64,
    pub fault: Option<Fault>,
}

impl Operands {
    /// What rd becomes, unless the executor lies.
    #[inline(always)]
    #[expect(clippy::unnecessary_wraps, reason = "effects hold it so")]
    fn result(&self, honest: u64) -> Option<u64> {
        Some(match self.fault {
            Some(Fault::Result(lie)) => lie,
            _ => honest,
        })
    }

    /// What the first cell becomes, unless the executor lies.
    #[inline(always)]
    fn stored(&self, honest: u64) -> u64 {
        match self.fault {
            Some(Fault::Stored(lie)) => lie,
            _ => honest,
        }
    }
}

/// What an instruction does beside advancing the time; memory is changed already.
#[derive(Clone, Copy)]
pub(crate) struct Effect {
    /// What rd becomes; `None` for instructions that have none.
    pub rd: Option<u64>,
    pub next: u64,
    pub ram: Option<Touched>,
    pub second: Option<Touched>,
    /// What the reservation becomes, where it is accessed.
    pub reservation: Option<u64>,
    /// The table, where it is not that of the instruction's kind.
    pub table: Option<TableId>,
}

impl Effect {
    /// Execution goes on at `next`.
    #[inline(always)]
    fn go(next: u64) -> Self {
        Self { rd: None, next, ram: None, second: None, reservation: None, table: None }
    }
}

/// For each class, what its operations do.
#[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "every class has the same form")]
impl Interpreter<'_> {
    #[inline(always)]
    pub fn alu(&mut self, op: Op, o: Operands) -> Result<Effect, Cause> {
        Ok(Effect { rd: o.result(execute(op, o.a, o.b ^ o.imm)), ..Effect::go(o.next) })
    }

    #[inline(always)]
    pub fn branch(&mut self, op: Op, o: Operands) -> Result<Effect, Cause> {
        let taken = branch::taken(op, o.a, o.b) != matches!(o.fault, Some(Fault::Branch));
        Ok(Effect::go(if taken { o.imm } else { o.next }))
    }

    #[inline(always)]
    pub fn jump(&mut self, op: Op, o: Operands) -> Result<Effect, Cause> {
        let target = if op == Op::Jal { o.imm } else { jump::target(o.a, o.imm) };
        Ok(Effect { rd: o.result(o.next), ..Effect::go(target) })
    }

    #[inline(always)]
    pub fn load(&mut self, op: Op, o: Operands) -> Result<Effect, Cause> {
        let (address, size) = (o.a.wrapping_add(o.imm), access::size(op));
        let place = |at: u64| in_memory(at).ok_or(Cause::LoadOutOfRange { address });
        let first = self.touched(place(address)?);
        let ram = Some(first);
        if address % size == 0 {
            let value = load::extract(op, first.before.into(), address);
            return Ok(Effect { rd: o.result(value), ram, ..Effect::go(o.next) });
        }
        let second = self.touched(place(address + size - 1)?);
        let cells = u128::from(first.before) | u128::from(second.before) << 64;
        let rd = o.result(load::extract(op, cells, address));
        let table = Some(TableId::LoadMisaligned);
        Ok(Effect { rd, ram, second: Some(second), table, ..Effect::go(o.next) })
    }

    #[inline(always)]
    pub fn store(&mut self, op: Op, o: Operands) -> Result<Effect, Cause> {
        let (address, size) = (o.a.wrapping_add(o.imm), access::size(op));
        let place = self.writable(address)?;
        if address % size == 0 {
            let cell = self.memory.entry(place);
            let before = *cell;
            *cell = o.stored(store::merge(op, before.into(), address, o.b) as u64);
            let ram = Some(Touched { address: place, read_only: false, before });
            return Ok(Effect { ram, ..Effect::go(o.next) });
        }
        let last = self.writable((address + size - 1) & !7)?;
        let [first, second] = self.store_across(op, [place, last], address, o);
        let table = Some(TableId::StoreMisaligned);
        Ok(Effect { ram: Some(first), second: Some(second), table, ..Effect::go(o.next) })
    }

    #[inline(always)]
    pub fn atomic(&mut self, op: Op, o: Operands) -> Result<Effect, Cause> {
        let (address, size) = (o.a, atomic::size(op));
        if address % size != 0 {
            return Err(Cause::AtomicMisaligned { address, size });
        }
        if matches!(op, Op::LrW | Op::LrD) {
            let cell = self.touched(in_memory(address).ok_or(Cause::LoadOutOfRange { address })?);
            let rd = o.result(atomic::extract(op, cell.before, address));
            return Ok(Effect { rd, ram: Some(cell), reservation: Some(address), ..Effect::go(o.next) });
        }
        let cell = self.touched(self.writable(address)?);
        let old = atomic::extract(op, cell.before, address);
        let (ram, go) = (Some(cell), Effect::go(o.next));
        if matches!(op, Op::ScW | Op::ScD) {
            let fails = self.registers.get(RESERVATION) != address;
            let new = if fails { cell.before } else { atomic::merge(op, cell.before, address, o.b) };
            self.memory.set(cell.address, o.stored(new));
            return Ok(Effect { rd: o.result(fails.into()), ram, reservation: Some(0), ..go });
        }
        let new = atomic::merge(op, cell.before, address, atomic::execute(op, old, o.b));
        self.memory.set(cell.address, o.stored(new));
        Ok(Effect { rd: o.result(old), ram, ..go })
    }

    #[inline(always)]
    pub fn system(&mut self, op: Op, _: Operands) -> Result<Effect, Cause> {
        match op {
            Op::Ebreak => Err(Cause::Breakpoint),
            _ => unreachable!("system calls are not made here"),
        }
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
    /// last byte; returns the cells as they are when each is accessed.
    fn store_across(&mut self, op: Op, places: [u32; 2], address: u64, o: Operands) -> [Touched; 2] {
        let [first, second] = places;
        let crosses = first / 8 != second / 8;
        let above = if crosses { self.memory.get(second) } else { 0 };
        let touched = self.touched(first);
        let after = store::merge(op, u128::from(touched.before) | u128::from(above) << 64, address, o.b);
        self.memory.set(first, o.stored(after as u64));
        let next = self.touched(second);
        if crosses {
            self.memory.set(second, (after >> 64) as u64);
        }
        [touched, next]
    }
}
