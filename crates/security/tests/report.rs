//! Reports on parameters whose bits were worked out by hand.

use dyad_security::{Report, Sizes, report, report_with_work};
use dyad_verifier::layout::Owner;
use dyad_verifier::params::Code;
use dyad_verifier::{Level, Move, Schedule};

/// The largest runs that are proved in one piece: about 8 million cycles.
fn large() -> (Sizes, Schedule) {
    let sizes = Sizes {
        pushes: 1 << 26,
        pulls: (1 << 26) - 5,
        bus_log: 26,
        and_log: 26,
        product_log: None,
        column_log: 12,
        joint_log: 28,
    };
    (sizes, Schedule::from_sizes(Level::L100, &[(Owner::Run, 1 << 27), (Owner::Program, 1 << 20)], 0))
}

fn bits(r: &Report, step: &str, source: &str) -> f64 {
    let row = r.rows.iter().find(|r| r.step == step && r.source == source);
    row.unwrap_or_else(|| panic!("no row {step}, {source}:\n{r}")).bits()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.005
}

#[test]
fn eight_million_cycles_have_100_bits() {
    let (sizes, schedule) = large();
    let r = report(&sizes, &schedule);
    for (step, source, expected) in [
        ("commitment", "digests", 129.0),
        ("bus", "alpha, gamma", 102.0 + 8.0),
        ("bus", "layer variable, lambda", 127.0),
        ("bus", "product layer rounds", 127.0),
        ("and check", "layer variable, rho", 128.0 - 4.700_440), // log2 26
        ("and check", "z", 128.0 - 6.988_685),                   // log2 127
        ("and check", "rounds", 127.0),
        ("columns", "eta", 126.0),
        ("points", "theta", 128.0),
        ("ring switch", "ring", 128.0 - 2.807_355), // log2 7
        // Lanes of 2^23 at rate 1/2. The key's word, whatever its length, is a codeword.
        ("opening", "fold 0", 128.0 - 24.0 + 8.0),
        // 200 queries of -log2(3/4), and 18 bits of work; 28 of 3 bits each.
        ("opening", "queries 0 (main)", 200.0 * 0.415_037_5 + 18.0),
        ("opening", "queries 0 (fixed)", 28.0 * 3.0 + 18.0),
        ("opening", "beta 0", 128.0 - 7.832_890), // log2 228
        // 2^24 elements in 32 lanes at rate 1/4: 123 queries of -log2(5/8).
        ("opening", "fold 1", 128.0 - 21.0),
        ("opening", "queries 1 (folded)", 123.0 * 0.678_071_9 + 18.0),
        ("opening", "tail", 127.0),
    ] {
        let found = bits(&r, step, source);
        assert!(close(found, expected), "{step}, {source}: {found} and not {expected}");
    }
    assert!(r.bits() >= 101.0, "{r}");
    assert!(close(r.bits(), 200.0 * 0.415_037_5 + 18.0), "the first round's queries are the weakest:\n{r}");
    assert_eq!(r.weakest().map(|r| r.source.as_str()), Some("queries 0 (main)"));
}

/// What is added where there are 2^24 products.
#[test]
fn sixteen_million_products_have_their_rows() {
    let (sizes, schedule) = large();
    let with = Sizes { product_log: Some(24), ..sizes };
    let r = report(&with, &schedule);
    for (step, source, expected) in [
        ("products", "power point", 128.0 - 4.584_963), // log2 24
        ("products", "power rounds", 127.0),
        ("products", "power variable", 127.0),
        ("products", "conjugates", 128.0 - 5.977_280), // log2 63
        ("products", "trees", 127.0),
        ("columns", "eta", 128.0 - 3.169_925),  // log2 9
        ("points", "theta", 128.0 - 1.584_963), // log2 3
    ] {
        let found = bits(&r, step, source);
        assert!(close(found, expected), "{step}, {source}: {found} and not {expected}");
    }
    assert_eq!(r.rows.len(), report(&sizes, &schedule).rows.len() + 5);
    // Two products for each layer of the bus, one, and fifteen; 63 squares are fewer than their roots.
    let schedule = Schedule::from_sizes(Level::L100.hiding(), &[(Owner::Run, 1 << 20)], 2500);
    let found = bits(&report(&with, &schedule), "ring switch", "product point");
    assert!(close(found, 128.0 - 7.087_463), "{found}"); // log2 (2 (53 + 15))
    // Nine equations over pads, with those of the bases, of roots and of squares.
    let found = bits(&report(&with, &schedule), "ring switch", "ring, chi");
    assert!(close(found, 128.0 - 3.169_925), "{found}"); // log2 9
    let few = Sizes { bus_log: 3, ..with };
    let found = bits(&report(&few, &schedule), "ring switch", "product point");
    assert!(close(found, 128.0 - 5.977_280), "{found}");
}

#[test]
fn every_size_up_to_the_limits_has_the_level() {
    for main in 0..=28 {
        for fixed in [None, Some(1), Some(1 << 12), Some(1 << 28)] {
            for level in Level::all() {
                let sizes =
                    [(Owner::Run, 1 << main)].into_iter().chain(fixed.map(|len| (Owner::Program, len)));
                let schedule = Schedule::from_sizes(level, &sizes.collect::<Vec<_>>(), 1900);
                let sizes = Sizes {
                    pushes: 1 << 28,
                    pulls: 1 << 28,
                    bus_log: 28,
                    and_log: 28,
                    product_log: Some(28),
                    column_log: 20,
                    joint_log: 29,
                };
                let r = report(&sizes, &schedule);
                // With a margin of a bit in every row.
                assert!(r.bits() >= f64::from(level.bits()) + 1.0, "2^{main}, {fixed:?}, {level:?}:\n{r}");
            }
        }
    }
}

/// What hiding adds, and what it takes from the first code's distance.
#[test]
fn hiding_has_rows_of_its_own() {
    let sizes = large().0;
    let owners = [(Owner::Run, 1 << 23), (Owner::Program, 1 << 16)];
    let schedule = Schedule::from_sizes(Level::L100.hiding(), &owners, 900);
    let r = report(&sizes, &schedule);
    let code = schedule.oracles[0].code;
    let cover = code.cover.unwrap();
    // 201 queries, one more, two blinding entries, 900 + 130 entries in 16 lanes: 269, so tails of 512.
    assert_eq!((code.queries, cover.free, cover.log, code.log), (201, 202, 9, 19));
    let n = f64::from(1 << 20);
    for (step, source, expected) in [
        ("ring switch", "xi", 128.0),
        ("ring switch", "product point", 128.0 - 106f64.log2()), // 53 products
        ("ring switch", "ring, chi", 128.0 - 7f64.log2()),
        ("opening", "blind factor", 128.0),
        ("opening", "mask factor", 128.0 - n.log2()),
        ("opening", "queries 0 (main)", 18.0 + 201.0 * (2.0 * n / (n + n / 2.0 + 512.0)).log2()),
    ] {
        let found = bits(&r, step, source);
        assert!(close(found, expected), "{step}, {source}: {found} and not {expected}");
    }
    // Short lanes: more queries, or a lower rate.
    for (len, queries, rate, tail) in [(1 << 15, 278, 1, 9), (1 << 13, 154, 2, 8), (1, 200, 2, 9)] {
        let schedule = Schedule::from_sizes(Level::L100.hiding(), &[(Owner::Run, len)], 900);
        let code = schedule.oracles[0].code;
        assert_eq!(
            (code.queries, code.log_inv_rate, code.cover.unwrap().log),
            (queries, rate, tail),
            "{len}"
        );
    }
}

/// The same run at 128 bits: what is short has work before it.
#[test]
fn eight_million_cycles_have_128_bits() {
    let (sizes, schedule) = large();
    let lens = [(Owner::Run, 1 << 27), (Owner::Program, 1 << 20)];
    assert_eq!(schedule, Schedule::from_sizes(Level::L100, &lens, 0));
    let r = report(&sizes, &Schedule::from_sizes(Level::L128, &lens, 0));
    for (step, source, error, work) in [
        ("bus", "alpha, gamma", 102.0, 27),
        ("bus", "layer variable, lambda", 127.0, 2),
        ("and check", "layer variable, rho", 128.0 - 4.700_440, 6),
        ("and check", "z", 128.0 - 6.988_685, 8),
        ("columns", "eta", 126.0, 3),
        ("points", "theta", 128.0, 1),
        ("ring switch", "ring", 128.0 - 2.807_355, 4),
        ("opening", "fold 0", 128.0 - 24.0, 25),
        // 111 bits: of -log2(3/4) each, and of 3.
        ("opening", "queries 0 (main)", 268.0 * 0.415_037_5, 18),
        ("opening", "queries 0 (fixed)", 37.0 * 3.0, 18),
        ("opening", "beta 0", 128.0 - 8.252_665, 10), // log2 305
        ("opening", "fold 1", 128.0 - 21.0, 22),
        ("opening", "queries 1 (folded)", 164.0 * 0.678_071_9, 18),
        ("opening", "tail", 127.0, 2),
    ] {
        let row = r.rows.iter().find(|r| r.step == step && r.source == source).expect(source);
        assert!(close(row.error_bits, error) && row.grinding == work, "{step}, {source}: {row:?}");
    }
    assert!(r.bits() >= 129.0, "{r}");
}

/// What work is for.
#[test]
fn large_sizes_have_less_without_work() {
    let (mut sizes, schedule) = large();
    sizes.pulls = (1 << 28) + 1;
    assert!(report_with_work(&sizes, &schedule, |_| 0).bits() < 100.0);
    assert!(report(&sizes, &schedule).bits() > 100.0);
}

#[test]
fn bits_fall_with_sizes_and_rise_with_queries() {
    let (sizes, schedule) = large();
    let base = report(&sizes, &schedule);
    let worse = |sizes: &Sizes, schedule: &Schedule, step, source| {
        assert!(bits(&report(sizes, schedule), step, source) < bits(&base, step, source), "{step}, {source}");
    };
    worse(&Sizes { pushes: 1 << 27, ..sizes }, &schedule, "bus", "alpha, gamma");
    worse(&Sizes { pulls: 1 << 27, ..sizes }, &schedule, "bus", "alpha, gamma");
    worse(&Sizes { and_log: 27, ..sizes }, &schedule, "and check", "layer variable, rho");
    let mut longer = schedule.clone();
    longer.oracles[0].code.log += 1;
    worse(&sizes, &longer, "opening", "fold 0");
    let mut fewer = schedule.clone();
    fewer.oracles[0].code.queries -= 1;
    worse(&sizes, &fewer, "opening", "queries 0 (main)");
    let mut denser = schedule.clone();
    denser.rounds[0].log_inv_rate -= 1;
    worse(&sizes, &denser, "opening", "queries 1 (folded)");
    let mut more = schedule.clone();
    more.oracles[0].code.queries += 1;
    worse(&sizes, &more, "opening", "beta 0");
    // Work before queries helps until another round, that of the bus, is the weakest.
    let queries = |m: Move| matches!(m, Move::Queries { .. });
    let of = |g| report_with_work(&sizes, &schedule, |m| if queries(m) { g } else { 0 }).bits();
    assert!((0..18).all(|work| of(work) < of(work + 1)));
    assert!(close(of(19), 102.0) && close(of(40), 102.0));
}

#[test]
fn work_counts_before_its_own_move_only() {
    let (sizes, schedule) = large();
    let none = report_with_work(&sizes, &schedule, |_| 0);
    let moves: Vec<Move> = none.rows.iter().filter_map(|r| r.next).collect();
    assert!(moves.len() > 20);
    for worked in moves {
        let some = report_with_work(&sizes, &schedule, |m| if m == worked { 20 } else { 0 });
        for (a, b) in none.rows.iter().zip(&some.rows) {
            let expected = if a.next == Some(worked) { 20.0 } else { 0.0 };
            assert!(close(b.bits() - a.bits(), expected), "{worked:?}: {}, {}", a.step, a.source);
        }
    }
}

/// Row 22 of the catalogue of bugs: parameters that check nothing must not be called secure.
#[test]
fn bug_022_degenerate_parameters_have_no_bits() {
    let (sizes, schedule) = large();
    let spoil: [fn(&mut Code); 2] = [|c| c.queries = 0, |c| c.log_inv_rate = 0];
    for f in spoil {
        for which in 0..3 {
            let mut s = schedule.clone();
            match which {
                0 => f(&mut s.oracles[0].code),
                1 => f(&mut s.oracles[1].code),
                _ => f(s.rounds.last_mut().unwrap()),
            }
            let r = report_with_work(&sizes, &s, |_| 64);
            assert!(r.bits() == 0.0, "{r}");
        }
    }
}

/// Row 25: what a schedule says it was made for does not enter.
#[test]
fn bug_025_the_level_is_not_taken_on_trust() {
    let (sizes, schedule) = large();
    let mut weak = schedule.clone();
    weak.rounds.iter_mut().for_each(|c| c.queries /= 2);
    assert_eq!(weak.level, Level::L100);
    assert!(report(&sizes, &weak).bits() < 60.0);
}

#[test]
fn the_table_is_readable() {
    let (sizes, schedule) = large();
    let r = report(&sizes, &schedule);
    let text = r.to_string();
    assert_eq!(text.lines().count(), r.rows.len() + 2);
    assert!(text.lines().any(|l| l.starts_with("bus") && l.contains("110.00")), "{text}");
}
