//! A prover that follows the protocol with committed values that break the rules, in active rows and in
//! padding (T1 and T9 of the catalogue of bugs).

use crate::toy::{Random, Toy, toy};
use dyad_field::{from_bits, to_bits};
use dyad_prover::{ProvingKey, Rows, Setting, StoredRows, reference};
use dyad_rules::{Rules, Table, TableRules, gadgets};
use dyad_verifier::{Blake3, Error, Layout, Level, Statement, System, verify};

fn broken(r: &Result<dyad_verifier::Verified, Error>) -> bool {
    matches!(r, Err(Error::BusBalance | Error::AndCheck))
}

/// Flips bits of every committed word of every active row: a bit that a rule fixes is missed, and one
/// that is declared free, or lies in the half of a pair that is no column, is not.
fn flip(t: &Toy, bits_a_word: usize) {
    let q = t.vector();
    let layout = Layout::new(&t.system, &t.counts()).unwrap();
    let mut rng = Random(1);
    let shapes: Vec<_> = crate::toy::TABLES.iter().map(|table| table.shape()).collect();
    for b in &layout.oracles[0].pairs.blocks {
        let slab = layout.slabs[b.slab];
        for x in 0..slab.rows {
            for half in 0..2 {
                for _ in 0..bits_a_word {
                    let bit = rng.below(64);
                    let column = shapes[slab.table].committed.get(2 * b.item + half);
                    let fixed = column.is_some_and(|c| c.free >> bit & 1 == 0);
                    let mut changed = q.clone();
                    changed[b.base + x] += from_bits(1 << (64 * half + bit));
                    let result = t.verify(&t.prove_vector(&t.counts(), &changed).bytes);
                    let at = (slab.table, x, column.map(|c| c.name), bit);
                    assert!(
                        if fixed { broken(&result) } else { result.is_ok() },
                        "{at:?}: {:?}",
                        result.err()
                    );
                }
            }
        }
    }
}

#[test]
fn every_committed_word_is_fixed() {
    flip(&toy::<Blake3>(5, 3), 3);
}

#[test]
fn every_committed_word_is_fixed_with_one_row_a_table() {
    flip(&toy::<Blake3>(1, 1), 8);
}

/// Row 38, 43: a row past the active ones has the constants of none of its messages, so it cannot stand
/// in for an active row. The last step stays in the vector, only its row is declared inactive.
#[test]
fn bug_038_padding_rows_do_not_stand_in_for_active_ones() {
    let t = toy::<Blake3>(5, 3);
    let mut rows = t.counts();
    rows[0] = 4;
    assert_eq!(t.verify(&t.prove_vector(&rows, &t.vector()).bytes).err(), Some(Error::BusBalance));
}

/// Under pads, wrong rows are seen as they are in the clear, if only at the end.
#[test]
fn wrong_rows_do_not_hide() {
    let t = toy::<Blake3>(5, 3).hiding();
    let layout = Layout::new(&t.system, &t.counts()).unwrap();
    assert!(t.verify(&t.prove().bytes).is_ok());
    let mut rng = Random(41);
    for b in &layout.oracles[0].pairs.blocks {
        for row in 0..layout.slabs[b.slab].rows {
            let mut q = t.vector();
            // Of the first word: the second one of a last pair may be no column.
            q[b.base + row] += from_bits(1 << rng.below(64));
            let error = t.verify(&t.prove_vector(&t.counts(), &q).bytes).err();
            assert_eq!(error, Some(Error::OpeningValue), "{b:?}, row {row}");
        }
    }
    // A statement that the run does not have.
    let mut other = toy::<Blake3>(5, 3).hiding();
    other.statement.pulls[0][1] += 1;
    assert_eq!(other.verify(&other.prove().bytes).err(), Some(Error::OpeningValue));
}

/// Row 37: junk in padding that does not balance is seen.
#[test]
fn bug_037_junk_in_padding_unbalances_the_bus() {
    let t = toy::<Blake3>(5, 3);
    let layout = Layout::new(&t.system, &t.counts()).unwrap();
    for b in &layout.oracles[0].pairs.blocks {
        // In the first pairs of both tables: `pc` and `time`, `last` and `time`.
        if b.item == 0 {
            for half in 0..2 {
                let mut q = t.vector();
                q[b.base + layout.slabs[b.slab].rows] = from_bits(77 << (64 * half));
                assert!(broken(&t.verify(&t.prove_vector(&t.counts(), &q).bytes)));
            }
        }
    }
}

/// Rows 83 and 86: one row more, a copy of an honest one.
#[test]
fn bug_086_a_step_is_not_executed_twice() {
    let t = toy::<Blake3>(5, 3);
    let layout = Layout::new(&t.system, &t.counts()).unwrap();
    for copied in 0..5 {
        let mut q = t.vector();
        for b in layout.oracles[0].pairs.blocks.iter().filter(|b| layout.slabs[b.slab].table == 0) {
            q[b.base + 5] = q[b.base + copied];
        }
        let mut rows = t.counts();
        rows[0] = 6;
        assert_eq!(t.verify(&t.prove_vector(&rows, &q).bytes).err(), Some(Error::BusBalance));
    }
}

/// Row 84: steps in another order of rows are the same run.
#[test]
fn bug_084_the_order_of_rows_means_nothing() {
    let t = toy::<Blake3>(5, 3);
    let layout = Layout::new(&t.system, &t.counts()).unwrap();
    let mut q = t.vector();
    for b in layout.oracles[0].pairs.blocks.iter().filter(|b| layout.slabs[b.slab].table == 0) {
        q.swap(b.base + 1, b.base + 4);
    }
    assert!(t.verify(&t.prove_vector(&t.counts(), &q).bytes).is_ok());
    // The order of time is what counts: two steps that swap their times are rejected.
    let swap_time = |q: &mut [dyad_field::K]| {
        let b = layout.oracles[0]
            .pairs
            .blocks
            .iter()
            .find(|b| layout.slabs[b.slab].table == 0 && b.item == 0)
            .unwrap();
        let (a, c) = (to_bits(q[b.base + 1]) >> 64 << 64, to_bits(q[b.base + 2]) >> 64 << 64);
        q[b.base + 1] += from_bits(a ^ c);
        q[b.base + 2] += from_bits(a ^ c);
    };
    let mut q = t.vector();
    swap_time(&mut q);
    assert!(broken(&t.verify(&t.prove_vector(&t.counts(), &q).bytes)));
}

/// Row 46: a cell has one first value. Its row comes from the key, so a second one with another first
/// value needs another key.
#[test]
fn bug_046_a_cell_is_not_initialised_twice() {
    let t = toy::<Blake3>(5, 3);
    let mut rows = t.counts();
    rows[1] = 4;
    // The prover writes four rows of cells into its commitment; the verifier lays out three.
    let layout = Layout::new(&t.system, &rows).unwrap();
    let mut q = vec![dyad_field::K::default(); layout.oracles[0].pairs.len];
    let honest = t.vector();
    q[..honest.len()].copy_from_slice(&honest);
    assert!(t.verify(&t.prove_vector(&rows, &q).bytes).is_err());
}

/// Takes a message and puts back the same: on padding rows its one constraint, which needs a constant,
/// says nothing.
struct Echo;

impl Table for Echo {
    type Event = [u64; 2];
    const NAME: &'static str = "echo";
    fn rules<R: Rules>(r: &mut R, e: &[u64; 2]) {
        let x = r.commit("x", || e[0]);
        let y = r.commit("y", || e[1]);
        r.pull(9, &[x]);
        r.push(9, &[y]);
        gadgets::assert_zero(r, "same", x ^ y);
    }
}

fn echo(active: u32, rows: &[[u64; 2]], from: [u64; 5], to: [u64; 5]) -> Result<(), Error> {
    let system = System::new::<Blake3>(vec![TableRules::shape(&Echo)]);
    let key = ProvingKey::new::<Blake3>(Level::L100, &system, &[]).unwrap();
    let statement = Statement { bytes: Vec::new(), pushes: vec![from], pulls: vec![to] };
    let mut q = vec![dyad_field::K::default(); 8];
    for (q, [x, y]) in q.iter_mut().zip(rows) {
        *q = from_bits(u128::from(*x) | u128::from(*y) << 64);
    }
    let tables: [&dyn TableRules; 1] = [&Echo];
    let setting =
        Setting { level: Level::L100, system: &system, tables: &tables, key: &key, seed: &crate::toy::SEED };
    let proof = reference::prove_vector::<Blake3>(&setting, &statement, &[active], &q).unwrap();
    verify::<Blake3>(Level::L100, &system, &key.key, &statement, &proof.bytes).map(|_| ())
}

/// Row 43: padding rows may hold what they like if it balances among them, and it changes nothing: what
/// active rows or the statement put on the bus, only they can take.
#[test]
fn bug_043_phantom_rows_cannot_touch_real_messages() {
    let message = |x: u64| [9, x, 0, 0, 0];
    // Active rows keep the value.
    assert_eq!(echo(1, &[[5, 5]], message(5), message(5)), Ok(()));
    assert_eq!(echo(1, &[[5, 6]], message(5), message(6)), Err(Error::AndCheck));
    // Padding rows do not have to, but the statement's messages are out of their reach.
    assert_eq!(echo(1, &[[5, 5], [5, 6]], message(5), message(6)), Err(Error::BusBalance));
    assert_eq!(echo(1, &[[5, 5], [5, 6], [6, 5]], message(5), message(6)), Err(Error::BusBalance));
    // A cycle among padding rows balances, and means nothing.
    assert_eq!(echo(1, &[[5, 5], [5, 6], [6, 5]], message(5), message(5)), Ok(()));
    // Rows 33 and 35: nor does a message without its tag, or of another width, match.
    assert_eq!(echo(1, &[[5, 5], [5, 6]], message(5), [0, 5, 0, 0, 0]), Err(Error::BusBalance));
    assert_eq!(echo(1, &[[5, 5]], message(5), [8, 5, 0, 0, 0]), Err(Error::BusBalance));
    assert_eq!(echo(1, &[[5, 5]], message(5), [9, 0, 5, 0, 0]), Err(Error::BusBalance));
}

/// Row 36: no rows, and messages that do not balance.
#[test]
fn bug_036_an_empty_bus_balances_only_itself() {
    assert_eq!(echo(0, &[], [9, 1, 0, 0, 0], [9, 1, 0, 0, 0]), Ok(()));
    assert_eq!(echo(0, &[], [9, 1, 0, 0, 0], [9, 2, 0, 0, 0]), Err(Error::BusBalance));
}

/// The program's columns replaced: the prover computes with other fixed values than the key's, and opens
/// the key's commitment.
#[test]
fn bug_056_fixed_columns_are_the_keys() {
    for (steps, cells, expected) in [(5, 3, Error::QueryValue(0)), (1100, 3, Error::OpeningValue)] {
        let honest = toy::<Blake3>(steps, cells);
        let system = &honest.system;
        // Another program: first values of cells differ. A wrong run of the right shape for the honest key.
        let mut cells_of_key = fixed_rows(&honest, 1);
        cells_of_key.words[1] ^= 1;
        let program = fixed_rows(&honest, 2);
        let fixed: [&dyn Rows; 2] = [&cells_of_key, &program];
        let other = ProvingKey::new::<Blake3>(Level::L100, system, &fixed).unwrap();
        assert_ne!(other.key.root, honest.key.key.root);
        let key = ProvingKey { key: other.key, committed: other.committed, vector: honest.key.vector };
        let forged = Toy { key, ..honest };
        assert_eq!(forged.verify(&forged.prove().bytes).err(), Some(expected));
    }
}

/// The fixed words of a table, read back from the key's vector.
fn fixed_rows(t: &Toy, table: usize) -> StoredRows {
    let layout = Layout::new(&t.system, &t.counts()).unwrap();
    let width = t.system.tables[table].fixed;
    let rows = t.rows[table].rows;
    let mut out = StoredRows { width, rows, words: vec![0; width * rows] };
    for b in &layout.oracles[1].pairs.blocks {
        let slab = layout.slabs[b.slab];
        for x in (0..slab.rows).filter(|_| slab.table == table) {
            let pair = to_bits(t.key.vector[b.base + x]);
            for (c, word) in [pair as u64, (pair >> 64) as u64].into_iter().enumerate() {
                if 2 * b.item + c < width {
                    out.words[(slab.first + x) * width + 2 * b.item + c] = word;
                }
            }
        }
    }
    out
}
