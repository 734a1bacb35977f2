//! The ways that control is expected to go.

use super::code::{Code, End, Line};
use super::flow::Flow;
use super::loops::Loops;

/// The most instructions of a function that stands in a path in the place of its call.
const CALLED: usize = 128;

/// The least likely that a trail goes on to its end: it is cut at the branch before.
const LIKELY: f64 = 0.25;

/// A way through the program, of whole lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Trail {
    pub instrs: Vec<u32>,
    /// Its lines, those of functions that are called left out.
    pub lines: Vec<Line>,
    /// How likely it is gone to its end.
    pub likely: f64,
    /// Whether it leads back to where it begins.
    pub round: bool,
}

/// What trails follow.
pub(super) struct Guide<'c> {
    pub code: &'c Code<'c>,
    pub loops: &'c Loops,
    pub flow: &'c Flow,
    /// The most instructions of a trail.
    pub longest: usize,
}

impl Guide<'_> {
    /// A way through some lines, each after the one before, and then the likeliest way on: to where a loop begins, a jump
    /// may lead anywhere, a function returns, it gets unlikely, or back.
    pub fn trail(&self, through: &[Line]) -> Trail {
        let mut trail = Trail { likely: 1.0, ..Trail::default() };
        let (mut at, mut line) = (0, through[0]);
        while trail.instrs.len() < self.longest {
            let instrs = self.code.instrs(line);
            trail.instrs.extend_from_slice(&instrs[..instrs.len().min(self.longest - trail.instrs.len())]);
            trail.lines.push(line);
            if let End::Call(callee) = self.code.lines[line].end {
                let Some(instrs) = callee.and_then(|callee| self.called(callee)) else { break };
                trail.instrs.extend(instrs);
            }
            at += 1;
            let (next, way) = match through.get(at) {
                Some(&next) => (next, 1.0),
                None => match self.on(line) {
                    Some(way) => way,
                    None => break,
                },
            };
            if trail.likely * way < LIKELY {
                break;
            }
            if next == through[0] {
                trail.likely *= way;
                trail.round = true;
                break;
            }
            if self.loops.header[next] || trail.lines.contains(&next) {
                break;
            }
            trail.likely *= way;
            line = next;
        }
        trail
    }

    /// The next line of a trail, and how likely it is.
    fn on(&self, line: Line) -> Option<(Line, f64)> {
        match self.code.lines[line].end {
            End::Indirect | End::Asks | End::Stops | End::Returns | End::Leaves(_) => None,
            End::Falls | End::Branch | End::Jump | End::Call(_) => self.flow.likeliest(self.code, line),
        }
    }

    /// The instructions of a function that has one way through it, from the first to the return.
    fn called(&self, first: Line) -> Option<Vec<u32>> {
        let mut instrs = Vec::new();
        let mut line = first;
        loop {
            instrs.extend_from_slice(self.code.instrs(line));
            if instrs.len() > CALLED || self.loops.header[line] {
                return None;
            }
            match self.code.lines[line].end {
                End::Returns => return Some(instrs),
                End::Falls | End::Jump => line = *self.code.lines[line].next.first()?,
                _ => return None,
            }
        }
    }

    /// The lines that a trail through a line should begin with, that line the last of them: from as far before it as
    /// control is expected to come from.
    pub fn through(&self, line: Line, before: &[Vec<Line>]) -> Vec<Line> {
        let mut through = vec![line];
        let mut first = line;
        let counts = &self.flow.counts;
        while !self.loops.header[first] {
            let from = before[first].iter().copied().filter(|from| !through.contains(from));
            let from = from.max_by(|&a, &b| counts[a].total_cmp(&counts[b]).then(b.cmp(&a)));
            let Some(from) = from else { break };
            let same_loop = self.loops.inner(from) == self.loops.inner(first);
            let known = match self.code.lines[from].end {
                End::Call(callee) => callee.is_some_and(|callee| self.called(callee).is_some()),
                End::Asks | End::Stops | End::Indirect => false,
                _ => true,
            };
            if !same_loop || !known || counts[from] < counts[line] / 2.0 {
                break;
            }
            first = from;
            through.push(first);
        }
        through.reverse();
        through
    }
}
