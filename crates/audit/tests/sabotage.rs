//! Tables that were compiled honestly and then changed, as data: each change that lets a row say something false is
//! refused.

use dyad_audit::{Auditor, Difference, Effort, Falsehood, Report};
use dyad_blocks::{Block, Path, Residue};
use dyad_machine::instr::Placed;
use dyad_program::Program;
use dyad_program::testing::{CODE, Elf, asm::*};
use dyad_rules::form::{Form, Take};
use dyad_rules::forms::{FormId, TableForms};
use dyad_rules::shape::Message;

const EFFORT: Effort = Effort { rows: 60, tries: 200, changes: 6 };
const HIGH: u32 = 32;

/// A path with loads around a store that may go to the same cell, sums of 32 bits, a division, and a branch at its end.
fn program() -> Program {
    let code = [
        lw(T0, A0, 0),
        addw(T1, T0, A1),
        sd(T1, A2, 0),
        ld(T2, A0, 8),
        ld(S1, A0, 0),
        div(A5, T2, A1),
        and(A4, T2, A3),
        blt(A4, T0, 8),
        addi(A0, A0, 1),
        addi(A0, A0, 2),
    ];
    Program::from_elf(&Elf::new(CODE).code(CODE, &code).build()).expect("a program")
}

/// The first instructions of it, as many as there are up to the branch.
fn path(program: &Program) -> Path {
    let pcs = (0..8).map(|i| CODE as u32 + 4 * i);
    let index = |pc| program.instrs().iter().position(|i| i.pc == pc).expect("an instruction") as u32;
    let residues = [0, 1].map(|access| Residue { access, bits: 3, value: 0 }).to_vec();
    Path { instrs: pcs.map(index).collect(), residues, ..Path::default() }
}

/// The honest table, and what the check says of another one.
struct Case {
    program: Program,
    path: Path,
    table: TableForms,
}

impl Case {
    fn new() -> Self {
        let program = program();
        let path = path(&program);
        let block = Block::new(path.clone(), program.instrs(), program.image()).expect("a block");
        Self { table: block.forms().clone(), program, path }
    }

    /// The message that says where a row leads, and the instruction that decides it.
    fn exit(&self) -> (usize, Placed) {
        let state = self.table.pushes.iter().position(|m| m.tag == 1).expect("a state");
        let last = *self.path.instrs.last().expect("a path");
        (state, self.program.instrs()[last as usize])
    }

    fn check(&self, table: &TableForms) -> Result<Report, Falsehood> {
        Auditor::new(&self.program).block(table, &self.path.instrs, EFFORT)
    }

    /// What is false of the table after a change.
    fn refused(&self, what: &str, change: impl FnOnce(&mut TableForms)) -> Difference {
        let mut table = self.table.clone();
        change(&mut table);
        assert!(table != self.table, "{what} changes nothing");
        self.check(&table).expect_err(what).difference
    }

    /// The number of the message that is of a register, on either side.
    fn register(&self, register: u64) -> usize {
        let of = |m: &Message| self.table.forms.at(m.words[0] as usize).constant & 0xffff_ffff;
        let found = self.table.pushes.iter().position(|m| m.tag == 3 && of(m) == register);
        found.expect("the row has the register")
    }

    /// The numbers of the messages that are of cells.
    fn cells(&self) -> Vec<usize> {
        (0..self.table.pushes.len()).filter(|&i| self.table.pushes[i].tag == 4).collect()
    }
}

/// Puts a form of its own in the place of a word.
fn replace(table: &mut TableForms, message: usize, word: usize, change: impl FnOnce(&mut Form)) {
    let mut form = table.forms.at(table.pushes[message].words[word] as usize).to_form();
    change(&mut form);
    table.forms.push(form.lent());
    table.pushes[message].words[word] = table.forms.len() as FormId - 1;
}

#[test]
fn the_honest_table_passes() {
    let case = Case::new();
    let report = case.check(&case.table).unwrap_or_else(|f| panic!("{f}"));
    assert!(report.rows >= 60 && report.aliased > 0 && report.changed > 0, "{report:?}");
    assert_eq!(report.exits.len(), 2, "both ways of the branch");
    assert!(report.quotients > 0, "{report:?}");
    // What is free are the bits of columns that no equation has.
    let shape = {
        let block = Block::new(case.path.clone(), case.program.instrs(), case.program.image());
        block.expect("a block").rules().shape()
    };
    let free: Vec<u64> = shape.committed.iter().map(|c| c.free).collect();
    assert_eq!(report.free, free);
}

#[test]
fn an_and_is_left_out() {
    let case = Case::new();
    for i in 0..case.table.ands.len() {
        case.refused(&format!("AND {i} left out"), |table| {
            table.ands.remove(i);
        });
    }
    case.refused("the product left out", |table| table.products.clear());
}

#[test]
fn a_term_is_changed() {
    let case = Case::new();
    for message in 0..case.table.pushes.len() {
        for word in 0..case.table.pushes[message].words.len() {
            let form = case.table.forms.at(case.table.pushes[message].words[word] as usize);
            for term in 0..form.terms.len() {
                let what = format!("term {term} of word {word} of message {message}");
                case.refused(&format!("{what} left out"), |table| {
                    replace(table, message, word, |form| {
                        form.terms.remove(term);
                    });
                });
                case.refused(&format!("{what} without a bit"), |table| {
                    replace(table, message, word, |form| {
                        let mask = &mut form.terms[term].mask;
                        *mask &= *mask - 1;
                        form.terms.retain(|t| t.mask != 0);
                    });
                });
            }
        }
    }
}

#[test]
fn registers_are_exchanged() {
    let case = Case::new();
    let [t0, t1] = [T0, T1].map(|r| case.register(u64::from(r)));
    let values = |table: &mut TableForms| {
        let other = table.pushes[t0].words[1];
        table.pushes[t0].words[1] = std::mem::replace(&mut table.pushes[t1].words[1], other);
    };
    assert!(matches!(case.refused("registers", values), Difference::Value { .. }));
}

#[test]
fn cells_are_exchanged() {
    let case = Case::new();
    let cells = case.cells();
    let mut refused = 0;
    for (i, &a) in cells.iter().enumerate() {
        for &b in &cells[i + 1..] {
            if case.table.pushes[a].words[1] != case.table.pushes[b].words[1] {
                case.refused(&format!("cells {a} and {b}"), |table| {
                    let other = table.pushes[a].words[1];
                    table.pushes[a].words[1] = std::mem::replace(&mut table.pushes[b].words[1], other);
                });
                refused += 1;
            }
        }
    }
    assert!(refused >= 2);
}

#[test]
fn slots_are_wrong() {
    let case = Case::new();
    let slot = |i: usize| case.table.forms.at(case.table.pushes[i].words[0] as usize).constant >> HIGH & 63;
    let mut lowered = 0;
    for i in case.cells() {
        if slot(i) > 0 {
            // It may have been found at that time.
            case.refused(&format!("cell {i} left too early"), |table| {
                replace(table, i, 0, |form| form.constant &= !(63 << HIGH));
            });
            lowered += 1;
        }
        case.refused(&format!("cell {i} left in another row's time"), |table| {
            replace(table, i, 0, |form| form.constant ^= 64 << HIGH);
        });
    }
    assert!(lowered >= 1);
    let register = case.register(u64::from(T0));
    case.refused("a register left in another row's time", |table| {
        replace(table, register, 0, |form| form.constant ^= 64 << HIGH);
    });
}

#[test]
fn exits_are_exchanged() {
    let case = Case::new();
    let (state, last) = case.exit();
    let difference = case.refused("exits", |table| {
        replace(table, state, 0, |form| form.constant ^= last.instr.imm ^ u64::from(last.next));
    });
    assert!(matches!(difference, Difference::Exit { .. }), "{difference}");
}

#[test]
fn a_sign_is_not_extended() {
    let case = Case::new();
    for register in [T0, T1] {
        let message = case.register(u64::from(register));
        let difference = case.refused("the sign of a word", |table| {
            replace(table, message, 1, |form| form.terms.retain(|t| !matches!(t.take, Take::Bit(_))));
        });
        assert!(matches!(difference, Difference::Value { .. }), "{difference}");
    }
}

/// A load after a store by another register takes what was there before: true wherever the two addresses differ.
#[test]
fn what_a_store_changes_is_forgotten() {
    let case = Case::new();
    let cells = case.cells();
    let places: Vec<FormId> = cells.iter().map(|&i| case.table.pulls[i].words[0]).collect();
    let low = |id: FormId| case.table.forms.at(id as usize).to_form().mask(0xffff_ffff);
    let (first, again) = (0..cells.len())
        .flat_map(|i| (i + 1..cells.len()).map(move |j| (i, j)))
        .find(|&(i, j)| low(places[i]) == low(places[j]))
        .expect("a cell is found again after the store");
    let loaded = case.register(u64::from(S1));
    let difference = case.refused("a store forgotten", |table| {
        table.pushes[loaded].words[1] = table.pulls[cells[first]].words[1];
        table.pushes.remove(cells[again]);
        table.pulls.remove(cells[again]);
    });
    assert!(matches!(difference, Difference::Value { .. }), "{difference}");
}

#[test]
fn paths_are_the_programs() {
    let case = Case::new();
    let mut auditor = Auditor::new(&case.program);
    let mut other = case.path.instrs.clone();
    other.swap(0, 1);
    for path in [&[][..], &[1 << 20], &other] {
        let found = auditor.block(&case.table, path, EFFORT).expect_err("no path");
        assert!(!found.to_string().is_empty());
    }
}

/// Where a row leads is chosen, too, when rows are looked for: it has to follow from what is found all the same.
#[test]
fn where_a_row_leads_is_open() {
    let case = Case::new();
    let (state, last) = case.exit();
    let difference = case.refused("an exit that anyone may choose", |table| {
        // A column of its own says which way the branch goes.
        let column = table.committed as u32;
        table.committed += 1;
        replace(table, state, 0, |form| {
            let times = form.mask(!0xffff_ffff);
            let ways = Form::column(column).broadcast(0).mask(last.instr.imm ^ u64::from(last.next));
            *form = times.xor(&ways).xor(&Form::constant(u64::from(last.next)));
        });
    });
    assert!(matches!(difference, Difference::Open { .. }), "{difference}");
}
