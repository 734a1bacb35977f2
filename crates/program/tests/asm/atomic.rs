//! A and FENCE.I.

use super::*;

/// The text, the encoder and the word.
#[rustfmt::skip]
#[allow(clippy::too_many_lines, reason = "a table")]
pub fn words() -> Vec<(&'static str, u32, u32)> {
    vec![
        ("lr.w a0, (t6)",           lr_w(A0, T6),           0x100f_a52f),
        ("lr.w s11, (a1)",          lr_w(S11, A1),          0x1005_adaf),
        ("sc.w a0, a1, (t6)",       sc_w(A0, A1, T6),       0x18bf_a52f),
        ("sc.w s11, t6, (gp)",      sc_w(S11, T6, GP),      0x19f1_adaf),
        ("amoswap.w a0, a1, (t6)",  amoswap_w(A0, A1, T6),  0x08bf_a52f),
        ("amoswap.w s11, t6, (gp)", amoswap_w(S11, T6, GP), 0x09f1_adaf),
        ("amoadd.w a0, a1, (t6)",   amoadd_w(A0, A1, T6),   0x00bf_a52f),
        ("amoadd.w s11, t6, (gp)",  amoadd_w(S11, T6, GP),  0x01f1_adaf),
        ("amoxor.w a0, a1, (t6)",   amoxor_w(A0, A1, T6),   0x20bf_a52f),
        ("amoxor.w s11, t6, (gp)",  amoxor_w(S11, T6, GP),  0x21f1_adaf),
        ("amoand.w a0, a1, (t6)",   amoand_w(A0, A1, T6),   0x60bf_a52f),
        ("amoand.w s11, t6, (gp)",  amoand_w(S11, T6, GP),  0x61f1_adaf),
        ("amoor.w a0, a1, (t6)",    amoor_w(A0, A1, T6),    0x40bf_a52f),
        ("amoor.w s11, t6, (gp)",   amoor_w(S11, T6, GP),   0x41f1_adaf),
        ("amomin.w a0, a1, (t6)",   amomin_w(A0, A1, T6),   0x80bf_a52f),
        ("amomin.w s11, t6, (gp)",  amomin_w(S11, T6, GP),  0x81f1_adaf),
        ("amomax.w a0, a1, (t6)",   amomax_w(A0, A1, T6),   0xa0bf_a52f),
        ("amomax.w s11, t6, (gp)",  amomax_w(S11, T6, GP),  0xa1f1_adaf),
        ("amominu.w a0, a1, (t6)",  amominu_w(A0, A1, T6),  0xc0bf_a52f),
        ("amominu.w s11, t6, (gp)", amominu_w(S11, T6, GP), 0xc1f1_adaf),
        ("amomaxu.w a0, a1, (t6)",  amomaxu_w(A0, A1, T6),  0xe0bf_a52f),
        ("amomaxu.w s11, t6, (gp)", amomaxu_w(S11, T6, GP), 0xe1f1_adaf),
        ("lr.d a0, (t6)",           lr_d(A0, T6),           0x100f_b52f),
        ("lr.d s11, (a1)",          lr_d(S11, A1),          0x1005_bdaf),
        ("sc.d a0, a1, (t6)",       sc_d(A0, A1, T6),       0x18bf_b52f),
        ("sc.d s11, t6, (gp)",      sc_d(S11, T6, GP),      0x19f1_bdaf),
        ("amoswap.d a0, a1, (t6)",  amoswap_d(A0, A1, T6),  0x08bf_b52f),
        ("amoswap.d s11, t6, (gp)", amoswap_d(S11, T6, GP), 0x09f1_bdaf),
        ("amoadd.d a0, a1, (t6)",   amoadd_d(A0, A1, T6),   0x00bf_b52f),
        ("amoadd.d s11, t6, (gp)",  amoadd_d(S11, T6, GP),  0x01f1_bdaf),
        ("amoxor.d a0, a1, (t6)",   amoxor_d(A0, A1, T6),   0x20bf_b52f),
        ("amoxor.d s11, t6, (gp)",  amoxor_d(S11, T6, GP),  0x21f1_bdaf),
        ("amoand.d a0, a1, (t6)",   amoand_d(A0, A1, T6),   0x60bf_b52f),
        ("amoand.d s11, t6, (gp)",  amoand_d(S11, T6, GP),  0x61f1_bdaf),
        ("amoor.d a0, a1, (t6)",    amoor_d(A0, A1, T6),    0x40bf_b52f),
        ("amoor.d s11, t6, (gp)",   amoor_d(S11, T6, GP),   0x41f1_bdaf),
        ("amomin.d a0, a1, (t6)",   amomin_d(A0, A1, T6),   0x80bf_b52f),
        ("amomin.d s11, t6, (gp)",  amomin_d(S11, T6, GP),  0x81f1_bdaf),
        ("amomax.d a0, a1, (t6)",   amomax_d(A0, A1, T6),   0xa0bf_b52f),
        ("amomax.d s11, t6, (gp)",  amomax_d(S11, T6, GP),  0xa1f1_bdaf),
        ("amominu.d a0, a1, (t6)",  amominu_d(A0, A1, T6),  0xc0bf_b52f),
        ("amominu.d s11, t6, (gp)", amominu_d(S11, T6, GP), 0xc1f1_bdaf),
        ("amomaxu.d a0, a1, (t6)",  amomaxu_d(A0, A1, T6),  0xe0bf_b52f),
        ("amomaxu.d s11, t6, (gp)", amomaxu_d(S11, T6, GP), 0xe1f1_bdaf),
        ("fence.i",                 fence_i(),              0x0000_100f),
    ]
}
