//! The list of a program's paths as bytes, for a section of its ELF file.
//!
//! A path is where it begins, how many instructions it has, which way its branches go and where its indirect jumps lead;
//! what it takes for granted follows. The bytes are postcard's, after a version.

use std::collections::BTreeSet;

use dyad_machine::instr::Placed;
use dyad_machine::list::Kind;
use serde::{Deserialize, Serialize};

use crate::circuit::Refused;
use crate::path::{Path, Residue};

/// The section of an ELF file that holds the list.
pub const SECTION: &str = ".dyad.blocks";
/// The version of the list's form.
const VERSION: u8 = 1;
/// The most instructions of a path.
const LONGEST: u32 = 1 << 16;

/// Why bytes are no list of a program's paths.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Another version.
    #[error(
        "the list of blocks is of version {0}, this program reads version {VERSION}: tune the program again"
    )]
    Version(u8),
    /// Not a list.
    #[error("the list of blocks is damaged")]
    Damaged,
    /// A path that the program does not have.
    #[error("block {0} of the list follows code that the program does not have: tune the program again")]
    OtherCode(usize),
}

/// A path in the list.
#[derive(Serialize, Deserialize)]
struct Listed {
    entry: u32,
    instrs: u32,
    /// Whether each branch before the last instruction is taken.
    taken: Vec<bool>,
    /// Where indirect jumps before it lead.
    targets: Vec<u32>,
    residues: Vec<(u32, u8, u16)>,
    read_only: Vec<u32>,
    below: Vec<[u32; 2]>,
    most_terms: u16,
}

/// The instruction at an address.
fn find(program: &[Placed], pc: u32) -> Option<u32> {
    program.binary_search_by_key(&pc, |p| p.pc).ok().map(|i| i as u32)
}

impl Listed {
    fn of(path: &Path, program: &[Placed]) -> Self {
        let placed: Vec<&Placed> = path.instrs.iter().map(|&i| &program[i as usize]).collect();
        let (mut taken, mut targets) = (Vec::new(), Vec::new());
        for pair in placed.windows(2) {
            match pair[0].instr.kind() {
                Kind::BranchEqual | Kind::BranchLess => taken.push(pair[1].pc != pair[0].next),
                Kind::JumpRegister => targets.push(pair[1].pc),
                _ => {}
            }
        }
        Self {
            entry: placed[0].pc,
            instrs: placed.len() as u32,
            taken,
            targets,
            residues: path.residues.iter().map(|r| (r.access, r.bits, r.value)).collect(),
            read_only: path.read_only.clone(),
            below: path.below.clone(),
            most_terms: path.most_terms,
        }
    }

    /// The path, if the program has it.
    fn path(self, program: &[Placed]) -> Option<Path> {
        let (mut taken, mut targets) = (self.taken.into_iter(), self.targets.into_iter());
        let mut at = find(program, self.entry)?;
        let mut instrs = vec![at];
        if self.instrs == 0 || self.instrs > LONGEST {
            return None;
        }
        for _ in 1..self.instrs {
            let placed = &program[at as usize];
            let next = match placed.instr.kind() {
                Kind::BranchEqual | Kind::BranchLess if taken.next()? => placed.instr.imm as u32,
                Kind::Jump => placed.instr.imm as u32,
                Kind::JumpRegister => targets.next()?,
                _ => placed.next,
            };
            at = find(program, next)?;
            instrs.push(at);
        }
        let residue = |&(access, bits, value): &(u32, u8, u16)| Residue { access, bits, value };
        let residues: Vec<_> = self.residues.iter().map(residue).collect();
        let increase = residues.is_sorted_by(|a, b| a.access < b.access)
            && self.read_only.is_sorted_by(|a, b| a < b)
            && self.below.is_sorted_by(|a, b| a < b);
        let known = residues.iter().all(|r| r.bits <= 12 && u32::from(r.value) < 1 << r.bits);
        (increase && known && taken.next().is_none() && targets.next().is_none()).then_some(Path {
            instrs,
            residues,
            read_only: self.read_only,
            below: self.below,
            most_terms: self.most_terms,
        })
    }
}

/// Whether some paths can be in a list of a program.
///
/// # Errors
/// [`Refused`] for one of other instructions than the program's, or of those of one before it, with its place in the list.
pub fn check(paths: &[Path], program: &[Placed]) -> Result<(), (usize, Refused)> {
    let mut seen: BTreeSet<&[u32]> = BTreeSet::new();
    for (i, Path { instrs, .. }) in paths.iter().enumerate() {
        if instrs.is_empty() || instrs.iter().any(|&instr| instr as usize >= program.len()) {
            return Err((i, Refused::Lost));
        }
        if !seen.insert(instrs) {
            return Err((i, Refused::Twice));
        }
    }
    Ok(())
}

/// The list of some paths of a program.
///
/// # Panics
/// If [`check`] refuses a path, since it has no instructions or one that the program does not have.
pub fn encode(paths: &[Path], program: &[Placed]) -> Vec<u8> {
    let listed: Vec<Listed> = paths.iter().map(|path| Listed::of(path, program)).collect();
    let mut out = vec![VERSION];
    out.extend(postcard::to_allocvec(&listed).expect("numbers and lists have a form"));
    out
}

/// The paths of a list.
///
/// # Errors
/// [`ListError`] where the bytes are no list of paths of this program.
pub fn decode(bytes: &[u8], program: &[Placed]) -> Result<Vec<Path>, ListError> {
    let (&version, rest) = bytes.split_first().ok_or(ListError::Damaged)?;
    if version != VERSION {
        return Err(ListError::Version(version));
    }
    let (listed, left) = postcard::take_from_bytes::<Vec<Listed>>(rest).map_err(|_| ListError::Damaged)?;
    if !left.is_empty() {
        return Err(ListError::Damaged);
    }
    let paths: Vec<Path> = listed
        .into_iter()
        .enumerate()
        .map(|(i, listed)| listed.path(program).ok_or(ListError::OtherCode(i)))
        .collect::<Result<_, _>>()?;
    check(&paths, program).map_err(|_| ListError::Damaged)?;
    Ok(paths)
}
