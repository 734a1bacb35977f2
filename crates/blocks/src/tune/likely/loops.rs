//! The loops of a program.

use super::code::{Code, Line};

/// The lines in an order in which each comes after those that lead to it, but for the ways back of loops.
pub(super) struct Loops {
    pub order: Vec<Line>,
    /// The place of each line in the order.
    pub place: Vec<usize>,
    /// By line, the headers of the loops that it is in, the innermost first.
    pub around: Vec<Vec<Line>>,
    /// By line, whether it is a loop's header.
    pub header: Vec<bool>,
    /// By line, whether it is the header of a loop that has no other loop in it.
    pub innermost: Vec<bool>,
}

/// The lines after all those that lead to them, and the ways back, each from a line to the header of its loop.
fn order(code: &Code<'_>) -> (Vec<Line>, Vec<[Line; 2]>) {
    const NEW: u8 = 0;
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut state = vec![NEW; code.lines.len()];
    let (mut finished, mut back) = (Vec::new(), Vec::new());
    let roots = code.functions.iter().copied().chain(0..code.lines.len());
    for root in roots {
        if state[root] != NEW {
            continue;
        }
        state[root] = OPEN;
        let mut stack = vec![(root, 0)];
        while let Some(top) = stack.last_mut() {
            let (line, n) = *top;
            top.1 += 1;
            match code.lines[line].next.get(n) {
                Some(&next) if state[next] == NEW => {
                    state[next] = OPEN;
                    stack.push((next, 0));
                }
                Some(&next) if state[next] == OPEN => back.push([line, next]),
                Some(_) => {}
                None => {
                    state[line] = DONE;
                    finished.push(line);
                    stack.pop();
                }
            }
        }
    }
    finished.reverse();
    (finished, back)
}

impl Loops {
    pub fn of(code: &Code<'_>) -> Self {
        let (order, mut back) = order(code);
        let count = code.lines.len();
        let mut place = vec![0; count];
        order.iter().enumerate().for_each(|(i, &line)| place[line] = i);
        let mut before: Vec<Vec<Line>> = vec![Vec::new(); count];
        for (line, straight) in code.lines.iter().enumerate() {
            straight.next.iter().for_each(|&next| before[next].push(line));
        }
        back.sort_unstable_by_key(|&[from, header]| (header, from));
        let mut bodies: Vec<(Line, Vec<Line>)> = Vec::new();
        let mut seen = vec![usize::MAX; count];
        for (mark, ways) in back.chunk_by(|a, b| a[1] == b[1]).enumerate() {
            // What leads to a way back without passing the header; never before it in the order.
            let header = ways[0][1];
            let mut body = vec![header];
            seen[header] = mark;
            let mut todo: Vec<Line> = ways.iter().map(|way| way[0]).collect();
            while let Some(line) = todo.pop() {
                if seen[line] != mark && place[line] > place[header] {
                    seen[line] = mark;
                    body.push(line);
                    todo.extend(&before[line]);
                }
            }
            bodies.push((header, body));
        }
        bodies.sort_by_key(|(header, body)| (body.len(), *header));
        let mut out = Self {
            order,
            place,
            around: vec![Vec::new(); count],
            header: vec![false; count],
            innermost: vec![false; count],
        };
        for (header, body) in &bodies {
            body.iter().for_each(|&line| out.around[line].push(*header));
            out.header[*header] = true;
        }
        for (header, body) in &bodies {
            out.innermost[*header] = body.iter().all(|&line| out.around[line][0] == *header);
        }
        out
    }

    /// The header of the innermost loop around a line.
    pub fn inner(&self, line: Line) -> Option<Line> {
        self.around[line].first().copied()
    }
}
