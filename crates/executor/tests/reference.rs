//! Random programs of what qemu 7.2 lacks or gets wrong, against what the manual says in one line:
//! conditional zeros, and CTZW.

mod common;

use common::runs;
use dyad_program::testing::DATA;
use dyad_program::testing::asm::*;
use dyad_program::testing::random::{Extensions, MACHINE, Random};

/// An instruction and what it computes.
type Operation = (fn(Reg, Reg, Reg) -> u32, fn(u64, u64) -> u64);

const ZICOND: &[Operation] =
    &[(czero_eqz, |a, b| if b == 0 { 0 } else { a }), (czero_nez, |a, b| if b == 0 { a } else { 0 })];
/// CTZW, words whose low half is 0 before it; and what keeps values apart.
const OTHERS: &[Operation] = &[
    (|rd, rs1, _| ctzw(rd, rs1), |a, _| (a as u32).trailing_zeros().into()),
    (|rd, rs1, _| slli(rd, rs1, 32), |a, _| a << 32),
    (add, u64::wrapping_add),
    (sub, u64::wrapping_sub),
    (sltu, |a, b| (a < b).into()),
];

/// Registers in use: x1 to x15.
const REGISTERS: usize = 16;

#[test]
fn programs_agree_with_the_manual() {
    let mut random = Random(81);
    let operations =
        if MACHINE.has(Extensions::ZICOND) { [ZICOND, OTHERS].concat() } else { OTHERS.to_vec() };
    for _ in 0..100 {
        let mut values: [u64; REGISTERS] =
            core::array::from_fn(|i| if i == 0 { 0 } else { random.operand() });
        let mut code: Vec<u32> = (1..REGISTERS).flat_map(|i| li(i as Reg, values[i])).collect();
        for _ in 0..300 {
            let [rd, rs1, rs2] = [0; 3].map(|_| random.below(REGISTERS));
            let (encode, compute) = random.pick(&operations);
            code.push(encode(rd as Reg, rs1 as Reg, rs2 as Reg));
            if rd != 0 {
                values[rd] = compute(values[rs1], values[rs2]);
            }
        }
        code.extend(li(T6, DATA));
        code.extend((0..REGISTERS).map(|i| sd(i as Reg, T6, 8 * i as i32)));
        code.extend([syscall(64, 1, DATA, 8 * REGISTERS as u64), exit(0)].concat());
        let expected: Vec<u8> = values.into_iter().flat_map(u64::to_le_bytes).collect();
        assert_eq!(runs(&code, &[0; 8 * REGISTERS], &[]).output, expected);
    }
}
