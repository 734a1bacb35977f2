//! The verifying key of a program.

use alloc::sync::Arc;
use alloc::vec::Vec;

use dyad_machine::statement::boundary;
use dyad_rules::forms::TableForms;
use dyad_verifier::check::demand;
use dyad_verifier::hash::Domain;
use dyad_verifier::{Blake3, Digest, Hash, Key, Statement, System};

use crate::{Error, shapes};

const MAGIC: &[u8; 8] = b"dyad-key";
const VERSION: u16 = 4;
/// The most bytes that the tables of a program's blocks take, before they are deflated.
pub(crate) const MAX_SHAPES: usize = 1 << 24;

/// All that a verifier knows of a program: the commitment to its instructions and memory image,
/// where it begins, and the rules of the machine that it was made for.
///
/// The same ELF bytes give the same key on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    /// The digest of the machine's rules.
    pub rules: Digest,
    /// Identifies the program: entry, instructions and memory image.
    pub program: Digest,
    /// The address of the first instruction.
    pub entry: u32,
    /// Program cells: instructions at all even addresses of the code, overlapping ones included.
    pub instructions: u32,
    /// Eight-byte cells of the memory image.
    pub image: u32,
    /// The root of the commitment to both.
    pub root: Digest,
    /// The tables of the program's blocks.
    pub blocks: Vec<Arc<TableForms>>,
}

impl VerifyingKey {
    /// Bytes of a key without blocks, and of the part of any key that stands for it: [`VerifyingKey::short`].
    pub const LENGTH: usize = MAGIC.len() + 2 + 3 * 32 + 3 * 4;

    /// The key as a file: what is short of it, and then, if the program has blocks, their tables, deflated.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.short();
        if !self.blocks.is_empty() {
            out.extend(shapes::compress(&shapes::encode(&self.blocks)));
        }
        out
    }

    /// What is enough to know a key by, for those who store no more: magic, version, rules, program, entry,
    /// instructions, image, root; numbers little-endian. The digest of the rules covers the tables of blocks.
    pub fn short(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::LENGTH);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&self.rules);
        out.extend_from_slice(&self.program);
        for n in [self.entry, self.instructions, self.image] {
            out.extend_from_slice(&n.to_le_bytes());
        }
        out.extend_from_slice(&self.root);
        out
    }

    /// Reads a key.
    ///
    /// # Errors
    /// [`Error::NotOne`], [`Error::Version`], [`Error::Length`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "verifying key";
        let (magic, rest) = bytes.split_first_chunk().ok_or(Error::NotOne(WHAT))?;
        demand(magic == MAGIC, Error::NotOne(WHAT))?;
        let (version, rest) = rest.split_first_chunk().ok_or(Error::Length(WHAT))?;
        let found = u16::from_le_bytes(*version);
        demand(found == VERSION, Error::Version { what: WHAT, found, known: VERSION })?;
        let (rules, rest) = rest.split_first_chunk().ok_or(Error::Length(WHAT))?;
        let (program, rest) = rest.split_first_chunk().ok_or(Error::Length(WHAT))?;
        let (entry, rest) = rest.split_first_chunk().ok_or(Error::Length(WHAT))?;
        let (instructions, rest) = rest.split_first_chunk().ok_or(Error::Length(WHAT))?;
        let (image, rest) = rest.split_first_chunk().ok_or(Error::Length(WHAT))?;
        let (root, rest) = rest.split_first_chunk().ok_or(Error::Length(WHAT))?;
        let blocks = match rest {
            [] => Vec::new(),
            deflated => shapes::decode(&shapes::expand(deflated, MAX_SHAPES)?)?,
        };
        let key = Self {
            rules: *rules,
            program: *program,
            entry: u32::from_le_bytes(*entry),
            instructions: u32::from_le_bytes(*instructions),
            image: u32::from_le_bytes(*image),
            root: *root,
            blocks,
        };
        // A key without blocks has nothing behind it. Other bytes may inflate to the same tables: a key is known by
        // what is short of it, not by its file.
        demand(key.blocks.is_empty() == rest.is_empty(), Error::Shapes)?;
        Ok(key)
    }

    /// The machine and the program's blocks.
    pub fn system(&self) -> System {
        crate::system_with(self.blocks.iter().cloned())
    }

    /// The key's identity: the digest of what is short of it.
    pub fn id(&self) -> Digest {
        Blake3::hash(Domain::Key, &[&self.short()])
    }

    /// The fixed columns, as the verifier of the proof system sees them.
    pub fn columns(&self) -> Key {
        Key { rows: alloc::vec![self.instructions, self.image], root: self.root }
    }

    /// The public statement of a run, everything in it bound by its bytes.
    pub fn statement(&self, output: &[u8], exit_code: u8) -> Statement {
        let (pushes, pulls) = boundary(self.entry, output, exit_code);
        let mut bytes = self.short();
        bytes.push(exit_code);
        bytes.extend_from_slice(&(output.len() as u64).to_le_bytes());
        bytes.extend_from_slice(output);
        Statement { bytes, pushes, pulls }
    }
}
