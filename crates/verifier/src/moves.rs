//! The moves of the protocol, and the proof of work before each.
//!
//! A *move* is one or more challenges between which nothing is received. A prover whose statement is false gets
//! away with it where the challenge is one of the *exceptional* ones, and may try messages until it is. What such
//! a challenge has less than the level, and a bit of margin, a proof of work right before it makes up for. The
//! numbers of exceptional challenges are proved in docs/soundness.md; the security report counts with the same
//! function.

use crate::number::index;
use crate::params::Level;

/// Bits of a challenge.
const CHALLENGE: u32 = 128;
/// Bits of work that stand at least before the fingerprint and the folds of committed vectors, the moves with most
/// exceptional challenges: of the first it is known that the bound is attained, by a prover that commits again until
/// a challenge suits it. A margin that costs nothing that one could measure.
const LEAST_WORK: u32 = 8;
/// What each move has beyond the level.
pub const MARGIN: u32 = 1;

/// What moves are made with, for the digest of the rules.
pub(crate) const CONSTANTS: [usize; 3] = [index(CHALLENGE), index(LEAST_WORK), index(MARGIN)];

/// Challenges between which nothing is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The fingerprint of messages. The two products of the bus are polynomials of a degree that is at most the
    /// number of messages of the side that has more, the statement's among them.
    Fingerprint {
        /// That number.
        messages: usize,
    },
    /// The last variable of a layer of the product trees, and the factor that batches those of the next.
    Layer,
    /// A round of a layer of the product trees.
    LayerRound,
    /// The last variable of the last layer, and the point of the AND check.
    Rho {
        /// Variables of the constraints.
        variables: usize,
    },
    /// The univariate round of the AND check: polynomials of degree 127 at most.
    Skip,
    /// Another round of the AND check.
    AndRound,
    /// The point where both sides of the products are compared, as powers of the generator.
    PowerPoint {
        /// Variables of the products.
        variables: usize,
    },
    /// A round of the powers.
    PowerRound,
    /// The last variable of a layer of the powers; after the last layer, with the factor of the equation of low bits.
    PowerVariable,
    /// The factor that batches the bases at 64 points by its powers.
    Conjugates,
    /// The point, of two variables, that tells three powers apart.
    Trees,
    /// The factor that batches the claims on words by its powers.
    Eta {
        /// The claims.
        claims: usize,
    },
    /// A round of the column reduction.
    ColumnRound,
    /// The factor that batches the claims on columns by its powers.
    Theta {
        /// The claims.
        claims: usize,
    },
    /// A round of the point reduction.
    PointRound,
    /// What keeps the cover of the ring switch apart from its sums.
    Xi,
    /// The point where the factors of the product check are seen.
    ProductPoint {
        /// The products, of which X, Y are of that degree, and Z of twice that.
        products: usize,
        /// The squares, which are batched by powers of a factor.
        squares: usize,
    },
    /// The point over seven variables that combines the sums of the ring switch; where a proof hides, also the
    /// factor that batches the equations over pads by its powers.
    Ring {
        /// Those equations: none where the proof does not hide.
        equations: usize,
    },
    /// The factor of the claim beside the blinding entries.
    BlindFactor,
    /// A round that folds committed vectors.
    Fold {
        /// Which of the opening's rounds.
        round: usize,
        /// Positions of the code that may be far from a codeword. The key's word is one.
        positions: usize,
    },
    /// The factor of the folded vector beside the mask.
    MaskFactor {
        /// Positions of the code that has the mask.
        positions: usize,
    },
    /// The positions of queries. How many wrong words pass depends on the codes.
    Queries {
        /// Which of the opening's rounds.
        round: usize,
    },
    /// The factor that batches the claim and the equations of queries by its powers.
    Beta {
        /// Which of the opening's rounds.
        round: usize,
        /// The queries.
        equations: usize,
    },
    /// A round on the vector in the clear.
    Tail,
}

impl Move {
    /// The most exceptional challenges that there are in any state, of 2^128; `None` for queries. A state is doomed
    /// for reasons, and stays so as long as one is left: so it is the most of any reason, not the sum over all.
    pub fn exceptional(self) -> Option<usize> {
        Some(match self {
            Self::Fingerprint { messages } => messages,
            Self::Layer
            | Self::LayerRound
            | Self::AndRound
            | Self::ColumnRound
            | Self::PointRound
            | Self::PowerRound
            | Self::PowerVariable
            | Self::Trees
            | Self::Tail => 2,
            Self::Rho { variables } | Self::PowerPoint { variables } => variables.max(1),
            Self::Skip => 127,
            Self::Conjugates => 63,
            Self::Eta { claims } | Self::Theta { claims } => claims.saturating_sub(1).max(1),
            Self::Xi | Self::BlindFactor => 1,
            Self::ProductPoint { products, squares } => products.saturating_mul(2).max(squares),
            // Multilinear in seven variables; of that degree in the factor, which is none of them.
            Self::Ring { equations } => equations.max(7),
            // A word that is far from the code stays so; where it is not, two challenges make up for a wrong round.
            Self::Fold { positions, .. } => positions.max(2),
            Self::MaskFactor { positions } => positions.max(1),
            Self::Beta { equations, .. } => equations,
            Self::Queries { .. } => return None,
        })
    }

    /// Bits of the proof of work that a proof of this level has right before the move. Where there are none, it
    /// has no nonce.
    pub fn work(self, level: Level) -> u32 {
        let Some(exceptional) = self.exceptional() else { return level.query_work() };
        // Its logarithm, rounded up.
        let lost = usize::BITS.saturating_sub(exceptional.saturating_sub(1).leading_zeros());
        let wanted = level.bits().saturating_add(MARGIN).saturating_add(lost).saturating_sub(CHALLENGE);
        let least = matches!(self, Self::Fingerprint { .. } | Self::Fold { round: 0, .. });
        if least { wanted.max(LEAST_WORK) } else { wanted }
    }

    /// What the move is called in errors and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fingerprint { .. } => "alpha, gamma",
            Self::Layer => "layer variable, lambda",
            Self::LayerRound => "product layer rounds",
            Self::Rho { .. } => "layer variable, rho",
            Self::Skip => "z",
            Self::AndRound | Self::ColumnRound | Self::PointRound => "rounds",
            Self::PowerPoint { .. } => "power point",
            Self::PowerRound => "power rounds",
            Self::PowerVariable => "power variable",
            Self::Conjugates => "conjugates",
            Self::Trees => "trees",
            Self::Eta { .. } => "eta",
            Self::Theta { .. } => "theta",
            Self::Xi => "xi",
            Self::ProductPoint { .. } => "product point",
            Self::Ring { equations: 0 } => "ring",
            Self::Ring { .. } => "ring, chi",
            Self::BlindFactor => "blind factor",
            Self::Fold { .. } => "fold",
            Self::MaskFactor { .. } => "mask factor",
            Self::Queries { .. } => "queries",
            Self::Beta { .. } => "beta",
            Self::Tail => "tail",
        }
    }
}

/// Bytes of the nonce of a proof of work of so many bits, at most 8: one of them works but for a probability of
/// `e^-256`.
pub fn nonce_length(bits: u32) -> usize {
    index(bits).saturating_add(8).div_ceil(8).min(8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_makes_up_for_what_is_short() {
        let of = |m: Move| [Level::L100, Level::L128].map(|level| m.work(level));
        // 2^23 messages and one more; 2^26; the most that there may be.
        assert_eq!(of(Move::Fingerprint { messages: (1 << 23) + 1 }), [8, 25]);
        assert_eq!(of(Move::Fingerprint { messages: 1 << 23 }), [8, 24]);
        assert_eq!(of(Move::Fingerprint { messages: 1 << 28 }), [8, 29]);
        assert_eq!(of(Move::Fingerprint { messages: 0 }), [8, 8]);
        // More than there are: no sum and no shift gives in.
        let bits = usize::BITS;
        assert_eq!(of(Move::Fingerprint { messages: usize::MAX }), [bits - 27, bits + 1]);
        assert_eq!(of(Move::ProductPoint { products: usize::MAX, squares: 0 }), [bits - 27, bits + 1]);
        for (m, bits) in [
            (Move::Layer, 2),
            (Move::Rho { variables: 22 }, 6),
            (Move::Rho { variables: 0 }, 1),
            (Move::Skip, 8),
            (Move::PowerPoint { variables: 20 }, 6),
            (Move::PowerVariable, 2),
            (Move::Conjugates, 7),
            (Move::Trees, 2),
            (Move::Eta { claims: 5 }, 3),
            (Move::Eta { claims: 10 }, 5),
            (Move::Theta { claims: 2 }, 1),
            (Move::Theta { claims: 4 }, 3),
            (Move::Xi, 1),
            (Move::ProductPoint { products: 53, squares: 63 }, 8),
            (Move::ProductPoint { products: 3, squares: 63 }, 7),
            (Move::Ring { equations: 0 }, 4),
            (Move::Ring { equations: 6 }, 4),
            (Move::Ring { equations: 9 }, 5),
            (Move::Beta { round: 0, equations: 300 }, 10),
            (Move::MaskFactor { positions: 1 << 20 }, 21),
            (Move::Fold { round: 1, positions: 1 << 18 }, 19),
            (Move::Fold { round: 1, positions: 1 }, 2),
        ] {
            assert_eq!(of(m), [0, bits], "{m:?}");
        }
        assert_eq!(of(Move::Fold { round: 0, positions: 1 << 20 }), [8, 21]);
        assert_eq!(Move::Fold { round: 0, positions: 1 << 29 }.work(Level::L100), 8);
        assert_eq!(Move::Fold { round: 1, positions: 1 << 29 }.work(Level::L100), 2);
    }

    #[test]
    fn nonces_have_room_for_many_trials() {
        for bits in 0..=56 {
            let length = nonce_length(bits) as u32;
            assert!(8 * length >= bits + 8 && 8 * length < bits + 16, "{bits} bits");
        }
        assert_eq!(nonce_length(128), 8);
    }
}
