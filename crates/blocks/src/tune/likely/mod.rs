//! Which paths get tables of their own in a program of which no run was seen: the loops that have no others in them, gone
//! round several times, and long straight lines.
//!
//! How often lines are run is guessed: loops go round ten times, what panics is not run, and functions are run as often
//! as they are called. From the line that is expected to cost most, a path is followed the likeliest way; what it takes
//! away is subtracted; and again, until what is left is not worth it. What is found depends on the code and the image
//! alone, so that the key still follows from the ELF file.

mod assume;
mod code;
mod flow;
mod loops;
#[cfg(test)]
mod tests;
mod trail;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use dyad_machine::instr::Placed;
use dyad_machine::record::ImageCell;

use crate::block::Block;
use crate::cost::Costs;
use crate::path::Path;
use assume::Registers;
use code::{Code, Line};
use flow::Flow;
use loops::Loops;
use trail::{Guide, Trail};

/// The most terms of all tables that are chosen without a run.
pub const TERMS: usize = 40_000;
/// The most instructions of a path; a longer way is cut.
const LONGEST: usize = 1024;
/// The most instructions of a way.
const WAY: usize = 8 * LONGEST;
/// The most instructions of paths that are compiled, each of which takes ten microseconds.
const COMPILED: usize = 16_000;
/// So many lines before a path are looked at for what is known of its registers.
const LOOKED_AT: usize = 400;
/// The least instructions of a path that does not go round.
const SHORTEST: usize = 4;
/// Loops are joined to paths of so many instructions.
const JOINED: usize = 384;
/// They go round at most so often in one.
const ROUNDS: usize = 8;
/// The part of what all lines are expected to cost that a line costs at least, for a path through it to be looked for.
const SEEN: f64 = 3e-5;
/// The part of it that a path saves at least.
const LEAST: f64 = 3e-4;
/// The part of a loop's rounds that does not come so often in a row, at least.
const ALONE: f64 = 0.1;
/// The least that a path gains.
const GAIN: f64 = 1.5;

/// A path that might get a table.
struct Candidate {
    block: Block,
    /// What it is expected to save.
    worth: f64,
}

/// The paths of a program that are likely to pay, in an order that depends on nothing else, their tables together of at
/// most so many terms.
pub fn likely_paths(program: &[Placed], image: &[ImageCell], terms: usize) -> Vec<Path> {
    let code = Code::new(program, image);
    let loops = Loops::of(&code);
    let flow = Flow::of(&code, &loops);
    let costs = Costs(program);
    let guide = Guide { code: &code, loops: &loops, flow: &flow, longest: WAY };
    let mut search = Search {
        guide: &guide,
        image,
        costs,
        before: before(&code),
        left: flow.counts.clone(),
        total: 0.0,
        compiled: 0,
        tried: BTreeSet::new(),
        found: Vec::new(),
    };
    search.run();
    let Search { mut found, total, .. } = search;
    found.retain(|c| c.worth >= LEAST * total);
    choose(found, terms)
}

/// The lines that lead to each.
fn before(code: &Code<'_>) -> Vec<Vec<Line>> {
    let mut before = vec![Vec::new(); code.lines.len()];
    for (line, straight) in code.lines.iter().enumerate() {
        straight.next.iter().for_each(|&next: &Line| before[next].push(line));
    }
    before
}

/// Candidates being found.
struct Search<'s> {
    guide: &'s Guide<'s>,
    image: &'s [ImageCell],
    costs: Costs<'s>,
    before: Vec<Vec<Line>>,
    /// How often each line is expected to be run in no candidate.
    left: Vec<f64>,
    /// What all lines are expected to cost.
    total: f64,
    compiled: usize,
    /// The ways that were tried.
    tried: BTreeSet<Vec<u32>>,
    found: Vec<Candidate>,
}

impl Search<'_> {
    fn run(&mut self) {
        let code = self.guide.code;
        let costs: Vec<f64> = (0..code.lines.len()).map(|l| self.costs.of(code.instrs(l))).collect();
        self.total = costs.iter().zip(&self.left).map(|(cost, count)| cost * count).sum();
        // Numbers that are not negative, not even as zeros, are in the order of their bits.
        let cost = |left: &[f64], line: Line| (left[line] * costs[line]).abs().to_bits();
        let mut queue: BinaryHeap<(u64, Reverse<Line>)> =
            (0..code.lines.len()).map(|line| (cost(&self.left, line), Reverse(line))).collect();
        while let Some((before, Reverse(line))) = queue.pop().filter(|_| self.compiled < COMPILED) {
            let now = cost(&self.left, line);
            if now < before {
                queue.push((now, Reverse(line)));
                continue;
            }
            if f64::from_bits(now) < SEEN * self.total {
                break;
            }
            let trail = self.guide.trail(&self.guide.through(line, &self.before));
            self.take(&trail, self.left[line] * trail.likely);
            self.left[line] = 0.0;
        }
    }

    /// Makes candidates of a trail that is gone so often.
    fn take(&mut self, trail: &Trail, count: f64) {
        let length = trail.instrs.len();
        if length == 0 || !trail.round && length < SHORTEST || !self.tried.insert(trail.instrs.clone()) {
            return;
        }
        for &line in &trail.lines {
            self.left[line] = (self.left[line] - count).max(0.0);
        }
        let registers = self.registers(trail.lines[0]);
        if !trail.round || length > LONGEST {
            return self.add_pieces(&trail.instrs, registers, count);
        }
        let rounds = ROUNDS.min(JOINED / length).max(1);
        // How likely it goes round so often in a row.
        let all = trail.likely.powi(rounds as i32 - 1);
        let mut alone = count;
        if rounds > 1 {
            self.add(&trail.instrs.repeat(rounds), &registers, count * all / rounds as f64, true);
            alone = count * (1.0 - all).max(ALONE);
        }
        self.add(&trail.instrs, &registers, alone, false);
    }

    /// What is known of registers where a line begins, from what stands before it in its function.
    fn registers(&self, first: Line) -> Registers {
        let code = self.guide.code;
        let function = code.lines[first].function;
        let mut registers = Registers::new();
        let from = function.checked_sub(1).map_or(0, |function| code.functions[function]);
        for line in from.max(first.saturating_sub(LOOKED_AT))..first {
            code.instrs(line).iter().for_each(|&i| registers.step(&code.program[i as usize]));
        }
        registers.forgotten()
    }

    /// Adds a long way in pieces.
    fn add_pieces(&mut self, instrs: &[u32], mut registers: Registers, count: f64) {
        let pieces = instrs.len().div_ceil(LONGEST);
        for piece in instrs.chunks(instrs.len().div_ceil(pieces)) {
            self.add(piece, &registers, count, false);
            piece.iter().for_each(|&i| registers.step(&self.guide.code.program[i as usize]));
            registers = registers.forgotten();
        }
    }

    fn add(&mut self, instrs: &[u32], registers: &Registers, count: f64, settles: bool) {
        let program = self.guide.code.program;
        self.compiled += instrs.len();
        let path = assume::path(instrs, program, self.image, registers, settles);
        let Ok(block) = Block::new(path, program, self.image) else { return };
        let saved = self.costs.of(instrs) - block.size().cost();
        if block.gain() >= GAIN {
            self.found.push(Candidate { block, worth: count * saved });
        }
    }
}

/// Those that are worth most for their terms.
fn choose(mut found: Vec<Candidate>, terms: usize) -> Vec<Path> {
    let density = |c: &Candidate| c.worth / c.block.size().terms.max(1) as f64;
    found.sort_by(|a, b| density(b).total_cmp(&density(a)).then(a.block.path.cmp(&b.block.path)));
    let mut left = terms;
    let mut out: Vec<Path> = Vec::new();
    for candidate in found {
        let size = candidate.block.size().terms;
        if size <= left && out.iter().all(|path| path.instrs != candidate.block.path.instrs) {
            left -= size;
            out.push(candidate.block.path);
        }
    }
    out
}
