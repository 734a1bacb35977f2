//! The frame in which an instruction is a step of a path: registers are words of the graph, cells stay open.

use std::cell::RefCell;
use std::collections::BTreeMap;

use dyad_machine::frame::{self, Accesses};
use dyad_machine::instr::{Placed, REGISTERS, RESERVATION, SINK};
use dyad_rules::{LOW, Rules};

use crate::bits::Mask;
use crate::graph::{Find, Graph, NodeId};
use crate::memory::{Address, Below, Memory};
use crate::notes::{Cell, Made};
use crate::path::Path;
use crate::symbolic::{Symbol, Symbolic};

/// A register on a path.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Register {
    /// Its value as the row finds it, if it does.
    pub found: Option<NodeId>,
    /// Its value now.
    pub value: Option<NodeId>,
}

/// A root's word, as it is known to be when it has been the base of an access.
#[derive(Clone, Copy, Debug)]
struct Base {
    /// The word that distances are from, its low bits, and what they are.
    word: NodeId,
    bits: u32,
    value: u64,
    /// How far the root's word is from it.
    moved: u64,
}

/// What is taken for granted of an address: it is a base within 32 bits and a distance, and its low bits are known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Granted {
    pub access: u32,
    pub distance: u64,
    pub bits: u8,
    pub value: u16,
}

/// What a path has come to.
pub(crate) struct State<'p> {
    pub path: &'p Path,
    pub registers: [Register; REGISTERS],
    pub memory: Memory,
    /// By root; what an access of it taught.
    bases: BTreeMap<NodeId, Base>,
    /// What is taken for granted of bases, in the order of accesses.
    pub granted: Vec<Granted>,
    /// What the instructions came to, for notes.
    pub made: Vec<Made>,
    image: &'p dyn Fn(u32) -> Option<(u64, bool)>,
    below: Below<'p>,
}

impl<'p> State<'p> {
    /// At the start of a path. `image` gives the value of a cell that the program defines, and whether it is read-only.
    pub fn new(path: &'p Path, image: &'p dyn Fn(u32) -> Option<(u64, bool)>, below: Below<'p>) -> Self {
        Self {
            path,
            registers: [Register::default(); REGISTERS],
            memory: Memory::default(),
            bases: BTreeMap::new(),
            granted: Vec::new(),
            made: Vec::new(),
            image,
            below,
        }
    }

    /// The value of a register.
    fn register(&mut self, graph: &mut Graph, index: u8) -> NodeId {
        if index == 0 {
            return graph.constant(0);
        }
        let register = &mut self.registers[usize::from(index)];
        if register.value.is_none() {
            register.found = Some(graph.input(Find::Register(index), Mask::MAX));
            register.value = register.found;
        }
        register.value.expect("it was found")
    }
}

/// An instruction on a path.
pub(crate) struct Step<'s, 'p, 'g> {
    pub state: &'s mut State<'p>,
    pub graph: &'g RefCell<Graph>,
    pub placed: Placed,
    /// Its place on the path.
    pub at: u32,
    /// The bits of the base that are known, and their value.
    base: Option<Base>,
    /// The value of a cell that is a constant, when it was found.
    constant: bool,
}

impl<'s, 'p, 'g> Step<'s, 'p, 'g> {
    pub fn new(state: &'s mut State<'p>, graph: &'g RefCell<Graph>, placed: Placed, at: u32) -> Self {
        Self { state, graph, placed, at, base: None, constant: false }
    }

    /// What is noted of this instruction.
    fn note(&mut self) -> &mut Made {
        let at = self.at as usize;
        let made = &mut self.state.made;
        made.resize(made.len().max(at + 1), Made::default());
        &mut made[at]
    }

    fn accesses(&self) -> Accesses {
        self.placed.instr.kind().accesses()
    }

    fn symbol(&self, id: NodeId) -> Symbol<'g> {
        Symbol { graph: self.graph, id }
    }

    fn number(&self, n: u64) -> Symbol<'g> {
        let id = self.graph.borrow_mut().constant(n);
        self.symbol(id)
    }

    /// The value of a register that is the base of an access: asserts what is known of its root.
    fn based(&mut self, r: &mut Symbolic<'g>, register: NodeId) -> NodeId {
        let graph = self.graph;
        let (root, distance) = graph.borrow().root(register);
        if graph.borrow().number(root).is_some() {
            return register;
        }
        let base = if let Some(&base) = self.state.bases.get(&root) {
            base
        } else {
            let (bits, of_address) = self.state.path.residue(self.state.memory.next_access());
            let low = (1 << bits) - 1;
            let from_root = distance.wrapping_add(self.placed.instr.imm);
            let value = u64::from(of_address).wrapping_sub(from_root) & low;
            // The root's word is below 2^32, its low bits are known.
            let number = self.number(value);
            r.assert_zero(self.symbol(root) ^ number, !LOW | low);
            let word = graph.borrow_mut().join(root, number.id, !LOW | low);
            let base = self.base_at(word, u32::from(bits), value);
            let access = self.state.memory.next_access();
            self.state.granted.push(Granted { access, distance: from_root, bits, value: of_address });
            self.state.bases.insert(root, base);
            self.state.bases.insert(word, base);
            base
        };
        self.base = Some(base);
        graph.borrow_mut().add_number(base.word, base.moved.wrapping_add(distance))
    }

    /// The base at a word below 2^32, of which low bits are known. The word may be an earlier base and a number already,
    /// as of a pointer and the same one rounded down: then both have one base.
    fn base_at(&self, word: NodeId, bits: u32, value: u64) -> Base {
        let graph = self.graph.borrow();
        let (root, moved) = graph.root(word);
        // Distances in order are addresses in order only from a base that is below 2^32 itself.
        if graph.known(root).zeros() | LOW == u64::MAX {
            let low = (1 << bits) - 1;
            Base { word: root, bits, value: value.wrapping_sub(moved) & low, moved }
        } else {
            Base { word, bits, value, moved: 0 }
        }
    }

    /// The address of an access in its parts.
    fn address(&self, r: &mut Symbolic<'g>, node: NodeId) -> Address {
        let graph = self.graph.borrow();
        if let Some(number) = graph.number(node) {
            let constant = Some(number);
            return Address { node, root: node, distance: number, bits: 64, value: 0, constant };
        }
        let base = self.base.expect("an address that is no constant has a base");
        let (root, distance) = graph.root(node);
        r.assertions.impossible |= root != base.word;
        Address { node, root, distance, bits: base.bits, value: base.value, constant: None }
    }
}

impl<'g> frame::Frame<Symbolic<'g>> for Step<'_, '_, 'g> {
    fn fall_through(&self) -> Symbol<'g> {
        self.number(u64::from(self.placed.next))
    }

    fn imm(&self) -> Symbol<'g> {
        self.number(self.placed.instr.imm)
    }

    fn flags(&self) -> Symbol<'g> {
        self.number(u64::from(self.placed.instr.flags()))
    }

    fn rs1(&mut self, r: &mut Symbolic<'g>) -> Symbol<'g> {
        let value = self.state.register(&mut self.graph.borrow_mut(), self.placed.instr.rs1);
        let is_base = self.accesses().memory.cells() > 0;
        let value = if is_base { self.based(r, value) } else { value };
        self.symbol(value)
    }

    fn rs2(&mut self, _: &mut Symbolic<'g>) -> Symbol<'g> {
        let value = self.state.register(&mut self.graph.borrow_mut(), self.placed.instr.rs2);
        self.symbol(value)
    }

    fn set_rd(&mut self, _: &mut Symbolic<'g>, value: Symbol<'g>) {
        // Nothing reads the sink.
        if self.placed.instr.rd != SINK {
            self.state.registers[usize::from(self.placed.instr.rd)].value = Some(value.id);
            self.note().result = Some(value.id);
        }
    }

    fn cell(&mut self, r: &mut Symbolic<'g>, n: usize, address: Symbol<'g>) -> Symbol<'g> {
        assert_eq!(n, 0, "an instruction on a path accesses one cell");
        let address = self.address(r, address.id);
        let writes = self.accesses().memory.writes();
        let graph = self.graph;
        let graph = &mut graph.borrow_mut();
        let state = &mut *self.state;
        let access = state.memory.next_access();
        // A read-only cell holds what it held at first.
        let cell = address.constant.and_then(|a| u32::try_from(a & !7).ok());
        let known = cell.and_then(state.image).filter(|&(_, read_only)| read_only && !writes);
        let found;
        let id = if let Some((value, _)) = known {
            state.memory.constant(self.at, address.node);
            self.constant = true;
            found = cell.map(Cell::Constant);
            graph.constant(value)
        } else {
            let read_only = !writes && state.path.read_only.binary_search(&access).is_ok();
            let id = state.memory.find(graph, (self.at, writes), &address, read_only, state.below);
            // It would be put back on the bus as it must never be.
            r.assertions.impossible |= writes && state.memory.found_read_only();
            found = state.memory.found().map(Cell::Found);
            id
        };
        self.note().cell = found;
        Symbol { graph: self.graph, id }
    }

    fn set_cell(&mut self, _: &mut Symbolic<'g>, _: usize, value: Symbol<'g>) {
        assert!(!self.constant, "a read-only cell is not written");
        self.state.memory.replace(value.id);
        self.note().stored = Some(value.id);
    }

    fn reservation(&mut self, _: &mut Symbolic<'g>) -> Symbol<'g> {
        let value = self.state.register(&mut self.graph.borrow_mut(), RESERVATION);
        self.symbol(value)
    }

    fn set_reservation(&mut self, _: &mut Symbolic<'g>, value: Symbol<'g>) {
        self.state.registers[usize::from(RESERVATION)].value = Some(value.id);
    }

    fn and(&mut self, r: &mut Symbolic<'g>, x: Symbol<'g>, y: Symbol<'g>) -> Symbol<'g> {
        r.and("small", x & LOW, y & LOW)
    }

    /// The condition is a flag, so a number: the high half of `x` is not even looked at where it is replaced.
    fn sign_extend_if(&mut self, _: &mut Symbolic<'g>, condition: Symbol<'g>, x: Symbol<'g>) -> Symbol<'g> {
        let graph = &mut self.graph.borrow_mut();
        let extends = graph.number(condition.id).expect("a flag") & LOW;
        assert!(extends == 0 || extends == LOW, "a flag is all ones or 0");
        let id = if extends == 0 {
            x.id
        } else {
            let sign = graph.broadcast(x.id, 31);
            graph.join(x.id, sign, !LOW)
        };
        Symbol { graph: self.graph, id }
    }
}
