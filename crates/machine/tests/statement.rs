//! What the verifier itself puts on the bus and takes from it, as numbers.

use dyad_machine::statement::boundary;

/// A program that starts at 0x1_0000, writes "Hello, Ada" and exits with 3.
#[test]
fn the_messages_of_a_small_statement() {
    let (pushes, pulls) = boundary(0x1_0000, b"Hello, Ada", 3);

    // The state: at the entry, at time 64.
    let mut expected = vec![[1, 0x0000_0040_0001_0000, 0, 0, 0]];
    // 34 registers at time 0: all 0, but for x2, the top of the stack.
    for index in 0..34 {
        let value = if index == 2 { 0xffff_f000 } else { 0 };
        expected.push([3, index, value, 0, 0]);
    }
    // The chain of RAM cells starts below the first one.
    expected.push([5, 0xff8, 0, 0, 0]);
    // Nothing is written.
    expected.push([10, 0, 0, 0, 0]);
    assert_eq!(pushes, expected);

    let expected = [
        // The chain ends at the top cell.
        [5, 0xffff_fff8, 0, 0, 0],
        // The first eight bytes of the output: "Hello, A".
        [8, 0, 0x4120_2c6f_6c6c_6548, 0, 0],
        // The exit code, the output's length, and what is left of it: "da".
        [9, 3, 10, 0x6164, 0],
    ];
    assert_eq!(pulls, expected);
}

/// What a verifier holds of an output: a message for each eight bytes.
#[test]
fn an_output_is_a_message_for_eight_bytes() {
    let (_, without) = boundary(0x1_0000, b"", 0);
    for (length, messages) in [(1, 0), (7, 0), (8, 1), (15, 1), (16, 2), (1 << 20, 1 << 17)] {
        let (_, pulls) = boundary(0x1_0000, &vec![7; length], 0);
        assert_eq!(pulls.len() - without.len(), messages, "{length} bytes");
    }
}
