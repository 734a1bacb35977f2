//! How often lines are expected to be run.

use std::collections::BTreeMap;

use super::code::{Code, End, Line};
use super::loops::Loops;

/// How often a loop is expected to go round.
const ROUNDS: f64 = 10.0;
/// How likely a line is from which nothing goes on, where there is another way.
const STOPS: f64 = 1e-6;
/// How likely a branch is taken that nothing is known of.
const TAKEN: f64 = 0.4;

/// What is expected of a program's runs.
pub(super) struct Flow {
    /// By line, how likely each way on is.
    pub ways: Vec<Vec<f64>>,
    /// By line, how often it is run.
    pub counts: Vec<f64>,
}

impl Flow {
    pub fn of(code: &Code<'_>, loops: &Loops) -> Self {
        let stops = stops(code, loops);
        let ways: Vec<Vec<f64>> = (0..code.lines.len()).map(|line| ways(code, loops, &stops, line)).collect();
        let counts = counts(code, loops, &ways);
        Self { ways, counts }
    }

    /// The likeliest way on from a line, with how likely it is.
    pub fn likeliest(&self, code: &Code<'_>, line: Line) -> Option<(Line, f64)> {
        let ways = code.lines[line].next.iter().copied().zip(self.ways[line].iter().copied());
        ways.fold(None, |best, way| match best {
            Some((_, p)) if p >= way.1 => best,
            _ => Some(way),
        })
    }
}

/// The lines from which all ways lead to where nothing goes on: what panics.
fn stops(code: &Code<'_>, loops: &Loops) -> Vec<bool> {
    let mut stops = vec![false; code.lines.len()];
    for &line in loops.order.iter().rev() {
        let next = &code.lines[line].next;
        stops[line] = code.stops(line) || !next.is_empty() && next.iter().all(|&next| stops[next]);
    }
    stops
}

/// How likely the ways on from a line are.
fn ways(code: &Code<'_>, loops: &Loops, stops: &[bool], line: Line) -> Vec<f64> {
    let next = &code.lines[line].next;
    let &[falls, taken] = &next[..] else {
        return vec![1.0 / next.len().max(1) as f64; next.len()];
    };
    if code.lines[line].end != End::Branch {
        return vec![0.5; 2];
    }
    // Loops that a way leaves.
    let leaves = |to: Line| loops.around[line].iter().filter(|&h| !loops.around[to].contains(h)).count();
    let taken = match (stops[falls], stops[taken]) {
        (true, false) => 1.0 - STOPS,
        (false, true) => STOPS,
        _ => match leaves(falls).cmp(&leaves(taken)) {
            std::cmp::Ordering::Greater => 1.0 - 1.0 / ROUNDS,
            std::cmp::Ordering::Less => 1.0 / ROUNDS,
            std::cmp::Ordering::Equal => TAKEN,
        },
    };
    vec![1.0 - taken, taken]
}

fn counts(code: &Code<'_>, loops: &Loops, ways: &[Vec<f64>]) -> Vec<f64> {
    if code.lines.is_empty() {
        return Vec::new();
    }
    let firsts: Vec<Line> = std::iter::once(0).chain(code.functions.iter().copied()).collect();
    // Of one run of its function, for each line.
    let mut once = vec![0.0; code.lines.len()];
    firsts.iter().for_each(|&first| once[first] = 1.0);
    for &line in &loops.order {
        if loops.header[line] {
            once[line] *= ROUNDS;
        }
        for (&next, &way) in code.lines[line].next.iter().zip(&ways[line]) {
            if loops.place[next] > loops.place[line] {
                once[next] += once[line] * way;
            }
        }
    }
    let called = called(&calls(code, &once, firsts.len()));
    code.lines.iter().zip(once).map(|(line, once)| once * called[line.function]).collect()
}

/// How often functions are called, by what a run of each calls. What nothing calls that is known is run once; a call that
/// comes back to a function which it came from counts as none.
fn called(calls: &[BTreeMap<usize, f64>]) -> Vec<f64> {
    const NEW: u8 = 0;
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut is_called = vec![false; calls.len()];
    calls.iter().flat_map(BTreeMap::keys).for_each(|&callee| is_called[callee] = true);
    let mut roots: Vec<usize> = (0..calls.len()).collect();
    roots.sort_by_key(|&function| is_called[function]);
    let mut state = vec![NEW; calls.len()];
    let (mut called, mut order) = (vec![0.0; calls.len()], Vec::new());
    let mut forward: Vec<Vec<(usize, f64)>> = vec![Vec::new(); calls.len()];
    for root in roots {
        if state[root] != NEW {
            continue;
        }
        called[root] = 1.0;
        state[root] = OPEN;
        let mut stack = vec![(root, calls[root].iter())];
        while let Some((function, rest)) = stack.last_mut() {
            if let Some((&callee, &count)) = rest.next() {
                if state[callee] != OPEN {
                    forward[*function].push((callee, count));
                }
                if state[callee] == NEW {
                    state[callee] = OPEN;
                    stack.push((callee, calls[callee].iter()));
                }
            } else {
                state[*function] = DONE;
                order.push(*function);
                stack.pop();
            }
        }
    }
    for &function in order.iter().rev() {
        for &(callee, count) in &forward[function] {
            called[callee] += called[function] * count;
        }
    }
    called
}

/// How often a run of each function calls others.
fn calls(code: &Code<'_>, once: &[f64], functions: usize) -> Vec<BTreeMap<usize, f64>> {
    let mut calls = vec![BTreeMap::new(); functions];
    for (line, &once) in code.lines.iter().zip(once) {
        if let End::Call(Some(callee)) | End::Leaves(callee) = line.end {
            let callee = code.lines[callee].function;
            if callee != line.function {
                *calls[line.function].entry(callee).or_insert(0.0) += once;
            }
        }
    }
    calls
}
