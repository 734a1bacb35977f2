//! A path as a circuit: what its instructions make of what the row finds, and what the row says.

use std::cell::RefCell;
use std::collections::BTreeSet;

use dyad_machine::families;
use dyad_machine::frame::Instruction;
use dyad_machine::instr::{Placed, REGISTERS};
use dyad_machine::list::Kind;
use dyad_machine::message::Message;
use dyad_machine::row::{TIME_BITS, TIME_STEP};
use dyad_rules::forms::MOST;
use dyad_rules::{LOW, Rules};

use crate::assertions::{Equation, Exact};
use crate::bits::Mask;
use crate::frame::{Granted, State, Step};
use crate::graph::{Find, Graph, NodeId};
use crate::memory::{Access, Below, Opening};
use crate::notes::Made;
use crate::path::Path;
use crate::symbolic::{Symbol, Symbolic, assert_is};

/// The bit of a 32-bit sum's carries that says that they carry out.
const TOP: Mask = 1 << (TIME_BITS - 1);

/// About so many nodes are made for an instruction.
const NODES: usize = 16;

/// A message of a row.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub tag: u64,
    pub words: Vec<NodeId>,
}

/// A circuit.
#[derive(Debug)]
pub(crate) struct Circuit {
    pub graph: Graph,
    /// Equations between words that gates do not make.
    pub equations: Vec<Equation>,
    /// Bits of words that have to be 0.
    pub zeros: Vec<(NodeId, Mask)>,
    /// Products that have to be, whether or not their words are used.
    pub products: Vec<Exact>,
    pub pushes: Vec<Said>,
    pub pulls: Vec<Said>,
    /// The registers that the row accesses, increasing.
    pub registers: Vec<u8>,
    pub openings: Vec<Opening>,
    pub accesses: Vec<Access>,
    /// Pairs of accesses: the cells of the first one's root are below those of the second one's.
    pub below: Vec<[u32; 2]>,
    /// What is taken for granted of bases.
    pub granted: Vec<Granted>,
    /// What the instructions came to, as far as the last that came to something.
    pub made: Vec<Made>,
    /// The instructions.
    pub placed: Vec<Placed>,
}

/// Why a path has no block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// An instruction that is no step of a path: a system call or a breakpoint.
    #[error("the path has a system call or a breakpoint")]
    Call,
    /// No instruction, or one that the program does not have.
    #[error("the path leaves the program")]
    Lost,
    /// The row could not be satisfied.
    #[error("the path cannot be taken, or what it takes for granted cannot be")]
    Impossible,
    /// More times of accesses than a row has.
    #[error("the path needs more than {TIME_STEP} time slots")]
    Slots,
    /// A table that no key can carry.
    #[error(
        "the path's table has more than {MOST} columns, forms, constraints or messages, which is more than a key can \
         carry: cut the path, or tune the program again"
    )]
    Large,
    /// Another path of the list has the same instructions.
    #[error("a path before it in the list has the same instructions: list it once")]
    Twice,
}

/// Compiles a path of `program`, the instructions in their places. `image` gives the value of a cell that the program
/// defines, and whether it is read-only; `below` says what the path takes for granted of roots.
pub(crate) fn compile(
    path: &Path,
    program: &[Placed],
    image: &dyn Fn(u32) -> Option<(u64, bool)>,
    below: Below<'_>,
) -> Result<Circuit, Refused> {
    let placed: Option<Vec<Placed>> = path.instrs.iter().map(|&i| program.get(i as usize).copied()).collect();
    let placed = placed.filter(|p| !p.is_empty()).ok_or(Refused::Lost)?;
    let graph = RefCell::new(Graph::with_room(NODES * placed.len()));
    let mut r = Symbolic::new(&graph);
    let time = r.make(|g| g.input(Find::Time, LOW & !(TIME_STEP - 1)));
    let mut state = State::new(path, image, below);
    let mut next = r.constant(u64::from(placed[0].pc));
    for (at, &instr) in placed.iter().enumerate() {
        assert_is(&mut r, next, u64::from(instr.pc));
        let mut step = Step::new(&mut state, &graph, instr, at as u32);
        next = meaning(&mut r, &mut step).ok_or(Refused::Call)?;
        if r.assertions.impossible {
            return Err(Refused::Impossible);
        }
    }
    if state.memory.finish() > TIME_STEP as u32 {
        return Err(Refused::Slots);
    }
    let below = order_roots(&mut r, &state);
    let mut messages = Messages { r: &mut r, time, pushes: Vec::new(), pulls: Vec::new() };
    messages.state(u64::from(placed[0].pc), next);
    let registers = messages.registers(&state);
    messages.cells(&state.memory.openings);
    let Messages { pushes, pulls, .. } = messages;
    let mut assertions = r.assertions;
    let zeros = assertions.finish(&mut graph.borrow_mut());
    if assertions.impossible {
        return Err(Refused::Impossible);
    }
    Ok(Circuit {
        equations: assertions.equations,
        products: assertions.products,
        zeros,
        pushes,
        pulls,
        registers,
        openings: state.memory.openings,
        accesses: state.memory.accesses,
        below,
        granted: state.granted,
        made: state.made,
        placed,
        graph: graph.into_inner(),
    })
}

macro_rules! meanings {
    (
        families { $($family:ident $class:ident $ops:tt { $($table:ident $(($($other:ident)*))?)* })* }
        $($rest:tt)*
    ) => {
        /// States the meaning of an instruction; `None` where it is no step of a path.
        fn meaning<'g>(r: &mut Symbolic<'g>, step: &mut Step<'_, '_, 'g>) -> Option<Symbol<'g>> {
            match step.placed.instr.kind() {
                $($(Kind::$table => Some(families::$family::$table::meaning(r, step)),)*)*
                Kind::None | Kind::System | Kind::Breakpoint => None,
            }
        }
    };
}

dyad_machine::machine!(meanings);

/// Asserts that the cells of some roots lie below those of others, where the path needed that.
fn order_roots(r: &mut Symbolic<'_>, state: &State<'_>) -> Vec<[u32; 2]> {
    let memory = &state.memory;
    let used: BTreeSet<_> = memory.used.iter().copied().collect();
    for &(low, high) in &used {
        let place = |root, greatest| memory.accesses[memory.extreme(root, greatest) as usize].address;
        let [low, high] = [place(low, true), place(high, false)].map(|node| r.word(node) & (LOW & !7));
        assert_below(r, low, high);
    }
    used.into_iter().map(|(low, high)| [memory.first_of(low), memory.first_of(high)]).collect()
}

/// Asserts `x < y`, both with a zero high half.
fn assert_below<'g>(r: &mut Symbolic<'g>, x: Symbol<'g>, y: Symbol<'g>) {
    let (zero, ones) = (r.constant(0), r.constant(LOW));
    let carries = r.add("order", y, (x ^ ones) & LOW, zero).carries;
    let one = r.constant(TOP);
    r.assert_zero(carries ^ one, TOP);
}

/// The messages of a row.
struct Messages<'s, 'g> {
    r: &'s mut Symbolic<'g>,
    time: Symbol<'g>,
    pushes: Vec<Said>,
    pulls: Vec<Said>,
}

impl<'g> Messages<'_, 'g> {
    fn message(message: Message<Symbol<'g>>) -> Said {
        let (tag, words, len) = message.parts();
        Said { tag, words: words[..len].iter().map(|w| w.id).collect() }
    }

    fn push(&mut self, message: Message<Symbol<'g>>) {
        self.pushes.push(Self::message(message));
    }

    fn pull(&mut self, message: Message<Symbol<'g>>) {
        self.pulls.push(Self::message(message));
    }

    /// The machine's state before and after: the time goes on by a step.
    fn state(&mut self, entry: u64, next: Symbol<'g>) {
        let (entry, step, zero) = (self.r.constant(entry), self.r.constant(TIME_STEP), self.r.constant(0));
        self.pull(Message::State(entry ^ (self.time << 32)));
        let later = self.r.add("time", self.time, step, zero).sum & LOW;
        self.push(Message::State(next ^ (later << 32)));
    }

    /// The time of an access before, in the low half; it is before `now`.
    fn before(&mut self, find: Find, now: Symbol<'g>) -> Symbol<'g> {
        let before = self.r.make(|g| g.input(find, LOW));
        assert_below(self.r, before, now);
        before
    }

    fn registers(&mut self, state: &State<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        for index in 1..REGISTERS as u8 {
            let register = state.registers[usize::from(index)];
            let Some(value) = register.value else { continue };
            let found = register.found.map(|id| self.r.word(id));
            let found = found.unwrap_or_else(|| self.r.make(|g| g.input(Find::Register(index), Mask::MAX)));
            let before = self.before(Find::RegisterTime(index), self.time);
            let place = self.r.constant(u64::from(index));
            self.pull(Message::Register { at: place ^ (before << 32), value: found });
            let value = self.r.word(value);
            self.push(Message::Register { at: place ^ (self.time << 32), value });
            out.push(index);
        }
        out
    }

    fn cells(&mut self, openings: &[Opening]) {
        for (k, opening) in (0..).zip(openings) {
            let now = self.time ^ self.r.constant(u64::from(opening.slot));
            let before = self.before(Find::CellTime(k), now);
            let place = self.r.word(opening.place) ^ self.r.constant(u64::from(opening.read_only));
            self.pull(Message::Ram { at: place ^ (before << 32), value: self.r.word(opening.found) });
            self.push(Message::Ram { at: place ^ (now << 32), value: self.r.word(opening.left) });
        }
    }
}
