//! The messages of the bus: typed here, once, with their tags.
//!
//! Every cell of the machine (program word, register, 8 bytes of RAM) is a message that an access
//! takes with its previous time and puts back with its own. `at` packs the cell's address in its
//! low half and the time in its high half.

use dyad_rules::Rules;

/// A bus message with words of type `W`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<W> {
    /// `pc | time << 32`: the machine is about to execute `pc`.
    State(W),
    /// A program cell: `pc | time << 32` and the decoded instruction (see [`crate::instr`]).
    Program {
        /// `pc | time << 32`.
        at: W,
        /// Fall-through pc and immediate.
        w0: W,
        /// Registers, flags and kind.
        w1: W,
    },
    /// A register: `index | time << 32`.
    Register {
        /// `index | time << 32`.
        at: W,
        /// Its value.
        value: W,
    },
    /// Eight bytes of RAM: `address | read_only | time << 32`, the address a multiple of 8 and
    /// `read_only` its bit 0.
    Ram {
        /// `address | read_only | time << 32`.
        at: W,
        /// The bytes, little-endian.
        value: W,
    },
    /// The chain of RAM addresses in increasing order.
    Order(W),
    /// A system call is moving bytes out of memory: `pc | time << 32` (pc to continue at), and
    /// `pointer | remaining << 32`.
    CopyOut {
        /// `pc | time << 32`.
        at: W,
        /// `pointer | remaining << 32`.
        range: W,
    },
    /// A system call is moving bytes into memory: as for [`Message::CopyOut`].
    CopyIn {
        /// `pc | time << 32`.
        at: W,
        /// `pointer | remaining << 32`.
        range: W,
    },
    /// Eight bytes of the public output, whatever pieces the program wrote them in.
    Output {
        /// Which eight: the offset of the first of them, divided by 8.
        index: W,
        /// The bytes, little-endian.
        value: W,
    },
    /// The program ended: exit code, length of the output, and its last bytes.
    Exit {
        /// 0..=255.
        code: W,
        /// Bytes of public output.
        length: W,
        /// What [`Message::Written`] has as `rest`.
        rest: W,
    },
    /// How much was written to the public output: a cell as any other, of which there is one.
    Written {
        /// `time << 32`.
        at: W,
        /// Bytes of public output.
        length: W,
        /// The last `length % 8` of them, little-endian, zeros above.
        rest: W,
    },
}

impl<W: Copy> Message<W> {
    /// The tag and the words, the slots past `len` repeating the last word.
    #[inline(always)]
    pub fn parts(self) -> (u64, [W; 3], usize) {
        match self {
            Self::State(a) => (1, [a; 3], 1),
            Self::Program { at, w0, w1 } => (2, [at, w0, w1], 3),
            Self::Register { at, value } => (3, [at, value, value], 2),
            Self::Ram { at, value } => (4, [at, value, value], 2),
            Self::Order(a) => (5, [a; 3], 1),
            Self::CopyOut { at, range } => (6, [at, range, range], 2),
            Self::CopyIn { at, range } => (7, [at, range, range], 2),
            Self::Output { index, value } => (8, [index, value, value], 2),
            Self::Exit { code, length, rest } => (9, [code, length, rest], 3),
            Self::Written { at, length, rest } => (10, [at, length, rest], 3),
        }
    }
}

impl Message<u64> {
    /// The message as the verifier multiplies it in: tag, words, zeros.
    pub fn value(self) -> [u64; dyad_rules::MESSAGE_WORDS] {
        let (tag, words, len) = self.parts();
        let mut out = [0; dyad_rules::MESSAGE_WORDS];
        out[0] = tag;
        out[1..=len].copy_from_slice(&words[..len]);
        out
    }
}

/// Puts a message on the bus.
#[inline(always)]
pub fn push<R: Rules>(r: &mut R, m: Message<R::Word>) {
    let (tag, words, len) = m.parts();
    r.push(tag, &words[..len]);
}

/// Takes a message from the bus.
#[inline(always)]
pub fn pull<R: Rules>(r: &mut R, m: Message<R::Word>) {
    let (tag, words, len) = m.parts();
    r.pull(tag, &words[..len]);
}
