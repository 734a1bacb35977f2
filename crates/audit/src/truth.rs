//! What the instructions of a path do, one after the other.

use dyad_executor::Stepper;
use dyad_machine::instr::{REGISTERS, RESERVATION, SINK};
use dyad_machine::list::{Kind, Op, execute};
use dyad_program::Program;
use dyad_rules::harness::Random;

use crate::claim::{Claim, Place};
use crate::report::Difference;

/// A machine to compare with, as it is at first but while something is compared.
pub(crate) struct Truth<'p> {
    program: &'p Program,
    stepper: Stepper<'p>,
}

/// What the instructions make of what a row finds.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// What is false of the row, whose own claims of what comes out are not looked at yet.
    pub difference: Option<Difference>,
    /// Where it leads.
    pub next: u64,
    /// By the claim's places, what they hold after.
    pub after: Vec<u64>,
    /// What its divisions have as quotients, without signs.
    pub quotients: Vec<u64>,
}

/// The quotient of a division, without its sign.
fn quotient(op: Op, a: u64, b: u64) -> u64 {
    let signed = |op| execute(op, a, b).cast_signed().unsigned_abs();
    match op {
        Op::Div | Op::Rem => signed(Op::Div),
        Op::Divw | Op::Remw => signed(Op::Divw),
        Op::Divuw | Op::Remuw => u64::from(execute(Op::Divuw, a, b) as u32),
        _ => execute(Op::Divu, a, b),
    }
}

impl<'p> Truth<'p> {
    pub fn new(program: &'p Program) -> Self {
        Self { program, stepper: Stepper::new(program) }
    }

    /// Whether a path is one: instructions that the program has, and no system call nor breakpoint.
    pub fn is_path(&self, path: &[u32]) -> Result<(), Difference> {
        let instrs = self.program.instrs();
        let kind = |&i: &u32| instrs.get(i as usize).map(|p| p.instr.kind());
        if path.is_empty() || path.iter().any(|i| kind(i).is_none()) {
            return Err(Difference::Path("it has no instructions"));
        }
        let call = |i| matches!(kind(i), Some(Kind::System | Kind::Breakpoint | Kind::None));
        if path.iter().any(call) {
            return Err(Difference::Path("a system call or a breakpoint is on it"));
        }
        Ok(())
    }

    /// Executes a path from what a row finds; registers that it does not find may be anything.
    pub fn run(&mut self, path: &[u32], claim: &Claim, random: &mut Random) -> Run {
        (1..REGISTERS as u8).for_each(|r| self.stepper.set_register(r, random.word()));
        let mut cells: Vec<(u32, u64)> = Vec::new();
        for kept in &claim.kept {
            match kept.place {
                Place::Register(r) => self.stepper.set_register(r, kept.before),
                Place::Cell(cell) => {
                    cells.push((cell & !7, self.stepper.cell(cell & !7)));
                    self.stepper.set_cell(cell & !7, kept.before);
                }
            }
        }
        let at_first: Vec<u64> = (0..REGISTERS as u8).map(|r| self.stepper.register(r)).collect();
        let mut run = Run::default();
        run.difference = self.follow(path, claim, &mut cells, &mut run).err();
        let found = |place: Place| claim.kept.binary_search_by_key(&place, |k| k.place).is_ok();
        for r in 1..=RESERVATION {
            let changed = self.stepper.register(r) != at_first[usize::from(r)];
            if changed && r != SINK && !found(Place::Register(r)) {
                run.difference.get_or_insert(Difference::NotFound { place: Place::Register(r) });
            }
        }
        let value = |place| match place {
            Place::Register(r) => self.stepper.register(r),
            Place::Cell(cell) => self.stepper.cell(cell & !7),
        };
        run.after = claim.kept.iter().map(|kept| value(kept.place)).collect();
        cells.iter().rev().for_each(|&(address, value)| self.stepper.set_cell(address, value));
        run
    }

    /// Goes along the path; `cells` are those that have changed, each as it was before.
    fn follow(
        &mut self,
        path: &[u32],
        claim: &Claim,
        cells: &mut Vec<(u32, u64)>,
        run: &mut Run,
    ) -> Result<(), Difference> {
        let placed = |i: u32| self.program.instrs()[i as usize];
        let entry = placed(path[0]).pc;
        if claim.entry != entry {
            return Err(Difference::Entry { said: claim.entry, is: entry });
        }
        for (at, &index) in path.iter().enumerate() {
            let instr = placed(index).instr;
            if instr.kind() == Kind::Divide {
                let [a, b] = [instr.rs1, instr.rs2].map(|r| self.stepper.register(r));
                run.quotients.push(quotient(instr.op, a, b));
            }
            let stepped = self.stepper.step(index).map_err(|cause| Difference::Traps { at, cause })?;
            for cell in stepped.cells.into_iter().flatten() {
                let found = |bit: u32| {
                    let place = Place::Cell(cell.address | bit);
                    claim.kept.binary_search_by_key(&place, |k| k.place).is_ok()
                };
                cells.push((cell.address, cell.before));
                // Nothing changes a read-only cell, so it need not be found.
                if !cell.read_only && !found(0) {
                    return Err(Difference::NotFound { place: Place::Cell(cell.address) });
                }
            }
            run.next = stepped.next;
            if let Some(&next) = path.get(at + 1)
                && stepped.next != u64::from(placed(next).pc)
            {
                return Err(Difference::Leaves { at, next: stepped.next });
            }
        }
        Ok(())
    }

    /// What is false of a claim, `run` being what the instructions do.
    pub fn compare(claim: &Claim, run: &Run) -> Option<Difference> {
        if let Some(difference) = &run.difference {
            return Some(difference.clone());
        }
        if u64::from(claim.exit) != run.next {
            return Some(Difference::Exit { said: claim.exit, is: run.next });
        }
        let wrong = claim.kept.iter().zip(&run.after).find(|(kept, is)| kept.after != **is);
        wrong.map(|(kept, &is)| Difference::Value { place: kept.place, said: kept.after, is })
    }
}
