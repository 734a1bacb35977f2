//! Soundness errors, measured and compared with the security report's.
//!
//! Each row of the report has the number of challenges that are exceptional: those after which a false claim may
//! have become a true one. Here the real prover lies before such a challenge as well as it can, the challenge
//! takes all values of a small set (the other challenges are those of the real transcript), and the real verifier
//! tells which of them it accepts. By the lemma of Schwartz and Zippel, a polynomial of degree d has at most d
//! zeros in any set, or a share d / |S| of the points whose coordinates are in S; the liar chooses its lies such
//! that as many zeros as possible lie there. A row whose bound is reached is *tight*: with a smaller number the
//! report would be wrong.
//!
//! | row | exceptional | reached here |
//! |---|---|---|
//! | alpha, gamma | messages | all: all but one for gamma, one for alpha |
//! | layer variable, lambda | 2 | 2: two lines of the plane |
//! | product layer, AND, column and point rounds, tail | 2 | 2 |
//! | layer variable, rho | variables | all |
//! | z | 127 | 127 |
//! | eta | 4 | 4 |
//! | theta, xi, blind factor | 1 | 1 |
//! | product point | 2 n | n + 1, if one product of n is wrong: the points of the others are not drawn |
//! | power point | variables | all |
//! | power rounds, trees | 2 | 2 |
//! | power variable | 2 | 1 of the line, 1 of the low bits, which are not wrong together |
//! | conjugates | 63 | 63 |
//! | theta of four points | 3 | 3 |
//! | squares, at the product point | 63 | 63 |
//! | ring | 7 | 7 |
//! | ring, chi | 7 | 7 of ring; 4 of chi, which is another lie's |
//! | fold | positions, at least 2 | 2 of the sumcheck; all positions of a code that has four |
//! | mask factor | positions | 1 of the claim |
//! | beta | queries | all |
//! | queries | (n + k) / 2n each | that, with (n - k) / 2 errors; (k - 1) / n where the fixed word is the key's |

#[path = "../toy/mod.rs"]
mod toy;

mod bus;
mod claims;
mod columns;
mod far;
mod hiding;
mod intermediate;
mod liar;
mod opening;
mod opening_alone;
mod products;
mod proximity;
mod script;
mod subset;
mod system;
