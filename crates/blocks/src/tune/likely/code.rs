//! A program's code as straight lines, and how control goes from one to the next, as far as the code tells.

use std::collections::{BTreeMap, BTreeSet};

use dyad_machine::instr::{Placed, SINK};
use dyad_machine::list::Kind;
use dyad_machine::record::ImageCell;

use super::super::lines::ends;

/// The number of a straight line.
pub(super) type Line = usize;

/// Registers that hold return addresses.
const LINKS: [u8; 2] = [1, 5];

/// How a straight line ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It goes on to the next one.
    Falls,
    /// A branch.
    Branch,
    /// A jump within the function.
    Jump,
    /// A call of a function, if it is known which; it comes back.
    Call(Option<Line>),
    /// A jump to another function.
    Leaves(Line),
    /// A return.
    Returns,
    /// A jump to somewhere.
    Indirect,
    /// A system call.
    Asks,
    /// A breakpoint, or no instruction.
    Stops,
}

/// Instructions one after the other, that control enters at the first and leaves after the last.
#[derive(Clone, Debug)]
pub(super) struct StraightLine {
    pub instrs: Vec<u32>,
    pub end: End,
    /// Where control may go within the function: of a branch, where it is not taken first.
    pub next: Vec<Line>,
    /// The number of its function.
    pub function: usize,
}

/// The code of a program.
#[derive(Debug)]
pub(super) struct Code<'p> {
    pub program: &'p [Placed],
    /// The lines, by address.
    pub lines: Vec<StraightLine>,
    /// The first lines of functions, by address.
    pub functions: Vec<Line>,
    /// The lines by their first instructions.
    begins: BTreeMap<u32, Line>,
}

/// Instructions as they are met going from one to the next.
struct Sweep<'p> {
    program: &'p [Placed],
    met: Vec<bool>,
    /// Where lines begin.
    begins: BTreeSet<u32>,
    /// Where functions do.
    functions: BTreeSet<u32>,
}

fn find(program: &[Placed], pc: u64) -> Option<u32> {
    let pc = u32::try_from(pc).ok()?;
    program.binary_search_by_key(&pc, |p| p.pc).ok().map(|i| i as u32)
}

/// The function that an instruction calls or jumps to by an address that it, or the one before, has.
fn target(program: &[Placed], at: u32) -> Option<u32> {
    let placed = &program[at as usize];
    match placed.instr.kind() {
        Kind::BranchEqual | Kind::BranchLess | Kind::Jump => find(program, placed.instr.imm),
        Kind::JumpRegister => {
            let before = program[..at as usize].iter().rev().take(2).find(|p| p.next == placed.pc)?;
            let upper = before.instr.kind() == Kind::Upper && before.instr.rd == placed.instr.rs1;
            upper.then(|| find(program, before.instr.imm.wrapping_add(placed.instr.imm)))?
        }
        _ => None,
    }
}

/// Whether a jump comes back.
fn links(placed: &Placed) -> bool {
    placed.instr.rd != SINK
}

impl Sweep<'_> {
    /// Goes on from an instruction until there is none, or one that was met.
    fn from(&mut self, first: u32) {
        let mut at = Some(first);
        while let Some(i) = at.filter(|&i| !self.met[i as usize]) {
            self.met[i as usize] = true;
            let placed = &self.program[i as usize];
            let next = find(self.program, u64::from(placed.next));
            if ends(placed) {
                self.begins.extend(next);
            }
            if let Some(target) = target(self.program, i) {
                self.begins.insert(target);
                if links(placed) && !matches!(placed.instr.kind(), Kind::BranchEqual | Kind::BranchLess) {
                    self.functions.insert(target);
                }
            }
            at = next;
        }
    }

    /// Meets the code of all segments, and what is jumped to.
    fn all(&mut self, image: &[ImageCell]) {
        let mut end = 0;
        for first in 0..self.program.len() as u32 {
            let placed = &self.program[first as usize];
            if placed.pc >= end && !self.met[first as usize] {
                self.begins.insert(first);
                self.from(first);
            }
            if self.met[first as usize] {
                end = placed.next;
            }
        }
        // Addresses in read-only memory: tables of jumps and of functions.
        let pointers = image.iter().filter(|c| c.read_only).map(|c| c.value);
        self.begins.extend(pointers.filter_map(|value| find(self.program, value)));
        loop {
            let missing: Vec<u32> = self.begins.iter().copied().filter(|&i| !self.met[i as usize]).collect();
            if missing.is_empty() {
                break;
            }
            missing.into_iter().for_each(|first| self.from(first));
        }
    }

    /// What is jumped to from another function is one, too.
    fn find_more_functions(&mut self) {
        let jumps: Vec<(u32, u32)> = (0..self.program.len() as u32)
            .filter(|&i| self.met[i as usize])
            .filter(|&i| matches!(self.program[i as usize].instr.kind(), Kind::Jump | Kind::JumpRegister))
            .filter_map(|i| Some((i, target(self.program, i)?)))
            .collect();
        loop {
            let function = |at: u32| self.functions.range(..=at).next_back().copied();
            let more: Vec<u32> =
                jumps.iter().filter(|j| function(j.0) != function(j.1)).map(|j| j.1).collect();
            let before = self.functions.len();
            self.functions.extend(more);
            if self.functions.len() == before {
                break;
            }
        }
    }
}

impl<'p> Code<'p> {
    pub fn new(program: &'p [Placed], image: &[ImageCell]) -> Self {
        let met = vec![false; program.len()];
        let mut sweep = Sweep { program, met, begins: BTreeSet::new(), functions: BTreeSet::new() };
        sweep.all(image);
        sweep.find_more_functions();
        let mut lines = Vec::new();
        for &first in &sweep.begins {
            let mut instrs = vec![first];
            loop {
                let placed = &program[*instrs.last().expect("one") as usize];
                let next = find(program, u64::from(placed.next)).filter(|_| !ends(placed));
                match next {
                    Some(next) if !sweep.begins.contains(&next) => instrs.push(next),
                    _ => break,
                }
            }
            lines.push(StraightLine { instrs, end: End::Stops, next: Vec::new(), function: 0 });
        }
        let begins: BTreeMap<u32, Line> = lines.iter().map(|l| l.instrs[0]).zip(0..).collect();
        let functions = sweep.functions.iter().map(|first| begins[first]).collect();
        let mut code = Self { program, lines, functions, begins };
        code.connect(image);
        code
    }

    /// Finds out how lines end and where control goes from there.
    fn connect(&mut self, image: &[ImageCell]) {
        for line in 0..self.lines.len() {
            self.lines[line].function = self.functions.partition_point(|&first| first <= line);
        }
        let mut pointed: BTreeMap<usize, BTreeSet<Line>> = BTreeMap::new();
        for cell in image.iter().filter(|c| c.read_only) {
            let first = find(self.program, cell.value).and_then(|i| self.begins.get(&i));
            if let Some(&line) = first.filter(|line| self.functions.binary_search(line).is_err()) {
                pointed.entry(self.lines[line].function).or_default().insert(line);
            }
        }
        for line in 0..self.lines.len() {
            let (end, next) = self.end(line, &pointed);
            let function = self.lines[line].function;
            let stays = next.into_iter().filter(|&next| self.lines[next].function == function);
            self.lines[line].next = stays.collect();
            self.lines[line].end = end;
        }
        let returns = self.returns();
        for line in &mut self.lines {
            if let End::Call(Some(callee)) = line.end
                && !returns.contains(&callee)
            {
                (line.end, line.next) = (End::Stops, Vec::new());
            }
        }
    }

    /// The functions, by their first lines, that may come back to where they were called.
    fn returns(&self) -> BTreeSet<Line> {
        let mut returns = BTreeSet::new();
        loop {
            let before = returns.len();
            for line in &self.lines {
                let comes_back = match line.end {
                    End::Returns => true,
                    // It may be a function that does.
                    End::Indirect => line.next.is_empty(),
                    End::Leaves(to) => returns.contains(&to),
                    _ => false,
                };
                if comes_back && let Some(function) = line.function.checked_sub(1) {
                    returns.insert(self.functions[function]);
                }
            }
            if returns.len() == before {
                return returns;
            }
        }
    }

    fn end(&self, line: Line, pointed: &BTreeMap<usize, BTreeSet<Line>>) -> (End, Vec<Line>) {
        let last = *self.lines[line].instrs.last().expect("a line has an instruction");
        let placed = &self.program[last as usize];
        let begin = |instr: Option<u32>| instr.and_then(|i| self.begins.get(&i).copied());
        let after = begin(find(self.program, u64::from(placed.next)));
        let target = begin(target(self.program, last));
        let function = self.lines[line].function;
        let link = LINKS.contains(&placed.instr.rs1);
        match placed.instr.kind() {
            Kind::BranchEqual | Kind::BranchLess => (End::Branch, after.into_iter().chain(target).collect()),
            Kind::Jump | Kind::JumpRegister if links(placed) => {
                (End::Call(target), after.into_iter().collect())
            }
            Kind::Jump | Kind::JumpRegister if target.is_some() => {
                let target = target.expect("it is known");
                let same = self.lines[target].function == function;
                if same { (End::Jump, vec![target]) } else { (End::Leaves(target), Vec::new()) }
            }
            Kind::JumpRegister if link => (End::Returns, Vec::new()),
            Kind::JumpRegister => {
                let tables = pointed.get(&function).into_iter().flatten().copied();
                (End::Indirect, tables.collect())
            }
            Kind::System => (End::Asks, after.into_iter().collect()),
            Kind::Jump | Kind::Breakpoint => (End::Stops, Vec::new()),
            _ => match after {
                Some(after) => (End::Falls, vec![after]),
                None => (End::Stops, Vec::new()),
            },
        }
    }

    /// Whether control is not expected to come to a line: it ends where nothing goes on.
    pub fn stops(&self, line: Line) -> bool {
        let StraightLine { end, next, .. } = &self.lines[line];
        next.is_empty() && matches!(end, End::Stops | End::Call(_))
    }

    /// The instructions of a line that a path may have.
    pub fn instrs(&self, line: Line) -> &[u32] {
        let instrs = &self.lines[line].instrs;
        let last = self.program[instrs[instrs.len() - 1] as usize].instr.kind();
        let calls = matches!(last, Kind::System | Kind::Breakpoint);
        if calls { &instrs[..instrs.len() - 1] } else { instrs }
    }
}
