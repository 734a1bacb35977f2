//! The limits on sizes, each alone (rows 32 and 109 of the catalogue of bugs).

use dyad_rules::shape::{And, Column, Message, Node, TableShape};
use dyad_verifier::layout::{MAX_LOG, MAX_ROWS};
use dyad_verifier::{Blake3, Error, Key, Layout, Level, Statement, System, verify};

/// A table with so many committed and fixed columns, constraints, pushes and pulls.
fn system([committed, fixed, ands, pushes, pulls]: [usize; 5]) -> System {
    let column = Column { name: "c", free: 0 };
    let message = Message { tag: 1, words: vec![0] };
    let table = TableShape {
        name: "t".into(),
        committed: vec![column.clone(); committed],
        fixed: vec![column; fixed],
        nodes: vec![Node::Constant(0)],
        ands: vec![And { name: "a", operands: [0; 3] }; ands],
        products: Vec::new(),
        pushes: vec![message.clone(); pushes],
        pulls: vec![message; pulls],
    };
    System::new::<Blake3>(vec![table])
}

/// Items of a table, and the rows with which they fill a stack.
const ITEMS: usize = 8;
const LIMIT: u32 = (1 << MAX_LOG) / ITEMS as u32;

#[test]
fn every_stack_has_a_limit() {
    for one in 0..5 {
        let mut counts = [0; 5];
        counts[one] = if one < 2 { 2 * ITEMS } else { ITEMS };
        let s = system(counts);
        assert!(Layout::new(&s, &[LIMIT]).is_ok());
        assert!(
            matches!(Layout::new(&s, &[LIMIT + 1]), Err(Error::TooLarge { limit: MAX_LOG, .. })),
            "{one}"
        );
    }
    let wide = system([300, 0, 0, 0, 0]);
    assert!(matches!(Layout::new(&wide, &[LIMIT / 16]), Err(Error::TooLarge { .. })));
    let none = system([0; 5]);
    assert!(Layout::new(&none, &[MAX_ROWS as u32]).is_ok());
    assert!(matches!(Layout::new(&none, &[MAX_ROWS as u32 + 1]), Err(Error::TooManyRows { .. })));
    assert!(matches!(Layout::new(&none, &[]), Err(Error::Internal(_))));
}

#[test]
fn the_statements_messages_count() {
    let message = vec![[1; 5]];
    let none = Statement::default();
    let push = Statement { pushes: message.clone(), ..none.clone() };
    let pull = Statement { pulls: message, ..none.clone() };
    let too_large = |r| matches!(r, Err(Error::TooLarge { what: "the bus", .. }));
    for (counts, full, other) in [([0, 0, 0, ITEMS, 0], &push, &pull), ([0, 0, 0, 0, ITEMS], &pull, &push)] {
        let l = Layout::new(&system(counts), &[LIMIT]).unwrap();
        assert_eq!(l.check_bus(&none), Ok(()));
        assert_eq!(l.check_bus(other), Ok(()));
        assert!(too_large(l.check_bus(full)));
        let l = Layout::new(&system(counts), &[LIMIT / 2]).unwrap();
        assert_eq!(l.check_bus(full), Ok(()));
        // The verifier looks at it before anything else.
        let proof = LIMIT.to_le_bytes();
        let key = Key { rows: Vec::new(), root: [0; 32] };
        let verified = |statement: &Statement| {
            verify::<Blake3>(Level::L100, &system(counts), &key, statement, &proof).map(|_| ())
        };
        assert!(too_large(verified(full)));
        assert_eq!(verified(other), Err(Error::Truncated("commitment")));
    }
}

/// Rows 31, 39, 92: every slab has a row point, whatever stacks it is in.
#[test]
fn bug_031_row_points_of_all_slabs() {
    for counts in [[2, 0, 0, 1, 0], [2, 2, 1, 0, 0], [1, 0, 0, 0, 0], [0, 1, 3, 1, 2]] {
        for rows in [0, 1, 8, 9, 1000, 70_000] {
            let l = Layout::new(&system(counts), &[rows]).unwrap();
            for s in &l.slabs {
                assert!(s.log <= l.bus_log && s.log <= l.ands.log);
            }
            assert!(l.column_log >= 1);
            for stack in [&l.pushes, &l.pulls, &l.ands, &l.oracles[0].pairs] {
                assert!(stack.len <= 1 << stack.log);
                let mut next = 0;
                for b in &stack.blocks {
                    assert_eq!(b.base, next);
                    assert_eq!(b.base % (1 << b.log), 0);
                    next += 1 << b.log;
                }
            }
        }
    }
}
